"""What somebody would paste of an exception: the traceback's places, its name and words, and the answer that it holds.

Nothing is imported for it and none of the exception's code is run beyond `str()`, which Python's own `traceback` calls with care:
attributes are read where the object keeps them. A property might read a socket (`requests.Response.text`) or raise
(`httpx.Response.text` before it was read). The names were read in the sources of openai 3.57, anthropic 2.13, google-genai 3.6,
litellm 1.110, httpx 0.28, httpx2 2.16 and requests 2.34, and of the standard library's `urllib.error`.

Left out on purpose: source lines, local variables, what was sent, and every header that is not on the list, cookies above all.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"
_EXCEPTIONS_MAX = 6
_FRAMES_MAX = 4
_WORDS_MAX = 4_000
_BODY_MAX = 12_000
_TEXT_MAX = 60_000
_INSTALLED = re.compile(r".*[/\\](?:site|dist)-packages[/\\]")
_STANDARD = re.compile(r".*[/\\](python3\.\d+[/\\])")
# Whose request it was, and how long to wait: the names under which services and relays send an id, and those of limits.
_TELLING = re.compile(
    r"(?:x-)?(?:[a-z]+-){0,3}(?:request|trace|correlation)-?id|x-tt-logid|x-amzn-errortype|x-(?:new|one)-?api-[a-z-]+|x-solvent-[a-z-]+"
    r"|retry-after(?:-ms)?|x-should-retry|date"
)
_LIMITS = re.compile(r"(?:[a-z]+-){0,2}ratelimit-[a-z0-9-]+")
_EDGES = frozenset({"server", "cf-ray", "cf-mitigated", "via"})


def text_of(problem: BaseException) -> str:
    """The exception and what led to it, the first first, as Python prints it."""
    parts: list[str] = []
    for link, one in _chain(problem):
        if link:
            parts.append(link)
        parts.append("\n".join(_lines(one)))
    return "\n\n".join(parts)[:_TEXT_MAX]


def _chain(problem: BaseException) -> list[tuple[str, BaseException]]:
    """Every exception that Python would show, with the words that join it to the one before."""
    found: list[tuple[str, BaseException]] = []
    one: BaseException | None = problem
    seen: set[int] = set()
    while one is not None and id(one) not in seen and len(found) < _EXCEPTIONS_MAX:
        seen.add(id(one))
        found.append(("", one))
        if one.__cause__ is not None:
            one, link = one.__cause__, _CAUSE
        else:
            one, link = None if one.__suppress_context__ else one.__context__, _CONTEXT
        if one is not None and id(one) not in seen and len(found) < _EXCEPTIONS_MAX:
            found[-1] = (link, found[-1][1])
    if isinstance(problem, BaseExceptionGroup):
        # What a group holds is what happened; the group itself only says how many.
        inner = [one for member in _members(problem) for _, one in _chain(member) if id(one) not in seen]
        found += [("", one) for one in inner[-_EXCEPTIONS_MAX:][::-1]]
    return found[::-1]


def _members(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """The first exceptions of a group that are no groups themselves."""
    waiting: list[BaseException] = [group]
    found: list[BaseException] = []
    while waiting and len(found) < _EXCEPTIONS_MAX:
        one = waiting.pop()
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions[_EXCEPTIONS_MAX - 1 :: -1]
        else:
            found.append(one)
    return found


def _lines(problem: BaseException) -> Iterator[str]:
    """One exception with the answer that it holds."""
    places = list(_places(problem))
    if places:
        yield "Traceback (most recent call last):"
        yield from places
    words = "".join(traceback.format_exception_only(problem)).strip()
    yield words[:_WORDS_MAX]
    answer = _held(problem, "response")
    status = _status(problem, answer)
    # litellm makes an answer up where it has none: the address would name a service that was never asked.
    asked = None if type(problem).__module__.startswith("litellm.") else _asked(problem, answer)
    if asked is not None:
        yield asked
    if status is not None:
        yield f"HTTP {status}"
    body = _body(problem, answer, words)
    yield from _headers(_held(answer, "headers") or _held(problem, "headers", "hdrs"), status, page=body.startswith("<"))
    if body and body not in words:
        yield ""
        yield body[:_BODY_MAX]


def _held(thing: object, *names: str) -> Any:
    """The first of these that the object itself keeps and that is not None."""
    kept = getattr(thing, "__dict__", {})
    return next((kept[name] for name in names if kept.get(name) is not None), None)


def _places(problem: BaseException) -> Iterator[str]:
    """The last places of the traceback: a library's path from its name on, of other files the name alone."""
    for frame, line in list(traceback.walk_tb(problem.__traceback__))[-_FRAMES_MAX:]:
        path = frame.f_code.co_filename
        if _INSTALLED.match(path):
            path = _INSTALLED.sub("", path)
        elif _STANDARD.match(path):
            path = _STANDARD.sub(r"\1", path)
        else:
            path = re.split(r"[/\\]", path)[-1]
        yield f'  File "{path}", line {line}, in {frame.f_code.co_name}'


def _status(problem: BaseException, answer: object) -> int | None:
    for found in (_held(answer, "status_code", "status"), *(_held(problem, name) for name in ("status_code", "status", "code"))):
        if isinstance(found, int) and not isinstance(found, bool) and 100 <= found <= 599:
            return int(found)
    return None


def _asked(problem: BaseException, answer: object) -> str | None:
    """`POST https://host/path`, without what stands before the host or behind the path: both can hold a secret."""
    request = _held(problem, "request", "_request", "request_info") or _held(answer, "request", "_request")
    address = _held(request, "url") or _held(answer, "url") or _held(problem, "url", "filename")
    try:
        parts = urlsplit(str(address or ""))
        host = parts.hostname
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        # No address that could be read: nothing is said about it.
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    method = _held(request, "method")
    return f"{method if isinstance(method, str) else 'URL'} {parts.scheme}://{host}{port}{parts.path}"


def _headers(headers: Any, status: int | None, *, page: bool) -> Iterator[str]:
    """The telling headers. Limits only where one was hit, and a proxy's only beside its page: every answer carries those."""
    items = getattr(headers, "items", None)
    if not callable(items):
        return
    for name, value in items():
        lower = str(name).lower()
        if _TELLING.fullmatch(lower) or (status == 429 and _LIMITS.fullmatch(lower)) or (page and lower in _EDGES):
            yield f"{lower}: {str(value)[:500]}"


def _body(problem: BaseException, answer: object, words: str) -> str:
    """The answer's body as it came, else what the SDK made of it; empty where there is neither."""
    made = _held(problem, "body", "details")
    if made is not None and str(made) in words:
        # The SDK prints it itself.
        return ""
    if isinstance(answer, Mapping):
        return _json(answer)
    raw = _held(answer, "_content")
    if isinstance(raw, bytes) and raw:
        return raw[: _BODY_MAX * 4].decode("utf-8", "replace").strip()
    if isinstance(made, str):
        return made.strip()
    return _json(made) if isinstance(made, (Mapping, list)) else ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
