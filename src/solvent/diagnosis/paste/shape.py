"""What a text is as a whole: an error, a successful answer, a log of successes, documentation, or prose."""

from __future__ import annotations

import re

from solvent.diagnosis.paste.gather import Gathered
from solvent.diagnosis.paste.reading import Status

_HEAD = 8_000
_SENTENCE_MAX = 160
# So many rows of a table, or lines of code, are a document.
_ROWS_MIN = 4
# A question, Chinese prose, several lines, or a structure without an error in it.
_TALKS = re.compile(
    r"[?？，。！]|\S\n\s*\S|^\s*[{\[]|how (?:do|can|to|much|many)|what is|which|thank|\bi can.t (?:see|find)", re.IGNORECASE
)

# An item of a list of statuses; a list of one status is a log.
_LISTED = re.compile(r"^[ \t]{0,8}[-*•] [`*\"]{0,3}([1-5]\d\d)\b", re.MULTILINE)
# What a program counts for others to read, as Prometheus asks for it.
_METRIC = re.compile(r"[a-zA-Z_:][\w:]{2,100}(?:\{[^{}\n]{0,300}\})? -?[\d.eE+-]{1,24}|# (?:HELP|TYPE) [^\n]{1,300}")
# So many lines with so many commas are a table.
_DATA_MIN, _COMMAS_MIN = 3, 2
# "errors 0" of a summary.
_NONE_FAILED = re.compile(r"\b(?:errors?|failed|failures?|timeouts?)\s{0,3}[:=]?\s{0,3}0\b(?![.,]?\d)", re.IGNORECASE)

_CODE_LINE = re.compile(
    r"^[ \t]{0,80}(?:from \w[\w.]{0,80} import|import \w|def \w{1,80}\(|async def |class \w|return\b|const \w|let \w|function \w"
    r"|@\w[\w.]{0,80}(?:\(|[ \t]{0,8}$)"
    r"|if [^\n]{0,200}:$|if \(|throw |try:|try \{|\} catch|\} else|except |for [^\n]{0,80} in |export )",
    re.MULTILINE,
)
_TABLE_ROW = re.compile(
    r"^[ \t]{0,80}\|[^|\n]{0,80}\b[1-5]\d\d\b[^|\n]{0,200}\||^[ \t]{0,8}`?[1-5]\d\d`?[ \t]{0,8}\|[^|\n]{1,200}(?:\||$)", re.MULTILINE
)
# A line of a settings file, be it of `.env`, YAML, TOML or INI; a line that tells of an error has another name on its left.
_SETTING_LINE = re.compile(r"(?:export |- )?(?P<name>[A-Za-z_][\w.-]{0,60})\s{0,3}(?:=\s{0,3}\S[^\n]{0,200}|:(?:\s{1,3}\S[^\n]{0,200})?)")
# What stands between such lines: comments, the heads of sections, items of lists.
_BETWEEN_SETTINGS = re.compile(r"(?:#|//|;)[^\n]{0,200}|\[{1,2}[\w.\"-]{1,80}\]{1,2}|- [^\s:]{1,80}|- ([\"'])[^\n]{1,80}\1")
_SETTINGS_MIN, _SETTINGS_MAX = 3, 80
# How long a program is told to wait, or how much it may use, says nothing of a wait that was too long or of a use that was too much.
# So is a count of none that failed.
_BOUND = re.compile(
    r"\"(?:errored|errors?|failed|failures|expired|cancell?ed)\"\s{0,3}:\s{0,3}(?:0\b|null|false|\[\]|\"\")|"
    r"\"[\w-]{0,40}(?:timeout|limit|quota|budget|reset)[\w-]{0,20}\"\s{0,3}:\s{0,3}(?:\"?-?\d|\"?(?:daily|weekly|monthly|null|true|false|none)\b|\{)",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"(?:^|[_.-])(?:errors?|message|msg|status|code|details?|reason|exception|failed|cause)(?:$|[_.-])|^(?:time|date|timestamp)$",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"connreset|(?:connection|stream|been|by) (?:was )?reset|reset by|resets? (?:at|in|after|on)\b"
    r"|error|fail|exception|denied|exceed|invalid|unable|refused|timed? ?out|exhaust|limit reached|blocked|quota|insufficient|banned"
    r"|unauthori[sz]ed|forbidden|not found|unsupported|overload|suspend|trouble|错误|失败|异常|报错|超时|超限|不足|无法|拒绝|受限"
    r"|錯誤|失敗|異常|逾時|無法|拒絕|过长|违规|开小差|故障|繁忙|频繁|限制|为空|重试|请稍[后候]|请升级|已满|过多|太长|太久|しばらく"
    r"|success[\"']?\s?:\s?false|ошибк|недостаточ|エラー|できません|오류|실패|fehler|erreur|\berror[ei]?s?\b|\berro\b",
    re.IGNORECASE,
)


def _failed_before(clean: str, statuses: tuple[Status, ...]) -> bool:
    """Whether a failing status stands before the structure; inside an answer a number is the model's own words."""
    start = clean.find("{")
    return any(status.strong and status.code >= 400 and status.position < start for status in statuses)


def _settings(head: str) -> bool:
    """Whether every line sets something, as in `.env` or YAML, and none tells of a failure."""
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    if not _SETTINGS_MIN <= len(lines) <= _SETTINGS_MAX:
        return False
    set_lines = [_SETTING_LINE.fullmatch(line) for line in lines if _BETWEEN_SETTINGS.fullmatch(line) is None]
    return len(set_lines) >= _SETTINGS_MIN and all(found is not None and not _TELLS.search(found.group("name")) for found in set_lines)


def _data(head: str) -> bool:
    """Whether every line is a row of a table of numbers, or a count for a monitor."""
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    if len(lines) < _DATA_MIN:
        return False
    commas = lines[0].count(",")
    if commas >= _COMMAS_MIN and all(line.count(",") == commas for line in lines):
        rows = [line.split(",") for line in lines]
    elif "   " in head:
        # In columns, with a title above or a sum below.
        rows = [line.split() for line in lines if "  " in line]
        if len(rows) < max(_DATA_MIN, len(lines) // 2) or len({len(row) for row in rows}) > 1:
            return False
    else:
        return all(_METRIC.fullmatch(line) for line in lines)
    cells = [cell for row in rows[1:] for cell in row]
    return 2 * sum(bool(cell) and not cell.strip("0123456789.$%- ") for cell in cells) >= len(cells)


def _lists_statuses(head: str) -> bool:
    """Whether a table or a list goes through several statuses."""
    return ("|" in head and len(_TABLE_ROW.findall(head)) >= _ROWS_MIN) or len(set(_LISTED.findall(head))) >= _ROWS_MIN


def of(clean: str, gathered: Gathered, statuses: tuple[Status, ...], exceptions: tuple[str, ...]) -> str:
    """What the whole text is; anything that shows a failure of its own is `error`."""
    bad = any(status.code >= 400 for status in statuses)
    head = clean[:_HEAD]
    if gathered.answer and not any(error.message for error in gathered.errors) and not _failed_before(clean, statuses):
        return "answer"
    lines = head.count("\n") + 1
    if (lines >= _ROWS_MIN and _lists_statuses(head)) or (lines >= _DATA_MIN and _data(head)):
        return "documentation"
    told = any(error.message for error in gathered.errors) and any(status.strong and status.code >= 400 for status in statuses)
    traced = told or "Traceback (most" in clean or "\n    at " in clean
    if not traced and lines >= _ROWS_MIN and len(_CODE_LINE.findall(head)) >= _ROWS_MIN:
        return "documentation"
    if bad or exceptions or gathered.errors:
        return "error"
    if _settings(head):
        return "documentation"
    unbound = _BOUND.sub(" ", head) if '"' in head else head
    if _TROUBLE.search(unbound) and ("0" not in unbound or _TROUBLE.search(_NONE_FAILED.sub(" ", unbound))):
        return "error"
    if statuses:
        return "log"
    if unbound != head and not traced:
        return "documentation"
    # A single short sentence may well be an error that nobody has listed yet: that is unknown, not harmless.
    return "prose" if not traced and (len(head) > _SENTENCE_MAX or _TALKS.search(head)) else "error"
