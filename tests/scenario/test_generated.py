"""Whole scenario files by the hundred: whatever they tell, the books balance, and each order can be told again.

A file that fails is shrunk, written, and fails in the same way when `scenario run` plays it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import store_helpers
import tomli_w
from cli.shell_helpers import Shell
from hypothesis import find, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from milepost.cli import grammar
from milepost.files import documents
from milepost.files.toml_positions import place_of, places
from milepost.scenario import file
from scenario.stage_helpers import Stage, exported, lost

Document = dict[str, Any]
START = "2026-01-30T09:00:00Z"
ACTIONS = [
    "order deliver job", "order deliver job --link https://example.com --message 'It''s done'", "order approve job",
    "order approve job --continue", "order continue job", "order revise job", "order stop job",
    "order stop job --after-current", "order set-call job --at +1d --link https://zoom.us/j/1",
    "--as ana order deliver job",
    "order report-stage job", "resolution open --order job --milestone 1 --by client --reason late",
    "resolution open --order job --whole --by seller --reason late", "resolution accept 1", "resolution withdraw 2",
    "resolution decline 1", "resolution support job --milestone 1 --reason late", "offer withdraw deal",
    "ledger withdraw --seller maria --all",
]  # fmt: skip
GAPS = st.sampled_from([0, 0, 1, 3_600, 86_400, 3 * 86_400, 8 * 86_400, 40 * 86_400])
POLICY = st.one_of(
    st.sampled_from(documents.policy_names()),
    st.fixed_dictionaries({"review_hours": st.integers(1, 400), "clearance_days": st.integers(0, 30)}),
)
PART = st.fixed_dictionaries(
    {"name": st.sampled_from(["Draft", "绘图"]), "days": st.integers(1, 30), "price": st.integers(50, 900)},
    optional={"revisions": st.integers(0, 3), "zoom": st.booleans()},
)
WHOLE = {"price": st.integers(1, 900), "days": st.integers(1, 30)}
OFFER = st.one_of(
    st.fixed_dictionaries({"type": st.just("milestones"), "milestone": st.lists(PART, min_size=2, max_size=6)}),
    st.fixed_dictionaries({"type": st.just("single"), **WHOLE}),
    st.fixed_dictionaries({"type": st.just("subscription"), **WHOLE, "cycles": st.integers(1, 12)}),
)
STEPS = st.lists(st.tuples(GAPS, st.sampled_from(ACTIONS)), max_size=12)


def _document(policy: Any, offer: Mapping[str, Any], steps: list[tuple[int, str]]) -> Document:
    told, at = [{"at": "+0s", "do": "offer accept deal as job"}], 0
    for gap, words in steps:
        at += gap
        told.append({"at": f"+{at}s", "do": words})
    gig = {"ref": "site", "title": "A site", "seller": "maria", "subcategory": "Website Design"}
    return {
        "scenario": {"title": "Anything", "start": START, "policy": policy},
        "gig": [gig | {"package": {"basic": {"price": 150, "days": 9}}}],
        "offer": [{"ref": "deal", "gig": "site", "client": "ana", **offer}],
        "step": told,
        "expect": [{"at": f"+{at}s", "order": "job"}],
    }


SCENARIOS = st.builds(_document, POLICY, OFFER, STEPS)


@pytest.fixture(scope="module")
def stages() -> Iterator[tuple[Stage, Stage]]:
    """One store for the story, one for its exports."""
    both = Stage(), Stage()
    yield both
    for stage in both:
        stage.close()


@trying(deadline=None, max_examples=2_000)
@given(document=SCENARIOS)
def test_whatever_thousands_of_scenarios_tell_the_books_balance_and_every_history_replays(
    stages: tuple[Stage, Stage], document: Document
) -> None:
    view = stages[0].play(file.parse(tomli_w.dumps(document), "story.toml", grammar.read), strict=False)

    store_helpers.assert_sound(stages[0].db)
    for order in view.orders:
        assert order.charged_cents == (
            order.refunded_cents + order.escrow_cents + order.released_cents + order.fees_cents
        )


@trying(deadline=None, max_examples=50)
@given(document=SCENARIOS)
def test_whatever_a_scenario_tells_its_order_can_be_told_again(stages: tuple[Stage, Stage], document: Document) -> None:
    view = stages[0].play(file.parse(tomli_w.dumps(document), "story.toml", grammar.read), strict=False)
    assert len([step for step in view.steps if step.line]) == len(document["step"])
    for order in view.orders:
        text = exported(stages[0].db, order.id)
        again = stages[1].played(text)
        assert again.passed, lost(again)
        assert exported(stages[1].db, again.orders[0].id) == text


def test_a_scenario_that_fails_is_shrunk_and_written_as_a_file_that_fails_at_its_line(
    stages: tuple[Stage, Stage], shell: Shell, tmp_path: Path
) -> None:
    def falsified(document: Document) -> Document:
        return {**document, "expect": [{**document["expect"][0], "phase": "working"}]}

    def goes_wrong(document: Document) -> bool:
        view = stages[0].play(file.parse(tomli_w.dumps(document), "story.toml", grammar.read), strict=False)
        return any(not one.ok for one in view.expectations)

    some = st.builds(_document, st.just("standard"), st.just({"type": "single", "price": 9, "days": 1}), STEPS)
    shrunk = find(some.map(falsified), goes_wrong, settings=trying(deadline=None, max_examples=200, database=None))
    text = tomli_w.dumps(shrunk)
    story = tmp_path / "shrunk.toml"
    story.write_text(text, encoding="utf-8")

    assert len(shrunk["step"]) <= 3
    told = shell("scenario run --json", str(story))
    assert told.code == 7
    line = place_of(places(text), ("expect", 0))[0]
    (view,) = told.json["played"]
    assert {one["line"] for one in view["expectations"] if one["expected"] != one["found"]} == {line}
    shown = shell("scenario run --quiet", str(story))
    assert f"{story}:{line}:phase" in "".join(shown.out.split())
