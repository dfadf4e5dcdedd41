"""`solvent explain`: the verdict and report on a pasted error, for people and for programs."""

from __future__ import annotations

import json
import locale
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from solvent.base import paste
from solvent.base.errors import UsageError
from solvent.diagnosis import desk, engine
from solvent.diagnosis.desk import Explanation

FORMATS = ("text", "json", "markdown", "html")


@click.command(name="explain")
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), help="Language of the report; by default that of your terminal, else that of the text."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print.")
@click.option("--jsonl", is_flag=True, help='Read one {"id", "raw"} a line, print one {"id", ...verdict} a line, in order.')
@click.option(
    "--code", type=click.Choice(["python", "javascript", "curl"]), help="Language of the code sample; by default what the text suggests."
)
def command(file: str | None, lang: str | None, form: str, *, jsonl: bool, code: str | None) -> None:
    """Explain a pasted error: what it means, whose wallet is empty, what to do.

    Reads FILE, or standard input without one.
    """
    if jsonl:
        _lines(file, lang)
        return
    if (file is None or file == "-") and sys.stdin.isatty():
        click.echo("Paste the error, then press Ctrl-D on an empty line.", err=True)
    text = paste.decode(_read(file))
    explanation = desk.explain(text, engine.packaged(), lang or _language(text), code)
    click.echo(_rendered(explanation, form, with_code=code is not None), nl=form != "html")


def _rendered(explanation: Explanation, form: str, *, with_code: bool) -> str:
    if form == "json":
        return json.dumps(explanation.verdict.as_json(explanation.report), ensure_ascii=False, indent=2)
    # The renderers load Jinja; programs that want JSON need not wait for it.
    from solvent.cli import render  # noqa: PLC0415 - see above

    catalogue = engine.packaged().catalogue
    if form == "markdown":
        return render.markdown(explanation, catalogue)
    return render.html(explanation, catalogue) if form == "html" else render.text(explanation, with_code=with_code)


def _read(file: str | None) -> bytes:
    if file is None or file == "-":
        return sys.stdin.buffer.read(paste.PASTE_BYTES_MAX + 1)
    path = Path(file)
    try:
        with path.open("rb") as stream:
            return stream.read(paste.PASTE_BYTES_MAX + 1)
    except OSError as problem:
        message = f"cannot read `{file}`: {problem.strerror}; give a file that exists, or pipe the error in"
        raise UsageError(message) from problem


def _language(text: str) -> str:
    """The terminal's language where it is Chinese or the text is; English else."""
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or (locale.getlocale()[0] or "")
    if wanted.lower().startswith("zh") or any("一" <= char <= "鿿" for char in text[:4000]):
        return "zh"
    return "en"


def _lines(file: str | None, lang: str | None) -> None:
    if file is None or file == "-":
        _each_line(sys.stdin.buffer, lang)
        return
    try:
        source = Path(file).open("rb")  # noqa: SIM115 - closed two lines below
    except OSError as problem:
        message = f"cannot read `{file}`: {problem.strerror}; give a file that exists, or pipe the lines in"
        raise UsageError(message) from problem
    with source:
        _each_line(source, lang)


def _each_line(source: BinaryIO, lang: str | None) -> None:
    packaged = engine.packaged()
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        case = _case(line, number)
        explanation = desk.explain(case["raw"], packaged, lang or _language(case["raw"]))
        answer: dict[str, Any] = {"id": case["id"]} | explanation.verdict.as_json(explanation.report)
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _case(line: bytes, number: int) -> dict[str, Any]:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as problem:
        message = f'line {number} is not JSON ({str(problem)[:80]}); each line must be an object such as {{"id": "1", "raw": "the error"}}'
        raise UsageError(message) from problem
    if not isinstance(case, dict) or not isinstance(case.get("raw"), str) or "id" not in case:
        message = f'line {number} lacks "id" or a text "raw"; each line must be an object such as {{"id": "1", "raw": "the error"}}'
        raise UsageError(message)
    # A lone surrogate is valid JSON but cannot be printed.
    return {"id": case["id"], "raw": case["raw"].encode("utf-8", "replace").decode("utf-8")}
