"""Reads a paste: text in, `Reading` out. It finds errors, statuses, exceptions and ids; it judges nothing.

A text may be JSON at any depth, a traceback, a log, an HTML page, a chat message or no error at all. Every step is linear in the
length of the text, and a text over `TEXT_MAX` characters is read from both ends, where errors stand.
"""

from __future__ import annotations

import re
from typing import Any

from solvent.diagnosis import fragments, normalise, request_ids
from solvent.diagnosis.reading import ErrorObject, Reading, Status

TEXT_MAX = 24_000
MESSAGE_MAX = 2_000

_MESSAGE_KEYS = ("message", "msg", "error_msg", "errmsg", "err_msg", "status_msg", "errormessage", "error_message", "detail", "details", "reason_text", "error_description", "description", "title")
_CODE_KEYS = frozenset({
    "code", "error_code", "errcode", "err_code", "errorcode", "status_code_name", "reason", "error_type", "error_name", "name",
    "__type", "limit_source", "provider_error_code", "quotaid", "finish_reason", "blockreason", "block_reason", "status", "lc_error_code",
    "stop_reason", "raw_code",
})
_STATUS_KEYS = frozenset({"status", "status_code", "statuscode", "http_code", "http_status", "httpstatus", "code", "error_code"})
_ID_KEYS = frozenset({"request_id", "requestid", "request-id", "x-request-id", "req_id", "trace_id", "traceid", "log_id", "logid", "x-tt-logid", "instance", "cf-ray", "ray_id", "x-oneapi-request-id", "x-new-api-request-id", "x-amzn-requestid", "apim-request-id"})
_SKIPPED = frozenset({"headers", "choices", "messages", "tools", "input", "failed_generation", "content", "usage"})
_SUCCESS = re.compile(r"chat\.completion(?:\.chunk)?$|^message$|^list$|^response$|^text_completion$|^embedding$")

_EXCEPTION = re.compile(
    r"^(?:[│┃|>\s]*)(?:\[?(?:ERROR|Error|E)\]?[:\s]+)?(?P<name>(?:[A-Za-z_][\w]*\.)*[A-Z][A-Za-z0-9_]*(?:Error|Exception|Timeout|Errors|NotFound|Interrupt|InV1|Exit|Warning|Refused|Exceeded|Denied))(?:\b[^:\n]{0,40})?(?::|$)",
    re.MULTILINE,
)
_INLINE_EXCEPTION = re.compile(r"\b((?:[a-z_][\w]*\.)*[A-Z][A-Za-z0-9]*(?:Error|Exception|Timeout|InV1))\b")
_TITLE = re.compile(r"<(title|h1)[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|^\s+at .{1,300}[(:]\S{0,200}:\d+|^Caused by: ", re.MULTILINE)

_STRONG_STATUS = re.compile(
    r"""(?:HTTP/[\d.]+["']?\s+|HTTP(?:[ _-]?(?:status|code|error))*\s*[:=]?\s*["'`(\[]?|\bstatus(?:[ _]?code)?["'`]?\s*[:=]?\s*(?:code\s+)?["'`(]?|
      \berror\s+code\s*[:=]?\s*|\bAPI\s+error\s*[:=]?\s*(?:\(?(?:status|code)?\s*[:=]?\s*)?|\bAPI\s+(?:returned|request\s+failed\s+with)\s+|\b(?:error|failed|returned|返回|状态码|错误码|报错)\s*[:：]?\s*[(\[`]?|
      ->\s*|→\s*(?:HTTP\s*)?|\[|响应码\s*[:：]?\s*|statusCode\s*[:=]\s*)
      (?P<code>[1-5]\d\d)(?![\d.,:%]*\d|\s*(?:ms|tokens|s\b|px|items|bytes|\|))""",
    re.VERBOSE | re.IGNORECASE,
)
_LEADING_STATUS = re.compile(r"(?:^|[\s\"'`(:>|])(?P<code>[45]\d\d)(?=\)?\s*[^\x00-\x7f]|\)\s*:|\s*(?:[{<\"'`]|[-:：]\s|\s[A-Z一-鿿`]|[\"'`]?\s*$))")
_LINE_STATUS = re.compile(r"^[^\w\n]{0,12}(?P<code>[45]\d\d)(?=[\s:*|-])(?!\s*(?:ms|tokens|px|items|bytes)\b)", re.MULTILINE)
_REASONED_STATUS = re.compile(
    r"\b(?P<code>[1-5]\d\d)\s{0,2}[:,-]?\s{0,2}(?:too many requests|unauthorized|forbidden|bad request|not found|payment required|internal server error|bad gateway|service unavailable|gateway time-?out|request entity too large|payload too large|unprocessable|conflict|client error|server error|proxy authentication|a timeout occurred|web server|origin|resource_exhausted|invalid_argument|permission_denied|unavailable|not_found|unauthenticated|ok\b)",
    re.IGNORECASE,
)
_KEY_VALUE = re.compile(
    r"""(?<![\w.-])["'`]?(?P<key>error_code|errorcode|code|type|reason|error_type|status|provider_error_code|limit_source)["'`]?\s?[:=]\s?["'`]?(?P<value>[A-Za-z0-9_.<>-]{2,64})["'`]?""",
    re.IGNORECASE,
)
_MESSAGE_VALUE = re.compile(r"""["']?message["']?\s?[:=]\s?(?:"(?P<double>[^"]{3,1500})|'(?P<single>[^']{3,1500}))""", re.IGNORECASE)
_CHINESE = re.compile(r"[一-鿿]")
_MASKED = re.compile(r"https?://\*\*\*|\*\*\*\.\*\*\*|\*\*\*\.com")


def read(raw: str) -> Reading:
    """Takes a text apart; never raises on any string."""
    text = raw if len(raw) <= TEXT_MAX else f"{raw[: TEXT_MAX // 2]}\n…\n{raw[-TEXT_MAX // 2 :]}"
    clean = normalise.clean(text)
    flat = normalise.flatten(clean)
    gathered = _Gathered()
    for piece in fragments.find(clean):
        gathered.walk(piece.value, depth=0)
    if not gathered.errors and "\\" in clean:
        # The text itself is the inside of a string: `{\"error\": …}`.
        for piece in fragments.find(flat):
            gathered.walk(piece.value, depth=0)
    _add_loose(flat, gathered)
    ids, suffixes = request_ids.find(flat, gathered.ids)
    title = _TITLE.search(clean) if "<" in clean else None
    statuses, exceptions = _statuses(clean, flat, gathered.statuses), _exceptions(clean)
    return Reading(
        clean=clean,
        flat=flat,
        errors=tuple(gathered.errors),
        statuses=statuses,
        codes=frozenset(gathered.codes),
        exceptions=exceptions,
        request_ids=ids,
        own_suffixes=suffixes,
        nil_type="<nil>" in flat,
        masked=bool(_MASKED.search(flat)),
        language="zh" if _CHINESE.search(clean) else "en",
        traceback=bool(_TRACEBACK.search(clean)),
        html_title=None if title is None else title.group(2).strip(),
        shape=_shape(clean, gathered, statuses, exceptions),
    )


class _Gathered:
    """What the walk over all fragments collects."""

    def __init__(self) -> None:
        self.errors: list[ErrorObject] = []
        self.codes: set[str] = set()
        self.statuses: list[int] = []
        self.ids: dict[str, str] = {}
        self.answer = False
        self.visits = 0

    def walk(self, value: Any, depth: int) -> None:
        """Collects from one parsed value; `depth` counts strings and wrappers around it."""
        self.visits += 1
        if self.visits > 2_000 or depth > 24:
            return
        if isinstance(value, list):
            for item in value[:50]:
                if isinstance(item, dict | list):
                    self.walk(item, depth)
                elif isinstance(item, str) and fragments.looks_nested(item):
                    self._open_string(item, depth)
            return
        if isinstance(value, dict):
            self._object({str(key).strip("\"'` ").lower(): item for key, item in list(value.items())[:80]}, depth)

    def _object(self, fields: dict[str, Any], depth: int) -> None:
        kind = fields.get("object") or fields.get("type")
        if isinstance(kind, str) and _SUCCESS.search(kind) and ("choices" in fields or "content" in fields or "usage" in fields or "data" in fields):
            self.answer = True
        message = _message_of(fields)
        code, kind_text = _scalar(fields.get("code") or fields.get("error_code") or fields.get("status")), _scalar(fields.get("type"))
        if message or ((code or kind_text) and "error" not in fields and ("code" in fields or kind_text.lower().endswith("error"))):
            self.errors.append(
                ErrorObject(
                    message=message[:MESSAGE_MAX],
                    code=code,
                    kind=kind_text,
                    status=_status_of(fields),
                    depth=depth,
                    claude_shape=bool(fields.get(".claude")),
                    empty_param=fields.get("param") == "" and "param" in fields,
                    type_first=bool(fields.get(".type_first")),
                )
            )
        for key, item in fields.items():
            self._field(key, item, depth, fields)

    def _field(self, key: str, item: Any, depth: int, fields: dict[str, Any]) -> None:
        if isinstance(item, str | int) and not isinstance(item, bool):
            text = str(item)
            if (key in _CODE_KEYS or key == "type" or key == "error") and len(text) <= 100:
                self.codes.add(text.lower())
                if key == "type":
                    self.codes.add(f"type:{text.lower()}")
            if key in _STATUS_KEYS and text.isdigit() and 400 <= int(text) <= 599:
                self.statuses.append(int(text))
            if (key in _ID_KEYS and text) or (key == "id" and len(text) == 36 and text.count("-") == 4):
                self.ids.setdefault(key if key not in self.ids else f"{key}{len(self.ids)}", text)
            if isinstance(item, str) and fragments.looks_nested(item) and key not in _SKIPPED:
                self._open_string(item, depth)
        elif isinstance(item, dict):
            if key in _SKIPPED and key != "headers":
                return
            if key == "error":
                names = list(fields)
                item = {**item, ".claude": fields.get("type") == "error", ".type_first": names.index("error") > (names.index("type") if "type" in names else len(names))}
            self.walk(item, depth + 1)
        elif isinstance(item, list) and key not in _SKIPPED:
            self.walk(item, depth + 1)

    def _open_string(self, text: str, depth: int) -> None:
        if depth > 12:
            return
        for piece in fragments.find(text[: TEXT_MAX]):
            self.walk(piece.value, depth + 2)


def _scalar(value: Any) -> str:
    return str(value)[:100] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _message_of(fields: dict[str, Any]) -> str:
    for key in _MESSAGE_KEYS:
        value = fields.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    error = fields.get("error")
    if isinstance(error, str) and error.strip():
        return error.strip()
    return ""


def _status_of(fields: dict[str, Any]) -> int | None:
    for key in ("status", "status_code", "statuscode", "http_code", "code"):
        value = str(fields.get(key, ""))
        if value[:3].isdigit() and value.isascii() and 400 <= int(value[:3]) <= 599 and not value[3:4].isdigit():
            return int(value[:3])
    return None


def _add_loose(flat: str, gathered: _Gathered) -> None:
    """Fields that stand outside any readable object: cut-off heads, commented lines, `key: value` listings."""
    for found in _KEY_VALUE.finditer(flat):
        value = found.group("value").lower().rstrip(".")
        gathered.codes.add(value)
        if found.group("key").lower() == "type":
            gathered.codes.add(f"type:{value}")
    if not any(error.message for error in gathered.errors):
        for found in _MESSAGE_VALUE.finditer(flat):
            message = found.group("double") or found.group("single")
            gathered.errors.append(ErrorObject(message.strip(), "", "", None, depth=len(gathered.errors)))
            if len(gathered.errors) > 20:
                break


def _statuses(clean: str, flat: str, numeric: list[int]) -> tuple[Status, ...]:
    found: dict[int, Status] = {}
    for match in _LINE_STATUS.finditer(clean):
        start = max(flat.find(match.group("code")), 0)
        found.setdefault(start, Status(int(match.group("code")), start, strong=True))
    for pattern, strong in ((_STRONG_STATUS, True), (_REASONED_STATUS, True), (_LEADING_STATUS, False)):
        for match in pattern.finditer(flat):
            code = int(match.group("code"))
            if code < 200 or code > 599:
                continue
            start = match.start("code")
            if start not in found:
                found[start] = Status(code, start, strong)
            if len(found) > 200:
                break
    ordered = [found[start] for start in sorted(found)]
    known = {status.code for status in ordered}
    ordered.extend(Status(code, len(flat), strong=True) for code in numeric if code not in known)
    return tuple(ordered)


def _exceptions(clean: str) -> tuple[str, ...]:
    names = [found.group("name").rsplit(".", 1)[-1] for found in _EXCEPTION.finditer(clean)]
    if names:
        return tuple(names[-12:])
    return tuple(found.group(1).rsplit(".", 1)[-1] for found in _INLINE_EXCEPTION.finditer(clean[:8_000]))[-12:]


_CODE_LINE = re.compile(r"^\s*(?:from \w[\w.]* import|import \w|def \w+\(|async def |class \w+|return\b|@\w|const \w|let \w|function \w|if .*:$|try:|except |for .* in |export )", re.MULTILINE)
_TABLE_ROW = re.compile(r"^\s*\|.*\b[1-5]\d\d\b.*\|", re.MULTILINE)


_TROUBLE = re.compile(
    r"error|fail|exception|denied|exceed|invalid|unable|refused|timed? ?out|reset|错误|失败|异常|报错|超时|超限|不足|无法|拒绝|受限|exhaust|limit reached|blocked|quota|insufficient|unauthori[sz]ed|forbidden|not found|unsupported|overload|banned|suspend",
    re.IGNORECASE,
)


def _shape(clean: str, gathered: _Gathered, statuses: tuple[Status, ...], exceptions: tuple[str, ...]) -> str:
    """What the whole text is; anything that shows a failure of its own is `error`."""
    bad = any(status.code >= 400 for status in statuses)
    head = clean[:8_000]
    if gathered.answer and not any(error.message for error in gathered.errors) and not any(s.strong and s.code >= 400 for s in statuses):
        return "answer"
    if len(_TABLE_ROW.findall(head)) >= 4:
        return "documentation"
    traced = "Traceback (most" in clean or "\n    at " in clean
    if not traced and len(_CODE_LINE.findall(head)) >= 4:
        return "documentation"
    if statuses and not bad and not exceptions and not gathered.errors and not _TROUBLE.search(head):
        return "log"
    if not bad and not exceptions and not gathered.errors and not traced and not _TROUBLE.search(head):
        return "prose"
    return "error"
