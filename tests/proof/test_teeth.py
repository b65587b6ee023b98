"""The judges of this folder notice what they are there to notice."""

from pathlib import Path

import pytest

from proof import teeth_helpers
from proof.pool_helpers import Workers


@pytest.mark.parametrize("kind", [*teeth_helpers.MISBEHAVIOURS])
def test_a_program_that_misbehaves_is_noticed(workers: Workers, shop: Path, kind: str) -> None:
    assert kind in workers.one(teeth_helpers.noticed, kind, shop)


@pytest.mark.parametrize("how", [*teeth_helpers.SPOILINGS])
def test_a_store_that_a_kill_has_spoilt_is_noticed(workers: Workers, shop: Path, how: str) -> None:
    assert workers.one(teeth_helpers.faults_of_spoilt, shop, how) != []
