"""Random damage to the file: the doctor ends, says what it found, and misses nothing that a history is held against."""

import time
from collections import Counter
from pathlib import Path
from shutil import copyfile

import pytest
from cli.shell_helpers import Shell

from doctor.damage_helpers import GUARDED, damage, meaning

FILES, SECONDS = 140, 5.0


@pytest.mark.slow
def test_random_damage_is_found_wherever_something_is_held_against_it(untouched: Path, tmp_path: Path) -> None:
    whole, guarded = meaning(untouched), meaning(untouched, GUARDED)
    counts, missed = Counter[str](), []
    for seed in range(FILES):
        path = Path(copyfile(untouched, tmp_path / "store.db"))
        done, before = damage(path, seed), time.monotonic()
        told = Shell(path)("doctor --json")
        assert time.monotonic() - before < SECONDS, done
        assert told.code in (0, 6, 7), (done, told)
        assert bool(told.err) == (told.code == 6), (done, told)
        found = told.code != 0
        if meaning(path) == whole:
            counts["the same is read, and was found" if found else "the same is read"] += 1
        elif found:
            counts["found"] += 1
        elif meaning(path, GUARDED) == guarded:
            counts["another text of what has no history"] += 1
        else:
            missed.append(done)
    assert missed == []
    assert counts["found"] > FILES / 3
