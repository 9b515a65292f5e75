# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rules of the house, checked on every file: sizes, imports, lint, types, texts, forbidden calls."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gridplanner"
OURS = ("gridplanner", "tools", "benchmarks", "main.py")
CHECKED = (*OURS, "tests", "examples")
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40
TEXT_SUFFIXES = {".py", ".md", ".toml", ".cfg", ".txt", ".in", ".json", ".yml", ".svg"}
SKIPPED_FOLDERS = {".venv", ".git", "out", "wheels", "build", "dist", "__pycache__"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home|Users)/[\w.]+|[A-Z]:\\\\?Users")
SQL = re.compile(
    r"^\s*(select\s.+\sfrom|insert\s+(or\s+\w+\s+)?into|update\s+\S+\s+set|delete\s+from|create\s+\w+|drop\s+\w+|"
    r"alter\s+table|pragma\s|attach\s)",
    re.IGNORECASE | re.DOTALL,
)
FORBIDDEN_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "yaml"}
FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__"}


def python_files(*names: str) -> Iterator[Path]:
    for name in names:
        place = ROOT / name
        found = sorted(place.rglob("*.py")) if place.is_dir() else [place] * place.exists()
        yield from (path for path in found if not SKIPPED_FOLDERS.intersection(path.parts))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def report(faults: list[str]) -> None:
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


def run_tool(*command: str) -> None:
    outcome = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode == 0, f"{' '.join(command)}\n{outcome.stdout}\n{outcome.stderr}"


# --- sizes ---------------------------------------------------------------------------------------------


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring and decorators."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def test_modules_are_short() -> None:
    faults = []
    for path in python_files(*OURS):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_MODULE_LINES:
            faults.append(f"{where(path, lines)} has {lines} lines, at most {MAX_MODULE_LINES}")
    report(faults)


def test_functions_are_short() -> None:
    faults = []
    for path in python_files(*OURS):
        for node in ast.walk(tree_of(path)):
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and code_lines(node) > MAX_FUNCTION_LINES
            ):
                faults.append(f"{where(path, node.lineno)} {node.name} has {code_lines(node)} lines of code")
    report(faults)


def test_each_file_names_its_licence() -> None:
    tag = "# SPDX-License-Identifier: LGPL-3.0-or-later"
    report(
        [
            where(path, 1)
            for path in python_files(*CHECKED)
            if not path.read_text(encoding="utf-8").startswith(tag)
        ]
    )


# --- imports -------------------------------------------------------------------------------------------


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    return subprocess.run(
        [*command, "--no-cache", "--config", "setup.cfg"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )


def test_import_contracts_hold() -> None:
    outcome = lint_imports(ROOT)
    assert outcome.returncode == 0, outcome.stdout[-6000:] + outcome.stderr[-2000:]


@pytest.mark.parametrize(
    ("package", "statement", "contract"),
    [
        ("io", "import gridplanner.reports", "siblings never"),
        ("model", "import gridplanner.geometry", "downwards only"),
        ("rules", "import gridplanner.workspace", "downwards only"),
        ("solve", "from PySide6.QtCore import QObject", "Qt only in gui and maps"),
        ("gui", "import shapely", "The window asks the workspace"),
        ("maps", "import folium", "folium only in maps/web.py"),
        ("verify", "import gridplanner.model", "The verifier stands alone"),
        ("workspace", "import gridplanner.verify", "Only the command line runs the verifier"),
        ("geometry", "import numba", "numba only in solve"),
        ("model", "import scipy", "scipy only in geometry"),
    ],
)
def test_a_planted_import_is_caught(tmp_path: Path, package: str, statement: str, contract: str) -> None:
    """The contracts name real packages: each must be able to fail, on the contract that is meant."""
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    names = [
        "gui",
        "workspace",
        "maps",
        "io",
        "reports",
        "solve",
        "assign",
        "rules",
        "geometry",
        "model",
        "verify",
    ]
    for name in names:
        (tmp_path / "gridplanner" / name).mkdir(parents=True)
        (tmp_path / "gridplanner" / name / "__init__.py").write_text("")
    for name in ("__init__", "cli", "errors", "texts", "progress", "settings", "bootstrap"):
        (tmp_path / "gridplanner" / f"{name}.py").write_text("")
    (tmp_path / "gridplanner" / package / "planted.py").write_text(f"{statement}\n")
    outcome = lint_imports(tmp_path)
    assert outcome.returncode != 0
    broken = [line for line in outcome.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(contract in line for line in broken), outcome.stdout


# --- tools ---------------------------------------------------------------------------------------------


def present() -> list[str]:
    return [name for name in CHECKED if (ROOT / name).exists()]


def test_ruff_finds_nothing() -> None:
    run_tool("ruff", "check", "--output-format", "concise", *present())


def test_ruff_format_changes_nothing() -> None:
    run_tool("ruff", "format", "--check", *present())


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="types are checked against the numpy of Python 3.11")
def test_mypy_finds_nothing() -> None:
    run_tool("mypy")


# --- texts ---------------------------------------------------------------------------------------------


def text_calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(tree_of(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"_", "ngettext"}
        ):
            yield node


@cache
def chinese() -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted((ROOT / "resources" / "i18n" / "zh_CN").glob("*.toml")):
        texts.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return texts


def test_texts_are_constants() -> None:
    """An f-string or a variable inside `_()` can never be looked up."""
    faults = []
    for path in python_files("gridplanner"):
        for call in text_calls(path):
            arguments = (
                call.args[:2]
                if isinstance(call.func, ast.Name) and call.func.id == "ngettext"
                else call.args[:1]
            )
            if any(isinstance(argument, ast.JoinedStr) for argument in arguments):
                faults.append(f"{where(path, call.lineno)} f-string inside _()")
    report(faults)


def test_each_text_has_its_chinese() -> None:
    faults = []
    for path in python_files("gridplanner"):
        for call in text_calls(path):
            first = call.args[0] if call.args else None
            if (
                isinstance(first, ast.Constant)
                and isinstance(first.value, str)
                and first.value not in chinese()
            ):
                faults.append(f"{where(path, call.lineno)} {first.value!r}")
    report(faults)


def test_translations_keep_the_fields() -> None:
    """A translation that names another field fails only when its message is shown."""
    field = re.compile(r"(?<!\{)\{(\w*)[^{}]*\}(?!\})")
    report(
        [
            f"{english!r} -> {text!r}"
            for english, text in chinese().items()
            if not set(field.findall(text)) <= set(field.findall(english))
        ]
    )


# --- forbidden things ----------------------------------------------------------------------------------


def imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").split(".")[0]]
    return []


def forbidden_call(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_NAMES:
        return node.func.id
    if any(
        word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
        for word in node.keywords
    ):
        return "shell="
    if isinstance(node.func, ast.Attribute) and node.func.attr in {"system", "popen"}:
        owner = node.func.value
        return f"os.{node.func.attr}" if isinstance(owner, ast.Name) and owner.id == "os" else ""
    if any(word.arg == "allow_pickle" for word in node.keywords):
        return "allow_pickle"
    return ""


def test_nothing_executes_data() -> None:
    faults = []
    for path in python_files(*OURS):
        for node in ast.walk(tree_of(path)):
            found = [name for name in imported_modules(node) if name in FORBIDDEN_MODULES]
            found += [call] if (call := forbidden_call(node)) else []
            faults += [f"{where(path, getattr(node, 'lineno', 0))} {name}" for name in found]
    report(faults)


def composed_sql(node: ast.AST) -> bool:
    """Tell whether a node puts a value into an SQL text by f-string, `%`, `+` or `.format`."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
        return bool(SQL.match(text)) and any(isinstance(part, ast.FormattedValue) for part in node.values)
    literal: ast.AST | None = None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        literal = node.left
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        literal = node.func.value
    return (
        isinstance(literal, ast.Constant)
        and isinstance(literal.value, str)
        and bool(SQL.match(literal.value))
    )


def test_no_sql_is_pieced_together() -> None:
    """Identifiers are quoted by one function, values are bound; nothing else makes SQL."""
    report(
        [
            where(path, getattr(node, "lineno", 0))
            for path in python_files(*OURS)
            for node in ast.walk(tree_of(path))
            if composed_sql(node)
        ]
    )


@pytest.mark.parametrize(
    "source",
    [
        'f"SELECT * FROM {table}"',
        '"DELETE FROM %s" % table',
        '"SELECT a FROM " + table',
        '"UPDATE {} SET a = 1".format(table)',
        "subprocess.run(text, shell=True)",
        "eval(text)",
        "os.system(text)",
        "numpy.load(path, allow_pickle=True)",
    ],
)
def test_planted_faults_are_caught(source: str) -> None:
    nodes = list(ast.walk(ast.parse(source)))
    assert any(composed_sql(node) or forbidden_call(node) for node in nodes)


def test_no_paths_of_a_machine() -> None:
    faults = []
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        if SKIPPED_FOLDERS.intersection(relative.parts) or any(
            part.startswith(".") for part in relative.parts
        ):
            continue
        if path.suffix not in TEXT_SUFFIXES or not path.is_file() or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line):
                faults.append(f"{where(path, number)} {line.strip()[:120]}")
    report(faults)
