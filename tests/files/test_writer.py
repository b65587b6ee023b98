"""Gigs and offers as files: what is written is read as the same thing, in an order that people would write it in."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost import data, money, times
from milepost.core import gig as gigs
from milepost.core import offer as offers
from milepost.core.gig import TIERS, Faq, Gig, Milestone, Package, Substep
from milepost.core.offer import Offer
from milepost.core.terms import MilestoneTerms, OrderType, Terms
from milepost.files import documents, writer
from milepost.policy import STANDARD

START = times.parse_instant("2026-01-05T09:00:00Z", clock=0)
ELIGIBLE = data.subcategories()

# Everything that a name and a text may hold: quotes, backslashes, `#`, other scripts, and line breaks in texts.
_SIGNS = st.characters(exclude_categories=["Cc", "Cs"])
_TRICKY = st.sampled_from(
    ['"', "'", '"""', "\\", "#", " # no comment", "[[milestone]]", "é", "絵", "🎨", "\u2028", "="]
)
names = st.lists(_SIGNS | _TRICKY, min_size=1, max_size=6).map("".join).filter(str.strip)
texts = st.lists(_SIGNS | _TRICKY | st.sampled_from(["\n", "\t", "\\\n"]), max_size=8).map("".join)
words = texts.filter(str.strip)
handles = st.text("abcxyz019._-", min_size=1, max_size=12).filter(lambda handle: handle != "support")
counts = st.integers(1, 30)
revisions = st.none() | st.integers(0, 1_000)


@st.composite
def stored_gigs(draw: st.DrawFn) -> Gig:
    """Any gig that can be stored, drafts too."""
    tiers = sorted(["basic", *draw(st.lists(st.sampled_from(TIERS[1:]), unique=True))], key=TIERS.index)
    prices = st.integers(10_000, money.MAX_CENTS)
    packages = tuple(Package(tier, draw(prices), draw(counts), draw(revisions), draw(texts)) for tier in tiers)
    some = st.lists(st.sampled_from(tiers), min_size=1, unique=True).map(tuple) | st.just(TIERS)

    def milestone() -> Milestone:
        held = draw(some)
        inside = [tier for tier in held if tier in tiers]
        subset = st.lists(st.sampled_from(inside), min_size=1, unique=True).map(tuple) | st.sampled_from([held, TIERS])
        substeps = tuple(Substep(name, draw(subset)) for name in draw(st.lists(names, max_size=3)))
        priced = {tier: draw(st.integers(1, money.MAX_CENTS)) for tier in draw(st.sets(st.sampled_from(inside)))}
        return Milestone(
            draw(names), draw(counts), draw(texts), draw(revisions), draw(st.booleans()), held,
            draw(st.integers(1, 10_000)), priced, substeps,
        )  # fmt: skip

    gig = Gig(
        draw(names), draw(handles), draw(st.sampled_from(ELIGIBLE)), draw(texts), packages,
        tuple(milestone() for _ in range(draw(st.integers(0, 5)))), draw(st.booleans()),
        tuple(Faq(draw(words), draw(words)) for _ in range(draw(st.integers(0, 2)))),
    )  # fmt: skip
    gigs.check(gig, STANDARD, ELIGIBLE)
    return gig


@st.composite
def sent_offers(draw: st.DrawFn) -> Offer:
    """Any offer that can be sent."""
    type, title = draw(st.sampled_from(list(OrderType))), draw(names)
    price = st.integers(1, money.MAX_CENTS)
    whole = MilestoneTerms(title, draw(counts), draw(price), draw(revisions))
    agreed = {
        OrderType.SINGLE: st.just((whole,)),
        OrderType.SUBSCRIPTION: st.integers(1, 12).map(
            lambda cycles: tuple(whole._replace(name=f"Month {number}") for number in range(1, cycles + 1))
        ),
        OrderType.MILESTONES: st.lists(
            st.builds(
                MilestoneTerms, names, counts, price, revisions, texts, st.booleans(),
                st.lists(names, max_size=3).map(tuple), stages=st.just(()),
            ), min_size=2, max_size=6,
        ).map(tuple),
    }[type]  # fmt: skip
    seller, client = draw(st.lists(handles, min_size=2, max_size=2, unique=True))
    expires = draw(st.none() | st.integers(START + 1, times.MAX_INSTANT))
    message = draw(st.none() | st.integers(1, 2**53))
    offer = Offer(
        1, draw(st.integers(1, 2**53)), Terms(type, seller, client, title, draw(agreed)), START, expires,
        message_id=message,
    )  # fmt: skip
    offers.check(offer, ELIGIBLE[0], ELIGIBLE)
    return offer


def read_gig(text: str) -> Gig:
    return documents.parse(documents.GigDocument, text, "gig.toml").plain()


def read_offer(text: str, written: Offer) -> Offer:
    """The offer that a file's draft comes to, sent at the same instant by the same seller."""
    document = documents.parse(documents.OfferDocument, text, "offer.toml")
    assert isinstance(document.gig, int)
    draft = document.plain(document.gig)
    title = draft.title or ""
    terms = Terms(draft.type, written.terms.seller, draft.client, title, tuple(offers.agreed(draft, title)))
    expires_at = draft.expires_at(START) if draft.expires_at else None
    return Offer(1, draft.gig_id, terms, START, expires_at, message_id=draft.message_id)


@given(stored_gigs())
def test_a_gig_that_is_written_is_read_as_the_same_gig(gig: Gig) -> None:
    text = writer.gig_text(gig)

    assert read_gig(text) == gig
    assert writer.gig_text(read_gig(text)) == text


@given(sent_offers())
def test_an_offer_that_is_written_is_read_as_the_same_offer(offer: Offer) -> None:
    text = writer.offer_text(offer)

    assert read_offer(text, offer) == offer
    assert writer.offer_text(read_offer(text, offer)) == text


# ── As people would write it ────────────────────────────────────────────────────────────────────────────────────────

PACKAGES = (
    Package("basic", 15_000, 7),
    Package("standard", 25_000, 9, 2, "More"),
    Package("premium", 48_050, 20, None),
)
FULL = Gig(
    "A logo", "maria", "Logo Design", "Drawn by hand", PACKAGES,
    (
        Milestone("Sketches", 3, "Three", 1, True, TIERS, 2, {"premium": 20_000, "basic": 5_000}, (Substep("Ink"),)),
        Milestone("Files", 2, packages=("basic", "premium"), substeps=(Substep("Zip", ("premium",)),)),
    ),
    False, (Faq("Which files?", "SVG"),),
)  # fmt: skip
KEYS = {
    "the gig": ["title", "seller", "subcategory", "description", "milestone_payments", "package", "milestone", "faq"],
    "a package": ["price", "days", "revisions", "description"],
    "a milestone": [
        "name", "description", "days", "revisions", "weight", "zoom", "packages", "substeps", "prices",
    ],
    "a question": ["question", "answer"],
}  # fmt: skip
OFFERED = MilestoneTerms("Sketches", 3, 6_000, 1, "Three", True, ("Ink",))


def offer(type: OrderType, *milestones: MilestoneTerms) -> Offer:
    return Offer(1, 7, Terms(type, "maria", "ana", "A logo", milestones), START, START + 60, message_id=3)


def in_order(told: dict[str, Any], keys: list[str]) -> None:
    """The keys that a table has come in this order."""
    assert set(told) <= set(keys)
    assert list(told) == [key for key in keys if key in told]


def test_the_keys_of_a_gig_come_in_the_order_that_people_think_in() -> None:
    told = tomllib.loads(writer.gig_text(FULL))

    assert list(told) == KEYS["the gig"]
    assert list(told["package"]) == list(TIERS)
    for package in told["package"].values():
        in_order(package, KEYS["a package"])
    for milestone in told["milestone"]:
        in_order(milestone, KEYS["a milestone"])
    assert list(told["milestone"][0]["prices"]) == ["basic", "premium"]
    in_order(told["faq"][0], KEYS["a question"])


def test_what_is_as_it_would_be_anyway_is_not_written() -> None:
    plain = Gig("A logo", "maria", "Logo Design", "", (Package("basic", 500, 1),), (Milestone("Files", 2),) * 2)

    assert tomllib.loads(writer.gig_text(plain)) == {
        "title": "A logo", "seller": "maria", "subcategory": "Logo Design",
        "package": {"basic": {"price": "5.00", "days": 1}}, "milestone": [{"name": "Files", "days": 2}] * 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        (
            offer(OrderType.SINGLE, OFFERED),
            ["gig", "client", "type", "title", "message", "expires", "price", "days", "revisions"],
        ),
        (
            offer(OrderType.SUBSCRIPTION, OFFERED, OFFERED),
            ["gig", "client", "type", "title", "message", "expires", "price", "days", "revisions", "cycles"],
        ),
        (
            offer(OrderType.MILESTONES, OFFERED, OFFERED),
            ["gig", "client", "type", "title", "message", "expires", "milestone"],
        ),
    ],
)
def test_the_keys_of_an_offer_come_in_the_order_that_people_think_in(written: Offer, keys: list[str]) -> None:
    told = tomllib.loads(writer.offer_text(written))

    assert list(told) == keys
    assert told["expires"] == "2026-01-05T09:01:00Z"
    for milestone in told.get("milestone", []):
        assert list(milestone) == ["name", "description", "days", "price", "revisions", "zoom", "substeps"]


def test_a_file_holds_money_as_text_unlimited_as_a_word_and_no_comments() -> None:
    text = writer.gig_text(FULL)

    assert 'price = "480.50"' in text
    assert 'revisions = "unlimited"' in text
    assert "#" not in text
    assert "#" not in writer.offer_text(offer(OrderType.MILESTONES, OFFERED, OFFERED))


def test_sections_stand_apart_and_the_file_ends_with_a_line() -> None:
    text = writer.gig_text(FULL)
    lines = text.splitlines()

    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    headers = [number for number, line in enumerate(lines) if line.startswith("[")]
    assert len(headers) == 7
    assert {lines[number - 1] for number in headers} == {""}
