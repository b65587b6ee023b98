"""Each limit at its edge and one past it, through the command line."""

import pytest

from cli.shell_helpers import Shell

PARTS = tuple(f"Part {number}:1:25" for number in range(1, 8))


def add_milestones(shell: Shell, count: int) -> None:
    """Give gig 1 some milestones."""
    for number in range(1, count + 1):
        shell.ok(f"gig add-milestone 1 --days 2 --name 'Part {number}'")


def send(shell: Shell, *milestones: str) -> tuple[str, ...]:
    """The words that send an offer of gig 1."""
    return ("offer create --gig 1 --client ana", *(word for one in milestones for word in ("--milestone", one)))


def test_a_gig_takes_five_milestones_and_no_sixth(shell: Shell) -> None:
    shell.gig()
    add_milestones(shell, 5)
    assert shell.refused("gig add-milestone 1 --days 2 --name 'Part 6'") == "gig-milestones-max"
    assert [one["name"] for one in shell.json("gig show 1")["milestones"]] == [f"Part {n}" for n in range(1, 6)]


def test_a_gig_with_one_milestone_is_a_draft_and_with_two_it_is_complete(shell: Shell) -> None:
    shell.gig()
    add_milestones(shell, 1)
    assert [one["rule"] for one in shell("gig check 1 --json").json["missing"]] == ["gig-milestones-min"]
    add_milestones(shell, 1)
    assert shell.json("gig check 1")["complete"] is True


@pytest.mark.parametrize("count", [2, 6])
def test_an_offer_takes_two_to_six_milestones(shell: Shell, count: int) -> None:
    shell.gig()
    assert len(shell.json(*send(shell, *PARTS[:count]))["milestones"]) == count


@pytest.mark.parametrize(("count", "rule"), [(1, "offer-milestones-min"), (7, "offer-milestones-max")])
def test_an_offer_takes_neither_one_nor_seven(shell: Shell, count: int, rule: str) -> None:
    shell.gig()
    assert shell.refused(*send(shell, *PARTS[:count])) == rule
    assert shell.json("offer list") == []


@pytest.mark.parametrize("days", [1, 30])
def test_a_milestone_of_an_offer_lasts_one_to_thirty_days(shell: Shell, days: int) -> None:
    shell.gig()
    assert shell.json(*send(shell, f"A:{days}:5", "B:1:5"))["milestones"][0]["days"] == days


@pytest.mark.parametrize("days", [0, 31])
def test_a_milestone_of_an_offer_lasts_neither_none_nor_thirty_one_days(shell: Shell, days: int) -> None:
    shell.gig()
    assert shell.refused(*send(shell, f"A:{days}:5", "B:1:5")) == "offer-milestone-days"


def test_a_workflow_needs_a_basic_package_of_exactly_a_hundred_dollars_or_more(shell: Shell) -> None:
    shell.gig(basic="100.00:7")
    add_milestones(shell, 2)
    shell.gig(basic="99.99:7")
    assert shell.refused("gig add-milestone 2 --days 2 --name A") == "gig-basic-price"
    assert shell.json("gig show 2")["milestones"] == []


def test_an_offer_s_milestone_costs_a_cent_at_least_and_a_million_at_most(shell: Shell) -> None:
    shell.gig()
    shell.ok(*send(shell, "A:1:0.01", "B:1:1000000.00"))
    for bad in ("A:1:0", "A:1:0.00", "A:1:0.001", "A:1:1000000.01", "A:1:1.999"):
        assert shell.refused(*send(shell, bad, "B:1:5")) == "money-bounds"


def test_a_workflow_needs_an_eligible_subcategory_in_whatever_letter_case(shell: Shell) -> None:
    shell.gig(subcategory="  LOGO design ")
    assert shell.json("gig show 1")["subcategory"] == "Logo Design"
    add_milestones(shell, 2)
    shell.gig(subcategory="Logo Desing")
    told = shell("gig add-milestone 2 --days 2 --name A")
    assert told.rules == ["gig-subcategory"]
    assert "Logo Design" in told.err


@pytest.mark.parametrize(("subcategory", "rules"), [("Logo Design", []), ("Knitting", ["offer-subcategory"])])
def test_an_offer_of_milestones_needs_an_eligible_subcategory_but_no_basic_price(
    shell: Shell, subcategory: str, rules: list[str]
) -> None:
    shell.gig(basic="5:1", subcategory=subcategory)
    assert shell(*send(shell, "A:1:5", "B:1:5")).rules == rules


def test_a_second_before_eight_days_the_client_may_still_answer(working: Shell) -> None:
    working.ok("order deliver 1")
    working.ok("order tick --by +7d23h59m59s")
    told = working.json("order revise 1")
    assert (told["phase"], told["now"]) == ("revising", "2026-01-13T08:59:59Z")


def test_at_eight_days_exactly_the_timer_has_won(working: Shell) -> None:
    working.ok("order deliver 1")
    (fired,) = working.json("order tick --by +8d")["fired"]
    assert fired["at"] == "2026-01-13T09:00:00Z"
    assert working.refused("order revise 1") == "stop-final"
    assert working.json("order show 1")["reason"] == "review-expired"


def test_an_approved_milestone_is_continued_until_a_second_before_eight_days_after_its_delivery(working: Shell) -> None:
    working.ok("order deliver 1")
    working.ok("order tick --by +1d")
    working.ok("order approve 1")
    working.ok("order tick --by +6d23h59m59s")
    assert working.json("order continue 1")["phase"] == "working"


def test_a_revision_is_allowed_as_often_as_agreed(shell: Shell) -> None:
    shell.order("A:5:60:2", "B:4:50")
    for _ in range(2):
        shell.ok("order deliver 1")
        shell.ok("order revise 1")
    shell.ok("order deliver 1")
    assert shell.refused("order revise 1") == "revision-allowance"


def test_the_last_delivery_needs_a_file_or_a_link_and_the_others_do_not(shell: Shell) -> None:
    shell.order("A:5:60", "B:4:50")
    shell.ok("order deliver 1")
    shell.ok("order approve 1 --continue")
    told = shell("order deliver 1 --message done")
    assert told.rules == ["deliver-final"]
    shell.ok("order deliver 1 --file", __file__)
    assert shell.json("order show 1")["phase"] == "review"


def test_approve_and_continue_do_both_or_neither(shell: Shell) -> None:
    shell.order("A:5:60", "B:4:50")
    shell.ok("order deliver 1")
    shell.ok("order approve 1 --continue")
    shell.ok("order deliver 1 --link https://example.com")
    before = shell.json("order show 1")
    assert shell("order approve 1 --continue").code == 4
    assert shell.json("order show 1") == before


def test_an_offer_expires_at_its_instant_and_not_a_second_before(shell: Shell) -> None:
    shell.gig()
    for _ in range(2):
        shell.ok("offer create --gig 1 --client ana --price 5 --days 1 --expires +2d")
    shell.ok("order tick --by +1d23h59m59s")
    shell.ok("offer accept 1")
    shell.ok("order tick --by 1s")
    assert shell.refused("offer accept 2") == "offer-lifecycle"
    assert shell.json("offer show 2")["status"] == "expired"


@pytest.mark.parametrize(
    ("title", "rules"), [("x" * 80, []), ("x" * 81, ["names"]), ("", ["names"]), ("  ", ["names"])]
)
def test_a_title_holds_one_to_eighty_characters(shell: Shell, title: str, rules: list[str]) -> None:
    told = shell("gig create --seller maria --subcategory 'Logo Design' --basic 5:1 --title", title)
    assert told.rules == rules


@pytest.mark.parametrize(
    ("handle", "rules"), [("a" * 40, []), ("a" * 41, ["names"]), ("Ana", ["names"]), ("maria", ["names"])]
)
def test_a_handle_holds_forty_small_characters_and_a_client_is_not_the_seller(
    shell: Shell, handle: str, rules: list[str]
) -> None:
    shell.gig()
    assert shell("offer create --gig 1 --price 5 --days 1 --client", handle).rules == rules
