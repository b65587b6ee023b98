"""A shop on a store of its own; at a test's end its books balance and every history replays."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import store_helpers
from cli.conftest import new_store
from cli.shell_helpers import START, Shell

from shop.shop_helpers import GIG, Shop

__all__ = ["new_store"]

Opens = Callable[..., Shop]


@pytest.fixture(scope="session")
def store_with_gig(new_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the gig of `GIG`, to be copied."""
    made = Shell(copyfile(new_store, tmp_path_factory.mktemp("gig") / "store.db"))
    assert made("gig create --from -", stdin=GIG.encode()).id == 1
    return made.db


@pytest.fixture
def opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_store: Path, store_with_gig: Path) -> Iterator[Opens]:
    """Opens a shop on a new store: empty, with gig 1, or made with a policy; each must be sound at the end."""
    monkeypatch.setenv("COLUMNS", "80")
    shops: list[Shop] = []

    def open_shop(*, gig: bool = False, policy: str | None = None) -> Shop:
        one = Shop(tmp_path / f"store-{len(shops)}.db")
        shops.append(one)
        if policy is None:
            copyfile(store_with_gig if gig else new_store, one.db)
            return one
        one.ok(f"init --start {START} --policy {policy}")
        if gig:
            one.create(GIG)
        return one

    yield open_shop
    for one in shops:
        with one.opened() as db:
            store_helpers.assert_sound(db)


@pytest.fixture
def empty_shop(opens: Opens) -> Shop:
    """A shop without gigs, under the standard policy."""
    return opens()


@pytest.fixture
def shop(opens: Opens) -> Shop:
    """A shop with gig 1 of maria: three packages, three milestones by weights, a question."""
    return opens(gig=True)
