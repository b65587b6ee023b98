"""`scenario run` and `check`: files and folders, what went another way by file and line, and what CI servers read."""

import os
import pickle
import re
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest
import store_helpers
import xmlschema
from cli.shell_helpers import Shell

from milepost.cli.scenario_jobs import in_jobs, jobs_for
from milepost.errors import BadFile, Fault, MilepostError, NotFound, StoreError
from milepost.market import stores
from milepost.rules import STOP_WHEN
from scenario.stage_helpers import exported
from scenario.test_play import FIRST, HEAD, step

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "junit.xsd")
ACCEPT = step("offer accept deal as job")
GOOD = HEAD + ACCEPT + step("order deliver job", "+1d", 'expect = { phase = "review" }')
WRONG = HEAD + ACCEPT + step("order deliver job", "+1d", 'expect = { phase = "working", status = "active" }')
REFUSED = HEAD + ACCEPT + step("order approve job", "+1d")


def written(folder: Path, **texts: str) -> Path:
    """The folder, with these texts as files in it."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_one_file_is_shown_with_its_steps_orders_money_and_expectations(shell: Shell, tmp_path: Path) -> None:
    told = shell("scenario run", str(written(tmp_path / "s", good=GOOD) / "good.toml"))
    assert (told.code, told.err) == (0, "")
    for words in ("order deliver job", "review-silence", "Expectations", "charge", "1 of 1 expectations hold"):
        assert words in told.out


def test_many_files_are_a_line_each_and_what_went_another_way_is_named_by_file_and_line(
    shell: Shell, tmp_path: Path
) -> None:
    folder = written(tmp_path / "s", good=GOOD, wrong=WRONG, refused=REFUSED)
    told = shell("scenario run", *(str(folder / f"{name}.toml") for name in ("good", "wrong", "refused")))
    assert (told.code, told.err) == (7, "")
    flat = "".join(told.out.split())
    assert f"{folder}/wrong.toml:{FIRST + 5}:phaseat" in flat
    assert "expectedworking,foundreview" in flat
    assert f"{folder}/refused.toml:{FIRST + 5}:orderapprovejob:refused" in flat
    assert "1 of 3 stories went as written." in told.out
    assert "Expectations " in told.out


def test_a_folder_is_searched_below_and_files_that_are_no_scenario_are_passed_over(
    shell: Shell, tmp_path: Path
) -> None:
    folder = written(tmp_path / "s", b=GOOD, gig='title = "A gig"\n')
    written(folder / "below", a=GOOD)
    (folder / "notes.txt").write_text("[scenario]")
    told = shell.json("scenario run", str(folder))
    assert [view["name"] for view in told["played"]] == [str(folder / "b.toml"), str(folder / "below" / "a.toml")]


def test_a_folder_without_a_scenario_is_told(shell: Shell, tmp_path: Path) -> None:
    told = shell("scenario run", str(written(tmp_path / "s", gig='title = "A gig"\n')))
    assert (told.code, told.out) == (6, "")
    assert "holds no scenario" in told.err


def test_quiet_shows_one_file_as_many_are_shown(shell: Shell, tmp_path: Path) -> None:
    folder = written(tmp_path / "s", good=GOOD, wrong=WRONG)
    quiet = shell("scenario run --quiet", str(folder / "wrong.toml"))
    assert quiet.code == 7
    assert "order deliver job" not in quiet.out
    assert f"wrong.toml:{FIRST + 5}:" in "".join(quiet.out.split())


def test_json_holds_each_story_and_the_exit_code_says_whether_all_went_as_written(shell: Shell, tmp_path: Path) -> None:
    folder = written(tmp_path / "s", good=GOOD, wrong=WRONG)
    told = shell("scenario run --json", str(folder))
    assert told.code == 7
    assert [view["passed"] for view in told.json["played"]] == [True, False]
    (missed,) = [one for one in told.json["played"][1]["expectations"] if one["expected"] != one["found"]]
    assert (missed["line"], missed["what"], missed["expected"]) == (FIRST + 5, "phase", "working")


def test_a_story_is_played_under_the_policy_that_is_given(shell: Shell, tmp_path: Path) -> None:
    text = GOOD + '\n[[expect]]\nat = "+9d"\norder = "job"\nreason = "review-expired"\n'
    file = str(written(tmp_path / "s", good=text) / "good.toml")
    assert shell("scenario run", file).code == 0
    assert shell("scenario run --policy escrow-14d", file).code == 7
    assert shell("scenario run --policy lenient", file).code == 6


def test_a_kept_store_is_sound_and_holds_the_orders_of_the_story(shell: Shell, tmp_path: Path) -> None:
    file, kept = written(tmp_path / "s", good=GOOD) / "good.toml", tmp_path / "kept.db"
    shell.ok("scenario run", str(file), "--keep", str(kept))
    told = Shell(kept)
    assert [order["phase"] for order in told.json("order list")] == ["review"]
    db = stores.open_store(kept)
    store_helpers.assert_sound(db)
    assert "order deliver job" in exported(db, 1)
    db.close()


def test_a_file_that_exists_is_not_made_a_store(shell: Shell, tmp_path: Path) -> None:
    folder = written(tmp_path / "s", good=GOOD, other=GOOD)
    (tmp_path / "kept.db").write_text("mine")
    assert shell("scenario run", str(folder / "good.toml"), "--keep", str(tmp_path / "kept.db")).code == 6
    assert (tmp_path / "kept.db").read_text() == "mine"
    assert shell("scenario run", str(folder), "--keep", str(tmp_path / "two.db")).code == 2
    assert not (tmp_path / "two.db").exists()


# ── JUnit XML ───────────────────────────────────────────────────────────────────────────────────────────────────────


def junit(shell: Shell, folder: Path, code: int) -> ElementTree.Element:
    """The JUnit XML of the stories in a folder, which CI servers can read."""
    result = folder.parent / "result.xml"
    told = shell("scenario run --junit", str(result), str(folder))
    assert told.code == code, told
    SCHEMA.validate(str(result))
    return ElementTree.parse(result).getroot()


def test_junit_xml_has_a_suite_a_file_and_a_case_a_step_or_an_expectation(shell: Shell, tmp_path: Path) -> None:
    root = junit(shell, written(tmp_path / "s", good=GOOD, wrong=WRONG), 7)
    counts = [(suite.get("tests"), suite.get("failures"), len(suite)) for suite in root]
    assert counts == [("3", "0", 3), ("4", "1", 4)]
    (failure,) = root.iter("failure")
    assert failure.get("message") == "expected working, found review"
    (name,) = [case.get("name") for case in root.iter("testcase") if len(case)]
    assert name is not None
    assert name.startswith(f"line {FIRST + 5}: phase at ")


@pytest.mark.parametrize(
    "text", [REFUSED, GOOD.replace('seller = "maria"', 'seller = "MARIA"'), GOOD.replace("days = 5", "days = 31")]
)
def test_junit_xml_tells_a_failure_wherever_the_story_went_another_way(shell: Shell, tmp_path: Path, text: str) -> None:
    root = junit(shell, written(tmp_path / "s", one=text), 7)
    (failure,) = root.iter("failure")
    assert str(failure.get("message")).startswith("refused: ")


def test_junit_xml_keeps_all_text_that_xml_can_hold_and_marks_the_rest(shell: Shell, tmp_path: Path) -> None:
    title, odd = "A <b> & \"c\" 'd' 👩‍🎨\u00a0é\t\n绘", "\\u0001\\u000B\\uFFFE\\u001b"
    shown = title.replace("\t", "\\t").replace("\n", "\\n").replace('"', '\\"')
    text = GOOD.replace('title = "A story"', f'title = "{shown}{odd}"', 1)
    root = junit(shell, written(tmp_path / "s", one=text), 0)
    assert {case.get("classname") for case in root.iter("testcase")} == {title + "\ufffd" * 4}


def test_junit_xml_that_cannot_be_written_is_told(shell: Shell, tmp_path: Path) -> None:
    folder = written(tmp_path / "s", good=GOOD)
    told = shell("scenario run --junit", str(tmp_path / "none" / "result.xml"), str(folder))
    assert told.code == 6
    assert "result.xml cannot be made: No such file or directory" in told.err


def test_junit_xml_replaces_an_older_one_and_is_its_owner_s_alone(shell: Shell, tmp_path: Path) -> None:
    result, folder = tmp_path / "result.xml", written(tmp_path / "s", good=GOOD)
    for older in ("<testsuites/>", "<?xml version='1.0'?>\n<testsuite name='x'/>"):
        result.write_text(older)
        shell.ok("scenario run --junit", str(result), str(folder))
        assert ElementTree.parse(result).getroot().get("name") is None
        assert stat.S_IMODE(result.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"my notes\n", b"<html/>", b"SQLite format 3\0"])
def test_junit_xml_replaces_nothing_that_is_something_else(shell: Shell, tmp_path: Path, content: bytes) -> None:
    result, folder = tmp_path / "result.xml", written(tmp_path / "s", good=GOOD)
    result.write_bytes(content)
    told = shell("scenario run --junit", str(result), str(folder))
    assert (told.code, told.out) == (6, "")
    assert "exists already and holds something else; nothing was changed" in told.err
    assert result.read_bytes() == content


def test_junit_xml_goes_through_no_link_and_into_no_device(shell: Shell, tmp_path: Path) -> None:
    target, folder = tmp_path / "older.xml", written(tmp_path / "s", good=GOOD)
    target.write_text("<testsuites/>")
    for name, leads_to in (("whole", target), ("broken", tmp_path / "none"), ("device", Path("/dev/null"))):
        link = tmp_path / name
        link.symlink_to(leads_to)
        told = shell("scenario run --junit", str(link), str(folder))
        assert (told.code, "is no regular file, and is not replaced" in told.err) == (6, True)
        assert link.is_symlink()
    assert target.read_text() == "<testsuites/>"


def test_a_kept_store_is_there_once_its_story_was_played_and_stands_in_nobody_s_place(
    shell: Shell, tmp_path: Path
) -> None:
    story, kept = next(written(tmp_path / "s", good=GOOD).iterdir()), tmp_path / "kept.db"
    shell.ok("scenario run", str(story), "--keep", str(kept))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    content = kept.read_bytes()
    told = shell("scenario run", str(story), "--keep", str(kept))
    assert (told.code, told.out) == (6, "")
    assert "exists already; nothing was changed" in told.err
    assert kept.read_bytes() == content
    assert sorted(one.name for one in tmp_path.iterdir()) == ["kept.db", "s", "store.db"]


@pytest.mark.parametrize("text", ["<testsuites><testsuite/></testsuites>", "<tests/>"])
def test_the_schema_refuses_what_is_not_junit_xml(text: str) -> None:
    assert not SCHEMA.is_valid(text)


# ── Broken files, and several processes ─────────────────────────────────────────────────────────────────────────────

BROKEN = HEAD + step("order deliver job") + step("ordr list", "+1d")


def suite(folder: Path) -> list[str]:
    """A folder of stories: most go as written, one does not, one is refused, and one cannot be played."""
    written(folder, wrong=WRONG, refused=REFUSED, broken=BROKEN, **{f"good{number}": GOOD for number in range(9)})
    return sorted(str(file) for file in folder.iterdir())


def test_a_broken_file_among_many_is_told_and_the_rest_is_played(shell: Shell, tmp_path: Path) -> None:
    names, result = suite(tmp_path / "s"), tmp_path / "result.xml"
    told = shell("scenario run --junit", str(result), *names)
    assert told.code == 7
    assert f"{names[0]}:{FIRST}:1: step 1: there is no 'job' before this step" in "".join(told.out.splitlines())
    assert "9 of 12 stories went as written." in told.out
    root = ElementTree.parse(result).getroot()
    SCHEMA.validate(result)
    errors = [(case.get("file"), case.get("line")) for case in root.iter("testcase") if case.find("error") is not None]
    assert errors == [(names[0], str(FIRST))]
    assert len(root.findall("testsuite")) == 12


def test_the_faults_of_a_broken_file_are_in_the_json(shell: Shell, tmp_path: Path) -> None:
    told = shell("scenario run --json", *suite(tmp_path / "s")).json
    (broken,) = told["broken"]
    assert [fault["line"] for fault in broken["faults"]] == [FIRST, FIRST + 5]
    assert (len(told["played"]), told["left"]) == (11, 0)


def test_one_broken_file_alone_is_an_error(shell: Shell, tmp_path: Path) -> None:
    told = shell("scenario run", suite(tmp_path / "s")[0])
    assert (told.code, told.out) == (6, "")


def test_after_the_first_that_fails_nothing_is_played_if_that_is_wanted(shell: Shell, tmp_path: Path) -> None:
    names = suite(tmp_path / "s")[1:]
    told = shell("scenario run --fail-fast --json", *names).json
    assert [view["name"] for view in told["played"]] == names[:10]
    assert told["left"] == 1
    assert "9 of 10 stories went as written. 1 were not played." in shell("scenario run --fail-fast", *names).out


def test_several_processes_tell_what_one_does_in_the_order_of_the_files(shell: Shell, tmp_path: Path) -> None:
    names = suite(tmp_path / "s")
    alone, together = (shell(f"scenario run --json --jobs {jobs}", *names) for jobs in (1, 3))
    assert alone == together
    assert alone.code == 7
    assert shell("scenario run --jobs 3", *names) == shell("scenario run --jobs 1", *names)


def test_several_processes_write_the_junit_xml_that_one_does_but_for_the_time(shell: Shell, tmp_path: Path) -> None:
    names, told = suite(tmp_path / "s"), []
    for jobs in (1, 2):
        shell(f"scenario run --jobs {jobs} --junit", str(tmp_path / f"{jobs}.xml"), *names)
        told.append(re.sub('time="[0-9.]+"', "", (tmp_path / f"{jobs}.xml").read_text()))
    assert told[0] == told[1]


def test_files_are_played_by_all_cores_once_that_is_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert [jobs_for(49, None), jobs_for(50, None), jobs_for(1_000, 3)] == [1, 8, 3]


@pytest.mark.parametrize(
    "error",
    [
        BadFile("a.toml", [Fault("wrong", 1, 2, "names")]),
        NotFound("order", 7),
        STOP_WHEN.refuse(order=1, phase="review", why="so it is", possible="approve"),
        StoreError("damaged"),
    ],
)
def test_an_error_is_the_same_in_another_process(error: MilepostError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.__dict__) == (str(error), error.__dict__)


def process_of(name: str) -> tuple[str, int]:
    """Which process is asked."""
    return name, os.getpid()


def test_jobs_are_done_by_other_processes_in_the_order_in_which_they_are_given() -> None:
    names = [str(number) for number in range(40)]
    told = list(in_jobs(process_of, names, 2))
    assert [name for name, _ in told] == names
    assert os.getpid() not in {process for _, process in told}
    assert {process for _, process in in_jobs(process_of, names, 1)} == {os.getpid()}


def test_what_stdin_holds_is_played_whatever_else_is(shell: Shell, tmp_path: Path) -> None:
    names = suite(tmp_path / "s")[1:3]
    for line in ("scenario run --json", "scenario check --json"):
        alone, together = (shell(f"{line} --jobs {jobs} -", *names, stdin=GOOD.encode()) for jobs in (1, 2))
        assert alone == together
        assert alone.code == 0


# ── Check ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_check_reads_files_and_runs_nothing(shell: Shell, tmp_path: Path) -> None:
    folder = written(tmp_path / "s", good=GOOD, wrong=WRONG, refused=REFUSED)
    told = shell("scenario check", str(folder))
    assert (told.code, told.err) == (0, "")
    assert "".join(told.out.split()).count(".toml:canbeplayed") == 3
    assert shell.json("scenario check", str(folder)) == [
        str(folder / f"{n}.toml") for n in ("good", "refused", "wrong")
    ]


def test_check_tells_a_fault_by_file_line_and_column(shell: Shell, tmp_path: Path) -> None:
    folder = written(tmp_path / "s", bad=HEAD + step("order deliver job"))
    told = shell("scenario check", str(folder))
    assert (told.code, told.out) == (6, "")
    assert f"bad.toml:{FIRST}:" in told.err
    assert "there is no 'job' before this step" in told.err


def test_several_processes_read_files_as_one_does(shell: Shell, tmp_path: Path) -> None:
    names = suite(tmp_path / "s")
    for some in (names[1:], names, [*names[1:], names[0], str(tmp_path / "nowhere.toml")]):
        alone, together = (shell(f"scenario check --jobs {jobs}", *some) for jobs in (1, 3))
        assert alone == together
        assert alone.code == (0 if some == names[1:] else 6)


def test_a_new_scenario_runs_as_it_is_from_a_file_and_from_stdin(shell: Shell, tmp_path: Path) -> None:
    text = shell.ok("scenario new").out
    assert text.count("#") > 5
    assert shell("scenario run -", stdin=text.encode()).code == 0
    assert shell("scenario check -", stdin=text.encode()).code == 0
    (tmp_path / "new.toml").write_text(text)
    assert shell("scenario run", str(tmp_path / "new.toml")).code == 0
