"""What is wrong in a file is told all at once, with line or rule; and a faulty file makes nothing."""

import json

import pytest

from shop.shop_helpers import GIG, OFFER, Shop


def told_lines(shop: Shop, noun: str, text: str) -> list[str]:
    """The fault lines of a file that cannot be read; nothing is stored."""
    before = shop.digest()
    told = shop(f"{noun} create --from -", stdin=text.encode())
    assert (told.code, told.out) == (6, ""), told
    assert shop.digest() == before
    return told.err.splitlines()


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_every_fault_of_a_gig_file_is_told_with_its_line(shop: Shop) -> None:
    bad = GIG
    for good, wrong in (
        ('price = "150.00"', 'price = "150.001"'), ('title = "A logo"', "title = 7"), ("days = 12", 'days = "12"'),
        ("zoom = true", "zom = true"), ("weight = 2", "weight = 2.5"), ('packages = ["premium"]\n', "packages = 3\n"),
        ('answer = "SVG, PDF, PNG"', ""),
    ):  # fmt: skip
        assert good in bad
        bad = bad.replace(good, wrong)
    places = {line.split(": ")[1].split(":", 1)[1].split(":")[0] for line in told_lines(shop, "gig", bad)}

    wrong_lines = (
        'price = "150.001"',
        "title = 7",
        'days = "12"',
        "zom =",
        "weight = 2.5",
        "packages = 3\n",
        "[[faq]]",
    )
    assert places == {str(line_of(bad, part)) for part in wrong_lines}


def test_every_fault_of_an_offer_file_is_told_with_its_line_and_the_nearest_key(shop: Shop) -> None:
    bad = OFFER.replace('client = "ana"', "client = 5").replace("revisions = 1", "revision = 1", 1)
    lines = told_lines(shop, "offer", bad.replace('price = "40.00"', 'price = "0"'))

    assert [line.split(": ")[1] for line in lines] == [
        f"stdin:{line_of(bad, part)}:1" for part in ("client", "revision = 1", 'price = "40.00"')
    ]
    assert "did you mean revisions?" in lines[1]
    assert lines[2].endswith("[money-bounds]")


RULES = {
    "names": ('seller = "maria"', 'seller = "Maria"'),
    "gig-subcategory": ('"Logo Design"', '"Logo Desing"'),
    "gig-packages": ("days = 12", "days = 0"),
    "gig-basic-price": ('"150.00"', '"99.99"'),
    "gig-milestone-fields": ("days = 4", "days = 400"),
    "gig-price-split": ("weight = 2", "weight = 0"),
    "gig-substeps": ('"Mood board",', '"Mood board", { name = "Scan", packages = [] },'),
}


def test_all_rules_that_a_gig_file_breaks_are_told_at_once(shop: Shop) -> None:
    bad = GIG
    for good, wrong in RULES.values():
        assert good in bad
        bad = bad.replace(good, wrong)
    bad += '\n[[milestone]]\nname = "D"\ndays = 1\n' * 3
    before = shop.digest()
    told = shop("gig create --from -", stdin=bad.encode())

    assert (told.code, told.out) == (4, "")
    assert sorted(told.rules) == sorted([*RULES, "gig-milestones-max"])
    assert shop.digest() == before
    error = json.loads(shop("gig create --from - --json", stdin=bad.encode()).err)["error"]
    assert sorted([error["rule"], *(one["rule"] for one in error["also"])]) == sorted(told.rules)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_that_a_gig_file_breaks_is_told_alone(shop: Shop, rule: str) -> None:
    shop.refuses(rule, line="gig create --from -", stdin=GIG.replace(*RULES[rule]))


def test_a_milestone_of_a_package_that_the_gig_has_not_is_refused(shop: Shop) -> None:
    start, end = GIG.index("[package.premium]"), GIG.index("[[milestone]]")
    told = shop.refuses(
        "gig-substeps", "gig-milestone-fields", line="gig create --from -", stdin=GIG[:start] + GIG[end:]
    )

    assert "this gig has basic, standard" in told.err


def test_all_rules_that_an_offer_file_breaks_are_told_at_once(shop: Shop) -> None:
    bad = OFFER.replace('"ana"', '"maria"').replace("days = 5", "days = 31").replace('name = "Files"', 'name = ""')
    shop.refuses("names", "offer-milestone-days", "names", line="offer create --from -", stdin=bad)


def test_keys_of_another_type_in_an_offer_file_are_refused_by_the_rule(shop: Shop) -> None:
    mixed = OFFER.replace("\n\n[[", "\nprice = 5\ndays = 2\ncycles = 3\n\n[[", 1)
    shop.refuses("offer-type", "offer-type", "offer-type", line="offer create --from -", stdin=mixed)
    single = OFFER.replace('"milestones"', '"single"')
    shop.refuses("offer-type", line="offer create --from -", stdin=single)


@pytest.mark.parametrize("word", ["one-off", "Milestones", ""])
def test_an_offer_is_exactly_one_of_three_types(shop: Shop, word: str) -> None:
    (line,) = told_lines(shop, "offer", OFFER.replace('"milestones"', f'"{word}"'))

    assert line.startswith("error: stdin:3:1: type: ")
    assert all(type in line for type in ("single", "subscription", "milestones"))


def test_an_offer_of_a_gig_that_is_not_there_is_not_found(shop: Shop) -> None:
    before = shop.digest()

    assert shop("offer create --from -", stdin=OFFER.replace("gig = 1", "gig = 9").encode()).code == 3
    assert shop.digest() == before


@pytest.mark.parametrize("noun", ["gig", "offer"])
def test_a_file_that_is_not_there_is_told_and_makes_nothing(shop: Shop, noun: str) -> None:
    before = shop.digest()
    told = shop(f"{noun} create --from nowhere.toml")

    assert (told.code, told.out) == (6, "")
    assert told.err == "error: nowhere.toml: cannot be read: No such file or directory\n"
    assert shop.digest() == before
