"""Every file in `sample_data/` is for a newcomer to run at once, and is run here."""

from pathlib import Path

import pytest

from shop.shop_helpers import Shop

SAMPLES = Path(__file__).parents[2] / "sample_data"
GIGS = sorted((SAMPLES / "gigs").glob("*.toml"))
OFFERS = sorted((SAMPLES / "offers").glob("*.toml"))
SCENARIOS = sorted(SAMPLES.glob("*.toml"))
OF_GIG_1 = SAMPLES / "gigs" / "character-animation.toml"


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def test_there_is_a_test_for_every_sample() -> None:
    files = [path for path in SAMPLES.rglob("*") if path.is_file() and path.name != "README.md"]

    assert sorted(files) == sorted([*GIGS, *OFFERS, *SCENARIOS])
    assert min(len(GIGS), len(OFFERS), len(SCENARIOS)) >= 4


@pytest.mark.parametrize("path", GIGS, ids=names(GIGS))
def test_a_sample_gig_is_complete_and_each_package_of_it_can_be_ordered(empty_shop: Shop, path: Path) -> None:
    assert empty_shop.ok("gig create --from", str(path)).id == 1
    assert empty_shop.lacks() == []
    for package in empty_shop.gig_told()["packages"]:
        order = empty_shop.show(empty_shop.buy(package["tier"]))
        assert sum(one["price_cents"] for one in order["milestones"]) == package["price_cents"]
    assert empty_shop.ok("gig show 1 --client").out


@pytest.mark.parametrize("path", GIGS, ids=names(GIGS))
def test_a_sample_gig_that_is_exported_makes_the_same_gig(empty_shop: Shop, path: Path) -> None:
    empty_shop.ok("gig create --from", str(path))
    text = empty_shop.ok("gig export 1").out
    empty_shop.create(text)

    assert empty_shop.ok("gig export 2").out == text
    assert empty_shop.gig_told(2) == empty_shop.gig_told(1) | {"id": 2}


@pytest.mark.parametrize("path", OFFERS, ids=names(OFFERS))
def test_a_sample_offer_is_sent_has_nothing_unwise_is_forecast_and_accepted(empty_shop: Shop, path: Path) -> None:
    empty_shop.ok("gig create --from", str(OF_GIG_1))
    assert empty_shop.ok("offer create --from", str(path)).id == 1
    offer = empty_shop.json("offer show 1")
    prompt = empty_shop.json("offer forecast 1")["courses"][0]

    assert (prompt["client"], prompt["released_cents"]) == ("prompt", offer["total_cents"])
    assert empty_shop.json("offer check 1")["findings"] == []
    empty_shop.ok("offer accept 1")
    assert empty_shop.show()["type"] == offer["type"]


@pytest.mark.parametrize("path", SCENARIOS, ids=names(SCENARIOS))
def test_a_sample_scenario_goes_as_written(empty_shop: Shop, path: Path) -> None:
    before = empty_shop.digest()
    told = empty_shop(f"demo {path}")

    assert (told.code, told.err) == (0, ""), told
    assert empty_shop.digest() == before
