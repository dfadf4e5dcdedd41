"""`solvent explain` for people: the terminal's text, Markdown and a page.

The terminal's text wraps at the terminal's width (80 where it has none), counts Chinese characters as two columns, and uses colour
only on a terminal that has it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from solvent.catalogue import names
from solvent.catalogue.load import Catalogue
from solvent.catalogue.tables import Words
from solvent.console import documents
from solvent.diagnosis.desk import Explanation
from solvent.model.verdict import Layer, Verdict, Wallet

_WIDTH_MAX = 100
_HEADS = {
    "wallet": Words(en="Whose wallet", zh="谁的钱包"),
    "acts": Words(en="Who acts", zh="谁来处理"),
    "retry": Words(en="Retry", zh="重试"),
    "status": Words(en="Status", zh="状态码"),
    "when": Words(en="Works again", zh="何时恢复"),
    "chain": Words(en="The chain", zh="调用链"),
    "says": Words(en="What it says", zh="错误翻译"),
    "cause": Words(en="Why", zh="原因分析"),
    "solution": Words(en="What to do", zh="解决方案"),
    "prevention": Words(en="Prevent it", zh="预防措施"),
    "write": Words(en="Text to send", zh="可直接发送的说明"),
    "code": Words(en="In code", zh="代码里这样处理"),
    "ids": Words(en="Request ids", zh="请求 id"),
    "evidence": Words(en="Evidence", zh="依据"),
    "certainty": Words(en="Certainty", zh="把握"),
    "removed": Words(en="Removed", zh="已隐去"),
}
_PHRASES = {
    "retry_yes": Words(en="yes, the same call can pass later", zh="可以，同样的请求稍后可能成功"),
    "retry_no": Words(en="no, the same call cannot pass before somebody acts", zh="不要重试，有人处理之前同样的请求不会成功"),
    "seen": Words(en="{code} in the text", zh="文中是 {code}"),
    "documented": Words(en="{code} as documented", zh="按文档是 {code}"),
    "should": Words(en="{code} is what it should have been", zh="本应是 {code}"),
    "empty": Words(en="empty", zh="空"),
    "you": Words(en="you", zh="你"),
    "or": Words(en=" or ", zh=" 或 "),
}


def text(explanation: Explanation, _catalogue: Catalogue) -> str:
    """The report for a terminal, at most 100 columns wide."""
    verdict, report = explanation.verdict, explanation.report
    lang = report.lang
    out = StringIO()
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDTH_MAX)
    colour = sys.stdout.isatty()
    console = Console(
        file=out, width=width, force_terminal=colour, no_color=None if colour else True, highlight=False, emoji=False, markup=False
    )

    def head(key: str) -> str:
        return _HEADS[key].of(lang)

    def part(key: str, *lines: str | Text) -> None:
        console.print()
        console.print(Text(head(key), style="bold"))
        for line in lines:
            console.print(Padding(line if isinstance(line, Text) else Text(line), (0, 0, 0, 2)))

    console.print(Text(report.title, style="bold red" if verdict.wallet is not Wallet.NONE else "bold"))
    console.print(Text(f"[{verdict.category.value}] {names.CATEGORIES[verdict.category].of(lang)}", style="dim"))
    console.print()
    console.print(Text(report.summary))
    console.print()
    for key, value in _facts(verdict, lang):
        console.print(_row(head(key), value, lang))
    if verdict.layers:
        part("chain", _chain(verdict.layers, lang))
    part("says", f"“{report.original}”", report.translation)
    part("cause", report.cause)
    part("solution", *_numbered(report.solution))
    part("prevention", *_numbered(report.prevention))
    if report.write_to:
        part("write", *report.write_to.splitlines())
    ids = [item for item in verdict.request_ids if item.times]
    if ids:
        part("ids", *(f"{item.id}  {item.issuer}  {_PHRASES['or'].of(lang).join(item.times)}" for item in ids))
    if verdict.evidence:
        part("evidence", *(f"“{item.quote}”: {item.says}" for item in verdict.evidence))
    if report.code:
        part("code", *report.code.rstrip().splitlines())
    return out.getvalue().rstrip()


def _facts(verdict: Verdict, lang: str) -> list[tuple[str, str]]:
    rows = [
        ("wallet", names.WALLETS[verdict.wallet].of(lang)),
        ("acts", names.ACTORS[verdict.actor].of(lang)),
        ("retry", _PHRASES["retry_yes" if verdict.retryable else "retry_no"].of(lang)),
    ]
    if verdict.http_status is not None:
        status = _PHRASES[verdict.http_status_source or "seen"].of(lang).format(code=verdict.http_status)
        if verdict.http_status_should_be not in (None, verdict.http_status):
            status += ("；" if lang == "zh" else "; ") + _PHRASES["should"].of(lang).format(code=verdict.http_status_should_be)
        rows.append(("status", status))
    if verdict.available_at is not None:
        rows.append(("when", verdict.available_at))
    rows.append(("certainty", f"{round(verdict.confidence * 100)} %  ({verdict.rule or '—'})"))
    return rows


def _row(head: str, value: str, lang: str) -> Text:
    columns = 10 if lang == "zh" else 14
    used = sum(2 if ord(char) > 0x2E80 else 1 for char in head)
    return Text(head + " " * max(columns - used, 1), style="dim") + Text(value, style="default")


def _chain(layers: tuple[Layer, ...], lang: str) -> Text:
    line = Text(_PHRASES["you"].of(lang))
    for layer in layers:
        line.append(" → ", style="dim")
        line.append(f"{layer.label} ({names.ROLES[layer.role].of(lang)})", style="bold red" if layer.empty else "default")
        if layer.empty:
            line.append(f" ✗ {_PHRASES['empty'].of(lang)}", style="bold red")
    return line


def _numbered(steps: tuple[str, ...]) -> list[str]:
    return [f"{number}. {step}" for number, step in enumerate(steps, 1)]


def markdown(explanation: Explanation, catalogue: Catalogue) -> str:
    """The report as Markdown."""
    return documents.markdown(explanation, catalogue, explanation.report.lang)


def html(explanation: Explanation, catalogue: Catalogue) -> str:
    """The report as a page of its own."""
    return documents.html(explanation, catalogue, explanation.report.lang)


RENDERERS: dict[str, Callable[[Explanation, Catalogue], str]] = {"text": text, "markdown": markdown, "html": html}
