"""`milepost scenario …`: stories in files, played, compared and explored."""

import os
import re
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer

from milepost import data
from milepost.cli.session import answers, note
from milepost.errors import BadFile, Fault
from milepost.files import documents
from milepost.files.input import read_start
from milepost.files.toml_reader import MAX_BYTES
from milepost.scenario.results import Result
from milepost.views.base import Listing, TextView
from milepost.views.scenarios import BrokenView, ComparedView, ExploredView, FileFaultView, SuiteView

app = typer.Typer(no_args_is_help=True, help="Stories in files: run, check, compare, explore, and a new one.")

_SCENARIO = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*\[scenario\]", re.MULTILINE)

Files = Annotated[list[str], typer.Argument(metavar="FILE|DIR", help="Scenario files, or folders of them.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, max=64, help="How many processes do it; 1 where there are fewer than 50.")
]
OneFile = Annotated[str, typer.Argument(metavar="FILE", help="A scenario file; - is stdin.")]


@app.command()
@answers
def run(
    files: Files,
    policy: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Play under this policy instead.")] = None,
    keep: Annotated[Path | None, typer.Option(metavar="FILE", help="Save the store of the one story here.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML here.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show only what goes another way than written.")] = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Play nothing after the first that fails.")] = False,
    jobs: Jobs = None,
) -> SuiteView:
    """Play scenario files; exit code 7 if a step or an expectation goes another way than written.

    Of several files one that cannot be played is told among the results, and the rest is played.

    \b
    Examples:
      milepost scenario run sample_data
      milepost scenario run story.toml --keep story.db
      milepost scenario run tests --quiet --junit result.xml
    """
    from milepost.cli.scenario_jobs import jobs_for, play_all
    from milepost.cli.scenario_steps import load, play_kept
    from milepost.render.screen import progress

    names = _files(files)
    if keep is not None and len(names) != 1:
        raise typer.BadParameter("--keep saves the store of one story; give one file")
    chosen = documents.policy(policy) if policy is not None else None
    results: list[Result] = []
    with progress("stories played") as advance:
        if keep is not None:
            results.append(Result(names[0], play_kept(load(names[0], chosen), keep), None, 0.0))
        else:
            for result in play_all(names, chosen, jobs_for(len(names), jobs)):
                results.append(result)
                advance(len(results))
                if fail_fast and result.failed:
                    break
    if junit is not None:
        _write_junit(junit, results)
    if len(names) == 1 and results[0].broken is not None:
        raise results[0].broken
    return _suite(results, len(names), quiet=quiet)


def _suite(results: Sequence[Result], files: int, *, quiet: bool) -> SuiteView:
    played = [one.played for one in results if one.played is not None]
    broken = [
        BrokenView(one.name, [FileFaultView(*astuple(fault)) for fault in one.broken.faults])
        for one in results
        if one.broken is not None
    ]
    return SuiteView(played, quiet or files > 1, quiet, broken, files - len(results))


@app.command()
@answers
def check(files: Files, jobs: Jobs = None) -> Listing[str]:
    """Read scenario files, and say whether they could be played; nothing is run.

    \b
    Example:
      milepost scenario check sample_data
    """
    from milepost.cli.scenario_jobs import check_all, jobs_for

    names = _files(files)
    check_all(names, jobs_for(len(names), jobs))
    return Listing("file", names)


@app.command()
@answers
def new() -> TextView:
    """Print a commented scenario to start from; it runs as it is.

    \b
    Example:
      milepost scenario new
    """
    return TextView(data.text("stories", "new.toml"))


@app.command()
@answers
def compare(
    file: OneFile,
    policy: Annotated[list[str], typer.Option("--policy", metavar="NAME|FILE", help="A policy; repeat.")],
    jobs: Jobs = None,
) -> Listing[ComparedView]:
    """Play one story under several policies: status, dates, and the money of each side.

    \b
    Example:
      milepost scenario compare story.toml --policy standard --policy terms-2024
    """
    from milepost.cli.scenario_jobs import compare_all, jobs_for
    from milepost.cli.scenario_steps import load

    policies = [documents.policy(name) for name in policy]
    return Listing("comparison", compare_all(load(file), policies, jobs_for(len(policies), jobs)))


@app.command()
@answers
def explore(
    file: OneFile,
    steps: Annotated[int | None, typer.Option("--steps", min=0, help="Play only the first N steps; else all.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="At most this many states.")] = 50_000,
) -> Listing[ExploredView]:
    """Play a story, and then walk every way its orders can still go: every action of everybody, and every timer.

    \b
    Example:
      milepost scenario explore story.toml --steps 1
    """
    from milepost.cli.scenario_steps import load, run_command
    from milepost.render.screen import progress
    from milepost.scenario.explore import explore_story

    story = load(file)
    with progress("states found") as advance:
        found = explore_story(story, run_command, steps=steps, limit=limit, on_progress=advance)
    return Listing("exploration", found)


def _files(given: Sequence[str]) -> list[str]:
    """The files that are named, and those in the folders that are; at least one."""
    names: list[str] = []
    for one in given:
        found = _stories(Path(one)) if os.path.isdir(one) else [one]  # Path.is_dir raises for a name that is too long
        if not found:
            raise BadFile(one, [Fault("the folder holds no scenario, a .toml file with a [scenario] table")])
        names.extend(found)
    return names


def _stories(folder: Path) -> list[str]:
    """The scenarios in a folder and below it; other TOML files, gigs say, are passed over."""
    found = sorted(folder.rglob("*.toml"))
    return [str(file) for file in found if _SCENARIO.search(read_start(file, MAX_BYTES))]


def _write_junit(path: Path, results: Sequence[Result]) -> None:
    from milepost.scenario.junit import is_junit, junit_text
    from milepost.store.new_file import replacing

    with replacing(path, is_junit) as beside:
        beside.write_text(junit_text(results), encoding="utf-8")
    note(f"JUnit XML is in {path}.")
