"""Secrets in disguise: cut by the ends of lines, or written in another way, as terminals, addresses, logs and keyboards do.

A cut secret is struck where it stands. A text that hides one otherwise is replaced by what it says in plain writing, since what is left
of the disguise would still tell. All of it is linear in the length of the text.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, pairwise

from solvent.base.secret import Redacted, Span, redact, spans

_LAYERS_MAX = 3  # one disguise inside another
# Each begins with a letter of its own, not with a repetition: then the search for it jumps from one to the next.
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
_POINT = re.compile(r"\\\\{0,7}(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")
# A line's end as JSON and logs write it; not where it begins a folder of Windows.
LINE_ESCAPE = re.compile(r"\\\\{0,7}[nrt](?![A-Za-z_]{0,20}\\)")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|quot|apos|amp|lt|gt|commat|lowbar|period|sol|num|colon);")
# Letters, digits and the signs that stand in secrets; the marks of Chinese sentences stay as they are.
_WIDE = {0xFEE0 + ord(sign): sign for sign in "0123456789+-./@_%=~()\\ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_WIDE_SIGN = re.compile("[" + re.escape("".join(map(chr, _WIDE))) + "]")

_FRAME = r"(?:[│┃║▌⎿>|#]|//)?"
# Where a line ends inside a secret: the quotes and signs before the cut, the frames and indents after it; and strings put together.
_BEFORE = re.compile(r"[\"']?[ \t]{0,40}\+?[ \t]{0,4}\\?\r?\n")
_BEFORE_MAX = 50
_AFTER = re.compile(rf"[ \t]{{0,40}}{_FRAME}[ \t]{{0,8}}(?:\+[ \t]{{0,4}})?[\"']?")
_PLUS = re.compile(r"[\"'][ \t]{0,4}\+[ \t]{0,4}[\"']")
# What stands on both sides of a cut.
_INSIDE = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_./+=@:%\\")
_EDGE = re.compile(rf"\r?\n[ \t]{{0,2}}{_FRAME}[ \t]{{0,2}}")
_EDGE_MIN = 32
_RANDOM = re.compile(r"\d|[a-z][A-Z]|[A-Z]{2}[a-z]")
_ID = re.compile(r"\d{14}|req[_-]|chatcmpl-|msg_|[0-9a-f]{8}-[0-9a-f]{4}-")
_GOES_ON_MIN, _GOES_ON_SURELY = 4, 20
# Kinds that a beginning of their own tells, wherever they are cut; the others are looked for where a terminal wraps.
_CERTAIN = frozenset({"key", "token", "organization"})

_Found = tuple[str, list[Span]]


def strike(text: str) -> Redacted:
    """Strikes every secret, in disguise or not; how many of each kind."""
    clean = redact(text) if "\n" not in text and "+" not in text else _whole(text)
    layer = clean.text
    for _ in range(_LAYERS_MAX):
        undone = plain(layer)
        if undone == layer:
            break
        hidden = _whole(undone)
        if hidden.struck:
            clean = Redacted(hidden.text, added(clean.struck, hidden.struck))
        layer = hidden.text
    return clean


def added(one: tuple[tuple[str, int], ...], other: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """Two counts in one."""
    counts = dict(one)
    for kind, count in other:
        counts[kind] = counts.get(kind, 0) + count
    return tuple(counts.items())


def plain(text: str) -> str:
    """The text with one layer undone of what is written as percent signs, code points, entities or full-width letters."""
    if "%" in text:
        text = _PERCENT.sub(_decoded, text)
    if "\\" in text:
        text = _POINT.sub(lambda found: _sign(int(found[1] or found[2], 16)), text)
        text = LINE_ESCAPE.sub(" ", text).replace("\\/", "/")
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if not text.isascii() and _WIDE_SIGN.search(text):
        text = text.translate(_WIDE)
    return text


def _decoded(found: re.Match[str]) -> str:
    try:
        decoded = bytes.fromhex(found[0].replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return found[0]
    return decoded if decoded.isprintable() else "".join(sign if sign.isprintable() else " " for sign in decoded)


def _sign(code: int) -> str:
    return chr(code) if not 0xD800 <= code < 0xE000 and chr(code).isprintable() else " "


def _whole(text: str) -> Redacted:
    """Strikes what is cut first, so that no half of it is left, and then what is whole."""
    counts: tuple[tuple[str, int], ...] = ()
    for joints, kinds in ((_joints, _CERTAIN), (_edges, None)):
        cuts = joints(text)
        joined, ends = _joined(text, cuts)
        found = spans(joined) if cuts else []
        if not found:
            break
        left, place = [], 0
        for span in _cut(text, cuts, ends, (joined, found), kinds):
            left.append(f"{text[place : span.start]}[{span.kind} removed]")
            counts, place = added(counts, ((span.kind, 1),)), span.end
        text = "".join([*left, text[place:]])
    clean = redact(text)
    return Redacted(clean.text, added(counts, clean.struck))


def _joints(text: str) -> list[tuple[int, int]]:
    found, place = [], text.find("\n")
    while place >= 0:
        # From the sign after the last one that can be part of a secret.
        start = place
        while start > 0 and place - start < _BEFORE_MAX and text[start - 1] in " \t\r\\+\"'":
            start -= 1
        if start > 0 and text[start - 1] in _INSIDE and _BEFORE.fullmatch(text, start, place + 1):
            after = _AFTER.match(text, place + 1)
            assert after is not None
            found.append((start, after.end()))
        place = text.find("\n", place + 1)
    if "+" in text:
        found = sorted({*found, *(plus.span() for plus in _PLUS.finditer(text))})
        found = [cut for before, cut in pairwise([(0, 0), *found]) if before[1] <= cut[0]]
    return [cut for cut in found if _inside(text, *cut)]


def _inside(text: str, start: int, end: int) -> bool:
    return start > 0 and end < len(text) and text[start - 1] in _INSIDE and text[end] in _INSIDE


def _edges(text: str) -> list[tuple[int, int]]:
    """Where a terminal wraps: at the end of the widest lines, between two signs that can be one word."""
    lines = text.split("\n")
    edge = max(map(len, lines))
    if len(lines) < 2 or edge < _EDGE_MIN:
        return []
    found, place = [], 0
    for line in lines[:-1]:
        place += len(line) + 1
        joint = _EDGE.match(text, place - 1) if len(line) >= edge - 1 else None
        if joint is not None and _inside(text, *joint.span()):
            found.append(joint.span())
    return found


def _joined(text: str, cuts: list[tuple[int, int]]) -> tuple[str, list[int]]:
    """The text without its joints, and where in it each piece ends."""
    pieces, ends, place, length = [], [], 0, 0
    for start, end in cuts:
        pieces.append(text[place:start])
        length += start - place
        ends.append(length)
        place = end
    return "".join([*pieces, text[place:]]), ends


def _cut(text: str, cuts: list[tuple[int, int]], ends: list[int], found: _Found, kinds: frozenset[str] | None) -> Iterator[Span]:
    """The secrets that stand across joints, of these kinds or of all, as places of the text."""
    (joined, secrets), here, done = found, spans(text), -1
    whole, begun = {one.end for one in here}, {one.start for one in here}
    lost = list(accumulate((end - start for start, end in cuts), initial=0))
    for one in secrets:
        first, last = bisect_right(ends, one.label), bisect_right(ends, one.end - 1)
        if one.start < done or first == last or (kinds is not None and one.kind not in kinds):
            continue
        end = one.end
        for index in range(first, last):
            stop = min(one.end, ends[index + 1]) if index + 1 < len(ends) else one.end
            if cuts[index][1] in begun or (cuts[index][0] in whole and not _goes_on(joined, ends[index], stop)):
                end, last = ends[index], index
                break
        if first < last and one.start < end:
            done, shift = end, bisect_right(ends, one.start)
            yield replace(one, start=one.start + lost[shift], end=end + lost[last])


def _goes_on(joined: str, start: int, end: int) -> bool:
    """Whether what follows a secret that could end there is more of it: words and ids are not."""
    if _ID.match(joined, start):
        return False
    return end - start >= _GOES_ON_SURELY or (end - start >= _GOES_ON_MIN and _RANDOM.search(joined, start, end) is not None)
