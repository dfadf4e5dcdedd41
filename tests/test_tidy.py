"""What no linter checks: sizes, places and habits. Each list of exceptions may only shrink: one no longer needed fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "solvent"
UNIT = ROOT / "tests" / "unit"

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

# Files and functions that are longer, as `file.py` or `file.py:function`.
TOO_LONG: set[str] = set()

# Modules without a test file of their own name: pure protocols have nothing to run, the rest names the file that tests it.
PROTOCOLS_ALONE = {"base/clock.py", "exchange/ports.py", "operations/ports.py"}
TESTED_ELSEWHERE = {
    "exchange/job.py": "tests/unit/exchange/test_runner.py",
    "adapters/finding.py": "tests/store/test_finding.py",
    "adapters/memory.py": "tests/store/test_case_store.py",
    "adapters/store/cases.py": "tests/store/test_case_store.py",
    "adapters/store/search.py": "tests/store/test_finding.py",
    "adapters/store/regrouping.py": "tests/store/test_regrouping.py",
    "office/server.py": "tests/test_serving.py",
}

# Imports inside a function, as `file.py: module`; each is there to keep a fast command fast.
LATE_IMPORTS = {"cli/explain.py: solvent.cli"}

# The boundaries where an exception of any kind becomes an incident for people: a request's, a job's and a command's.
BOUNDARIES = {"office/guard.py:_pass", "office/jobs.py:keep", "cli/main.py:_run", "edge/app.py:handle", "exchange/runner.py:feed"}

MODULES = sorted(path for path in SRC.rglob("*.py") if "code" not in path.relative_to(SRC).parts)
TEXT_ENDINGS = {".py", ".md", ".toml", ".txt", ".sh", ".html", ".css", ".js", ".mjs", ".po", ".yml", ".yaml", ".json", ".svg", ""}


def name(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def texts() -> Iterator[Path]:
    """Every text file that belongs to the project."""
    folders = (ROOT / folder for folder in ("src", "tests", "docs", "scripts", "benchmarks", "requirements", ".ci"))
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()] + [
        path for path in ROOT.iterdir() if path.is_file()
    ]
    for path in found:
        if path.suffix in TEXT_ENDINGS and "__pycache__" not in path.parts:
            yield path


def test_there_is_something_to_check() -> None:
    assert len(MODULES) > 30


def test_no_file_and_no_function_is_too_long() -> None:
    long = {name(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES_MAX}
    for path in MODULES:
        for function in functions(path):
            assert function.end_lineno is not None
            if function.end_lineno - function.lineno + 1 > FUNCTION_LINES_MAX:
                long.add(f"{name(path)}:{function.name}")
    assert long == TOO_LONG


def needs_a_test(path: Path) -> bool:
    return path.name != "__init__.py" and "migrations" not in path.relative_to(SRC).parts


def unit_test_of(path: Path) -> Path:
    relative = path.relative_to(SRC)
    return UNIT / relative.with_name(f"test_{relative.name}")


def test_every_module_has_its_test_file() -> None:
    without = {name(path) for path in MODULES if needs_a_test(path) and not unit_test_of(path).exists()}
    assert without == PROTOCOLS_ALONE | set(TESTED_ELSEWHERE)
    assert [file for file in TESTED_ELSEWHERE.values() if not (ROOT / file).exists()] == []


def test_what_is_exempt_as_a_protocol_has_nothing_to_run() -> None:
    for file in PROTOCOLS_ALONE:
        classes = [node for node in parsed(SRC / file).body if isinstance(node, ast.ClassDef)]
        assert [node.name for node in classes if [ast.unparse(base) for base in node.bases] != ["Protocol"]] == []
        assert [node for node in parsed(SRC / file).body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))] == []


def test_every_test_file_tests_a_module_that_exists() -> None:
    more = {"catalogue/test_packaged.py", "exchange/test_campaign.py"}
    tested = {unit_test_of(path).relative_to(UNIT).as_posix() for path in MODULES}
    there = {path.relative_to(UNIT).as_posix() for path in UNIT.rglob("test_*.py")}
    assert {path for path in there - tested if not path.startswith(("console/", "diagnosis/"))} == more


CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime"}


def test_only_an_adapter_asks_the_machine_for_the_time() -> None:
    found = {
        f"{name(path)}: {ast.unparse(node)}"
        for path in MODULES
        if "adapters" not in path.relative_to(SRC).parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in CLOCKS
    }
    assert found == set()


def test_imports_stand_at_the_top_of_their_file() -> None:
    late = set()
    for path in MODULES:
        for function in functions(path):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    late |= {f"{name(path)}: {alias.name}" for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    late.add(f"{name(path)}: {node.module}")
    assert late == LATE_IMPORTS


def catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(ast.unparse(kind).split(".")[-1] in ("Exception", "BaseException") for kind in kinds)


def ends_in_raise(handler: ast.ExceptHandler) -> bool:
    """Whether the exception goes on upwards whatever else is done."""
    return isinstance(handler.body[-1], ast.Raise)


def test_only_a_boundary_catches_what_it_does_not_know() -> None:
    found = {
        f"{name(path)}:{function.name}"
        for path in MODULES
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.ExceptHandler) and catches_all(node) and not ends_in_raise(node)
    }
    assert found == BOUNDARIES


def test_every_document_has_a_title() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert ROOT / "README.md" in documents
    untitled = [
        path.relative_to(ROOT).as_posix() for path in documents if not re.match(r"# \S", path.read_text(encoding="utf-8").lstrip("\n"))
    ]
    assert untitled == []


# A home of somebody: the names that stand for anybody are fine, and so are the made-up ones that tests of redaction need.
HOME = re.compile(r"(?:/home/|/Users/|[A-Z]:\\+Users\\+)(?!(?:user|you|runner|me|alice|bob|name|someone|\[)\b|[|)\[\\%{$<.])[A-Za-z0-9]")


@pytest.mark.parametrize("kind", ["checkout", "home"])
def test_no_file_names_a_folder_of_the_machine_it_was_written_on(kind: str) -> None:
    checkout = str(ROOT) + "/"
    found = []
    for path in texts():
        text = path.read_text(encoding="utf-8", errors="replace")
        if kind == "checkout" and checkout in text:
            found.append(path)
        if kind == "home" and "tests" not in path.relative_to(ROOT).parts and HOME.search(text):
            found.append(path)
    assert [path.relative_to(ROOT).as_posix() for path in found] == []


def test_no_test_sleeps_or_is_allowed_to_fail() -> None:
    banned = re.compile(r"\b(?:time|asyncio|anyio)\.sleep\((?!0\))|\bmark\.(?:xfail|skip)\b|pytest\.xfail\(")
    found = [
        path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py") if banned.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_packaged_rule_file_ends_where_the_loader_looks() -> None:
    # A file with another ending, or one folder deeper, would be silently left out.
    stray = [
        path.relative_to(SRC).as_posix()
        for path in (SRC / "catalogue" / "errors").rglob("*")
        if path.is_file() and (path.suffix != ".toml" or len(path.relative_to(SRC).parts) != 4)
    ]
    assert stray == []
