"""Finds the HTTP statuses that a text names, and tells a status from any other number of three digits.

Numbers are found first and looked at one by one, by the words right before and right after them; at most `_NUMBERS_MAX` are.
"""

from __future__ import annotations

import re

from solvent.base.patterns import Pattern
from solvent.diagnosis.paste.reading import Status

_NUMBERS_MAX = 120
_BEFORE_CHARS = 32
_GIN_CHARS = 130

# Expressions that begin with what they look for, and look behind it afterwards, are several times faster than the other way round.
_NUMBER = re.compile(
    r"[1-5]\d\d(?<![\d.]\d{3})(?<!\d:\d{3})(?<!:\d\d,\d{3})(?<!\.(?:py|js|ts|go|rb|rs|cc):\d{3})"
    r"(?![\d.,:%]*\d|\s?(?:ms\b|tokens|s\b|px|items|bytes|rpm|tpm|-\s(?:debug|info|warning)\b))",
    re.IGNORECASE,
)
# A cell of a table: documentation, unless the line is one of Gin's log, in which the status has a column.
_CELL_BEFORE, _CELL_AFTER = re.compile(r"\|\s?$"), re.compile(r"\s?\|")
_GIN = re.compile(r"\[GIN\] [^|]{5,40}\|(?: [^|]{4,60}\|)? {1,3}$")
# What stands before a number that is a status without doubt.
_BEFORE_STATUS = (
    r"HTTP/[\d.]{1,4}[\"']?\s",
    r"HTTP(?:[ _-]?(?:status|code|error)){0,3}\s?[:=]?\s?[\"'`(\[]?",
    r"\bstatus(?:[ _]?code)?[\"'`]?\s?[:=]?\s?(?:code\s)?[\"'`(]?",
    r"\berror\scode\s?[:=]?\s?",
    r"\bAPI\serror\s?[:=]?\s?\(?(?:status|code)?\s?[:=]?\s?",
    r"\bAPI\s(?:returned|request\sfailed\swith)\s",
    r"\b(?:error|failed|returned)\s?:?\s?[\"'(\[`]?",
    r"\b(?:failed|responded|answered|replied|rejected|returned|got|received)\s(?:with\s)?(?:an?\s)?(?:HTTP\s)?(?:(?:status|code|of)\s){0,3}[(\[`]?",
    r"[a-z](?:error|exception):\s?[\"'(\[`]?",
    r"\bfailed\sto\s[a-z ]{2,24}:\s?",
    r"(?:返回|状态码|错误码|故障代码|错误代码|报错|响应码|失败)\s?[:：]?\s?[(\[`（]?",
    r"[\"']code[\"']\s?:\s?[\"']?",
    r"->\s?|→\s?(?:HTTP\s?)?|(?:^|\W)\[|statusCode\s?[:=]\s?|code=",
)
_INTRODUCED = Pattern(f"(?:{'|'.join(_BEFORE_STATUS)})$")
# The most frequent of them, which need no search.
_INTRODUCTIONS = ("rror code: ", "tatus code ", "tatus_code=", "tatus: ", "HTTP ", "-> ", '"code":', '"code": ', "'code': ")
# What aiohttp calls 400 by itself, where an answer broke off or cannot be read: no server said so (aiohttp/http_exceptions.py).
_OF_THE_CLIENT = (
    "TransferEncodingError: ",
    "ContentLengthError: ",
    "BadHttpMessage: ",
    "BadStatusLine: ",
    "InvalidHeader: ",
    "LineTooLong: ",
)
# So the SDKs of AWS end a message with the status that belongs to it.
_OF_SERVICE = re.compile(r"\(Service: [\w ]{2,60}[,;] Status Code: (?P<code>[45]\d\d)[,;] (?:Error Code|Request ID)")
# Two in one breath, "503/500", tell of what was seen at times.
_PAIR = re.compile(r"\s?/\s?[1-5]\d\d(?!\d)")
# What stands after one: the reason phrase, or a vendor's name for it.
_REASON = re.compile(
    r"\s{0,2}[:,-]?\s{0,2}(?:message\s?=|too many requests|unauthorized|forbidden|bad request|not found|payment required"
    r"|internal server error|bad gateway|service unavailable|gateway time-?out|request entity too large|payload too large|unprocessable"
    r"|conflict|client error|server error|proxy authentication|a timeout occurred|web server|origin|resource_exhausted|invalid_argument"
    r"|permission_denied|unavailable|not_found|unauthenticated|ok\b|errors?\b|错误)",
    re.IGNORECASE,
)
# A number that only stands where statuses stand: before a body, a dash or the end.
_PLACE_BEFORE = re.compile(r"(?:^|[\s\"'`(:>|])$")
# A number after one of these counts things: "the 500 calls", "remaining-requests: 499", "'processing-ms': '412'".
_COUNTS = re.compile(
    r"(?:\b(?:the|a|an|of|my|all|than|about|only|next|first|last|every|over|under|least|most|around|used|per|max|with)"
    r"|HTTP/[\d.]{1,3}\" [1-5]\d\d"
    r"|[-_](?:requests|tokens|remaining|limit|length|size|count|total|ms)[\"']?:)\s[\"']?$",
    re.IGNORECASE,
)
_PLACE_AFTER = re.compile(r"\)?\s*[^\x00-\x7f]|\)\s*:|\s*(?:[{<\"'`]|[-:：]\s|\s[A-Z一-鿿`]|\s[a-z]{2,20}_[a-z_]{2,40}\b|[\"'`]?\s*$)")
_LINE_START = re.compile(r"^[^\w\n]{0,12}(?P<code>[45]\d\d)(?=[\s:*|-])(?!\s*(?:ms|tokens|px|items|bytes)\b)", re.MULTILINE)


def find(clean: str, flat: str, numeric: list[int]) -> tuple[Status, ...]:
    """The statuses in order of appearance; `numeric` are those from fields of fragments, which come last."""
    found: dict[int, Status] = {}
    starts = _LINE_START.finditer(clean) if "\n" in clean else filter(None, (_LINE_START.match(clean),))
    for count, match in enumerate(starts):
        start = max(flat.find(match.group("code")), 0)
        found.setdefault(start, Status(int(match.group("code")), start, strong=True))
        if count > _NUMBERS_MAX:
            break
    tabled = "|" in flat
    for count, number in enumerate(_NUMBER.finditer(flat)):
        start, end = number.span()
        code = int(number.group())
        if code >= 200 and start not in found and not flat.endswith(_OF_THE_CLIENT, 0, start):
            if tabled and _cell(flat, start, end):
                strong = _GIN.search(flat[max(start - _GIN_CHARS, 0) : start]) is not None
                placed = False
            else:
                strong = flat.endswith(_INTRODUCTIONS, 0, start) or _REASON.match(flat, end) is not None or _introduced(flat, start)
                strong = strong and not _in_pair(flat, start, end)
                placed = not strong and code >= 400 and _placed(flat, start, end)
            if strong or placed:
                found[start] = Status(code, start, strong)
        if count > _NUMBERS_MAX:
            break
    if "(Service: " in flat:
        _move_before_words(flat, found)
    ordered = [found[start] for start in sorted(found)]
    known = {status.code for status in ordered}
    ordered.extend(Status(code, len(flat), strong=True) for code in numeric if code not in known)
    return tuple(ordered)


def _in_pair(flat: str, start: int, end: int) -> bool:
    if "/" not in flat[max(start - 1, 0) : end + 2]:
        return False
    return _PAIR.match(flat, end) is not None or _PAIR.match(flat, max(start - 1, 0)) is not None


def _move_before_words(flat: str, found: dict[int, Status]) -> None:
    """Puts a status that stands behind its words right behind the last one before them."""
    for match in _OF_SERVICE.finditer(flat):
        start = match.start("code")
        if found.pop(start, None) is not None:
            place = max((other for other in found if other < start), default=-1) + 1
            found[place] = Status(int(match.group("code")), place, strong=True)


def _introduced(flat: str, start: int) -> bool:
    return start > 0 and _INTRODUCED.occurs(flat[max(start - _BEFORE_CHARS, 0) : start])


def _cell(flat: str, start: int, end: int) -> bool:
    return _CELL_AFTER.match(flat, end) is not None and _CELL_BEFORE.search(flat[max(start - 2, 0) : start]) is not None


def _placed(flat: str, start: int, end: int) -> bool:
    if _PLACE_BEFORE.search(flat[max(start - 1, 0) : start]) is None or _PLACE_AFTER.match(flat, end) is None:
        return False
    return _COUNTS.search(flat[max(start - 16, 0) : start]) is None
