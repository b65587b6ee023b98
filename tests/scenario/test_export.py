"""An exported order is a scenario that plays it again: the same rows, the same ledger, and the same export."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import store_helpers
from cli.shell_helpers import Shell
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from store import kept_helpers

from milepost import money, times
from milepost.cli.scenario_steps import run_command
from milepost.errors import NotFound
from milepost.files import documents
from milepost.market import orders, stores
from milepost.policy import STANDARD, Policy
from milepost.rules import RuleError
from milepost.scenario.play import BadStep
from milepost.store.db import Database
from scenario.stage_helpers import Stage, exported, lost, standing

POLICIES = [*(documents.policy(name) for name in documents.policy_names()), store_helpers.FEES, store_helpers.WAITING]
DIGEST = "5e" * 32
LINK = 'https://ana@[::1]:80/a b?c="d"&e=\''
ODD = [
    "it's", 'a "b" c',
    "two\nlines\tand a tab", "绘图 🎨 «é»", "-", "--whole", "-m", "--order=job", "--gig", "as job", "as",
    "$(x) `y` \\ \\n", "[bold]", "# no comment", "  around  ", "job", "'", '""' + '"', "a=b", "\u2028", "x" * 5_000,
]  # fmt: skip
MILESTONES = [
    '--milestone "Draft: one:5:60.00:unlimited"', '--milestone "Cut:30:0.99:2"', '--milestone "Rest:1:40.01"',
    '--milestone "More:9:1000000"', '--milestone "End:3:99.99:1"',
]  # fmt: skip


@pytest.fixture(scope="module")
def stages() -> Iterator[tuple[Stage, Stage]]:
    """One store for the order, one for its exports."""
    both = Stage(), Stage()
    yield both
    for stage in both:
        stage.close()


class Story:
    """Commands on a store, their instants counted from its start."""

    def __init__(self, stage: Stage, policy: Policy = STANDARD) -> None:
        self.db: Database = stage.new(store_helpers.START, policy)

    def __call__(self, line: str, *more: str, after: str | None = None) -> Any:
        if after:
            run_command(self.db, ["order", "tick", "--by", after])
        return run_command(self.db, [*shlex.split(line), *more])

    def gig(self, *milestones: str, basic: str = "300:20:1", **options: str) -> int:
        told = [word for name, value in options.items() for word in (f"--{name}", value)]
        gig = self("gig create --title 'A site' --seller maria --subcategory 'Website Design' --basic", basic, *told)
        for words in milestones:
            self(f"gig add-milestone {gig.id} {words}")
        return int(gig.id)

    def offer(self, words: str, **options: str) -> int:
        gig = self.gig(**options)
        return int(self(f"offer accept {self(f'offer create --gig {gig} --client ana {words}').id}").id)


def assert_comes_back(stages: tuple[Stage, Stage], db: Database, order_id: int) -> str:
    """The order's export plays to its end, gives the same rows and ledger, and the same export; the export."""
    text = exported(db, order_id)
    view = stages[1].played(text)
    assert view.passed, (lost(view), text)
    (again,) = view.orders
    assert exported(stages[1].db, again.id) == text
    assert standing(stages[1].db, again.id) == standing(db, order_id)
    store_helpers.assert_sound(stages[1].db)
    return text


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_long_revised_partly_cancelled_order_comes_back_under_every_policy(
    stages: tuple[Stage, Stage], policy: Policy
) -> None:
    tell = Story(stages[0], policy)
    prices = ["60", "50.01", "500", "70", "99.99", "120"]
    order = tell.offer(" ".join(f"--milestone 'Part {n}:{n + 3}:{p}:2'" for n, p in enumerate(prices)))
    tell(f"order deliver {order} --message first", "--recorded", f"a:b.zip:7:{DIGEST}", "--link", LINK, after="1d")
    tell(f"order revise {order} --message again", after="1h")
    tell(f"order deliver {order}", after="36h")
    tell(f"order revise {order}", after="1s")
    tell(f"order deliver {order}", after="1s")
    tell(f"order approve {order} --continue")
    asked = tell(
        f"resolution open --order {order} --milestone 4 --by seller --reason late --note 'so it is'", after="1h"
    )
    tell(f"resolution withdraw {asked.id}")
    asked = tell(f"resolution open --order {order} --milestone 2 --by client --reason not-as-agreed")
    tell(f"resolution decline {asked.id}", after="47h")
    asked = tell(f"resolution open --order {order} --milestone 2 --by client --reason not-as-agreed")
    tell(f"resolution accept {asked.id}", after="1d")
    tell(f"order continue {order}", after="1d")
    tell(f"resolution open --order {order} --milestone 3 --by seller --reason cannot-deliver")
    tell(f"order continue {order}", after="3d")
    tell(f"order deliver {order}", after="20d")
    tell(f"order approve {order}")
    tell(f"resolution support {order} --milestone 4 --reason terms-broken --note 'back to the client'", after="2d")
    tell(f"order continue {order}")
    tell(f"order stop {order} --after-current")
    tell(f"order deliver {order}", after="1d")
    tell("order tick --by 60d")

    view = orders.show(tell.db, order)
    assert [one.state for one in view.milestones] == ["approved", *["cancelled"] * 3, "approved", "skipped"]
    text = assert_comes_back(stages, tell.db, order)
    assert text.count("[[step]]") == 23


@pytest.mark.parametrize(
    "words",
    [
        f"{MILESTONES[0]} {MILESTONES[1]}", " ".join(MILESTONES),
        "--price 20 --days 365 --revisions unlimited", "--price 1000000 --days 1 --title 'Just this'",
        "--type subscription --price 50 --days 10 --cycles 12 --revisions 2",
        "--type subscription --price 50 --days 10 --cycles 1",
    ],
)  # fmt: skip
def test_every_type_of_offer_comes_back_and_so_does_what_follows_by_itself(
    stages: tuple[Stage, Stage], words: str
) -> None:
    tell = Story(stages[0])
    order = tell.offer(words)
    assert_comes_back(stages, tell.db, order)
    for after in ("1d", "31d", "40d", "200d"):
        if orders.show(tell.db, order).phase == "working":
            tell(f"order deliver {order} --link https://example.com")
        tell(f"order tick --by {after}")
        assert_comes_back(stages, tell.db, order)


@pytest.mark.parametrize(
    ("milestones", "place", "options"),
    [
        ((), "", {"basic": "20:3:unlimited"}),
        (("--name A --days 45 --zoom", "--name B --days 3 --revisions 1 --description 'two words'"), "", {}),
        (("--name A --days 5", "--name B --days 3"), "--no-milestones", {}),
        (("--name A --days 5 --weight 3", "--name B --days 30"), "--package premium", {"premium": "50.01:9"}),
        (("--name A --days 365", "--name B --days 30"), "--package premium", {"premium": "50.01:9"}),
    ],
)
@pytest.mark.parametrize("payments", ["on", "off"])
def test_every_way_to_order_a_package_comes_back(
    stages: tuple[Stage, Stage],
    milestones: tuple[str, ...],
    place: str,
    options: dict[str, str],
    payments: str,
) -> None:
    tell = Story(stages[0])
    gig = tell.gig(*milestones, **options)
    if milestones:
        tell(f"gig add-substep {gig} 1 --name Sketch")
        tell(f"gig add-substep {gig} 2 --name 'Ink, “colour”'")
    tell(f"gig milestone-payments {gig} {payments}")
    package, told = ("premium" if "premium" in place else "basic"), "What a client gets: «all»\nof it"
    tell(f"gig set-package {gig} {package} {options.get(package, '300:20:1')} --description", told)
    order = tell(f"order place --gig {gig} --client ana {place}").id
    assert_comes_back(stages, tell.db, order)
    view = orders.show(tell.db, order)
    if view.milestones[0].substeps:
        tell(f"order check-substep {order} 1")
        tell(f"order check-substep {order} 1 --undo")
    if view.milestones[0].zoom:
        tell(f"order set-call {order} --at +2d --link", LINK, after="1h")
    for _ in view.milestones[0].stages:
        tell(f"order report-stage {order}", after="1d")
    tell(f"order deliver {order} --link https://example.com")
    tell(f"order approve {order}", after="1d")
    assert_comes_back(stages, tell.db, order)


def test_an_order_of_stages_with_more_substeps_than_a_milestone_holds_comes_back(stages: tuple[Stage, Stage]) -> None:
    tell = Story(stages[0])
    gig = tell.gig("--name A --days 5", "--name B --days 3 --zoom")
    for number in range(80):
        tell(f"gig add-substep {gig} {number % 2 + 1} --name 'Step {number}'")
    tell(f"gig milestone-payments {gig} off")
    order = tell(f"order place --gig {gig} --client ana").id
    tell(f"order check-substep {order} 77")
    assert_comes_back(stages, tell.db, order)


@pytest.mark.parametrize("kept", kept_helpers.KEPT, ids=lambda kept: kept.stem)
def test_an_order_of_an_older_store_goes_again_as_it_went_then(
    stages: tuple[Stage, Stage], kept: Path, tmp_path: Path
) -> None:
    db = stores.open_store(kept_helpers.copied(kept, tmp_path))
    told = orders.listing(db, orders.Filters(), limit=1_000).items
    for line in told:
        assert not lost(stages[1].played(exported(db, line.id))), line
    db.close()
    assert len(told) > 10


@pytest.mark.parametrize("name", ["standard", "terms-2024"])
def test_a_policy_that_took_a_shipped_name_for_its_own_numbers_is_exported_without_the_name(
    stages: tuple[Stage, Stage], name: str
) -> None:
    policy = replace(documents.policy(name), review_hours=9, edition=1)
    tell = Story(stages[0], policy)
    order = tell.offer("--milestone A:5:60.00 --milestone B:5:60.00")
    tell(f"order deliver {order}")
    tell("order tick --by 9h")
    view = stages[1].played(exported(tell.db, order))

    assert not lost(view)
    (again,) = view.orders
    numbers = orders.plain(stages[1].db, again.id)[0].terms.policy
    assert numbers == replace(policy, name="custom")


def test_an_order_comes_back_whatever_became_of_its_gig(stages: tuple[Stage, Stage]) -> None:
    tell = Story(stages[0])
    order = tell.offer(f"{MILESTONES[0]} {MILESTONES[1]}")
    tell("gig edit 1 --title 'Another' --subcategory 'Fortune Telling'")
    assert_comes_back(stages, tell.db, order)


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:20]))
def test_odd_texts_come_back_as_they_were(stages: tuple[Stage, Stage], text: str) -> None:
    tell = Story(stages[0])
    order = tell.offer(f"{MILESTONES[0]} {MILESTONES[1]}")
    name = " ".join(text.split())[:80] or "a name"  # U+2028 is a space to split
    tell(
        f"order deliver {order} --message",
        text,
        "--recorded",
        f"{name}:0:{DIGEST}",
        "--link",
        f"https://example.com/{name}",
    )
    tell(f"order revise {order} --message", text)
    tell(f"resolution open --order {order} --by seller --milestone 2 --reason late --note", text)
    tell("resolution accept 1")
    tell(f"resolution support {order} --whole --reason late --note", text)
    assert_comes_back(stages, tell.db, order)
    delivered = next(line for line in orders.history(tell.db, order).items if line.action == "deliver")
    assert delivered.args["message"] == text


def test_a_delivery_of_a_hundred_files_and_links_comes_back(stages: tuple[Stage, Stage], tmp_path: Path) -> None:
    tell = Story(stages[0])
    order = tell.offer("--price 20 --days 3")
    links = [word for number in range(100) for word in ("--link", f"https://example.com/{number}?{'x' * 1_000}")]
    (tmp_path / "logo.svg").write_bytes(b"<svg/>")
    records = [word for number in range(99) for word in ("--recorded", f"file {number}:{number}:{DIGEST}")]
    tell(f"order deliver {order} --file", str(tmp_path / "logo.svg"), *records, *links)
    assert_comes_back(stages, tell.db, order)


def test_other_orders_of_the_store_leave_no_trace(stages: tuple[Stage, Stage]) -> None:
    tell = Story(stages[0])
    tell.offer("--price 20 --days 3")
    order = tell.offer(f"{MILESTONES[0]} {MILESTONES[1]}")
    tell("resolution open --order 1 --whole --by client --reason late")
    tell(f"resolution open --order {order} --whole --by client --reason late", after="1d")
    tell("resolution withdraw 2")
    tell("order deliver 2")
    tell("order approve 2")
    tell("ledger withdraw --seller maria --amount 1")
    assert_comes_back(stages, tell.db, order)


def test_on_the_command_line_export_run_export_is_the_same_to_the_byte(working: Shell, tmp_path: Path) -> None:
    working.ok("order deliver 1 --message", "it's\n«done»")
    working.ok("order tick --by 3d")
    working.ok("order revise 1")
    first = working.ok("order export 1").out
    story, kept = tmp_path / "story.toml", tmp_path / "kept.db"
    story.write_text(first, encoding="utf-8")
    assert working("scenario run", str(story), "--keep", str(kept)).code == 0
    assert Shell(kept).ok("order export 1").out == first
    before, after = stores.open_store(working.db), stores.open_store(kept)
    assert standing(before, 1) == standing(after, 1)
    store_helpers.assert_sound(after)
    before.close()
    after.close()


def test_exporting_an_order_that_is_not_there_says_so(working: Shell) -> None:
    assert working("order export 9").code == 3


# ── Random walks ────────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.one_of(st.sampled_from(ODD[:-1]), st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40))
GAPS = st.sampled_from([0, 0, 1, times.HOUR, times.DAY, 3 * times.DAY, 8 * times.DAY, 40 * times.DAY])


@trying(deadline=None, max_examples=25)
@given(data=st.data(), policy=st.sampled_from(POLICIES), seed=st.integers(0, 2**32))
def test_any_walk_of_any_order_comes_back(
    stages: tuple[Stage, Stage], data: st.DataObject, policy: Policy, seed: int
) -> None:
    tell = Story(stages[0], policy)
    order = data.draw(st.sampled_from([_by_offer, _by_package]))(tell, Random(seed))
    for _ in range(data.draw(st.integers(0, 15))):
        tell(f"order tick --by {data.draw(GAPS)}s")
        words = data.draw(st.sampled_from(WORDS)).format(order=order, n=data.draw(st.integers(1, 3)))
        text = [data.draw(TEXTS)] if words.endswith(("--message", "--note")) else []
        try:
            tell(words, *text)
        except (RuleError, NotFound, BadStep):
            continue
    assert_comes_back(stages, tell.db, order)


WORDS = [
    "order deliver {order} --link https://example.com --message",
    "order deliver {order} --link https://example.com --message", "order deliver {order}", "order approve {order}",
    "order approve {order} --continue", "order approve {order} --continue", "order continue {order}",
    "order revise {order} --message", "order stop {order}", "order stop {order} --after-current",
    "order check-substep {order} {n}", "order check-substep {order} {n} --undo", "order report-stage {order}",
    "order set-call {order} --at +{n}d --link https://zoom.us/j/1",
    "resolution open --order {order} --milestone {n} --by client --reason late --note",
    "resolution open --order {order} --whole --by seller --reason no-answer --note", "resolution accept {n}",
    "resolution decline {n}", "resolution withdraw {n}",
    "resolution support {order} --milestone {n} --reason terms-broken --note",
]  # fmt: skip


def _by_offer(tell: Story, random: Random) -> int:
    price = money.plain(random.choice([5_000, 9_999, 20_001]))
    count = random.randint(2, 5)
    kind = random.choice(
        [
            " ".join(f"--milestone 'Part {n}:{n}:{price}:{n - 1}'" for n in range(1, count + 1)),
            f"--price {price} --days 9",
            f"--type subscription --price {price} --days 9 --cycles {count}",
        ]
    )
    return tell.offer(kind)


def _by_package(tell: Story, random: Random) -> int:
    days = random.choice([9, 99])
    gig = tell.gig(*(f"--name 'Part {n}' --days {days} --zoom" for n in range(random.choice([0, 2, 3]))))
    if tell(f"gig show {gig}").milestones:
        tell(f"gig add-substep {gig} 1 --name Sketch")
        tell(f"gig milestone-payments {gig} {random.choice(['on', 'off'])}")
    apart = random.choice(["", "--no-milestones"])
    return int(tell(f"order place --gig {gig} --client ana {apart}").id)
