"""`solvent explain` for people: the terminal's text, Markdown and a page.

The terminal's text wraps at the terminal's width (80 where it has none), counts Chinese characters as two columns, and uses colour
only on a terminal that has it.
"""

from __future__ import annotations

import re
import shutil

import click

from solvent.catalogue import names
from solvent.catalogue.load import Catalogue
from solvent.catalogue.tables import Words
from solvent.cli.wrap import width, wrap
from solvent.console import documents, labels, language
from solvent.diagnosis.chain import UNNAMED_RELAY
from solvent.diagnosis.desk import Explanation
from solvent.diagnosis.reporting.report import unsure_whose
from solvent.model.verdict import Layer, Paid, Report, RequestFault, Verdict, Wallet

_WIDTH_MAX = 100
_NUMBERED = re.compile(r"\d+\. ")
_HEADS = {
    "wallet": Words(en="Whose wallet", zh="谁的钱包"),
    "acts": Words(en="Who acts", zh="谁来处理"),
    "retry": Words(en="Retry", zh="重试"),
    "status": Words(en="Status", zh="状态码"),
    "when": Words(en="Works again", zh="何时恢复"),
    "chain": Words(en="The chain", zh="调用链"),
    "says": Words(en="What it says", zh="错误翻译"),
    "request": Words(en="What was refused", zh="被拒的是什么"),
    "cause": Words(en="Why", zh="原因分析"),
    "solution": Words(en="What to do", zh="解决方案"),
    "paid": Words(en="I paid and it still fails", zh="我付了钱，还是报错"),
    "prevention": Words(en="Prevent it", zh="预防措施"),
    "write": Words(en="Text to send", zh="可直接发送的说明"),
    "code": Words(en="In code", zh="代码里这样处理"),
    "ids": Words(en="Request ids", zh="请求 id"),
    "evidence": Words(en="Evidence", zh="依据"),
    "certainty": Words(en="Certainty", zh="把握"),
    "removed": Words(en="Removed", zh="已隐去"),
    "known": Words(en="What is known, and what is not", zh="已知与未知"),
    "fetch": Words(en="The one thing to fetch next", zh="接下来要取得的一样东西"),
}
_PHRASES = {
    "retry_yes": Words(en="yes, the same call can pass later", zh="可以，同样的请求稍后可能成功"),
    "retry_no": Words(en="no, the same call cannot pass before somebody acts", zh="不要重试，有人处理之前同样的请求不会成功"),
    "retry_unknown": Words(en="not before it is known what this is", zh="先弄清这是什么错误"),
    "perhaps": Words(en=" (perhaps; the text does not show whose it is)", zh="（不一定，文中看不出是谁的）"),
    "wallet_unknown": Words(en="not known", zh="暂不清楚"),
    "seen": Words(en="{code} in the text", zh="文中是 {code}"),
    "documented": Words(en="{code} as documented", zh="按文档是 {code}"),
    "should": Words(en="{code} is what it should have been", zh="本应是 {code}"),
    "empty": Words(en="empty", zh="空"),
    "you": Words(en="you", zh="你"),
    "code": Words(
        en="`--code python`, `--code javascript` or `--code curl` adds code that handles this error",
        zh="加 `--code python`、`--code javascript` 或 `--code curl` 可看处理这个错误的代码",
    ),
    "after": Words(en="{wait} after the failure", zh="失败后 {wait}"),
    "resets": Words(en="the limit resets {window}", zh="限额{window}重置"),
    "field": Words(en="Field: ", zh="字段："),
    "sent": Words(en="Sent: ", zh="发送的值："),
    "allowed": Words(en="Would pass: ", zh="可用的值："),
    "limit": Words(en="Limit: ", zh="上限："),
    "model": Words(en="Model: ", zh="模型："),
    "dialect": Words(en="In terms of: ", zh="所用接口："),
    "by": Words(en="Changed on its way by: ", zh="途中改动者："),
    "changed": Words(en="{name} ({certainty}): {says}", zh="{name}（{certainty}）：{says}"),
    "somebody": Words(en="somebody in between", zh="中间的某一方"),
    "shown": Words(en="the text shows it", zh="文中可证"),
    "likely": Words(en="likely", zh="很可能"),
    "and": Words(en=", ", zh="、"),
    "app": Words(en="In {app}:", zh="在 {app} 里："),
    "or": Words(en=" or ", zh=" 或 "),
}


def text(explanation: Explanation, *, with_code: bool = False) -> str:
    """The report for a terminal, at most 100 columns wide; the code sample only where it was asked for."""
    verdict, report = explanation.verdict, explanation.report
    lang = report.lang
    columns = min(shutil.get_terminal_size((80, 24)).columns, _WIDTH_MAX)
    lines = [click.style(line, bold=True, fg="red" if verdict.wallet is not Wallet.NONE else None) for line in wrap(report.title, columns)]
    lines += [click.style(f"[{verdict.category.value}] {names.CATEGORIES[verdict.category].of(lang)}", dim=True), ""]
    lines += [*wrap(report.summary, columns), ""]
    for key, value in _facts(verdict, lang):
        lines += _row(_HEADS[key].of(lang), value, columns, 10 if lang == "zh" else 14)
    for key, paragraphs in _parts(explanation):
        lines += ["", click.style(_HEADS[key].of(lang), bold=True)]
        for paragraph in paragraphs:
            hang = "     " if _NUMBERED.match(paragraph) else "    " if paragraph.startswith("- ") else "  "
            lines += wrap(paragraph, columns, "  ", hang)
    if report.code:
        lines += ["", click.style(_HEADS["code"].of(lang), bold=True)]
        hint = wrap(_PHRASES["code"].of(lang), columns, "  ")
        lines += [f"  {line}".rstrip() for line in report.code.rstrip().splitlines()] if with_code else hint
    return "\n".join(lines)


def _parts(explanation: Explanation) -> list[tuple[str, list[str]]]:
    verdict, report = explanation.verdict, explanation.report
    lang = report.lang
    known = verdict.rule is not None
    times = [item for item in verdict.request_ids if item.times]
    parts = [
        *([("paid", _paid(report.paid))] if report.paid is not None and report.paid.said else []),
        ("chain", [_chain(verdict.layers, lang)] if known or any(layer.name != "unknown" for layer in verdict.layers) else []),
        ("says", [f"“{report.original}”", report.translation]),
        ("request", _request(verdict.request, lang)),
        ("cause" if known else "known", [report.cause]),
        ("solution" if known else "fetch", [*_numbered(report.solution), *_in_app(report)]),
        *([] if report.paid is None or report.paid.said else [("paid", _paid(report.paid))]),
        ("prevention", _numbered(report.prevention)),
        ("write", report.write_to.splitlines() if report.write_to else []),
        ("ids", [f"{item.id}  {item.issuer}  {_PHRASES['or'].of(lang).join(item.times)}" for item in times]),
        ("evidence", [f"“{item.quote}” — {item.says}" for item in verdict.evidence]),
        ("removed", [", ".join(f"{count} × {kind}" for kind, count in explanation.struck)] if explanation.struck else []),
    ]
    return [(key, paragraphs) for key, paragraphs in parts if paragraphs]


def _request(fault: RequestFault | None, lang: str) -> list[str]:
    """A line for each part of the request that the text speaks of."""
    if fault is None:
        return []
    by, limit = fault.rewritten_by, fault.limit
    bound = "" if limit is None else labels.bound(limit, language.translations(lang).gettext)
    named = f"{limit.name}: {bound}" if limit is not None and limit.name not in (None, fault.field) else bound
    changed = None
    if by is not None:
        name = _PHRASES["somebody"].of(lang) if by.name == "unknown" else by.label
        changed = _PHRASES["changed"].of(lang).format(name=name, certainty=_PHRASES[by.certainty].of(lang), says=by.says)
    rows = [
        ("field", fault.field),
        ("sent", fault.sent),
        ("allowed", _PHRASES["and"].of(lang).join(fault.allowed)),
        ("limit", named),
        ("model", fault.model),
        ("dialect", labels.DIALECTS.get(fault.dialect or "")),
        ("by", changed),
    ]
    return [f"{_PHRASES[key].of(lang)}{value}" for key, value in rows if value]


def _facts(verdict: Verdict, lang: str) -> list[tuple[str, str]]:
    wallet, retry = names.WALLETS[verdict.wallet], _PHRASES["retry_yes" if verdict.retryable else "retry_no"]
    if verdict.rule is None:
        wallet, retry = _PHRASES["wallet_unknown"], _PHRASES["retry_unknown"]
    whose = wallet.of(lang) + (_PHRASES["perhaps"].of(lang) if unsure_whose(verdict) else "")
    rows = [("wallet", whose), ("acts", names.ACTORS[verdict.actor].of(lang)), ("retry", retry.of(lang))]
    if verdict.http_status is not None:
        status = _PHRASES[verdict.http_status_source or "seen"].of(lang).format(code=verdict.http_status)
        if verdict.http_status_should_be not in (None, verdict.http_status):
            status += ("；" if lang == "zh" else "; ") + _PHRASES["should"].of(lang).format(code=verdict.http_status_should_be)
        rows.append(("status", status))
    when = _when(verdict, lang)
    if when is not None:
        rows.append(("when", when))
    if verdict.rule is not None:
        rows.append(("certainty", f"{round(verdict.confidence * 100)} %  ({verdict.rule})"))
    return rows


def _when(verdict: Verdict, lang: str) -> str | None:
    """The instant from which the call can pass, else the wait, else the window that resets by itself; None where none is known."""
    texts = language.translations(lang)
    if verdict.available_at is not None:
        return verdict.available_at
    if verdict.retry_after_s is not None:
        return _PHRASES["after"].of(lang).format(wait=labels.wait(verdict.retry_after_s, texts.gettext))
    return None if verdict.window is None else _PHRASES["resets"].of(lang).format(window=texts.gettext(labels.WINDOWS[verdict.window]))


def _row(head: str, value: str, columns: int, head_columns: int) -> list[str]:
    label = head + " " * max(head_columns - width(head), 1)
    first, *rest = wrap(value, columns, label, " " * head_columns)
    return [click.style(label, dim=True) + first[len(label) :], *rest]


def _chain(layers: tuple[Layer, ...], lang: str) -> str:
    drawn = [_PHRASES["you"].of(lang)]
    for layer in layers:
        mark = f" ✗ {_PHRASES['empty'].of(lang)}" if layer.empty else ""
        role = names.ROLES[layer.role].of(lang)
        if layer.name == UNNAMED_RELAY:
            drawn.append(f"{names.SOMEBODY_BETWEEN.of(lang)}{mark}")
        else:
            drawn.append(f"{role if layer.name == 'unknown' else f'{layer.label} ({role})'}{mark}")
    return " → ".join(drawn)


def _numbered(steps: tuple[str, ...]) -> list[str]:
    return [f"{number}. {step}" for number, step in enumerate(steps, 1)]


def _in_app(report: Report) -> list[str]:
    head = [_PHRASES["app"].of(report.lang).format(app=report.app_steps[0].label)] if report.app_steps else []
    colon, gap = ("：", "") if report.lang == "zh" else (": ", " ")
    return head + [f"- {item.title}{colon}{gap.join(item.steps)} ({item.source.address})" for item in report.app_steps]


def _paid(paid: Paid) -> list[str]:
    """Each point with its command on a line of its own, as a terminal's reader copies it."""
    lines = []
    for number, point in enumerate(paid.points, 1):
        lines.append(f"{number}. {point.text}" + (f" ({point.source.address})" if point.source else ""))
        lines += [point.command] if point.command else []
    return lines


def markdown(explanation: Explanation, catalogue: Catalogue) -> str:
    """The report as Markdown."""
    return documents.markdown(explanation, catalogue, explanation.report.lang)


def html(explanation: Explanation, catalogue: Catalogue) -> str:
    """The report as a page of its own."""
    return documents.html(explanation, catalogue, explanation.report.lang)
