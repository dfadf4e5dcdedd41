"""A stand-in for Google's Gemini API, as far as the code samples call it, with the controls of the sandbox's accounts.

What it says is what the catalogue's rules on Google quote.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_KEY = re.compile(r"sk-sandbox-(?P<name>.+)-(?P<usd>[0-9.]+)")
_CALL = re.compile(r"/v1beta/models/(?P<model>[^:/]+):(?P<method>generateContent|streamGenerateContent\?alt=sse)")
_DEPLETED = "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing."
_WORDS = ("Hello ", "there.")


@dataclass
class Account:
    dry: bool
    faults: list[list[Any]] = field(default_factory=list)  # kind, number, how many calls are left
    statuses: list[int | None] = field(default_factory=list)


class Gemini(ThreadingHTTPServer):
    """Accounts by name, opened by their keys."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.accounts: dict[str, Account] = {}

    def of(self, key: str) -> Account:
        found = _KEY.fullmatch(key)
        assert found is not None, key
        return self.accounts.setdefault(found["name"], Account(float(found["usd"]) == 0))


class _Handler(BaseHTTPRequestHandler):
    server: Gemini
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        account = self.server.accounts[self.path.split("/")[3]]
        self._json(200, {"items": [{"status": status} for status in account.statuses]})

    def do_PUT(self) -> None:
        self.server.accounts[self.path.split("/")[3]].dry = float(self._given()["balance_usd"]) == 0
        self._json(200, {})

    def do_POST(self) -> None:
        given = self._given()
        if self.path.endswith("/faults"):
            for text in given["faults"]:
                kind, number, times = re.fullmatch(r"([a-z-]+)(?:=(\d+))?(?:\*(\d+))?", text).groups()  # type: ignore[union-attr]
                self.server.accounts[self.path.split("/")[3]].faults.append([kind, number, int(times or 99)])
            self._json(200, {})
        elif self.path == "/_sandbox/accounts":
            self.server.of(given["key"])
            self._json(201, {})
        else:
            self._answer(self.server.of(self.headers["x-goog-api-key"]), given)

    def _answer(self, account: Account, given: dict[str, Any]) -> None:
        called = _CALL.fullmatch(self.path)
        assert called is not None, self.path
        assert given["contents"][0]["parts"][0]["text"]
        fault = next((fault for fault in account.faults if fault[2] > 0), None)
        if fault is not None:
            fault[2] -= 1
        if fault is not None and fault[0] == "garbage":
            account.statuses.append(None)
            self.wfile.write(b"\x00 no HTTP at all \r\n\r\n")
            self.close_connection = True
        elif fault is not None:
            retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{fault[1]}s"}
            self._refuse(account, 429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan.", [retry])
        elif account.dry:
            self._refuse(account, 429, "RESOURCE_EXHAUSTED", _DEPLETED)
        elif called["model"].startswith("no-such"):
            self._refuse(account, 404, "NOT_FOUND", f"models/{called['model']} is not found for API version v1beta")
        else:
            account.statuses.append(200)
            self._say(stream=called["method"].startswith("stream"))

    def _say(self, *, stream: bool) -> None:
        said: list[dict[str, Any]] = [{"candidates": [{"content": {"role": "model", "parts": [{"text": word}]}}]} for word in _WORDS]
        said[-1]["candidates"][0]["finishReason"] = "STOP"
        if stream:
            self._send(200, "text/event-stream", "".join(f"data: {json.dumps(part)}\r\n\r\n" for part in said))
        else:
            self._json(200, {"candidates": [{"content": {"parts": [{"text": word} for word in _WORDS]}, "finishReason": "STOP"}]})

    def _refuse(self, account: Account, status: int, kind: str, message: str, details: list[dict[str, str]] | None = None) -> None:
        account.statuses.append(status)
        self._json(status, {"error": {"code": status, "message": message, "status": kind, "details": details or []}})

    def _given(self) -> dict[str, Any]:
        given: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        return given

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body, indent=2))

    def _send(self, status: int, kind: str, body: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def standing_in() -> Iterator[str]:
    """The address of one that runs."""
    server = Gemini()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
