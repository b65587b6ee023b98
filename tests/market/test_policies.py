"""A store's policy: chosen once, shown in rules and refusals, kept by each order for life."""

from pathlib import Path

import pytest
import store_helpers
from cli.shell_helpers import START, Shell

from market.conftest import Opens
from market.desk_helpers import Desk
from milepost import data
from milepost.files import documents

MINE = """\
name = "mine"            # what differs from the standard policy
review_hours = 49
continue_hours = "unlimited"
resolution_hours = 6
clearance_days = 3
offer_milestones_max = 3
milestone_price_min_cents = 2_500
seller_fee_bp = 1_250
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A policy file of one's own."""
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return path


def rule(desk: Desk, id: str, *words: str) -> str:
    """What a rule says."""
    (text,) = [one["text"] for one in desk.json("rules", *words) if one["id"] == id]
    return str(text)


@pytest.mark.parametrize("name", ["standard", "terms-2024", "escrow-14d"])
def test_an_order_keeps_the_policy_of_its_store_s_init(opens: Opens, name: str) -> None:
    desk = opens("--policy", name)
    order = desk.place("A:5:60", "B:5:50")
    with desk.opened() as db:
        assert store_helpers.order_of(db, order).terms.policy == documents.policy(name)


def test_an_order_keeps_the_numbers_of_a_policy_file_that_changes_or_goes_away(opens: Opens, mine: Path) -> None:
    wanted = documents.policy(str(mine))
    desk = opens("--policy", str(mine))
    desk.place("A:5:60", "B:5:50")
    mine.write_text(MINE.replace("49", "500"))
    desk.do("deliver")
    assert desk.show()["deadline_at"] == "2026-01-07T10:00:00Z"
    mine.unlink()
    desk.do("approve")
    assert (desk.show()["policy"], desk.show()["deadline_at"]) == ("mine", None)
    with desk.opened() as db:
        assert store_helpers.order_of(db, 1).terms.policy == wanted


def test_a_store_works_by_the_numbers_of_its_own_policy(opens: Opens, mine: Path) -> None:
    desk = opens("--policy", str(mine))
    desk.place("A:5:60", "B:5:50")
    told = desk.json("resolution open --order 1 --milestone 1 --by client --reason late")
    assert told["answer_by"] == "2026-01-05T15:00:00Z"
    desk.ok("resolution decline 1")
    desk.do("deliver", "tick 48h59m59s")
    assert desk.end() == ("active", None)
    desk.do("tick 1s")
    assert desk.end() == ("completed", "review-expired")
    assert desk.balances()["seller:maria:pending"] == 5_250
    desk.do("tick 3d")
    assert desk.balances()["seller:maria:available"] == 5_250


@pytest.mark.parametrize(
    ("milestones", "rule_id", "number"),
    [
        (("A:5:60", "B:5:50", "C:5:50", "D:5:50"), "offer-milestones-max", "at most 3"),
        (("A:5:60", "B:5:24.99"), "offer-milestone-price", "$25.00"),
    ],
)
def test_refusals_name_the_numbers_of_the_store_s_policy(
    opens: Opens, mine: Path, milestones: tuple[str, ...], rule_id: str, number: str
) -> None:
    desk = opens("--policy", str(mine))
    words = [word for one in milestones for word in ("--milestone", one)]
    told = desk("offer create --gig 1 --client ana", *words)
    assert (told.code, told.rules) == (4, [rule_id])
    assert number in told.err


def test_explain_names_the_numbers_of_the_order_s_policy(opens: Opens, mine: Path) -> None:
    desk = opens("--policy", str(mine))
    desk.place("A:5:60", "B:5:50")
    choices = desk.json("order explain 1")["choices"]
    asked = {one["leads_to"] for one in choices if one["action"] == "open-cancel"}
    assert asked == {"the other party has 6 hours to answer"}


def test_rules_tell_the_numbers_of_the_store_s_policy_or_of_another(opens: Opens, mine: Path) -> None:
    desk = opens("--policy", "terms-2024")
    for words, seller_fee, wait, most in (
        ((), "20 %", "10 days after the approval", 6),
        (("--policy", "standard"), "0 %", "8 days after the delivery", 5),
        (("--policy", "escrow-14d"), "0 %", "without limit", 5),
        (("--policy", str(mine)), "12.5 %", "without limit", 5),
    ):
        assert f"the seller fee ({seller_fee})" in rule(desk, "money-release", *words)
        assert wait in rule(desk, "continue-window", *words)
        assert f"at most {most} milestones" in rule(desk, "gig-milestones-max", *words)
    assert "$3.00 under $100.00" in rule(desk, "money-charge")
    assert "5.5 %" in rule(desk, "money-charge")
    assert "2d 1h" in rule(desk, "review-window", "--policy", str(mine))
    assert "6 hours" in rule(desk, "cancel-channel", "--policy", str(mine))


def test_rules_without_a_store_are_the_standard_policy_s(empty_shell: Shell) -> None:
    told = {one["id"]: one["text"] for one in empty_shell.json("rules")}
    assert "a review of 8 days" in told["review-window"]
    assert not empty_shell.db.exists()


def test_policies_are_listed_and_shown_with_every_number(desk: Desk, mine: Path) -> None:
    listed = {one["name"]: one["numbers"] for one in desk.json("policy list")}
    assert listed.keys() == {"standard", "terms-2024", "escrow-14d"}
    for name, numbers in listed.items():
        assert desk.json(f"policy show {name}")["numbers"] == numbers
        assert numbers == documents.policy(name).numbers()
    shown = desk.json("policy show", str(mine))
    assert (shown["name"], shown["numbers"]["review_hours"], shown["numbers"]["continue_hours"]) == ("mine", 49, None)
    for number in listed["standard"]:
        assert number in desk.ok("policy list").out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("review_hour = 49", ":1:1: review_hour: this key is not known"),
        ("review_hours = 49\nclearance_days = -1", ":2:1: clearance_days: "),
        ('review_hours = 49\n\nseller_fee_bp = "20 %"', ":3:1: seller_fee_bp: "),
        ("review_hours = 49.5", ":1:1: review_hours: "),
        ("review_hours = true", ":1:1: review_hours: "),
        ("seller_fee_bp = 10_001", ":1:1: seller_fee_bp: "),
        ("review_hours = 0", ":1:1: review_hours: "),
        ('continue_hours = "forever"', ":1:1: continue_hours: "),
        ('continue_from = "yesterday"', ":1:1: continue_from: "),
        ("review_hours = \nclearance_days = 3", ":1:16: "),
    ],
)
def test_a_fault_of_a_policy_file_is_told_with_its_line_and_no_store_is_made(
    empty_shell: Shell, tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    for line in (f"init --start {START} --policy", "policy show", "rules --policy"):
        answer = empty_shell(line, str(path))
        assert (answer.code, answer.out) == (6, "")
        assert f"bad.toml{told}" in answer.err
    assert not empty_shell.db.exists()


NUMBERS = {"standard": "review_hours", "terms-2024": "clearance_days", "escrow-14d": "review_hours"}


@pytest.mark.parametrize(("name", "number"), NUMBERS.items())
def test_a_policy_file_does_not_take_a_shipped_name_for_other_numbers(
    empty_shell: Shell, tmp_path: Path, name: str, number: str
) -> None:
    path = tmp_path / "mine.toml"
    text = data.text("policies", f"{name}.toml")
    numbers = documents.policy(name).numbers()
    lines = [line for line in text.splitlines() if not line.startswith(number)]
    other = "\n".join([*lines, f"{number} = {numbers[number] + 1}"])
    path.write_text(other)
    line = next(at for at, one in enumerate(other.splitlines(), start=1) if one.startswith("name"))
    for words in (f"init --start {START} --policy", "policy show", "rules --policy"):
        told = empty_shell(words, str(path))
        assert (told.code, told.out) == (6, "")
        assert f"mine.toml:{line}:1: {name!r} is the name of a policy that ships with other numbers" in told.err
    assert not empty_shell.db.exists()

    path.write_text(other.replace(f'"{name}"', f'"my-{name}"'))
    assert empty_shell.json("policy show", str(path))["name"] == f"my-{name}"
    path.write_text(text)
    assert empty_shell.json("policy show", str(path))["numbers"] == numbers


def test_a_policy_file_without_a_name_is_a_custom_one_whatever_its_numbers(empty_shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("review_hours = 10")

    assert empty_shell.json("policy show", str(path))["name"] == "custom"


@pytest.mark.parametrize(
    ("policy", "faults"),
    [
        ('{ name = "standard", review_hours = 191 }', 1),
        ('{ name = "standard", review_hours = 192 }', 0),
        ('{ name = "terms-2024" }', 1),
        ('{ name = "strict", review_hours = 191 }', 0),
        ('{ name = "standard", edition = 1 }', 0),
        ('{ name = "standard", edition = 1, review_hours = 191 }', 1),
        ('"standard"', 0),
    ],
)
def test_a_story_s_own_numbers_do_not_take_a_shipped_name(
    empty_shell: Shell, tmp_path: Path, policy: str, faults: int
) -> None:
    path = tmp_path / "story.toml"
    path.write_text(f'[scenario]\ntitle = "A"\nstart = 2026-01-05\npolicy = {policy}\n')
    told = empty_shell("scenario check", str(path))

    assert told.code == (6 if faults else 0)
    assert told.err.count("that ships with other numbers") == faults
    assert told.err.count("story.toml:4:1: ") == faults


def test_all_faults_of_a_policy_file_are_told_at_once(empty_shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('review_hours = -1\ncontinue_form = 3\ncontinue_from = "x"\n')
    told = empty_shell("init --policy", str(path))
    assert "did you mean continue_from?" in told.err
    lines = [line for line in told.err.splitlines() if line.startswith("error: ")]
    assert [line.split("bad.toml:")[1].split(":")[0] for line in lines] == ["1", "2", "3"]


@pytest.mark.parametrize("name", ["nope", "nope.toml", "."])
def test_a_policy_that_is_not_there_is_named_and_no_store_is_made(empty_shell: Shell, name: str) -> None:
    told = empty_shell(f"init --policy {name}")
    assert (told.code, told.out) == (6, "")
    assert name in told.err
    assert not empty_shell.db.exists()


@pytest.fixture
def empty_shell(tmp_path: Path) -> Shell:
    """A shell whose store is not made yet."""
    return Shell(tmp_path / "none.db")
