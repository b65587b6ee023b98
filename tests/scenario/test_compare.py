"""`scenario compare` and `explore`: what a story comes to under each policy, and every way that it can still go."""

from pathlib import Path
from typing import Any

import pytest
from cli.shell_helpers import Shell
from core.order_helpers import terms
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from milepost.cli import grammar
from milepost.cli.scenario_steps import run_command
from milepost.commands import arguments
from milepost.core import act
from milepost.core.explore import explore
from milepost.core.ledger import totals
from milepost.core.order import Order
from milepost.files import documents
from milepost.scenario import file
from milepost.scenario.explore import explore_story
from milepost.views.scenarios import ExploredView, OutcomeView
from scenario.test_play import FIRST, HEAD, step

ACCEPT = step("offer accept deal as job")
THREE = HEAD[: HEAD.index("milestone = [")] + "".join(
    f'\n[[offer.milestone]]\nname = "{name}"\ndays = 7\nprice = 100\nrevisions = 1\n' for name in "ABC"
)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """Where a story is written."""
    return tmp_path / "story.toml"


# ── Compare ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FIRST_PAID = step("order deliver job", "+1d") + step("order approve job --continue", "+2d")
END = '\n[[expect]]\nat = "+60d"\norder = "job"\n'


def compared(shell: Shell, story: Path, text: str) -> dict[str, dict[str, Any]]:
    """What a story comes to, by policy."""
    story.write_text(text)
    policies = [word for name in documents.policy_names() for word in ("--policy", name)]
    lines = shell.json("scenario compare", str(story), *policies)
    return {line["policy"]: line for line in lines}


def test_the_money_of_each_policy_is_right_to_the_cent(shell: Shell, story: Path) -> None:
    told = compared(shell, story, HEAD.replace("price = 40", "price = 101.01") + ACCEPT + FIRST_PAID + step(
        "order deliver job --link https://example.com", "+3d") + step("order approve job", "+4d") + END)  # fmt: skip
    cents = {
        name: [line[f"{key}_cents"] for key in ("charged", "refunded", "released", "fees")]
        for name, line in told.items()
    }
    # 60.00 and 101.01; terms-2024: 5.5 % + 3.00 of the first (6.30), 5.56 of the second; 20 %: 12.00 and 20.20.
    assert cents == {
        "standard": [16_101, 0, 16_101, 0],
        "escrow-14d": [16_101, 0, 16_101, 0],
        "terms-2024": [16_101 + 630 + 556, 0, 16_101 - 1_200 - 2_020, 630 + 556 + 1_200 + 2_020],
    }
    assert {(line["status"], line["reason"]) for line in told.values()} == {("completed", "all-approved")}
    assert {line["ended_at"] for line in told.values()} == {"2026-01-09T09:00:00Z"}


def test_a_silent_client_ends_the_order_when_each_policy_says_so(shell: Shell, story: Path) -> None:
    text = HEAD.replace("price = 60", "price = 50").replace("price = 40", "price = 50")
    told = compared(
        shell, story, text + ACCEPT + step("order deliver job", "+1d") + step("order approve job", "+3d") + END
    )
    ends = {name: (line["status"], line["reason"], line["ended_at"]) for name, line in told.items()}
    assert ends == {
        "standard": ("completed", "continue-expired", "2026-01-14T09:00:00Z"),
        "terms-2024": ("completed", "continue-expired", "2026-01-18T09:00:00Z"),
        "escrow-14d": ("active", None, None),
    }


def test_a_step_that_a_policy_refuses_is_told_and_the_story_goes_on(shell: Shell, story: Path) -> None:
    late = step("order deliver job", "+1d") + step("order revise job", "+10d")
    text = HEAD.replace("price = 40", "price = 60")
    told = compared(shell, story, text + ACCEPT + late + step("order deliver job", "+11d") + END)
    refusals = {name: line["refused"] for name, line in told.items()}
    assert refusals["escrow-14d"] == []
    assert [one.split(":")[0] for one in refusals["standard"]] == [f"line {FIRST + 10}", f"line {FIRST + 15}"]
    assert all("refused: " in one for one in refusals["standard"])
    assert told["standard"]["reason"] == "review-expired"


def test_a_policy_that_refuses_the_offer_has_no_order_and_says_why(shell: Shell, story: Path) -> None:
    told = compared(shell, story, HEAD + ACCEPT)
    assert (told["standard"]["order"], told["terms-2024"]["order"]) == (1, None)
    assert "offer-milestone-price" in told["terms-2024"]["refused"][0] or "$50.00" in told["terms-2024"]["refused"][0]
    assert shell("scenario compare", str(story), "--policy", "standard", "--policy", "terms-2024").code == 0


def test_several_processes_compare_as_one_does(shell: Shell, tmp_path: Path) -> None:
    story = tmp_path / "story.toml"
    story.write_text(shell.ok("scenario new").out)
    policies = [word for name in ("terms-2024", "standard", "escrow-14d") for word in ("--policy", name)]
    for broken in ("", "\nnope = 1\n"):
        story.write_text(story.read_text() + broken)
        alone, together = (shell(f"scenario compare --jobs {jobs}", str(story), *policies) for jobs in (1, 2))
        assert alone == together
        assert alone.code == (6 if broken else 0)


# ── Explore ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def explored(text: str, **options: int) -> ExploredView:
    """Every way that the one order of a story can go."""
    (view,) = explore_story(file.parse(text, "story.toml", grammar.read), run_command, **options)
    return view


def test_three_milestones_have_as_many_states_as_they_had_when_they_were_counted() -> None:
    view = explored(THREE + ACCEPT)
    # The walk itself is held against the exhaustive one in tests/core/test_explore.py, with that one's arguments.
    assert (view.states, view.transitions) == (5_584, 81_248)
    assert (view.cut_at, view.broken, view.failed) == (None, [], False)


@pytest.mark.parametrize("limit", [1, 50])
def test_a_bound_is_said(shell: Shell, story: Path, limit: int) -> None:
    story.write_text(THREE + ACCEPT)
    told = shell.ok("scenario explore", str(story), "--limit", str(limit))
    assert f"{limit} states" in told.out
    assert f"cut at {limit} states" in told.out
    (view,) = shell.json("scenario explore", str(story), "--limit", str(limit))
    assert (view["states"], view["cut_at"]) == (limit, limit)


def outcomes(view: ExploredView) -> dict[tuple[str, str], OutcomeView]:
    return {(one.side, one.which): one for one in view.outcomes}


def test_the_best_and_worst_ends_of_a_small_offer_are_those_worked_out_by_hand() -> None:
    view = explored(HEAD.replace(", revisions = 1", "") + ACCEPT)
    told = {key: (one.seller_cents, one.client_cents, one.approved, one.status) for key, one in outcomes(view).items()}
    # The seller is paid for both, or for none; the client gets both for 100.00, or nothing and pays nothing.
    assert told == {
        ("seller", "best"): (10_000, 10_000, 2, "completed"),
        ("seller", "worst"): (0, 0, 0, "cancelled"),
        ("client", "best"): (10_000, 10_000, 2, "completed"),
        ("client", "worst"): (0, 0, 0, "cancelled"),
    }
    assert outcomes(view)["seller", "worst"].path == ["support: support-cancel"]
    best = outcomes(view)["seller", "best"].path
    assert [one for one in best if "cancel" not in one][:4] == [
        "seller: deliver 1", "client: approve 1", "client: continue 2", "seller: deliver 2"
    ]  # fmt: skip
    assert len(best) == 5


def test_only_the_opening_steps_are_played(shell: Shell, story: Path) -> None:
    text = THREE + ACCEPT + step("order deliver job", "+1d") + step("order approve job", "+2d")
    sizes = [explored(text, steps=number).states for number in (1, 2, 3)]
    assert sizes[0] > sizes[1] > sizes[2]
    story.write_text(text)
    assert shell.json("scenario explore --steps 0", str(story)) == []


def test_a_story_that_goes_another_way_before_is_told_by_its_line(shell: Shell, story: Path) -> None:
    story.write_text(THREE + ACCEPT + step("order approve job"))
    told = shell("scenario explore", str(story))
    assert (told.code, told.out) == (6, "")
    assert "order approve job: refused" in told.err


@trying(deadline=None, max_examples=5)
@given(name=st.sampled_from(documents.policy_names()), count=st.integers(2, 3))
def test_money_is_conserved_in_each_state_under_each_policy(name: str, count: int) -> None:
    policy = documents.policy(name)
    placed = act.place(1, terms(count, policy=policy), at=10**9)
    found = explore(placed.order, placed.entries, 10**9, arguments, limit=1_000)
    for reached in found.states:
        sums = totals(reached.entries)
        assert sums.balanced
        assert sums.escrow_cents == _running_cents(reached.order)


def _running_cents(order: Order) -> int:
    return order.running.terms.price_cents if order.running else 0
