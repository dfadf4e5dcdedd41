"""What a refusal says would have passed: a list of values, or a phrase, cut out of the words that follow "supported values are"."""

from __future__ import annotations

import re

ITEMS_MAX = 24
PHRASE_MAX = 120

_INTRODUCED = re.compile(r"(?:one of|either|any of|the following)(?::| )\s?", re.IGNORECASE)
_OPENED = "[({ "
_JOINT = r"\s{0,2}(?:,|、|，|;|\||\bor\b|\band\b|或|和|以及)\s{0,2}(?:(?:or|and)\s)?"
_QUOTED = re.compile(r"[\"'`‘“]([^\"'`‘’“”]{1,120})[\"'`’”]")
_NEXT_QUOTED = re.compile(rf"(?:\s?\([^()]{{0,40}}\))?(?:{_JOINT})[\"'`‘“]([^\"'`‘’“”]{{1,120}})[\"'`’”]")
_BARE = re.compile(rf"[\w./:+-]{{1,60}}(?:{_JOINT}[\w./:+-]{{1,60}}){{0,23}}(?=$|[.;,\"'}}\])（(]|\s(?:at|for)\s|\s?\(|\s?[-–—]\s)")
_BETWEEN = re.compile(_JOINT)
_PHRASE = re.compile(rf"[^\n]{{1,{PHRASE_MAX}}}?(?=[.;](?:\s|$)|[\"}}\]]|$)")


def read(text: str) -> tuple[str, ...]:
    """The values that `text` begins with, each a piece of it; one phrase where it is no list; empty where nothing is said."""
    rest = text.lstrip(_OPENED)
    introduced = _INTRODUCED.match(rest)
    if introduced is not None:
        rest = rest[introduced.end() :].lstrip(_OPENED)
    first = _QUOTED.match(rest)
    if first is not None:
        return _quoted(rest, first)
    bare = _BARE.match(rest)
    if bare is not None:
        items = (item.strip(" .:") for item in _BETWEEN.split(bare.group()))
        return tuple(dict.fromkeys(item for item in items if item))[:ITEMS_MAX]
    phrase = _PHRASE.match(rest) or re.match(rf"[^\n]{{1,{PHRASE_MAX}}}", rest)
    kept = "" if phrase is None else _unquoted(phrase.group().strip(" ,:"))
    return (kept,) if kept else ()


def _unquoted(phrase: str) -> str:
    """The phrase without the signs around all of it or left over from what it was cut out of; those around a part of it belong to it."""
    for sign in "\"'`":
        if phrase.count(sign) % 2 or sign not in phrase.strip(sign):
            phrase = phrase.strip(sign)
    return phrase.strip(" ,:")


def _quoted(rest: str, found: re.Match[str] | None) -> tuple[str, ...]:
    items: dict[str, None] = {}
    while found is not None and len(items) < ITEMS_MAX:
        items[found.group(1)] = None
        found = _NEXT_QUOTED.match(rest, found.end())
    return tuple(items)
