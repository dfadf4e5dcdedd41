"""Words that the client sent itself and the provider sends back are no evidence.

A provider quotes a request in its own errors: a tool's name, a value that does not fit a schema, a piece of the prompt. So what an
error says is compared with the request in a form without case, quotes, escapes, spaces and signs, in which no disguise is
left, and every run of letters and digits that both share is struck, however the echo was cut or the request split it. What the
provider wrote into the `type`, `code` and `status` of its own error is not touched. Work is bounded: a request that is larger than is
compared, or that costs more to compare, counts as holding everything.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from solvent.diagnosis import normalise

REQUEST_BYTES_MAX = 256 * 1024
STRUCK = "…"

# A shared run of `2 * _BLOCK - 1` bytes is found wherever it begins: it covers one whole block of the request.
_BLOCK = 6
_RUN_MIN = 2 * _BLOCK - 1
_WHOLE_MIN = 3
_QUOTES_MAX = 64
# Bytes of the request that are searched for one judgement, all searches together.
_SEARCHED_MAX = 16 * 1024 * 1024
_DEPTH_MAX = 12

_LINE_ESCAPE = re.compile(r"\\{1,8}[nrtbf]")
_CODE_POINT = re.compile(r"\\{1,8}u([0-9a-fA-F]{4})")
_PERCENT = re.compile(r"%([2-7][0-9a-fA-F])")
_SIGNS = re.compile(r"[\W_]+")
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_RUN = re.compile(r"[^\W_]+")
# What stands between two values of a request: names of fields, kinds and roles, and values that are no text.
_BETWEEN = re.compile(
    r'"(?:type|role)"\s*:\s*"[^"\\]{0,40}"|"[^"\\]{1,64}"\s*:\s*(?:-?\d[\d.eE+-]{0,40}|true|false|null)|"[^"\\]{1,64}"\s*:',
)
_QUOTED = re.compile(r"'([^'\n]{1,300})'|\"([^\"\n]{1,300})\"|`([^`\n]{1,300})`|[“「『‘«]([^”」』’»\n]{1,300})[”」』’»]")
# Where a provider's own error stands, and the fields in which it names it by a code.
_OWN = frozenset({"error", "errors", "detail", "details", "response", "metadata", "fault", "status_details", "incomplete_details"})
_CODES = frozenset({"type", "code", "status", "reason", "error_code", "errcode", "err_code", "error_type", "__type", "error"})
_CODE = re.compile(r"<nil>|[A-Za-z0-9_.:@/-]{1,80}")
_MESSAGES = frozenset({"message", "msg", "error", "detail", "error_msg", "errmsg", "error_message", "errormessage"})


class Sent:
    """What a client sent, in the form that is compared. It is built when it is first asked for, and serves one judgement."""

    __slots__ = ("_blocks", "_body", "_left", "_streams")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._streams: tuple[bytes, ...] | None = None
        self._blocks: frozenset[bytes] = frozenset()
        self._left = _SEARCHED_MAX

    @property
    def beyond(self) -> bool:
        """Whether the request is larger than is compared, or was too costly to compare: then nothing is known of it."""
        return len(self._body) > REQUEST_BYTES_MAX or self._left < 0

    def holds(self, text: str) -> bool:
        """Whether the request holds the whole text, whatever its disguise; False for a text of fewer than 3 letters and digits."""
        bare = _bare(text)
        return len(bare) >= _WHOLE_MIN and (self.beyond or any(self._finds(bare, stream) for stream in self._read()))

    def strike(self, text: str) -> str:
        """The text with quoted words and longer runs that the request holds replaced by `…`; the very text where it holds none."""
        if not self._body or not text:
            return text
        if self.beyond:
            return STRUCK
        plain = _plain(text)
        spans = [
            found.span(found.lastindex or 0)
            for number, found in enumerate(_QUOTED.finditer(plain))
            if number < _QUOTES_MAX and self.holds(found.group(found.lastindex or 0))
        ]
        spans += self._shared(plain)
        return _without(plain, spans) if spans else text

    def _read(self) -> tuple[bytes, ...]:
        if self._streams is None:
            text = self._body.decode("utf-8", "replace")
            self._streams = tuple(dict.fromkeys((_bare(text), _bare(_BETWEEN.sub("", text)))))
            self._blocks = frozenset(
                stream[start : start + _BLOCK] for stream in self._streams for start in range(0, len(stream) - _BLOCK + 1, _BLOCK)
            )
        return self._streams

    def _finds(self, bare: bytes, stream: bytes) -> bool:
        self._left -= len(stream)
        return self._left < 0 or bare in stream

    def _shared(self, plain: str) -> list[tuple[int, int]]:
        """Places of runs that both hold, in characters of `plain`."""
        streams = self._read()
        bare, places = _placed(plain)
        spans: list[tuple[int, int]] = []
        done = 0
        for hit in range(len(bare) - _BLOCK + 1):
            if hit + _BLOCK > done and bare[hit : hit + _BLOCK] in self._blocks:
                start, done = max((self._grown(bare, hit, stream) for stream in streams), key=lambda span: span[1] - span[0])
                if done - start >= _RUN_MIN:
                    spans.append((places[start], places[done - 1] + 1))
        return spans

    def _grown(self, bare: bytes, hit: int, stream: bytes) -> tuple[int, int]:
        """The run around the block at `hit` that the stream holds, grown first to the right and then to the left."""
        if not self._finds(bare[hit : hit + _BLOCK], stream):
            return hit, hit + _BLOCK
        end = hit + _BLOCK + _farthest(len(bare) - hit - _BLOCK, lambda more: self._finds(bare[hit : hit + _BLOCK + more], stream))
        return hit - _farthest(hit, lambda more: self._finds(bare[hit - more : end], stream)), end


def strike_answer(body: str, sent: Sent) -> str:
    """An upstream's answer without echoes, its own codes kept; the very text where nothing was struck."""
    start = body.find("{")
    if start >= 0 and body.lstrip()[:1] not in "{[":
        # An event of a stream, or a status in words, before the JSON.
        head, rest = body[:start], body[start:]
    else:
        head, rest = "", body
    try:
        value = json.loads(rest)
    except (ValueError, RecursionError):
        return sent.strike(body)
    struck = _walk(value, sent, "", own=True, depth=0)
    head = sent.strike(head)
    return body if struck == value and body.startswith(head) else head + json.dumps(struck, ensure_ascii=False)


def own_words(body: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The whole sentences and the codes that stand where a provider puts its own, outermost first; no sentence where it is no JSON."""
    try:
        value = json.loads(body[min((at for at in (body.find("{"), body.find("[")) if at >= 0), default=0) :])
    except (ValueError, RecursionError):
        return (), ()
    value = value[0] if isinstance(value, list) and value else value
    messages: list[str] = []
    codes: list[str] = []
    for _ in range(4):
        if not isinstance(value, dict):
            break
        for key, item in value.items():
            if isinstance(item, str) and key.lower() in _CODES and _CODE.fullmatch(item):
                codes.append(item)
            elif isinstance(item, str) and key.lower() in _MESSAGES:
                messages.append(item)
        value = next((value[key] for key in ("error", "response", "detail") if isinstance(value.get(key), dict)), None)
    return tuple(messages), tuple(codes)


def _walk(value: Any, sent: Sent, key: str, *, own: bool, depth: int) -> Any:
    if depth > _DEPTH_MAX:
        return STRUCK
    if isinstance(value, dict):
        return {
            (sent.strike(name) if not _CODE.fullmatch(name) else name): _walk(
                item, sent, name.lower(), own=own and (name.lower() in _OWN or not isinstance(item, dict | list)), depth=depth + 1
            )
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_walk(item, sent, key, own=own and (depth == 0 or key in _OWN), depth=depth + 1) for item in value]
    if not isinstance(value, str):
        return value
    if own and key in _CODES and _CODE.fullmatch(value):
        return value
    if not own and sent.holds(value):
        return STRUCK
    return sent.strike(value)


def _farthest(most: int, holds: Callable[[int], bool]) -> int:
    """The largest length up to `most` that holds, where every shorter one does too; most runs are short, so it looks near first."""
    low, step = 0, 4
    while low + step <= most and holds(low + step):
        low, step = low + step, step * 2
    high = min(most, low + step - 1)
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _without(plain: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            pieces += [plain[position:start], STRUCK]
        position = max(position, end)
    return "".join((*pieces, plain[position:]))


def _plain(text: str) -> str:
    """The text with the escapes of JSON, HTML and addresses resolved, at any depth."""
    if "\\" in text:
        text = _LINE_ESCAPE.sub(" ", _CODE_POINT.sub(lambda found: normalise.character(int(found.group(1), 16)), text))
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = _PERCENT.sub(lambda found: chr(int(found.group(1), 16)), text)
    return text


def _bare(text: str) -> bytes:
    """Letters and digits alone, in lower case and in one form."""
    plain = _plain(text)
    if plain.isascii():
        return plain.lower().encode().translate(None, _ASCII_SIGNS)
    plain = unicodedata.normalize("NFKC", plain)
    return _SIGNS.sub("", plain.casefold()).encode("utf-8", "replace")


def _placed(plain: str) -> tuple[bytes, list[int]]:
    """As `_bare`, with the character of `plain` that each byte comes from."""
    if plain.isascii():
        runs = [(found.group(), found.start()) for found in _RUN.finditer(plain.lower())]
        return "".join(run for run, _ in runs).encode(), [at for run, start in runs for at in range(start, start + len(run))]
    made = bytearray()
    places: list[int] = []
    for at, char in enumerate(plain):
        part = _SIGNS.sub("", unicodedata.normalize("NFKC", char).casefold()).encode("utf-8", "replace")
        made += part
        places += [at] * len(part)
    return bytes(made), places
