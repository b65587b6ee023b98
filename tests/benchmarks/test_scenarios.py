"""Stories, beside the same rows written by hand, beside the same timelines as a model of simpy, and on two processes.

The model knows the instants, the milestones and where the money goes; no store, no ledger, no rule that is not on the
way, no words of a command line. Both are held to the same end before anything is measured.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import simpy
from store_helpers import START

from benchmarks import story_by_hand_helpers
from benchmarks.conftest import Measure
from milepost import times
from milepost.cli import grammar
from milepost.cli.scenario_steps import load, play_file, run_command
from milepost.core import act
from milepost.core.order import Order
from milepost.core.terms import MilestoneTerms, OrderType, Terms
from milepost.core.transitions import ACTORS, Action
from milepost.market import stores
from milepost.policy import STANDARD
from milepost.scenario import file
from milepost.scenario.play import play_in
from milepost.views.scenarios import PlayedView

STORIES, ROUNDS = 1_000, 1
RULES_STORIES = Path(__file__).parents[1] / "scenarios"
LINKS = ["https://example.com/work"]
REVIEW = 8 * times.DAY
HEAD = """\
[scenario]
title = "Story {number}"
start = 2026-01-05T09:00:00Z

[[gig]]
ref = "site"
title = "A website"
seller = "maria"
subcategory = "Website Design"
package.basic = {{ price = "150.00", days = 9 }}

[[offer]]
ref = "deal"
gig = "site"
client = "ana"
type = "milestones"
milestone = [
  {{ name = "A", days = 5, price = "{price}.00", revisions = 1 }},
  {{ name = "B", days = 4, price = "40.00" }},
  {{ name = "C", days = 4, price = "30.00" }},
]
"""
STEPS = (
    (0, "offer accept deal as job"),
    (3, "order deliver job"),
    (4, "order revise job"),
    (5, "order deliver job"),
    (6, "order approve job --continue"),
    (9, "order deliver job"),
)
TIMERS = 1  # the review of the second milestone ends in silence


def text(number: int) -> str:
    """A story whose hours and price are its own."""
    price, hours = 20 + number % 50, number % 24
    steps = "".join(f'\n[[step]]\nat = "+{day}d{hours}h"\ndo = "{words}"\n' for day, words in STEPS)
    return (
        HEAD.format(number=number, price=price)
        + steps
        + f'\n[[expect]]\nat = "+30d"\norder = "job"\nreason = "review-expired"\n'
        f'balances = {{ "seller:maria:available" = "{price + 40}.00", "escrow" = "0.00" }}\n'
    )


class Model:
    """One order of simpy: its parties come at their hours, and whoever is silent loses the wait for them."""

    def __init__(self, number: int) -> None:
        self.env = simpy.Environment()
        self.prices, hours = [20 + number % 50, 40, 30], number % 24
        self.balances = {"client": 0, "escrow": 0, "seller": 0}
        self.reason, self.steps = "", 0
        self.inbox = simpy.Store(self.env)
        self.env.process(self.parties([(day * times.DAY + hours * times.HOUR, words) for day, words in STEPS]))
        self.env.process(self.order())
        self.env.run(until=30 * times.DAY)

    def parties(self, steps: list[tuple[int, str]]) -> Generator[Any, Any, None]:
        for at, words in steps:
            yield self.env.timeout(at - self.env.now)
            yield self.inbox.put(words.split()[1])

    def move(self, source: str, target: str, amount: int) -> None:
        self.balances[source] -= amount
        self.balances[target] += amount

    def order(self) -> Generator[Any, Any, None]:
        yield self.inbox.get()
        self.steps += 1
        for price in self.prices:
            self.move("client", "escrow", price)
            answer = "revise"
            while answer == "revise":
                yield self.inbox.get()  # the delivery
                word, silence = self.inbox.get(), self.env.timeout(REVIEW)
                told = yield word | silence
                answer = told[word] if word in told else "silence"  # noqa: SIM401 - it has no get
                self.steps += 2
            self.move("escrow", "seller", price)
            if answer == "silence":
                self.reason = "review-expired"
                return


def timeline(number: int) -> Order:
    """The same order by `act` alone: no store, no words."""
    milestones = [
        MilestoneTerms(name, 4, price * 100, 1) for name, price in zip("ABC", (20 + number % 50, 40, 30), strict=True)
    ]
    terms = Terms(OrderType.MILESTONES, "maria", "ana", "A website", tuple(milestones), STANDARD)
    outcome = act.place(1, terms, at=START + number % 24 * times.HOUR)
    for day, words in STEPS[1:]:
        at = START + day * times.DAY + number % 24 * times.HOUR
        for action in [Action(word.strip("-")) for word in words.split()[1:] if word != "job"]:
            actor, args = ACTORS[action][0], {"links": LINKS} if action is Action.DELIVER else {}
            outcome = act.act(outcome.order, action, actor=actor, at=at, **args)
    return act.fire(outcome.order).order


def test_the_timelines_by_act_alone_beside_a_model_of_simpy(beside: Measure) -> None:
    for number in range(50):
        order, model = timeline(number), Model(number)
        assert (order.reason, len([m for m in order.milestones if m.approved_by])) == (model.reason, 2)
    beside(
        f"the timelines of {STORIES:,} stories by `act` alone beside a model of simpy",
        lambda: [timeline(number) for number in range(STORIES)], lambda: [Model(number) for number in range(STORIES)],
        wanted=1.5, rounds=5,
    )  # fmt: skip


def test_the_stories_of_the_rules_beside_their_rows_by_hand(beside: Measure, note: Callable[[str], None]) -> None:
    stories = [load(str(path)) for path in sorted(RULES_STORIES.glob("*.toml"))]
    by_hand = []
    for story in stories:
        db = stores.create_memory(start=story.start, policy=story.policy)
        assert play_in(story, db, run_command).passed
        by_hand.append(story_by_hand_helpers.written(story, db))
        db.close()
    seconds: list[float] = []

    def timed() -> None:
        begin = time.perf_counter()
        for story in stories:
            play_file(story)
        seconds.append(time.perf_counter() - begin)

    beside(
        f"the {len(stories)} stories of tests/scenarios beside their rows written by hand",
        timed, lambda: story_by_hand_helpers.write(by_hand), wanted=5, rounds=7,
    )  # fmt: skip
    note(f"{1000 * min(seconds) / len(stories):.1f} ms a story of tests/scenarios; 45 ms in the first version")


def test_a_thousand_files_in_two_processes_beside_one(tmp_path: Path, beside: Measure) -> None:
    for number in range(STORIES):
        (tmp_path / f"story-{number}.toml").write_text(text(number))

    def run(jobs: int) -> Callable[[], None]:
        words = [sys.executable, "-m", "milepost", "scenario", "run", str(tmp_path), "--quiet", "--jobs", str(jobs)]
        return lambda: subprocess.run(words, check=True, capture_output=True) and None

    name = f"{STORIES:,} files with `--jobs 2` beside `--jobs 1`"
    beside(name, run(2), run(1), wanted=1 / 1.7, rounds=3)


def test_a_thousand_scenario_files_beside_a_model_of_simpy(beside: Measure, note: Callable[[str], None]) -> None:
    texts = [text(number) for number in range(STORIES)]

    def scenarios() -> list[PlayedView]:
        return [play_file(file.parse(one, "story.toml", grammar.read)) for one in texts]

    def models() -> list[Model]:
        return [Model(number) for number in range(STORIES)]

    some = (play_file(file.parse(one, "story.toml", grammar.read)) for one in texts[:50])
    for view, model in zip(some, models(), strict=False):
        assert view.passed
        assert model.reason == view.orders[0].reason
        assert model.balances["seller"] == model.prices[0] + model.prices[1]
    seconds: list[float] = []

    def timed() -> None:
        begin = time.perf_counter()
        scenarios()
        seconds.append(time.perf_counter() - begin)

    beside("1,000 scenario files beside a hand-written simpy model", timed, models, wanted=1_000, rounds=ROUNDS)
    steps = STORIES * (len(STEPS) + TIMERS)
    note(f"{steps / min(seconds):,.0f} steps a second of 1,000 scenario files")
