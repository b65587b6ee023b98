"""Hypothesis drives the makers of inputs by a `Random` of its own, and cuts down what fails."""

from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from proof import case_helpers


class Falsified(Exception):
    """What Hypothesis found."""


def falsified(kind: str, shop: Path, examples: int, begin: int) -> str | None:
    """The smallest input that Hypothesis finds to fail, with what is wrong; None if it finds none."""
    arena = case_helpers.arena_of(shop)

    @seed(begin)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def is_answered(random: Random) -> None:
        case = case_helpers.MAKERS[kind](random, shop)
        findings = arena.judge(case)
        if findings:
            raise Falsified(f"{findings[0]}: {case_helpers.text_of(case)}")

    try:
        is_answered()
    except Falsified as error:
        return str(error)
    return None
