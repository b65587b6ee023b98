"""What commands ask of SQLite: it finds all by an index, and takes as many steps in a big store as in a small one."""

from pathlib import Path
from shutil import copyfile

import pytest
from plan_helpers import is_walk, run, shop_among, walks
from proof import shop_helpers

from cli.tree_helpers import VERBS

FEW, MANY = 20, 200
COUNTED = 15  # steps that it takes to count, by an index, what is open of one stranger; `status` tells how many are

# Commands that look, with each of their options; the limit is below what each of the shops has of the common ones.
LOOKS = """
order list --limit 5
order list --limit 5 --status active
order list --limit 5 --status completed
order list --limit 5 --status cancelled
order list --limit 5 --phase review
order list --limit 5 --phase revising
order list --limit 5 --phase ended
order list --limit 5 --phase revising --status active
order list --limit 5 --phase review --status completed
order list --limit 5 --phase ended --status cancelled
order list --limit 5 --phase ended --status active
order list --limit 5 --seller maria
order list --limit 5 --client ana
order list --limit 5 --client nobody
order list --limit 5 --client ana --seller maria --status active --phase working
order list --limit 5 --late
order list --limit 5 --late --seller maria
order list --limit 5 --due-before +1s
order list --limit 5 --due-before +1s --status active
order list --limit 5 --due-before +1s --client ana
order show 3
order show 3 --at 2026-01-21
order history 3
order timers --limit 5
order timers 3
order explain 3
order timeline --limit 5
order timeline 3
order export 3
order what-if 3 deliver approve
offer list --limit 5
offer list --limit 5 --seller maria
offer list --limit 5 --client ana
offer list --limit 5 --client nobody
offer list --limit 5 --status sent
offer list --limit 5 --status expired
offer list --limit 5 --client ana --status sent
offer show 2
offer check 2
offer forecast 2
offer export 2
inbox list --limit 5
inbox list --limit 5 --for ana
inbox show 1
resolution list --limit 5
resolution list --limit 5 --state open
resolution list --limit 5 --state unanswered
resolution show 1
gig list --limit 5
gig list --limit 5 --seller maria
gig show 1
gig show 1 --client
gig check 1
gig export 1
template list
template show my-logo
ledger show --limit 5
ledger show --limit 5 --order 3
ledger show --limit 5 --account client:ana
ledger show --limit 5 --account escrow:3
ledger show --limit 5 --account seller:maria:pending
ledger show --limit 5 --account seller:maria:available
ledger show --limit 5 --account bank:maria
ledger show --limit 5 --account marketplace:fees
ledger show --limit 5 --account nobody
ledger balances --limit 5
ledger balances --limit 5 --all
ledger balances --limit 5 --at 2026-01-26T09:00Z
ledger balances --account client:ana
ledger balances --account escrow:1
ledger balances --account seller:maria:available --at 2026-01-21
ledger balances --account nobody
ledger balances --order 3
ledger balances --order 3 --at 2026-01-21
status
todo --limit 5
todo --limit 5 --for ana
todo --limit 5 --within 1h
order tick --next --dry-run
order tick --by 1s --dry-run
order tick --next
order tick --by 1s
""".strip().splitlines()
# What changes one thing, and where that is asked for. The shop's last steps have moved some on.
MOVES = [
    *(line for words, line in shop_helpers.WRITES.items() if words not in (
        "order approve", "order revise", "order report-stage", "order tick", "resolution open", "resolution accept",
        "resolution decline", "resolution withdraw", "resolution extend",
    )),
    "resolution accept 2",
]  # fmt: skip
READ_WHOLE = {"ledger check", "doctor", "backup"}  # they are asked to read everything


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same shop among few strangers and among many."""
    folder = tmp_path_factory.mktemp("shops")
    return shop_among(folder / "few.db", FEW), shop_among(folder / "many.db", MANY)


@pytest.fixture
def few_many(shops: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Copies of both, to do with as a test likes."""
    few, many = (Path(copyfile(shop, tmp_path / shop.name)) for shop in shops)
    return few, many


@pytest.mark.parametrize("line", [*LOOKS, *MOVES])
def test_a_command_walks_over_nothing_and_takes_as_long_among_many_as_among_few(
    few_many: tuple[Path, Path], line: str
) -> None:
    few, many = few_many
    sent = run(many, line)
    assert walks(many, sent) == []
    assert sent.steps <= 1.1 * run(few, line).steps + (100 if line != "status" else COUNTED * (MANY - FEW))


def test_what_accounts_hold_is_told_without_a_look_at_an_entry(few_many: tuple[Path, Path]) -> None:
    for line in ("ledger balances", "ledger balances --all", "ledger balances --account client:ana"):
        sent = run(few_many[0], line)
        assert any("FROM balances" in one for one in sent.statements)
        assert [one for one in sent.statements if "FROM ledger" in one] == []


@pytest.mark.parametrize(("at", "read"), [("2026-01-05T09:00Z", "at <="), ("2026-01-20T09:00Z", "at >")])
def test_what_accounts_held_is_told_by_the_entries_on_the_side_where_there_are_fewer(
    tmp_path: Path, at: str, read: str
) -> None:
    shop = shop_helpers.build_shop(tmp_path / "shop.db")
    for line in ("order tick --by +1d", "ledger withdraw --seller maria --amount 10"):
        run(shop, line)
    sent = run(shop, f"ledger balances --at {at}")
    summed = [one for one in sent.statements if "UNION ALL" in one]
    assert {" ".join(one.partition("WHERE ")[2].split()[:2]) for one in summed} == {read}


def test_every_option_of_every_command_that_looks_at_a_store_is_tried() -> None:
    for words in shop_helpers.READS.keys() - READ_WHOLE - {"rules", "policy list", "policy show", "demo"}:
        lines = [line for line in LOOKS if line.startswith(f"{words} ") or line == words]
        options = {one.opts[0] for one in VERBS[words].params if one.opts[0].startswith("--")}
        assert lines or words in ("gig subcategories", "resolution reasons", "scenario new"), words
        tried = {word for line in lines for word in line.split() if word.startswith("--")}
        assert options - {"--json", "--help", "--db", "--as"} <= tried, words


def test_a_walk_is_seen_and_the_beginning_of_a_table_is_none() -> None:
    assert is_walk("SELECT id FROM orders WHERE title = 'A'", ["SCAN orders"])
    assert is_walk("SELECT count(*) FROM orders", ["SCAN orders USING COVERING INDEX ix_orders_phase"])
    assert is_walk("SELECT id FROM ledger WHERE at > 5 LIMIT 6", ["SCAN ledger"])
    assert is_walk("SELECT id FROM offers ORDER BY title LIMIT 6", ["SCAN offers", "USE TEMP B-TREE FOR ORDER BY"])
    assert not is_walk("SELECT id FROM offers ORDER BY id LIMIT 6", ["SCAN offers"])
    some = {"USING INDEX dear": "price > 9"}
    assert not is_walk("SELECT id FROM ledger WHERE (price > 9) LIMIT 6", ["SCAN ledger USING INDEX dear"], some)
    assert is_walk("SELECT id FROM ledger WHERE (price > 9) LIMIT 6", ["SCAN ledger"], some)
    assert is_walk("SELECT id FROM ledger WHERE (price > 9) AND at < 5 LIMIT 6", ["SCAN ledger USING INDEX dear"], some)
    assert not is_walk("SELECT id FROM orders WHERE id > 5", ["SEARCH orders USING INTEGER PRIMARY KEY (rowid>?)"])
