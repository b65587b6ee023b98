"""Whatever single thing is changed in a store behind the program's back, the doctor names it."""

from pathlib import Path

import pytest
from store import kept_helpers

from doctor.tamper_helpers import TAMPERINGS, Tampering
from milepost.market import doctor
from milepost.views.doctor import DoctorView


def told(view: DoctorView) -> str:
    """What was found, a line each."""
    return "\n".join(f"{one.check}, order {one.order}: {one.fault}" for one in view.findings)


def test_nothing_is_found_in_a_store_that_nobody_touched(rich: Path) -> None:
    view = doctor.examine(rich)
    assert view.sound, told(view)
    assert view.checked["orders"] == 7


@pytest.mark.parametrize("kept", kept_helpers.KEPT, ids=lambda kept: kept.stem)
def test_nothing_is_found_in_a_store_that_has_climbed(kept: Path, tmp_path: Path) -> None:
    view = doctor.examine(kept_helpers.copied(kept, tmp_path))
    assert view.sound, told(view)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.name.replace(" ", "-"))
def test_a_change_behind_the_program_is_named_with_its_order_and_what_can_be_done(
    rich: Path, tampering: Tampering
) -> None:
    tampering.do(rich)
    view = doctor.examine(rich)
    assert (tampering.check, tampering.order) in [(one.check, one.order) for one in view.findings], told(view)
    assert all(one.fault and one.remedy for one in view.findings)


def test_there_are_more_than_thirty_kinds_each_of_its_own() -> None:
    assert len({one.name for one in TAMPERINGS}) == len(TAMPERINGS) >= 30
