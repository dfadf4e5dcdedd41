"""`solvent explain`: the verdict and report on a pasted error, for people and for programs."""

from __future__ import annotations

import json
import locale
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import click

from solvent.base import paste
from solvent.base.errors import UsageError
from solvent.catalogue.load import CODE_LANGUAGES
from solvent.catalogue.tables import LANGUAGES
from solvent.diagnosis import desk, engine
from solvent.diagnosis.desk import Explanation

FORMATS = ("text", "json", "markdown", "html")


@click.command(name="explain")
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of the report; by default that of your terminal, else that of the text."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print.")
@click.option("--jsonl", is_flag=True, help='Read one {"id", "raw"} a line, print one {"id", ...verdict} a line, in order.')
@click.option("--code", type=click.Choice(CODE_LANGUAGES), help="Language of the code sample; by default what the text suggests.")
def command(file: str | None, lang: str | None, form: str, *, jsonl: bool, code: str | None) -> int:
    """Explain a pasted error: what it means, whose wallet is empty, what to do.

    Reads FILE, or standard input without one.
    """
    if jsonl:
        with _open(file, "lines") as source:
            return _each_line(source, lang)
    if (file is None or file == "-") and sys.stdin.isatty():
        click.echo("Paste the error, then press Ctrl-D on an empty line.", err=True)
    with _open(file, "error") as source:
        text = paste.decode(source.read(paste.PASTE_BYTES_MAX + 1))
    explanation = desk.explain(text, engine.packaged(), lang or _language(text), code)
    click.echo(_rendered(explanation, form, with_code=code is not None), nl=form != "html")
    return 0


def _rendered(explanation: Explanation, form: str, *, with_code: bool) -> str:
    if form == "json":
        return json.dumps(explanation.verdict.as_json(explanation.report), ensure_ascii=False, indent=2)
    # The renderers load Jinja; programs that want JSON need not wait for it.
    from solvent.cli import render  # noqa: PLC0415 - see above

    catalogue = engine.packaged().catalogue
    if form == "markdown":
        return render.markdown(explanation, catalogue)
    return render.html(explanation, catalogue) if form == "html" else render.text(explanation, with_code=with_code)


def _open(file: str | None, wanted: str) -> AbstractContextManager[BinaryIO]:
    """The file, or standard input, which stays open; `wanted` says in the complaint what it should hold."""
    if file is None or file == "-":
        return nullcontext(sys.stdin.buffer)
    path = Path(file)
    try:
        return path.open("rb")
    except OSError as problem:
        why = "it is a directory" if path.is_dir() else problem.strerror
        message = f"cannot read `{file}`: {why}; give a file with the {wanted} in it, or pipe the {wanted} in"
        raise UsageError(message) from problem


def _language(text: str) -> str:
    """The terminal's language where it is Chinese or the text is; English else."""
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or (locale.getlocale()[0] or "")
    if wanted.lower().startswith("zh") or any("一" <= char <= "鿿" for char in text[:4000]):
        return "zh"
    return "en"


def _each_line(source: BinaryIO, lang: str | None) -> int:
    """Answers every line in order, a line that cannot be read with what is wrong; the exit code."""
    packaged = engine.packaged()
    unread: list[str] = []
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        case = _case(line.strip(), number)
        answer: dict[str, Any] = {"id": case["id"]}
        if "error" in case:
            unread.append(case["error"])
            answer["error"] = case["error"]
        else:
            explanation = desk.explain(case["raw"], packaged, lang or _language(case["raw"]))
            answer |= explanation.verdict.as_json(explanation.report)
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    if unread:
        click.echo(f"solvent: {len(unread)} of the lines could not be read; the first: {unread[0]}", err=True)
    return 2 if unread else 0


def _case(line: bytes, number: int) -> dict[str, Any]:
    """The id and the text of a line, or the id and the error."""
    hint = 'each line must be an object such as {"id": "1", "raw": "the error"}'
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as problem:
        return {"id": None, "error": f"line {number} is not JSON ({str(problem).partition(': line')[0][:80]}); {hint}"}
    if not isinstance(case, dict) or not isinstance(case.get("raw"), str) or "id" not in case:
        return {"id": case.get("id") if isinstance(case, dict) else None, "error": f'line {number} lacks "id" or a text "raw"; {hint}'}
    # A lone surrogate is valid JSON but cannot be printed.
    return {"id": case["id"], "raw": case["raw"].encode("utf-8", "replace").decode("utf-8")}
