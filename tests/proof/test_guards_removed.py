"""Each guard is there for something: on a copy of the program, with one guard taken out, some test fails."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from proof import guarded_helpers, report_helpers
from proof.conftest import Reports
from proof.guard_helpers import ROOT, Copy, Guard
from proof.report_helpers import Size

# What nobody misses when it alone is gone, and why it stands there.
SURVIVORS: Mapping[str, str] = {
    'store/db.py PRAGMAS: "PRAGMA cache_size = -32000"': "it makes bulk ticks fast and refuses nothing",
}
GUARDS = guarded_helpers.all_guards()
FILES = sorted({guard.file for guard in GUARDS})


@pytest.fixture
def copy() -> Iterator[Copy]:
    """A copy of the program with all its guards."""
    with TemporaryDirectory(prefix="milepost-guards-") as folder:
        yield Copy(Path(folder))


def chosen(size: Size) -> list[Guard]:
    """As many guards as are to be removed: all in the long form, else some of everywhere."""
    return Random(size.seed).sample(GUARDS, min(size.guards, len(GUARDS)))


def test_every_guard_has_a_name_of_its_own_and_is_there() -> None:
    names = [guard.name for guard in GUARDS]
    assert len(names) == len(set(names)) > 200
    assert set(SURVIVORS) <= set(names)
    for guard in GUARDS:
        assert guard.without, guard.name
        for test in guard.tests:
            assert not test.startswith("tests/") or (ROOT / test.partition("::")[0]).is_file(), test


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_without_any_one_guard_some_test_fails(
    file: str, size: Size, copy: Copy, reports: Reports, request: pytest.FixtureRequest
) -> None:
    caught, faults = list[str](), list[str]()
    guards = [guard for guard in chosen(size) if guard.file == file]
    for guard in guards:
        test = copy.catching(guard)
        report_helpers.note_guard(request, guard.name, test or f"nothing: {SURVIVORS.get(guard.name, 'it is missed')}")
        if test is not None:
            caught.append(test)
        if (test is None) is not (guard.name in SURVIVORS):
            faults.append(f"{guard.name}: {test or 'no test fails without it'}")

    if guards:
        reports(f"guards removed from {file}", len(guards), len(faults))
    if caught:
        assert copy.failing(tuple(dict.fromkeys(caught))) is None, "it fails with all guards, too"
    assert not faults, "\n".join(faults)
