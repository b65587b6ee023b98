"""Commands that are given a key happen once (rule idempotency-key), and one that names its milestone meets no other."""

import subprocess
import sys
from pathlib import Path

import pytest
from store_helpers import digest_at

from cli.shell_helpers import Shell, environment, process
from cli.test_help import VERBS, examples

KEYED = {words for words, command in VERBS.items() if "key" in {one.name for one in command.params}}
OFFER = """
gig = 1
client = "ana"
type = "milestones"
milestone = [{ name = "Draft", days = 5, price = "%s" }, { name = "Final", days = 4, price = "40.00" }]
"""


def once(shell: Shell, line: str) -> None:
    """A command that changes the store once, however often it is sent with its key, and answers alike."""
    first = shell.ok(f"{line} --key once")
    before = digest_at(shell.db)
    again = shell.ok(f"{line} --key once")
    assert digest_at(shell.db) == before
    assert again.out == first.out
    assert again.err.startswith("Done already under this key, at 2026-")


@pytest.mark.parametrize(
    "line",
    [
        "order deliver 1 -m 'Three sketches'",
        "order deliver 1 --json",
        "order tick --by +1d",
        "offer create --gig 1 --client ana --type single --price 50 --days 5",
        "resolution open 1 --milestone 1 --by client --reason late --note 'Too slow' --json",
        "inbox send --from ana --to maria Hello",
        "gig pause 1",
        "gig add-milestone 1 --name Ink --days 4",
    ],
)
def test_a_command_that_is_sent_again_with_its_key_answers_as_before_and_does_nothing(
    working: Shell, line: str
) -> None:
    once(working, line)


def test_the_order_of_options_and_the_form_of_the_answer_are_not_part_of_a_request(working: Shell) -> None:
    working.ok("order deliver 1 --key a -m Done --milestone 1")
    assert working("order deliver --milestone 1 -m Done 1 --json --key a").code == 0
    assert working.json("order show 1")["phase"] == "review"


def test_what_was_answered_in_json_is_told_in_json_where_text_is_asked_for(working: Shell) -> None:
    told = working.json("order deliver 1 --key a")
    assert working.ok("order deliver 1 --key a").out.startswith('{\n  "id": 1,')
    assert working.json("order deliver 1 --key a") == told


@pytest.mark.parametrize(
    "other",
    [
        "order deliver 1 -m Other --key a",
        "order deliver 1 --milestone 1 --key a",
        "order approve 1 --key a",
        "order deliver 2 --key a",
        "--as maria order deliver 1 --key a",
    ],
)
def test_the_same_key_with_another_request_is_refused(working: Shell, other: str) -> None:
    working.ok("order deliver 1 --key a")
    before = digest_at(working.db)
    words = other.split(" order ")
    assert working.refused(other if len(words) == 1 else f"{words[0]} order {words[1]}") == "idempotency-key"
    assert digest_at(working.db) == before


def test_the_refusal_tells_the_key_and_when_it_was_used(working: Shell) -> None:
    working.ok("order deliver 1 --key deliver-1")
    assert working("order approve 1 --key deliver-1").err.splitlines()[0] == (
        "error: the key 'deliver-1' was given to another request, which was carried out at 2026-01-05T09:00:00Z"
        " [idempotency-key]"
    )


def test_a_command_that_was_refused_leaves_its_key_free(working: Shell) -> None:
    assert working.refused("order approve 1 --key a") == "review-window"
    working.ok("order deliver 1 --key a")


def test_a_file_with_other_contents_is_another_request(working: Shell, tmp_path: Path) -> None:
    file = tmp_path / "offer.toml"
    file.write_text(OFFER % "60.00")
    assert working.ok(f"offer create --from {file} --key a").id == working.ok(f"offer create --from {file} --key a").id
    file.write_text(OFFER % "61.00")
    assert working.refused(f"offer create --from {file} --key a") == "idempotency-key"


def test_what_comes_from_stdin_is_part_of_the_request_and_is_read_all_the_same(working: Shell) -> None:
    sent = [working("offer create --from - --key a", stdin=(OFFER % price).encode()) for price in ("60", "60", "61")]
    assert [told.code for told in sent] == [0, 0, 4]
    assert sent[0].out == sent[1].out == "2\n"


@pytest.mark.parametrize("key", ["''", "'a\tb'", "k" * 81])
def test_a_key_is_a_name(working: Shell, key: str) -> None:
    assert working.refused(f"order deliver 1 --key {key}") == "names"


def test_a_dry_run_takes_no_key(working: Shell) -> None:
    assert working("order tick --by +1d --dry-run --key a").code == 2


def test_every_command_that_changes_a_store_takes_a_key_and_no_other_does(
    working: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept, changing = working.db.read_bytes(), set()
    for words, command in VERBS.items():
        for line in examples(command) if words != "init" else ():
            working.db.write_bytes(kept)
            before = digest_at(working.db)
            working(line.removeprefix("milepost"))
            if digest_at(working.db) != before:
                changing.add(words)
    assert changing <= KEYED
    assert len(changing) > 15
    looks = {
        "show",
        "list",
        "history",
        "timers",
        "explain",
        "timeline",
        "export",
        "what-if",
        "check",
        "forecast",
        "run",
    }
    assert not {words for words in KEYED if words.split()[-1] in looks}


def test_of_eight_processes_with_one_key_one_acts_and_all_answer_alike(shell: Shell) -> None:
    shell.ok(f"order deliver {shell.order()}")
    command = [sys.executable, "-m", "milepost", "order", "approve", "1", "--continue", "--key", "a", "--json"]
    running = [subprocess.Popen(command, env=environment(shell.db), stdout=subprocess.PIPE) for _ in range(8)]
    told = [(one.communicate(timeout=60)[0], one.returncode) for one in running]

    assert len(set(told)) == 1
    assert told[0][1] == 0
    assert [one["action"] for one in shell.json("order history 1")] == ["place", "deliver", "approve", "continue"]


def test_a_process_that_repeats_exits_well(working: Shell) -> None:
    command = ("ledger", "withdraw", "--seller", "maria", "--all", "--key", "payday")
    working.ok("order deliver 1")
    working.ok("order approve 1")
    first, again = (process(*command, db=working.db) for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0)
    assert first.stdout == again.stdout


# ── The milestone that is meant ─────────────────────────────────────────────────────────────────────────────────────


def test_a_late_repeat_cannot_meet_the_next_milestone(working: Shell) -> None:
    assert working.refused("order deliver 1 --milestone 2") == "deliver-state"
    working.ok("order deliver 1 --milestone 1")
    assert working.refused("order approve 1 --milestone 2") == "review-window"
    assert working.refused("order revise 1 --milestone 2") == "review-window"
    working.ok("order approve 1 --milestone 1")
    assert working.refused("order continue 1 --milestone 1") == "order-next-charge"
    assert working.refused("order continue 1 --milestone 3") == "order-next-charge"
    working.ok("order continue 1 --milestone 2")
    assert working.refused("order continue 1 --milestone 2") == "order-next-charge"
    assert working.refused("order deliver 1 --milestone 1") == "deliver-state"
    assert working.refused("order approve 1 --milestone 9") == "cancel-milestone"


def test_the_refusal_tells_how_both_milestones_stand(working: Shell) -> None:
    working.ok("order deliver 1")
    told = working("order approve 1 --milestone 2").err.splitlines()[0]
    assert "milestone 2 is planned, and milestone 1 delivered" in told
