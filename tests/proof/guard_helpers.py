"""Guards, as edits of the source that take one of them out, and copies of the program to take them out of.

Where guards are alike they are found, and not listed: what refuses in Python by its syntax, constraints and triggers by
their words. An edit that does not find what it takes out, once, is an error: the guard is not there.
"""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "milepost"
TEST_SECONDS, _ENDLESS = 60, -1
_CHECKING = re.compile(r"_?(check|guard|refuse)_?")
_TABLE_GUARD = re.compile(r",\s+(?:CONSTRAINT (\w+) CHECK|(FOREIGN KEY|UNIQUE)) ?\(")
_REFERENCE = re.compile(r" REFERENCES (\w+) \(")


class GuardMissing(Exception):
    """What should be taken out is not there, or there more than once."""


class Guard(NamedTuple):
    """A guard: where it stands (under `SOURCE`), the tests that could catch its removal, and the text without it."""

    name: str
    file: str
    tests: tuple[str, ...]
    removed: Callable[[str], str]

    @property
    def without(self) -> str:
        """The text of its file without it. Raises `GuardMissing`."""
        return self.removed((SOURCE / self.file).read_text("utf-8"))


# ── Edits ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def edit(old: str, new: str, scope: str = "") -> Callable[[str], str]:
    """Put `new` in the place of `old`, which stands once in the function `scope`, or in the whole text."""

    def removed(text: str) -> str:
        start, end = _function(text, scope) if scope else (0, len(text))
        if text.count(old, start, end) != 1:
            raise GuardMissing(f"this guard is not there: {old!r} in {scope or 'the file'}")
        found = text.index(old, start, end)
        return text[:found] + new + text[found + len(old) :]

    return removed


def _function(text: str, scope: str) -> tuple[int, int]:
    """Where a function begins and ends."""
    spans = [_span(text, node) for name, node in _named(ast.parse(text)) if name == scope]
    if len(spans) != 1:
        raise GuardMissing(f"this guard is not there: there is no {scope}")
    return spans[0]


def _named(tree: ast.AST, outer: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every function of a module, with its name, which begins with that of what it stands in."""
    for node in ast.iter_child_nodes(tree):
        name = outer
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            name = f"{outer}.{node.name}" if outer else node.name
        if isinstance(node, ast.FunctionDef):
            yield name, node
        yield from _named(node, name)


def _span(text: str, node: ast.AST) -> tuple[int, int]:
    """The offsets of a node; its columns count bytes."""
    assert isinstance(node, ast.stmt | ast.expr)
    lines = text.splitlines(keepends=True)

    def offset(line: int, column: int) -> int:
        before = lines[line - 1].encode()[:column].decode()
        return sum(map(len, lines[: line - 1])) + len(before)

    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)


# ── Guards that are found ───────────────────────────────────────────────────────────────────────────────────────────


def refusals(file: str, *tests: str) -> list[Guard]:
    """Whatever a module refuses by: an `if` or a `for` that raises, which then never does, and a call of a check.

    What is asked in an `if` or a `for` still happens; the call does not.
    """
    text = (SOURCE / file).read_text("utf-8")
    found: list[tuple[str, ast.AST, str]] = []
    for name, function in _named(ast.parse(text)):
        for node in _own(function):
            if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise):
                found.append((name, node.test, f"({_words(text, node.test)}) and False"))
            if isinstance(node, ast.For) and isinstance(node.body[-1], ast.Raise):
                found.append((name, node.iter, f"({_words(text, node.iter)}) and ()"))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _checks(node.value.func):
                found.append((name, node, "pass"))
    return [_spliced(file, name, _span(text, node), new, tests) for name, node, new in found]


def _words(text: str, node: ast.AST) -> str:
    return text[slice(*_span(text, node))]


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions in it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _own(node)


def _checks(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return _CHECKING.match(name) is not None


def _spliced(file: str, scope: str, span: tuple[int, int], new: str, tests: tuple[str, ...]) -> Guard:
    text = (SOURCE / file).read_text("utf-8")
    words = " ".join(text[slice(*span)].split())
    return Guard(f"{file} {scope}: {words}", file, tests, lambda text: text[: span[0]] + new + text[span[1] :])


def row_guards(file: str, *tests: str) -> list[Guard]:
    """What rows of tables ask for beside the state: each use of a predicate of the module outside of functions."""
    text = (SOURCE / file).read_text("utf-8")
    tree = ast.parse(text)
    predicates = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id == "bool"
    }
    tables = [node for node in tree.body if isinstance(node, ast.AnnAssign) and _is_rows(node)]
    used = [one for table in tables for one in ast.walk(table) if isinstance(one, ast.Name) and one.id in predicates]
    return [_spliced(file, "rows", _span(text, one), "None", tests) for one in used]


def _is_rows(node: ast.AnnAssign) -> bool:
    return "Transition, ..." in ast.unparse(node.annotation)


def elements(file: str, name: str, *tests: str) -> list[Guard]:
    """Each text of a tuple of some: an empty one stands in its place."""
    text = (SOURCE / file).read_text("utf-8")
    (made,) = (
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    )
    assert isinstance(made, ast.Tuple)
    return [_spliced(file, name, _span(text, one), '""', tests) for one in made.elts]


def table_guards(file: str, *tests: str) -> list[Guard]:
    """What a version's text lets a store refuse: checks, keys, unique columns and indexes, triggers, types."""
    text = (SOURCE / file).read_text("utf-8")
    guards = []
    for made in re.finditer(r'^CREATE TABLE "(\w+)" .*?;\n', text, re.MULTILINE | re.DOTALL):
        words = [one.span() for one in re.finditer(r",? STRICT|(?<=PRIMARY KEY) AUTOINCREMENT", made.group())]
        for span in [*_constraints(made.group()), *words]:
            guards.append(_cut(file, made[1], [_moved(span, made.start())], tests))
    for made in re.finditer(r"^CREATE UNIQUE INDEX (\w+) ON (\w+ \([^)]*\)).*?;\n", text, re.MULTILINE | re.DOTALL):
        leaning = re.finditer(rf",\s+FOREIGN KEY\([^)]*\) REFERENCES {re.escape(made[2])}", text)
        guards.append(_cut(file, made[1], [made.span(), *(one.span() for one in leaning)], tests))
    for made in re.finditer(r"^CREATE TRIGGER (\w+) .*END;\n", text, re.MULTILINE):
        guards.append(_cut(file, made[1], [made.span()], tests))
    return guards


def _moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by


def _cut(file: str, owner: str, spans: list[tuple[int, int]], tests: tuple[str, ...]) -> Guard:
    """The guard whose words stand at the first of some spans, and what leans on it at the others."""
    text = (SOURCE / file).read_text("utf-8")
    words = " ".join(text[slice(*spans[0])].strip(", \n").split())
    if named := re.match(r"CONSTRAINT (\w+)|CREATE (TRIGGER|UNIQUE INDEX)", words):
        words = named[1] or named[2].lower()

    def removed(text: str) -> str:
        for start, end in sorted(spans, reverse=True):
            text = text[:start] + text[end:]
        return text

    return Guard(f"{file} {owner}: {words}", file, tests, removed)


def _constraints(words: str) -> Iterator[tuple[int, int]]:
    """Where each constraint of a table begins, with the comma before it, and ends."""
    for found in _TABLE_GUARD.finditer(words):
        end = _closed(words, found.end())
        if reference := _REFERENCE.match(words, end):
            end = _closed(words, reference.end())
        yield found.start(), end


def _closed(words: str, start: int) -> int:
    """Behind the bracket that closes the one before `start`."""
    depth = 1
    for at in range(start, len(words)):
        depth += {"(": 1, ")": -1}.get(words[at], 0)
        if depth == 0:
            return at + 1
    raise GuardMissing("a bracket is not closed")


# ── A copy to take them out of ──────────────────────────────────────────────────────────────────────────────────────


class Copy:
    """The program and its tests in a folder of their own, which any user may read: some tests give up their powers."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._times = folder, count(1)
        folder.chmod(0o755)
        self._told = folder / "told.txt"
        for name in ("src", "tests"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "pyproject.toml", folder)

    def catching(self, guard: Guard) -> str | None:
        """The first test that fails without the guard; None if all pass."""
        path = self._folder / "src" / "milepost" / guard.file
        path.write_text(guard.without, "utf-8")
        turn = next(self._times)
        os.utime(path, (turn, turn))  # no other text of it is that old, so that what was compiled of one is not taken
        try:
            return self.failing(guard.tests)
        finally:
            shutil.copy2(SOURCE / guard.file, path)

    def failing(self, tests: tuple[str, ...]) -> str | None:
        """The first of some tests that fails, or does not end, as the copy stands; None if all pass.

        Anything else that pytest ends with is an error.
        """
        self._told.write_text("")
        code, said = self._run(tests)
        if code == 0:
            return None
        lines = [line.split(" ", 1) for line in self._told.read_text("utf-8").splitlines()]
        wanted = "begins" if code == _ENDLESS else "fails"
        ids = [id for what, id in lines if what == wanted]
        if code not in (1, _ENDLESS) or not ids:
            raise AssertionError(f"pytest ended with {code}:\n{said}")
        return ids[-1]

    def _run(self, tests: tuple[str, ...]) -> tuple[int, str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
        environment["PYTHONPATH"] = os.pathsep.join(str(self._folder / name) for name in ("src", "tests"))
        environment["TOLD_TO"] = str(self._told)
        options = [
            "-x",
            "-q",
            "-m",
            "not slow",
            "-p",
            "no:xdist",
            "-p",
            "no:cacheprovider",
            "-p",
            "proof.telling_helpers",
        ]
        said = self._folder / "said.txt"
        with said.open("wb") as out:
            run = subprocess.Popen(
                [sys.executable, "-m", "pytest", *options, "--hypothesis-seed=0", *tests],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = self._ended(run)
            finally:
                if run.poll() is None:
                    os.killpg(run.pid, signal.SIGKILL)
                    run.wait()
        return code, said.read_text("utf-8", errors="replace")[-3_000:]

    def _ended(self, run: subprocess.Popen[bytes]) -> int:
        """How a run ends, or `_ENDLESS` when one test has gone on for too long."""
        while time.time() - self._told.stat().st_mtime < TEST_SECONDS:
            with suppress(subprocess.TimeoutExpired):
                return run.wait(1)
        return _ENDLESS
