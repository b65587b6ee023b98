"""Imports run one way, and SQL and command lines stand where they belong.

Every import of the package is walked, those inside functions too, and so is every text in it; here is what may import
what, and what may say what. The checker is itself checked, on small made-up sources, at the end.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cli.tree_helpers import VERBS

import milepost
from milepost.cli.app import NOUNS

ROOT = Path(milepost.__file__).parent
BASE = {"rules", "money", "times", "policy"}
LIBRARY = {"errors", "root"}  # what everything may import: the kinds of errors, and the version in `__init__`

# Which of our modules the modules of a layer may import, beside those of their own layer and LIBRARY.
MAY_IMPORT: Mapping[str, set[str]] = {
    "rules": set(),
    "errors": set(),
    "data": set(),
    "root": set(),
    "money": {"rules"},
    "times": {"rules"},
    "policy": {"rules", "money", "times"},
    "core": BASE,
    "commands": {*BASE, "core"},
    "store": {*BASE, "core"},
    "views": {"rules", "core", "commands", "money", "times"},
    "files": {*BASE, "core", "data", "plain"},
    "market": {*BASE, "core", "store", "views", "commands", "data"},
    "scenario": {*BASE, *["core", "store", "market", "views", "commands", "files", "data", "plain"]},
    "export": {*BASE, "core", "store", "market", "views"},
    "cli": {
        *BASE,
        "core",
        "store",
        "market",
        "views",
        "commands",
        "files",
        "data",
        "scenario",
        "export",
        "render",
        "plain",
    },
    "render": {"rules", "money", "times", "views", "plain"},
    "plain": set(),
    "main": {"cli"},
}
ALONE = {"errors", "data", "root", "plain"}  # these import nothing of ours at all

# What else a layer must not import: the world outside.
NOT_IN_CORE = {"sqlalchemy", "sqlmodel", "typer", "rich", "pydantic", "sqlite3", "time", "os", "pathlib"}
MUST_NOT_IMPORT: Mapping[str, set[str]] = {
    **dict.fromkeys(("core", *BASE), NOT_IN_CORE),
    "store": {"typer", "rich", "time"},
    "market": {"typer", "rich", "time"},
    "views": {*NOT_IN_CORE},
}
PLAIN = "render.plain"  # makes text safe, and is needed where rich is not
# What a text must not be outside a layer: the beginning of a statement in SQL, a command of the program.
SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|CREATE|ALTER|DROP|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|"
    r"ATTACH|VACUUM|ANALYZE|REINDEX)\b(?! -)"
)
TWO_WORDS = [words for words in VERBS if " " in words]
COMMAND = re.compile(rf"\bmilepost (--?[\w-]+ \S+ )*({'|'.join(NOUNS)})\b|^({'|'.join(TWO_WORDS)})(?=$| )")
SAYS_SQL, SAYS_COMMANDS = {"store"}, {"cli", "commands"}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "localtime", "gmtime"}


def module_of(path: Path) -> str:
    """`core.act` for `core/act.py`, the folder's name for its `__init__.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str:
    """The layer of a module; of `render`, what makes text plain is a layer of its own."""
    return {"": "root", "__main__": "main", PLAIN: "plain"}.get(module, module.partition(".")[0])


def imported(tree: ast.AST) -> Iterator[str]:
    """The full names of everything that a source imports, at its top and inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_what_is_imported_of_others_is_declared() -> None:
    project = tomllib.loads((ROOT.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split("[^a-z0-9-]", one.lower())[0].replace("-", "_") for one in project["dependencies"]}
    trees = [ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")]
    heads = {name.partition(".")[0] for tree in trees for name in imported(tree)}
    assert heads - sys.stdlib_module_names - {"milepost"} == declared


def faults(module: str, source: str) -> list[str]:
    """Every arrow and every text of a module that must not be."""
    arrows = [*_arrows(module, source), *_rich_at_the_top(module, source)]
    return [*arrows, *_clock_reads(module, source), *_misplaced_texts(module, source)]


def _arrows(module: str, source: str) -> Iterator[str]:
    layer = layer_of(module)
    own = {layer} if layer not in ALONE else set()
    allowed = set() if layer in ALONE else {*MAY_IMPORT[layer], *own, *LIBRARY}
    for name in imported(ast.parse(source)):
        head, _, rest = name.partition(".")
        if head != "milepost":
            if head in MUST_NOT_IMPORT.get(layer, set()):
                yield f"{module} imports {head}"
        elif _target(rest) not in allowed:
            yield f"{module} imports {name}"


def _target(name: str) -> str:
    """The layer of `core.act.HistoryEntry`, `core`, or `__version__`: of the longest part that is a module of ours."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:count])
        if place.with_suffix(".py").is_file() or place.is_dir():
            return layer_of(".".join(parts[:count]))
    return "root"


def _rich_at_the_top(module: str, source: str) -> Iterator[str]:
    if layer_of(module) == "render":
        return
    for node in _outside_functions(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (f"{module} loads {name} with itself" for name in imported(node) if name.split(".")[0] == "rich")


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is loaded; not the blocks for the eyes of a type checker."""
    for child in ast.iter_child_nodes(node):
        typing = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if not typing and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _outside_functions(child)


def _clock_reads(module: str, source: str) -> Iterator[str]:
    if layer_of(module) not in {"core", "store", *BASE}:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield f"{module} reads the machine's clock: {ast.unparse(node)}"


def _misplaced_texts(module: str, source: str) -> Iterator[str]:
    """SQL outside the store, and command lines outside the two layers that know them."""
    layer = layer_of(module)
    for text in _texts(ast.parse(source)):
        if layer not in SAYS_SQL and SQL.match(text):
            yield f"{module} says SQL: {text}"
        if layer not in SAYS_COMMANDS and COMMAND.search(text):
            yield f"{module} says a command: {text}"


def _texts(tree: ast.AST) -> Iterator[str]:
    """The texts of a source that the program can say or do something with: those in the code, not those about it.

    What stands between the braces of a text is left out of it.
    """
    about = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    pieces = {one for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for one in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in about | pieces:
            yield node.value


# ── The package ─────────────────────────────────────────────────────────────────────────────────────────────────────

SOURCES = {module_of(path): path.read_text("utf-8") for path in sorted(ROOT.rglob("*.py"))}


@pytest.mark.parametrize("module", SOURCES)
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    assert layer_of(module) in MAY_IMPORT, f"{module} belongs to no layer"
    assert faults(module, SOURCES[module]) == []


def test_every_layer_of_the_table_has_a_module_or_is_not_built_yet() -> None:
    layers = {layer_of(module) for module in SOURCES}

    assert set(MAY_IMPORT) - layers <= {"export"}


def test_no_two_layers_may_import_each_other() -> None:
    for layer, others in MAY_IMPORT.items():
        for other in others:
            assert layer not in MAY_IMPORT[other], f"{layer} and {other} may import each other"


# ── The checker ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("core.act", "from milepost.store import orders", "core.act imports milepost.store.orders"),
        ("core.act", "from milepost import views", "core.act imports milepost.views"),
        ("core.act", "import milepost.market.orders", "core.act imports milepost.market.orders"),
        (
            "core.act",
            "def f():\n    from milepost.store.db import Database",
            "core.act imports milepost.store.db.Database",
        ),
        ("core.act", "import time", "core.act imports time"),
        ("core.act", "from os import path", "core.act imports os"),
        ("core.act", "def f():\n    import sqlmodel.sql", "core.act imports sqlmodel"),
        ("rules", "from milepost import money", "rules imports milepost.money"),
        ("commands", "from milepost.store import orders", "commands imports milepost.store.orders"),
        ("commands", "from milepost.views import OrderView", "commands imports milepost.views.OrderView"),
        ("core.explore", "from milepost.commands import COMMANDS", "core.explore imports milepost.commands.COMMANDS"),
        ("store.orders", "from milepost import commands", "store.orders imports milepost.commands"),
        ("errors", "from milepost.rules import RuleError", "errors imports milepost.rules.RuleError"),
        ("money", "from milepost import times", "money imports milepost.times"),
        ("policy", "from milepost.core import terms", "policy imports milepost.core.terms"),
        ("store.orders", "from milepost.market import orders", "store.orders imports milepost.market.orders"),
        ("store.orders", "from milepost.views import OrderView", "store.orders imports milepost.views.OrderView"),
        ("views", "from milepost.store import orders", "views imports milepost.store.orders"),
        ("market.gigs", "from milepost.files import documents", "market.gigs imports milepost.files.documents"),
        ("market.gigs", "from milepost.render import screen", "market.gigs imports milepost.render.screen"),
        ("files.documents", "from milepost.market import gigs", "files.documents imports milepost.market.gigs"),
        ("scenario.play", "from milepost.cli.app import run", "scenario.play imports milepost.cli.app.run"),
        ("render.orders", "from milepost.core.order import Order", "render.orders imports milepost.core.order.Order"),
        ("render.shop", "from milepost.market import gigs", "render.shop imports milepost.market.gigs"),
        ("cli.app", "from rich.table import Table", "cli.app loads rich.table.Table with itself"),
        ("cli.app", "try:\n    import rich\nexcept ImportError:\n    pass", "cli.app loads rich with itself"),
    ],
)
def test_the_checker_sees_a_forbidden_arrow(module: str, source: str, fault: str) -> None:
    assert faults(module, f"import re\n{source}\n") == [fault]


@pytest.mark.parametrize("module", ["market.ledger", "core.act", "views.base", "cli.order", "commands"])
@pytest.mark.parametrize(
    "text",
    ["SELECT 1", "SELECT count(*) FROM {}", "\n    INSERT INTO orders VALUES (?)", "PRAGMA user_version",
     "BEGIN IMMEDIATE", "DELETE FROM gigs", "WITH RECURSIVE n(n) AS (SELECT 1) SELECT n FROM n", "VACUUM INTO ?"],
)  # fmt: skip
def test_the_checker_sees_sql_outside_the_store(module: str, text: str) -> None:
    written = f"f{text!r}".replace("{}", "{table}") if "{}" in text else repr(text)

    assert faults(module, f"def f(table):\n    return run({written})\n") == [f"{module} says SQL: {text}"]


@pytest.mark.parametrize(
    "module", ["market.explain", "core.lint", "views.orders", "scenario.export", "store.db", "rules"]
)
@pytest.mark.parametrize(
    "text",
    ["milepost order approve 1", "see it with milepost gig subcategories, say", "milepost --db x.db init",
     "milepost order approve {} --continue", "(milepost rules)", "order approve job", "resolution accept {}"],
)  # fmt: skip
def test_the_checker_sees_a_command_line_outside_the_command_line(module: str, text: str) -> None:
    written = f"f{text!r}".replace("{}", "{id}") if "{}" in text else repr(text)

    assert faults(module, f"def f(id):\n    return {{'hint': {written}}}\n") == [f"{module} says a command: {text}"]


@pytest.mark.parametrize("call", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()"])
@pytest.mark.parametrize("module", ["core.act", "store.db", "times"])
def test_the_checker_sees_a_read_of_the_machines_clock(module: str, call: str) -> None:
    assert faults(module, f"def f():\n    return {call}\n") == [f"{module} reads the machine's clock: {call}"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.act", "from milepost.core import ledger\nfrom milepost import rules, times\nimport re"),
        (
            "store.orders",
            "from milepost.core.order import Order\nfrom milepost.errors import StoreError\nimport sqlite3",
        ),
        ("market.orders", "from milepost.store.db import Database\nfrom milepost.views import OrderView"),
        (
            "cli.app",
            "from milepost import __version__\ndef f():\n    import rich\n    from milepost.render import screen",
        ),
        ("render.base", "import rich\nfrom milepost.views import OrderView\nfrom milepost import money"),
        ("__main__", "def f():\n    from milepost.cli.app import run"),
        ("rules", "from milepost.errors import MilepostError"),
        ("views.orders", "from milepost import commands\nfrom milepost.core.order import Order"),
        ("store.orders", "STATEMENT = 'SELECT 1'"),
        ("commands", "LINE = 'milepost order approve 1'"),
        ("cli.order", "LINE = 'milepost order approve 1'"),
        ("core.gig", "'what `milepost gig check` finds'\ndef f():\n    '`milepost order approve` does it'"),
        ("core.act", "SAID = ('a milepost store', 'Select one', 'the order updates', 'UPDATED')"),
    ],
)
def test_the_checker_lets_an_allowed_arrow_pass(module: str, source: str) -> None:
    assert faults(module, source) == []
