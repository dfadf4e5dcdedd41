from __future__ import annotations

import errno
import io
import re
import sys
from pathlib import Path

import click
import pytest

from solvent import __version__
from solvent.base.errors import SolventError, StartError, UsageError
from solvent.base.paste import PASTE_BYTES_MAX
from solvent.cli import main
from tests.unit.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "stdin", "complaint"),
    [
        (["explian"], b"", "No such command 'explian'"),
        (["explain", "--lnag", "zh"], b"", "No such option"),
        (["explain", "--lang", "fr"], b"x", "'fr' is not one of"),
        (["explain", "--format", "pdf"], b"x", "'pdf' is not one of"),
        (["explain", "--code", "cobol"], b"x", "'cobol' is not one of"),
        (["explain", "--lang"], b"x", "requires an argument"),
        (["explain", "a", "b"], b"", "unexpected extra argument"),
        (["--colour"], b"", "No such option"),
        (["serve", "extra"], b"", "unexpected extra argument"),
        (["demo", "--config", "x"], b"", "No such option"),
    ],
)
def test_wrong_usage_is_one_line_with_the_next_step(run: Run, arguments: list[str], stdin: bytes, complaint: str) -> None:
    ran = run(*arguments, stdin=stdin)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("solvent: ")
    assert complaint.lower() in ran.err.lower()
    assert re.search(r"`solvent( \w+)? --help` lists what it takes", ran.err)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the text is empty"),
        (b" \n\t\n", "the text is empty"),
        (b"x" * (PASTE_BYTES_MAX + 1), "too large"),
        (b"\x7fELF" + bytes(range(32)) * 10, "not text"),
    ],
    ids=["empty", "blank", "too large", "binary"],
)
@pytest.mark.parametrize("way", ["file", "stdin", "dash"])
def test_what_cannot_be_explained_is_refused_in_one_line(run: Run, tmp_path: Path, content: bytes, complaint: str, way: str) -> None:
    path = tmp_path / "paste.txt"
    path.write_bytes(content)
    ran = run("explain", *{"file": [str(path)], "stdin": [], "dash": ["-"]}[way], stdin=b"" if way == "file" else content)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert complaint in ran.err


@pytest.mark.parametrize("flags", [[], ["--jsonl"]])
def test_a_missing_file_is_named(run: Run, tmp_path: Path, flags: list[str]) -> None:
    ran = run("explain", *flags, str(tmp_path / "none.txt"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "none.txt" in ran.err
    assert "give a file" in ran.err
    assert "or pipe the" in ran.err


@pytest.mark.parametrize("flags", [[], ["--jsonl"]])
def test_a_directory_is_no_file(run: Run, tmp_path: Path, flags: list[str]) -> None:
    ran = run("explain", *flags, str(tmp_path))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "cannot read" in ran.err


def test_a_bad_config_is_refused_before_anything_starts(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "solvent.toml"
    config.write_text('[office]\nlisten = "0.0.0.0:1"\n[desk]\nspeed = 1\n')
    ran = run("serve", "--config", str(config), "--data", str(tmp_path / "data"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "line 2" in ran.err
    assert "line 4" in ran.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []])
def test_help_names_every_command(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert [name for name in ("explain", "serve", "demo") if name not in ran.out] == []


@pytest.mark.parametrize("command", ["explain", "serve", "demo"])
def test_every_command_has_help(run: Run, command: str) -> None:
    ran = run(command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: solvent {command}")


def test_the_version_is_told(run: Run) -> None:
    ran = run("--version")
    assert ran.code == 0
    assert __version__ in ran.out


def raising(monkeypatch: pytest.MonkeyPatch, problem: BaseException) -> None:
    def fail() -> None:
        raise problem

    monkeypatch.setattr(main._Commands, "get_command", lambda *_: click.Command("explain", callback=fail))


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (UsageError("a mistake"), 2),
        (StartError("no port"), 3),
        (SolventError("another"), 3),
        (click.Abort(), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch, problem: BaseException, code: int) -> None:
    raising(monkeypatch, problem)
    assert run("explain").code == code


def test_a_message_of_several_lines_is_told_in_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, StartError("no port:\n  taken;\n  choose another"))
    assert run("explain").err == "solvent: no port: taken; choose another\n"


def test_a_bug_of_ours_is_one_line_that_names_the_place_and_nothing_of_the_paste(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOLVENT_DEBUG", raising=False)
    raising(monkeypatch, ZeroDivisionError("what was pasted"))
    ran = run("explain")
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert "ZeroDivisionError at tests.unit.cli.test_main:" in ran.err
    assert "SOLVENT_DEBUG=1" in ran.err
    assert "what was pasted" not in ran.err


def test_a_developer_may_see_a_bug_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLVENT_DEBUG", "1")
    raising(monkeypatch, ZeroDivisionError("ours"))
    with pytest.raises(ZeroDivisionError, match="ours"):
        run("explain")


def test_a_reader_that_leaves_early_is_no_failure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    raising(monkeypatch, BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert run("explain").code == 0


def test_the_process_ends_with_the_commands_exit_code(run: Run) -> None:
    assert run("explain").code == 2
    with pytest.raises(SystemExit) as ending:
        main.run(["explain", "--nonsense"])
    assert ending.value.code == 2
