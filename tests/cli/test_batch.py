"""Batches: the lines of a file do what each would alone, or all of it or nothing."""

import json
import shlex
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
import store_helpers

from cli.shell_helpers import START, Shell, process
from milepost.cli.scenario_steps import run_command
from milepost.errors import MilepostError
from milepost.market import stores

SHOP = """\
# A gig, an offer and its order.
gig create --title "A logo" --seller maria --subcategory "Logo Design" --basic 150:12:2 as logo

offer create --gig logo --client ana --milestone "Sketches:5:60.00:1" --milestone Files:3:40 as deal
offer accept deal as job
order deliver job
"""


def digest(db: Path) -> str:
    """Everything that a store holds."""
    store = stores.open_store(db)
    try:
        return store_helpers.digest(store)
    finally:
        store.close()


@pytest.fixture
def lines(tmp_path: Path) -> Callable[[str], str]:
    """Write a batch; the name of its file."""

    def write(text: str) -> str:
        (tmp_path / "lines.txt").write_text(text)
        return shlex.quote(str(tmp_path / "lines.txt"))

    return write


def test_the_lines_of_a_batch_are_run_in_their_order_with_names_for_ids(
    shell: Shell, lines: Callable[[str], str]
) -> None:
    told = shell.ok(f"batch {lines(SHOP)}")
    assert told.out.startswith("1\n1\n1\nOrder     1  A logo")
    assert told.err == "4 done.\n"
    assert shell.json("order show 1")["phase"] == "review"


def test_each_answer_is_one_line_of_json(shell: Shell, lines: Callable[[str], str]) -> None:
    told = [json.loads(line) for line in shell.ok(f"batch {lines(SHOP)} --json").out.splitlines()]
    assert told.pop() == {"done": 4, "failed": 0}
    assert [one["line"] for one in told] == [2, 4, 5, 6]
    assert told[3]["answer"]["phase"] == "review"
    assert told[3]["answer"] == shell.json("order show 1")


def test_the_first_line_that_fails_ends_the_batch_with_its_exit_code_and_place(
    shell: Shell, lines: Callable[[str], str]
) -> None:
    file = lines(f"{SHOP}order approve 9\norder approve job\n")
    told = shell(f"batch {file}")
    assert told.code == 3
    assert told.err.splitlines()[0] == f"error: {shlex.split(file)[0]}:7: there is no order 9"
    assert shell.json("order show 1")["phase"] == "review"


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("order approve 1", 4, "stdin:1: order 1 has nothing to review"),
        ("ordr list", 2, "stdin:1: no such command 'ordr'"),
        ("order show 'x", 2, "stdin:1: its words cannot be read; is a quote open?"),
        ("order show job", 2, "stdin:1: there is no 'job' before this step"),
        ("order deliver 1 as job", 2, "stdin:1: it makes nothing that could be called job"),
        ("batch x", 2, "stdin:1: 'batch' has no place in a story or a batch"),
        ("order list --help", 2, "stdin:1: '--help' has no place in a story or a batch"),
        ("order tick --by 1_0", 2, "stdin:1: "),
    ],
)
def test_a_line_that_fails_is_told_with_its_place(working: Shell, line: str, code: int, words: str) -> None:
    told = working("batch -", stdin=line.encode())
    assert told.code == code
    assert told.err.startswith(f"error: {words}")
    told = working("batch - --json", stdin=line.encode())
    assert json.loads(told.err)["error"]["place"] == "stdin:1"


def test_a_batch_that_keeps_going_runs_the_rest_and_exits_7(shell: Shell, lines: Callable[[str], str]) -> None:
    told = shell(f"batch {lines(SHOP + 'order show 9' + chr(10) + 'order approve job')} --keep-going")
    assert told.code == 7
    assert told.err.splitlines()[-1] == "5 done, 1 failed."
    assert shell.json("order history 1")[-1]["action"] == "approve"


def test_an_atomic_batch_that_fails_keeps_and_answers_nothing(shell: Shell, lines: Callable[[str], str]) -> None:
    before = digest(shell.db)
    told = shell(f"batch {lines(SHOP + 'order show 9')} --atomic")
    assert (told.code, told.out) == (3, "")
    assert told.err.splitlines()[0] == "Nothing of the batch was kept."
    assert digest(shell.db) == before


def test_an_atomic_batch_does_what_its_lines_would(shell: Shell, lines: Callable[[str], str], tmp_path: Path) -> None:
    other = Shell(tmp_path / "other.db")
    other.init()
    assert shell.ok(f"batch {lines(SHOP)} --atomic").out == other.ok(f"batch {lines(SHOP)}").out
    assert digest(shell.db) == digest(other.db)


def test_an_atomic_batch_does_not_keep_going(shell: Shell, lines: Callable[[str], str]) -> None:
    assert shell(f"batch {lines(SHOP)} --atomic --keep-going").code == 2


def test_the_party_of_a_batch_is_that_of_each_line_unless_it_says_another(working: Shell) -> None:
    told = working(
        "--as ana batch - --keep-going", stdin=b"order deliver 1\n--as maria order deliver 1\norder approve 1"
    )
    assert told.rules == ["actor"]
    assert working.json("order history 1")[-1]["action"] == "approve"


def test_a_key_in_a_batch_is_good_for_a_repetition_of_the_batch(shell: Shell, lines: Callable[[str], str]) -> None:
    text = SHOP.replace(" as ", " --key K as ").splitlines()
    keyed = lines("\n".join(line.replace("--key K", f"--key k{number}") for number, line in enumerate(text[:-1])))
    first = shell.ok(f"batch {keyed} --json").out
    assert shell.ok(f"batch {keyed} --json").out == first


@pytest.mark.parametrize(("text", "words"), [(b"\xff\n", "not UTF-8"), (b"x" * 200_002, "longer than 200,000 bytes")])
def test_a_line_that_no_command_can_be_is_told(shell: Shell, text: bytes, words: str) -> None:
    told = shell("batch -", stdin=b"order list\n" + text)
    assert told.code == 6
    assert "stdin:2: " in told.err
    assert words in told.err


def random_lines(seed: int) -> list[str]:
    """Lines that set up a shop and then try this and that, of which rules refuse some."""
    random, words = Random(seed), []
    tries = [
        "order deliver 1", "order deliver 1 --link https://example.com/a", "order approve 1",
        "order approve 1 --continue", "order continue 1", "order revise 1 -m again",
        "order stop 1 --after-current", "order stop 1 --undo",
        "order tick --by +2d", "order tick --next", "resolution open 1 --whole --by client --reason late",
        "resolution withdraw 1", "resolution accept 1", "ledger withdraw --seller maria --amount 10.00",
        "order show 1", "gig pause 1", "offer create --gig 1 --client ben --type single --price 50 --days 3",
    ]  # fmt: skip
    for _ in range(25):
        words.append(random.choice(tries))
    return words


@pytest.mark.parametrize("seed", range(6))
def test_the_same_lines_leave_the_same_store_alone_in_a_batch_and_in_a_story(tmp_path: Path, seed: int) -> None:
    words = random_lines(seed)
    shells = [Shell(tmp_path / f"{number}.db") for number in range(3)]
    for shell in shells:
        shell.init()
        assert shell("batch -", stdin=SHOP.encode()).code == 0
    for line in words:
        shells[0](line)
    shells[1]("batch - --keep-going", stdin="\n".join(words).encode())
    store = stores.open_store(shells[2].db)
    for line in words:
        with suppress(MilepostError):
            run_command(store, shlex.split(line))
    store.close()
    assert len({digest(shell.db) for shell in shells}) == 1


def test_a_process_runs_a_batch_from_stdin(tmp_path: Path) -> None:
    db = tmp_path / "store.db"
    Shell(db).ok(f"init --start {START}")
    (tmp_path / "lines").write_text(SHOP)
    with (tmp_path / "lines").open("rb") as file:
        told = process("batch", "-", "--json", db=db, stdin=file)
    assert told.returncode == 0
    assert told.stderr == b""
    assert len(told.stdout.splitlines()) == 5
