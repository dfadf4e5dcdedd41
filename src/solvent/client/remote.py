"""A desk that runs elsewhere, asked over HTTP: `POST /api/explain`."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

from solvent.adapters import wire
from solvent.adapters.wire import Call, Reply
from solvent.base.errors import SolventError, TooLargeError, UsageError

_LOOK = "look whether the desk runs there"


class DeskError(SolventError):
    """The desk did not answer, refused, or answered what cannot be read. `status` is its HTTP status, None where no answer came."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def ask(url: str, wish: Mapping[str, Any], token: str | None, timeout_s: float) -> dict[str, Any]:
    """The verdict's JSON. Raises as `explain` does; no message holds the token or the text."""
    address = _address(url, token)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps(wish, ensure_ascii=False).encode("utf-8", "replace")
    try:
        reply = wire.send(address, Call("POST", "/api/explain", headers, body), timeout_s)
    except (OSError, http.client.HTTPException) as problem:
        words, step = wire.why(problem, timeout_s)
        raise DeskError(f"cannot reach the desk at `{address}`: {words}; {step or _LOOK}") from problem
    return _read(address, reply)


def _read(address: str, reply: Reply) -> dict[str, Any]:
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        told = None
    if reply.status == 200 and isinstance(told, dict):
        return told
    said = told if isinstance(told, dict) and reply.kind == "application/problem+json" else {}
    sentence = " ".join(str(said.get("detail") or said.get("title") or "").split())
    if reply.status in (400, 413, 422) and sentence:
        raise (TooLargeError if reply.status == 413 else UsageError)(sentence)
    if not sentence:
        sentence = f"it answered {reply.status} without a reason, as no desk of this version does; {wire.CHECK}"
    raise DeskError(f"the desk at `{address}` did not explain this ({reply.status}): {sentence}", reply.status)


def _address(url: str, token: str | None) -> str:
    """The address without a closing slash. Raises `UsageError`, which does not quote it: it may hold a password."""
    parts = wire.address(url)
    if parts is None:
        raise UsageError("`url` is not the address of a desk; give one such as http://127.0.0.1:8401")
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError("`url` takes only scheme, host, port and path; the token is an argument of its own")
    if token is not None and not (token.isascii() and token.isprintable() and token and " " not in token):
        raise UsageError("`token` is empty or holds signs that no token has")
    if token is not None and parts.scheme == "http" and not wire.is_here(parts.hostname or ""):
        raise UsageError("over http everybody on the way could read the token; give `url` an https:// address, or one of 127.0.0.1")
    return url.rstrip("/")
