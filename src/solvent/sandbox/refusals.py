"""A refusal as an account's provider sends it: status, headers and body, from the tables of `troubles`.

At a relay there are two voices. Its own says what it decided itself; a vendor's comes through its rewriting, which turns a missing code
into `<nil>` on the Anthropic route and masks addresses (new-api `types/error.go` and `common/str.go`, read 2026-11-25).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from solvent.model.route import DialectName
from solvent.sandbox.accounts import Manner
from solvent.sandbox.names import Names
from solvent.sandbox.prices import LABELS
from solvent.sandbox.troubles import ANTHROPIC, DEEPSEEK, MIDDLEWARE, NEW_API, OPENAI, OPENROUTER, Row, Trouble

VENDORS: dict[str, dict[Trouble, Row]] = {"anthropic": ANTHROPIC, "openai": OPENAI, "deepseek": DEEPSEEK}
Headers = list[tuple[str, str]]


class Refusal(NamedTuple):
    """What goes over the wire."""

    status: int
    headers: Headers
    body: bytes


class Speaker(NamedTuple):
    """Who refuses: a manner in a dialect; `vendor` makes the model that was asked for, or is empty where none is known."""

    manner: Manner
    dialect: DialectName
    vendor: str = ""


class Voice:
    """Finds the words. `at` and ids come from its ports, everything else from its arguments."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def request_id(self, manner: Manner, now: datetime) -> str:
        """The name that the provider gives to a call; empty where it gives none that we know."""
        if manner is Manner.ANTHROPIC:
            return self._names.anthropic_request()
        if manner is Manner.OPENAI:
            return self._names.openai_request()
        return self._names.new_api_request(now) if manner is Manner.NEW_API else ""

    def refuse(self, speaker: Speaker, trouble: Trouble, facts: dict[str, Any], request_id: str, now: datetime) -> Refusal:
        """The refusal; `facts` fill the braces of its row. What nobody was seen to say (a path that is unknown there) has no body."""
        filled = {"wait": 20, "line": 1, "column": 1, "position": 0, "model": "", "field": "", "tool": "", "words": "", **facts}
        headers = identity_headers(speaker.manner, request_id)
        if speaker.manner is Manner.NEW_API:
            row, body = self._relayed(speaker, trouble, filled, request_id)
        else:
            found = _row(speaker.manner, trouble)
            if found is None:
                return Refusal(404, headers, b"")
            row = _fill(found, filled)
            body = msgspec.json.encode(_shape(speaker, row, request_id))
        if trouble is Trouble.RATE_LIMITED:
            headers += _wait_headers(speaker.manner, int(filled["wait"]), now)
        return Refusal(row.status, [("content-type", "application/json"), *headers], body)

    def _relayed(self, speaker: Speaker, trouble: Trouble, facts: dict[str, Any], request_id: str) -> tuple[Row, bytes]:
        own = NEW_API.get(trouble)
        if own is not None and not facts.get("upstream"):
            row = _fill(own, facts)
            message = f"{row.message} (request id: {request_id})"
            if trouble in MIDDLEWARE:
                return row, go_json({"error": {"code": row.code, "message": message, "type": row.type}})
            if speaker.dialect is DialectName.ANTHROPIC:
                return row, go_json({"error": {"type": row.type, "message": message}, "type": "error"})
            return row, go_json({"error": {"message": message, "type": row.type, "param": "", "code": row.code}})
        row = _fill(VENDORS[speaker.vendor or "openai"].get(trouble, OPENAI[trouble]), facts)
        masked = mask(row.message)
        if trouble is Trouble.NO_CREDIT and row.status == 400:
            row = row._replace(status=500)  # a channel's `status_code_mapping` {"400":"500"}, so that the relay tries its next channel
        if speaker.dialect is DialectName.ANTHROPIC:
            kind = "<nil>" if row.code is None else str(row.code)
            return row, go_json({"error": {"type": kind, "message": f"{masked} (request id: {request_id})"}, "type": "error"})
        return row, go_json({"error": {"message": masked, "type": row.type, "param": row.param or "", "code": row.code}})


def identity_headers(manner: Manner, request_id: str) -> Headers:
    """The header that names a call, as the provider sends it with every answer."""
    if manner is Manner.ANTHROPIC:
        return [("request-id", request_id)]
    if manner is Manner.OPENAI:
        return [("openai-version", "2020-10-01"), ("x-request-id", request_id)]
    return [("x-oneapi-request-id", request_id)] if manner is Manner.NEW_API else []


def masked_key(manner: Manner | None, key: str) -> str:
    """A key as an error shows it: DeepSeek its last four signs, OpenAI also its first eight."""
    if manner is Manner.DEEPSEEK:
        return f"****{key[-4:]}"
    return key if len(key) < 13 else f"{key[:8]}{'*' * (len(key) - 12)}{key[-4:]}"


def go_json(value: Any) -> bytes:
    """JSON as Go's encoder writes it, which escapes the signs of HTML."""
    text = msgspec.json.encode(value)
    return text.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


_URL = re.compile(r"https?://[^\s/$.?#].[^\s]*")
_DOMAIN = re.compile(r"\b(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+(?:com|net|org|io|ai|cn)\b")


def mask(message: str) -> str:
    """A message without hosts, as new-api masks it: `https://***.com/***/***` for an address, `***.***.com` for a name."""
    kept: list[str] = []

    def strike(found: re.Match[str]) -> str:
        parts = urlsplit(found[0])
        steps = [step for step in parts.path.strip("/").split("/") if step]
        kept.append(f"{parts.scheme}://***.{parts.hostname.rsplit('.', 1)[-1] if parts.hostname else ''}" + "/***" * len(steps))
        return f"\0{len(kept) - 1}\0"

    struck = _URL.sub(strike, message)
    struck = _DOMAIN.sub(lambda found: "***." * found[0].count(".") + found[0].rsplit(".", 1)[-1], struck)
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], struck)


def _row(manner: Manner, trouble: Trouble) -> Row | None:
    table = OPENROUTER if manner is Manner.OPENROUTER else VENDORS[manner.value]
    if trouble in table:
        return table[trouble]
    # OpenRouter hands an upstream's refusal on inside its own; DeepSeek names a tool as it names any other word.
    if trouble is Trouble.ECHO_TOOL and manner is Manner.DEEPSEEK:
        row = table[Trouble.ECHO_WORDS]
        return row._replace(message=row.message.replace("{words}", "{tool}"))
    if trouble in (Trouble.ECHO_TOOL, Trouble.ECHO_WORDS):
        return Row(400, "", "Provider returned error", 400, raw="{upstream_said}")
    return None


def _fill(row: Row, facts: dict[str, Any]) -> Row:
    return row._replace(
        message=row.message.format_map(facts),
        param=None if row.param is None else row.param.format_map(facts),
        raw=_upstream_said(facts) if row.raw == "{upstream_said}" else row.raw.format_map(facts),
    )


def _upstream_said(facts: dict[str, Any]) -> str:
    """The body of OpenAI's refusal as text, as it stands in OpenRouter's `metadata.raw`.

    Source: github.com/xinnan-tech/xiaozhi-esp32-server/issues/1466, read 2026-11-25.
    """
    row = _fill(OPENAI[Trouble.ECHO_TOOL if facts["tool"] else Trouble.ECHO_WORDS], facts)
    return msgspec.json.encode({"error": {"message": row.message, "type": row.type, "param": row.param, "code": row.code}}).decode()


def _shape(speaker: Speaker, row: Row, request_id: str) -> dict[str, Any]:
    if speaker.manner is Manner.ANTHROPIC and speaker.dialect is DialectName.OPENAI:
        # github.com/yinzara/ha-config-ai-agent/issues/5, read 2026-11-28
        return {"error": {"code": row.type, "message": row.message, "type": row.type, "param": None}}
    if speaker.manner is Manner.ANTHROPIC:
        return {"type": "error", "error": {"type": row.type, "message": row.message}, "request_id": request_id}
    if speaker.manner is not Manner.OPENROUTER:
        return {"error": {"message": row.message, "type": row.type, "param": row.param, "code": row.code}}
    error: dict[str, Any] = {"message": row.message, "code": row.code}
    if row.message == "Provider returned error":
        named = {"provider_name": LABELS.get(speaker.vendor, "OpenAI")}
        error["metadata"] = {"raw": row.raw, **named, "is_byok": False} if row.raw else named
    return {"error": error}


def _wait_headers(manner: Manner, wait_s: int, now: datetime) -> Headers:
    """How long to wait, for those that say so in headers. DeepSeek and a relay do not.

    Anthropic's names and forms are in github.com/whoz-oss/coday/issues/110, OpenAI's in its page on rate limits; read 2026-11-25.
    """
    if manner is Manner.ANTHROPIC:
        reset = f"{now + timedelta(seconds=wait_s):%Y-%m-%dT%H:%M:%SZ}"
        part = "anthropic-ratelimit-input-tokens"
        return [
            ("retry-after", str(wait_s)),
            ("x-should-retry", "true"),
            (f"{part}-limit", "50000"),
            (f"{part}-remaining", "0"),
            (f"{part}-reset", reset),
        ]
    if manner is Manner.OPENAI:
        return [
            ("retry-after", str(wait_s)),
            ("x-ratelimit-limit-requests", "3"),
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", f"{wait_s}s"),
        ]
    return [("retry-after", str(wait_s))] if manner is Manner.OPENROUTER else []
