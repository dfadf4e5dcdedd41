"""Reads a paste: text in, `Reading` out. It finds errors, statuses, exceptions and ids; it judges nothing.

A text may be JSON at any depth, a traceback, a log, an HTML page, a chat message or no error at all. Every step is linear in the
length of the text, and a text over `TEXT_MAX` characters is read from both ends, where errors stand.
"""

from __future__ import annotations

import re

from solvent.diagnosis import fingerprint
from solvent.diagnosis.paste import fragments, gather, normalise, request_ids, shape
from solvent.diagnosis.paste import statuses as status_finder
from solvent.diagnosis.paste.reading import Reading

TEXT_MAX = 24_000

_EXCEPTION = re.compile(
    r"^[│┃|> \t]{0,40}(?:\[?(?:ERROR|Error|E)\]?[: \t]{1,40})?(?P<name>(?:[A-Za-z_]\w{0,40}\.){0,8}[A-Z]\w{0,60}"
    r"(?:Error|Exception|Timeout|Errors|NotFound|Interrupt|InV1|Exit|Warning|Refused|Exceeded|Denied))(?:\b[^:\n]{0,40})?(?::|$)",
    re.MULTILINE,
)
_EXCEPTION_ENDS = ("Error", "Exception", "Timeout", "NotFound", "Interrupt", "InV1", "Exit", "Warning", "Refused", "Exceeded", "Denied")
_INLINE_EXCEPTION = re.compile(r"\b([A-Z][A-Za-z0-9]{1,60}(?:Error|Exception|Timeout|InV1))\b")
_TITLE = re.compile(r"<(title|h1)[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|^[ \t]{1,40}at .{1,300}[(:]\S{0,200}:\d+|^Caused by: ", re.MULTILINE)

_TRACEBACK_SIGNS = ("Traceback (most", " at ", "\tat ", "Caused by: ")

_API_ADDRESS = re.compile(
    r"""(?:(?P<setting>(?:base_?url|api_?base|[a-z]_base|api_?host|endpoint)["']?\s?[:=\s]\s?["']?)|\b(?:POST|GET)\s|\burl["']?:?\s?["']?|\bto\s|\bfrom\s|curl[^|]{0,60}?\s["']?|(?=https?://api\.))
    https?://(?P<host>[A-Za-z0-9.-]{4,120})(?::\d{1,5})?(?P<path>/[^\s"'<>]{0,200})?""",
    re.VERBOSE | re.IGNORECASE,
)
# Paths of the dialects that relays speak; another path below `/v1` is a vendor's own.
_API_PATH = re.compile(
    r"(?:/[\w.-]{1,40}){0,3}/(?:v1/?$|v1beta\b|chat/completions\b|messages\b|responses\b|embeddings\b|completions\b|models\b"
    r"|images/(?:generations|edits)\b|audio/(?:speech|transcriptions)\b|credits\b)",
    re.IGNORECASE,
)
_NEAR = re.compile(r"^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0)|^[^.]+$|\.(?:local|internal|lan)$")
_HOSTS_MAX = 8
# What translators, keyboards and readers of screenshots write for the signs of JSON.
_TYPOGRAPHIC = str.maketrans("“”„：，｛｝", '""":,{}')
_CHINESE = re.compile(r"[一-鿿]")
_MASKED = re.compile(r"https?://\*\*\*|\*\*\*\.\*\*\*|\*\*\*\.com")


def read(raw: str) -> Reading:
    """Takes a text apart; never raises on any string."""
    text = raw if len(raw) <= TEXT_MAX else f"{raw[: TEXT_MAX // 2]}\n…\n{raw[-TEXT_MAX // 2 :]}"
    clean = normalise.clean(text)
    flat = normalise.flatten(clean)
    gathered = gather.Gathered()
    parts: list[tuple[int, str]] = []
    for piece in fragments.find(clean):
        known = len(gathered.errors)
        gathered.walk(piece.value, depth=0)
        told = [error.message for error in gathered.errors[known:] if error.message]
        if told:
            parts.append((piece.end, told[-1]))
    if not gathered.errors and "\\" in clean:
        # The text itself is the inside of a string: `{\"error\": …}`.
        for piece in fragments.find(flat):
            gathered.walk(piece.value, depth=0)
    if not gathered.errors and "{" in flat and not flat.isascii():
        typed = flat.translate(_TYPOGRAPHIC)
        for piece in fragments.find(typed) if typed != flat else ():
            gathered.walk(piece.value, depth=0)
    gather.add_loose(flat, gathered)
    ids, suffixes = request_ids.find(flat, gathered.ids)
    title = _TITLE.search(clean) if "<" in clean else None
    statuses, exceptions = status_finder.find(clean, flat, gathered.statuses), _exceptions(clean)
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
        masked="***" in flat and _MASKED.search(flat) is not None,
        api_hosts=_api_hosts(flat) if "://" in flat else (),
        language="en" if clean.isascii() or _CHINESE.search(clean) is None else "zh",
        traceback=any(map(clean.__contains__, _TRACEBACK_SIGNS)) and _TRACEBACK.search(clean) is not None,
        html_title=None if title is None else title.group(2).strip(),
        shape=shape.of(clean, gathered, statuses, exceptions),
        parts=_parts(clean, parts),
    )


def _parts(clean: str, ends: list[tuple[int, str]]) -> tuple[str, ...]:
    """The text cut after each error, where it holds errors that say different things; empty where it holds one.

    `ends` are the ends of the fragments that hold an error, each with what it says.
    """
    if len(ends) < 2 or len({fingerprint.template(said) for _, said in ends}) < 2:
        return ()
    cut: list[str] = []
    start = 0
    for end, _ in ends:
        line_end = clean.find("\n", end)
        stop = len(clean) if line_end < 0 else line_end
        if stop > start:
            cut.append(clean[start:stop])
        start = max(start, stop)
    return tuple(cut)


def _api_hosts(flat: str) -> tuple[str, ...]:
    """Hosts that a setting, a request line or a failed address calls the API, in order; this machine and its neighbours left out."""
    found: dict[str, None] = {}
    for match in _API_ADDRESS.finditer(flat):
        host = match.group("host").lower().rstrip(".")
        path = match.group("path") or ""
        if (match.group("setting") or _API_PATH.match(path) or (host.startswith("api.") and path in ("", "/"))) and not _NEAR.search(host):
            found[host] = None
        if len(found) >= _HOSTS_MAX:
            break
    return tuple(found)


def _exceptions(clean: str) -> tuple[str, ...]:
    if not any(map(clean.__contains__, _EXCEPTION_ENDS)):
        return ()
    lines = _EXCEPTION.finditer(clean) if "\n" in clean else filter(None, (_EXCEPTION.match(clean),))
    names = [found.group("name").rsplit(".", 1)[-1] for found in lines]
    if names:
        return tuple(names[-12:])
    return tuple(found.group(1).rsplit(".", 1)[-1] for found in _INLINE_EXCEPTION.finditer(clean[:8_000]))[-12:]
