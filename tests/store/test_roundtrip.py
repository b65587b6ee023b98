"""What comes out of the store is what went in: orders, saved in any pieces, offers, gigs, templates, messages."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from random import Random

import pytest
import store_helpers
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlmodel import SQLModel

from milepost import times
from milepost.core import act, gig, offer
from milepost.core.act import Outcome
from milepost.core.inbox import Message
from milepost.core.offer import Offer, OfferStatus
from milepost.core.order import Order
from milepost.core.transitions import Actor
from milepost.core.workflow import Template
from milepost.errors import NotFound
from milepost.policy import STANDARD, Policy
from milepost.rules import RuleError
from milepost.store import catalog, inbox, ledger, orders, settings, tables
from milepost.store.db import Database
from milepost.store.orders import Change, Origin

MANY_DAYS = 40 * times.DAY
OFTEN, SELDOM = trying(deadline=None, max_examples=60), trying(deadline=None, max_examples=25)


def walk(random: Random, order_id: int, policy: Policy) -> list[Outcome]:
    """An order on which the parties and the clock have done this and that."""
    at = store_helpers.START + random.randint(0, times.DAY)
    outcomes = [act.place(order_id, store_helpers.random_terms(random, policy), at=at)]
    for number in range(random.randint(0, 30)):
        at += random.choice([0, 0, 1, times.HOUR, 3 * times.DAY, MANY_DAYS])
        outcomes += act.settle(outcomes[-1].order, at)
        step = store_helpers.random_step(random, outcomes[-1].order, at, request_id=100 * order_id + number)
        if step is not None:
            assert step.actor is not None
            with suppress(RuleError):
                outcomes.append(act.act(outcomes[-1].order, step.action, actor=step.actor, at=at, **step.args))
    return outcomes


def pieces(random: Random, outcomes: Sequence[Outcome]) -> Iterator[Change]:
    """The outcomes as changes of a few outcomes each, or of one, or of all."""
    most = random.choice([1, 3, len(outcomes)])
    before: Order | None = None
    while outcomes:
        some, outcomes = outcomes[:most], outcomes[most:]
        yield Change(before, some)
        before = some[-1].order


def assert_stored(db: Database, outcomes: Sequence[Outcome]) -> None:
    """The order, its requests, its history and its entries are in the store as they were told."""
    order = outcomes[-1].order
    asked = {one.order.request.id: one.order.request for one in outcomes if one.order.request}
    with db.read() as connection:
        assert orders.load(connection, [order.id]) == {order.id: order}
        assert orders.existing(connection, order.id) == order
        assert list(orders.history(connection, order.id)) == [one.history_entry for one in outcomes]
        assert orders.requests_of(connection, order.id) == asked
        posted = [(one.number, one.at, one.entry) for one in ledger.entries(connection, order_id=order.id)]
    assert posted == [
        (one.history_entry.number, one.history_entry.at, entry) for one in outcomes for entry in one.entries
    ]


def mapped_store(policy: Policy | None = None) -> AbstractContextManager[Database]:
    """A store for rows alone: its clock stands still, and offers are moved without their orders."""
    return store_helpers.memory_store(policy, unheld=("clock", "terms", "offers"))


@pytest.fixture
def memory_store() -> Iterator[Database]:
    """The same under the standard policy."""
    with mapped_store() as db:
        yield db


POLICIES = st.sampled_from([STANDARD, store_helpers.FEES, store_helpers.WAITING])


@OFTEN
@given(seed=st.integers(0, 2**32), policy=POLICIES)
def test_an_order_comes_out_as_it_went_in_after_every_save(seed: int, policy: Policy) -> None:
    random = Random(seed)
    with mapped_store(policy) as db:
        outcomes = walk(random, 1, store_helpers.policy_of(db))
        done: list[Outcome] = []
        for change in pieces(random, outcomes):
            with db.write() as connection:
                orders.save(connection, [change])
            done += change.outcomes
            assert_stored(db, done)


@SELDOM
@given(seed=st.integers(0, 2**32), policy=POLICIES)
def test_several_orders_saved_together_or_one_by_one_or_step_by_step_are_the_same_rows(
    seed: int, policy: Policy
) -> None:
    ways: list[Callable[[list[list[Outcome]]], list[list[Change]]]] = [
        lambda walks: [[Change(None, outcomes) for outcomes in walks]],
        lambda walks: [[Change(None, outcomes)] for outcomes in walks],
        lambda walks: [[change] for outcomes in walks for change in pieces(Random(seed), outcomes)],
    ]
    stored = []
    for saves in ways:
        with mapped_store(policy) as db:
            own = store_helpers.policy_of(db)
            walks = [walk(Random(seed + order_id), order_id, own) for order_id in (1, 2, 3)]
            for changes in saves(walks):
                with db.write() as connection:
                    orders.save(connection, changes)
            for outcomes in walks:
                assert_stored(db, outcomes)
            stored.append({table: rows_without_their_order(db, table) for table in tables.METADATA.tables})
    assert stored[0] == stored[1] == stored[2]


def rows_without_their_order(db: Database, table: str) -> list[str]:
    """The rows of a table; entries without the numbers that they got by the order of saving."""
    columns = [column.name for column in tables.METADATA.tables[table].columns]
    wanted = [name for name in columns if (table, name) != ("ledger", "id")]
    return sorted(map(repr, store_helpers.rows(db, f"SELECT {', '.join(wanted)} FROM {table}")))


def test_only_the_orders_that_exist_are_loaded_and_a_missing_one_is_named(memory_store: Database) -> None:
    order_id = store_helpers.place(memory_store)
    with memory_store.read() as connection:
        assert [*orders.load(connection, [order_id, order_id + 1, 2**70])] == [order_id]
        assert orders.load(connection, []) == {}
        with pytest.raises(NotFound, match="there is no order 2"):
            orders.existing(connection, order_id + 1)


# ── Columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "row"),
    [
        (orders.ORDER, tables.OrderRow),
        ((*orders.AGREED_KEY, *orders.AGREED), tables.AgreedRow),
        ((*orders.MILESTONE_KEY, "agreed", *orders.MILESTONE_STATE), tables.MilestoneRow),
        (("offer_id", "position", *orders.AGREED), tables.OfferMilestoneRow),
        (orders.REQUEST, tables.RequestRow),
        (orders.HISTORY + orders.HISTORY_LINK, tables.HistoryRow),
        (("id", *orders.LEDGER), tables.LedgerRow),
    ],
    ids=["orders", "agreed", "milestones", "offer_milestones", "requests", "history", "ledger"],
)
def test_the_columns_that_are_written_are_the_columns_of_the_table(
    written: tuple[str, ...], row: type[SQLModel]
) -> None:
    columns = [column.name for column in tables.METADATA.tables[str(row.__tablename__)].columns]
    assert {*columns} - {*written} == set(), "store/order_rows.py does not write these"
    assert {*written} - {*columns} == set(), "store/tables.py has no column for these"
    assert len(written) == len(columns)


def test_what_a_milestone_agrees_on_is_written_in_the_order_of_its_columns() -> None:
    agreed = store_helpers.random_terms(Random(1), STANDARD).milestones[0]
    assert agreed._fields == orders.AGREED
    assert len(orders.agreed_columns(agreed)) == len(orders.AGREED)


# ── Offers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)
NAMES = TEXTS.filter(str.strip)
INSTANTS = st.integers(store_helpers.START, store_helpers.START + MANY_DAYS)
CENTS = st.integers(1, 100_000_000)
REVISIONS = st.none() | st.integers(0, 1_000)
A_GIG = gig.Gig("A website", "maria", "Website Design", "", (gig.Package("basic", 10_000, 7),))


@st.composite
def offers(draw: st.DrawFn, policy: Policy) -> Offer:
    """An offer of any type, perhaps in answer to message 1, perhaps moved."""
    terms = store_helpers.random_terms(Random(draw(st.integers(0, 2**32))), policy)
    expires_at = draw(st.none() | INSTANTS)
    sent = Offer(draw(st.integers(1, 2**63 - 1)), 1, terms, store_helpers.START, expires_at)
    return sent._replace(message_id=draw(st.sampled_from([None, 1])))


@SELDOM
@given(st.data(), POLICIES)
def test_an_offer_comes_out_as_it_went_in_when_it_is_sent_and_when_it_has_moved(
    data: st.DataObject, policy: Policy
) -> None:
    with mapped_store(policy) as db:
        sent = data.draw(offers(store_helpers.policy_of(db)))
        moved = sent._replace(
            status=data.draw(st.sampled_from([*OfferStatus][1:])), closed_at=data.draw(st.just(0) | INSTANTS)
        )
        with db.write() as connection:
            catalog.add_gig(connection, A_GIG, store_helpers.START)
            inbox.add(
                connection,
                Message(0, inbox.begin(connection, "ana", "maria"), Actor.CLIENT, 1, "Hi", store_helpers.START),
            )
            catalog.add_offers(connection, [sent])
        with db.read() as connection:
            assert catalog.offer(connection, sent.id) == sent
        with db.write() as connection:
            catalog.save_offers(connection, [moved])
        with db.read() as connection:
            assert catalog.offer(connection, sent.id) == moved
            assert catalog.offers(connection, seller="maria", client=None, status=moved.status, limit=2) == [moved]
            assert catalog.offers(connection, seller=None, client=None, status="sent", limit=2) == []


def test_every_move_that_an_offer_can_make_comes_out_of_the_store(memory_store: Database) -> None:
    terms = store_helpers.terms(policy=store_helpers.policy_of(memory_store))
    with memory_store.write() as connection:
        catalog.add_gig(connection, A_GIG, store_helpers.START)
        for number, (wanted, actor) in enumerate(offer.MOVERS.items(), start=1):
            sent = Offer(number, 1, terms, store_helpers.START, store_helpers.START + 9)
            catalog.add_offers(connection, [sent])
            at = store_helpers.START + (9 if wanted is OfferStatus.EXPIRED else 8)
            moved = offer.move(sent, wanted, actor=actor, at=at)
            catalog.save_offers(connection, [moved])
            assert catalog.offer(connection, number) == moved


def test_an_order_is_found_by_the_offer_that_it_was_placed_from(memory_store: Database) -> None:
    terms = store_helpers.terms(policy=store_helpers.policy_of(memory_store))
    sent = Offer(7, 1, terms, store_helpers.START)
    with memory_store.write() as connection:
        catalog.add_gig(connection, A_GIG, store_helpers.START)
        catalog.add_offers(connection, [sent])
        assert catalog.order_of_offer(connection, 7) is None
        orders.save(connection, [Change(None, [act.place(1, sent.terms, at=store_helpers.START)], Origin(1, 7))])
        assert catalog.order_of_offer(connection, 7) == 1


# ── Gigs, templates, messages ───────────────────────────────────────────────────────────────────────────────────────

TIERS = st.lists(st.sampled_from(gig.TIERS), unique=True, min_size=1).map(tuple)
MILESTONES = st.builds(
    gig.Milestone,
    name=NAMES,
    days=st.integers(1, 365),
    description=TEXTS,
    revisions=REVISIONS,
    zoom=st.booleans(),
    packages=TIERS,
    weight=st.integers(1, 10_000),
    prices=st.dictionaries(st.sampled_from(gig.TIERS), CENTS),
    substeps=st.lists(st.builds(gig.Substep, NAMES, TIERS), max_size=3).map(tuple),
)
PACKAGES = st.lists(
    st.builds(gig.Package, st.sampled_from(gig.TIERS), CENTS, st.integers(1, 365), REVISIONS, TEXTS),
    unique_by=lambda package: package.tier,
).map(lambda some: tuple(sorted(some, key=lambda package: gig.TIERS.index(package.tier))))
GIGS = st.builds(
    gig.Gig,
    title=NAMES,
    seller=st.sampled_from(["maria", "tom"]),
    subcategory=NAMES,
    description=TEXTS,
    packages=PACKAGES,
    milestones=st.lists(MILESTONES, max_size=5).map(tuple),
    milestone_payments=st.booleans(),
    faq=st.lists(st.builds(gig.Faq, NAMES, NAMES), max_size=3).map(tuple),
)
TEMPLATES = st.builds(
    Template,
    name=NAMES,
    title=NAMES,
    description=TEXTS,
    subcategories=st.lists(NAMES, max_size=3).map(tuple),
    milestones=st.lists(MILESTONES, max_size=5).map(tuple),
)


@SELDOM
@given(first=GIGS, second=GIGS, other=GIGS)
def test_a_gig_comes_out_as_it_went_in_and_an_edit_replaces_all_of_it(
    first: gig.Gig, second: gig.Gig, other: gig.Gig
) -> None:
    with mapped_store() as db:
        with db.write() as connection:
            gig_id = catalog.add_gig(connection, first, store_helpers.START)
            other_id = catalog.add_gig(connection, other, store_helpers.START + 1)
            assert catalog.gig(connection, gig_id) == (gig_id, first, store_helpers.START)
            catalog.replace_gig(connection, gig_id, second)
        with db.read() as connection:
            assert catalog.gig(connection, gig_id) == (gig_id, second, store_helpers.START)
            assert catalog.gigs(connection, seller=None, limit=9) == [
                (gig_id, second, store_helpers.START),
                (other_id, other, store_helpers.START + 1),
            ]
            theirs = [one.id for one in catalog.gigs(connection, seller="tom", limit=9)]
        assert theirs == [id for id, one in ((gig_id, second), (other_id, other)) if one.seller == "tom"]


@SELDOM
@given(first=TEMPLATES, second=TEMPLATES)
def test_a_template_comes_out_as_it_went_in_and_one_of_its_name_replaces_it(first: Template, second: Template) -> None:
    same_name = second._replace(name=first.name)
    other_name = second._replace(name=first.name + "-2")
    with mapped_store() as db:
        with db.write() as connection:
            catalog.save_template(connection, first)
            assert catalog.templates(connection) == [first]
            catalog.save_template(connection, same_name)
            catalog.save_template(connection, other_name)
        with db.write() as connection:
            assert catalog.templates(connection) == [same_name, other_name]
            catalog.delete_template(connection, first.name)
            assert catalog.templates(connection) == [other_name]


@SELDOM
@given(st.lists(st.tuples(st.sampled_from([Actor.CLIENT, Actor.SELLER]), NAMES, INSTANTS), min_size=1, max_size=5))
def test_messages_come_out_as_they_went_in_with_the_offers_that_answer_them(
    wrote: list[tuple[Actor, str, int]],
) -> None:
    with mapped_store() as db, db.write() as connection:
        terms = store_helpers.terms(policy=settings.read(connection).policy)
        catalog.add_gig(connection, A_GIG, store_helpers.START)
        other_id = inbox.begin(connection, "ben", "maria")
        inbox.add(connection, Message(0, other_id, Actor.CLIENT, 1, "A fox?", store_helpers.START))
        conversation_id = inbox.begin(connection, "ana", "maria")
        assert inbox.between(connection, "ana", "maria") == conversation_id
        assert inbox.between(connection, "maria", "ana") is None
        sent = []
        for number, (sender, text, at) in enumerate(wrote, start=1):
            message = Message(0, conversation_id, sender, 1 if number % 2 else None, text, at)
            message_id = inbox.add(connection, message)
            catalog.add_offers(connection, [Offer(number, 1, terms, at, message_id=message_id)])
            sent.append(message._replace(id=message_id, offers=(number,)))
        expected = (conversation_id, "ana", "maria", tuple(sent))
        assert inbox.conversation(connection, conversation_id) == expected
        assert all(inbox.conversation_of(connection, one.id) == expected for one in sent)
        assert inbox.conversations(connection, handle="ana", limit=9) == [expected]
        assert len(inbox.conversations(connection, handle="maria", limit=9)) == 2


def test_the_settings_and_the_policy_of_a_store_come_out_as_they_went_in() -> None:
    for policy in (STANDARD, store_helpers.FEES, store_helpers.WAITING):
        with mapped_store(policy) as db, db.write() as connection:
            assert settings.read(connection) == (store_helpers.START, "simulated", policy)
            settings.set_clock(connection, store_helpers.START + 5)
            assert settings.clock(connection) == store_helpers.START + 5
            own = settings.read(connection).policy
            assert settings.policy(connection, settings.policy_id(connection, own)) is own
