"""A desk on a store of its own; at a test's end every history replays to what is stored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import store_helpers

from market.desk_helpers import Desk

Opens = Callable[..., Desk]


@pytest.fixture(scope="session")
def made() -> dict[tuple[str, ...], bytes]:
    """New stores with one gig, by the options of their `init`: making them takes longer than a copy."""
    return {}


@pytest.fixture
def opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: dict[tuple[str, ...], bytes]) -> Iterator[Opens]:
    """Opens a desk on a new store, with these options of `init`; each store must be sound at the end."""
    monkeypatch.setenv("COLUMNS", "80")
    desks: list[Desk] = []

    def open_desk(*options: str) -> Desk:
        desks.append(Desk(tmp_path / f"store-{len(desks)}.db"))
        if options not in made:
            desks[-1].init(*options)
            assert desks[-1].gig() == 1
            made[options] = desks[-1].db.read_bytes()
        desks[-1].db.write_bytes(made[options])
        return desks[-1]

    yield open_desk
    for desk in desks:
        with desk.opened() as db:
            store_helpers.assert_sound(db)


@pytest.fixture
def desk(opens: Opens) -> Desk:
    """A desk under the standard policy, its clock at `cli.shell.START`."""
    return opens()
