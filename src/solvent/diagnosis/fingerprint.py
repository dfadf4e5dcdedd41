"""One name for one defect: the same error gets the same fingerprint whatever its ids, numbers, hosts, names and times.

What differs from one occurrence to the next is masked, first what is longest and surest: an address before the host in it, a date
before its numbers. Every expression is bounded, so that the time is linear in the length.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

READ_MAX, TEMPLATE_MAX = 2_400, 600

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?[ap]\.?m\b\.?)?(?:\s?(?:z|utc|gmt|cst|[+-]\d{2}:?\d{2})(?![a-z0-9]))?"
_DAY = (
    r"\d{4}-\d{2}-\d{2}|\d{4}/\d{1,2}/\d{1,2}|(?:\d{4}\s?年\s?)?\d{1,2}\s?月\s?\d{1,2}\s?[日号]"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}[ ,-]{{1,2}}\d{{4}}|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?"
)
_SPAN = r"(?:milliseconds?|msecs?|ms|µs|us|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])|毫秒|秒钟?|分钟?|个?小时|天"
# A host is told from `response.json` by how it ends.
_HOST = (
    r"(?:[a-z0-9_-]{1,63}\.){1,6}(?:com|net|org|io|ai|cn|dev|app|cloud|co|top|xyz|site|me|tech|pro|vip|info|run|sh|us|uk|eu|de|jp|hk|tw|sg|in"
    r"|example|local|internal|lan|svc|localhost)(?![a-z0-9_.-]?[a-z0-9])"
)
# What is named right behind its kind: `model gpt-x`, `渠道 3-b`.
_KINDS = (
    r"(?:(?<![a-z0-9_-])(?:models?|engine|deployment|channel|group|user|token|account|project|region|zone|host|node|server|pod|instance|organi[sz]ation|tenant)"
    r"|模型|渠道|分组|用户|令牌|账户|账号|节点|项目)"
)
_NAMED = r"(?=[\w./@-]{0,60}[\d./@-])(?=[\w./@-]{0,60}[a-z])\w[\w./@:-]{1,80}\w"
COUNTED = r"(?:token|request|message|character|attempt|time|credit|image|byte|file|user|item|tool|key|point|retrie)"


def _word(found: re.Match[str]) -> str:
    """A run of letters and digits is an id where it is long, or changes often between both, or holds many digits."""
    word = found.group()
    digits = sum(sign.isdigit() for sign in word)
    if not digits or digits == len(word):
        return word
    bare = word.replace("-", "").replace("_", "")
    turns = sum(one.isdigit() != other.isdigit() for one, other in pairwise(bare))
    return "<id>" if len(word) >= 16 or turns >= 4 or (bare == word and len(word) >= 8 and digits >= 3) else word


_Mask = str | Callable[[re.Match[str]], str]
_DIGITS = "0123456789"
# Each with signs of which a text must hold one, else the expression is not tried. They read the text in small letters.
_MASKS: tuple[tuple[str, re.Pattern[str], _Mask], ...] = tuple(
    (needs, re.compile(source), mask)
    for needs, source, mask in (
        ("(", r"\(request id:[^)]{0,80}\)?", ""),
        ("/", r"\b(?:https?|wss?)://[^\s\"'<>()\[\]{}`，。；、“”]{1,300}", "<url>"),
        ("[*", r"\[[a-z-]{3,20} removed\]|[\w.-]{0,40}\*{3,40}[\w.-]{0,40}", "<id>"),
        (_DIGITS, r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b0x[0-9a-f]{1,40}\b", "<id>"),
        (",", r"\b(?:mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?,\s(?=\d|[a-z]{3})", ""),
        (_DIGITS, rf"(?:{_DAY})(?:[t ,]{{1,2}}(?:at )?{_CLOCK})?|(?<![\d.:]){_CLOCK}(?![\d:])", "<time>"),
        (".", r"(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.])", "<host>"),
        (":", r"\[?(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,7}\]?(?::\d{1,5})?(?![\w:])", "<host>"),
        (".:", rf"(?<![\w.-])(?:{_HOST}|localhost)(?::\d{{1,5}})?", "<host>"),
        ("`'‘“「『", r"`[^`]{1,120}`|(?<!\w)'[^']{1,120}'(?!\w)|‘[^’]{1,120}’|“[^”]{1,120}”|「[^」]{1,120}」|『[^』]{1,120}』", "<name>"),
        ('"', r"(?<=[\w，。：] )\"[^\"\s{}\[\]:,]{1,80}\"(?!\s?:)", "<name>"),
        (_DIGITS + "./@-", rf"({_KINDS}(?:[ _]?(?:id|name))?(?:(?<![a-z])|(?![a-z0-9]))\s?[:：=]?\s?){_NAMED}", r"\1<name>"),
        (_DIGITS, rf"(?<![a-z0-9_.-])(?:\d{{1,9}}(?:\.\d{{1,9}})?\s?(?:{_SPAN})\s?){{1,4}}(?<!\s)(?![a-z0-9])", "<time>"),
        (_DIGITS, r"[a-z0-9_-]{6,200}", _word),
        (_DIGITS, r"(?:(?<![\w<>)-])[-+−])?[$¥€£￥＄]?\d{1,400}(?:[.,]\d{1,400}){0,40}(?:(?<=\d)e[-+]?\d{1,4}\b)?%?", "<n>"),
        ("<", r"<time>(?:[ ,-]{1,3}<time>){1,4}", "<time>"),
        ("<", rf"(?<=<n> )({COUNTED})s\b", r"\1"),
    )
)
_BLANKS = re.compile(r"\s+")


def template(message: str) -> str:
    """The message with everything masked that differs from one occurrence to the next."""
    text = message[:READ_MAX].lower()
    for needs, pattern, mask in _MASKS:
        if any(map(text.__contains__, needs)):
            text = pattern.sub(mask, text)
    return _BLANKS.sub(" ", text).strip()[:TEMPLATE_MAX].rstrip()


@lru_cache(4096)
def of(*parts: str | None) -> str:
    """A short stable name (16 hex digits) for the parts in order."""
    joined = "\x1f".join(part or "" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:16]


def part(fingerprint: str, masked: str) -> str:
    """One name for what shares a masked sentence within a fingerprint."""
    return of("part", fingerprint, masked)
