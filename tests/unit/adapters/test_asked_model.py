from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from solvent.adapters.asked_model import GatewayModel
from solvent.diagnosis.opinion.briefing import Briefing
from solvent.exchange.ports import Listener
from solvent.model.call import UpstreamRequest
from solvent.model.failure import Transport
from solvent.model.opinion import Trouble

pytestmark = pytest.mark.anyio
BRIEFING = Briefing("the system", "the user", {"type": "object"})
Act = Callable[[Listener], None]


class Wires:
    """Plays the gateway: each call gets the next of the acts."""

    def __init__(self, *acts: Act) -> None:
        self.acts = list(acts)
        self.calls: list[tuple[str, UpstreamRequest, bool]] = []
        self.closed = 0

    def call(self, url: str, request: UpstreamRequest, listener: Listener, *, fresh: bool) -> Wires:
        self.calls.append((url, request, fresh))
        asyncio.get_running_loop().call_soon(self.acts.pop(0), listener)
        return self

    def close(self) -> None:
        self.closed += 1

    def leave(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...

    def body(self, number: int) -> dict[str, Any]:
        return dict(json.loads(self.calls[number][1].body))


def chunk(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}).encode() + b"\n\n"


def answers(*parts: bytes, status: int = 200, verdict: str = "", ends: Transport | None = None) -> Act:
    def act(listener: Listener) -> None:
        listener.connected(reused=False)
        listener.sent()
        listener.answered(status, {b"x-solvent-verdict": verdict.encode()} if verdict else {})
        for part in parts:
            listener.received(part)
        if ends is None:
            listener.ended()
        else:
            listener.failed(ends)

    return act


async def say(wires: Wires, lasts_s: float = 60.0) -> list[str | Trouble]:
    model = GatewayModel(lambda: wires, "http://127.0.0.1:8400", lambda: "sk-slv-secret", "tapir", lasts_s=lasts_s)
    return [part async for part in model.say(BRIEFING)]


async def test_it_asks_as_any_caller_does_and_hands_on_what_comes() -> None:
    wires = Wires(
        answers(b": ping\n\n", chunk("Hel"), chunk("lo"), b'data: {"choices": [{"delta": {"role": "assistant"}}]}\n\n', b"data: [DONE]\n\n")
    )
    assert await say(wires) == ["Hel", "lo"]
    ((url, request, fresh),) = wires.calls
    assert (url, fresh, request.stream) == ("http://127.0.0.1:8400/v1/chat/completions", True, True)
    assert b"authorization: Bearer sk-slv-secret\r\n" in request.header_lines
    assert "secret" not in repr(request)
    body = wires.body(0)
    assert (body["model"], body["stream"], body["messages"][0]["content"]) == ("tapir", True, "the system")
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert "tools" not in body
    assert wires.closed == 1


@pytest.mark.parametrize("size", [1, 3, 50])
async def test_events_are_whole_however_they_are_cut(size: int) -> None:
    raw = chunk("一 two").replace(b"\n\n", b"\r\n\r\n") + chunk("three")
    wires = Wires(answers(*(raw[start : start + size] for start in range(0, len(raw), size))))
    assert "".join(map(str, await say(wires))) == "一 twothree"


@pytest.mark.parametrize(
    ("status", "verdict", "trouble"),
    [
        (402, "budget_limit", Trouble.BUDGET),
        (402, "credit_exhausted", Trouble.BUDGET),
        (401, "auth_invalid", Trouble.NO_KEY),
        (404, "model_not_found", Trouble.REFUSED),
        (503, "no_channel", Trouble.REFUSED),
        (502, "", Trouble.REFUSED),
    ],
)
async def test_a_refusal_of_the_gateway_has_its_trouble(status: int, verdict: str, trouble: Trouble) -> None:
    assert await say(Wires(answers(b'{"error": {}}', status=status, verdict=verdict))) == [trouble]


@pytest.mark.parametrize(
    ("ends", "trouble"),
    [
        (Transport.REFUSED, Trouble.DOWN),
        (Transport.DROPPED, Trouble.DOWN),
        (Transport.TRUNCATED, Trouble.DOWN),
        (Transport.CONNECT_TIMEOUT, Trouble.LATE),
        (Transport.FIRST_BYTE_TIMEOUT, Trouble.LATE),
    ],
)
async def test_a_gateway_that_is_not_there_has_its_trouble(ends: Transport, trouble: Trouble) -> None:
    assert await say(Wires(lambda listener: listener.failed(ends))) == [trouble]


async def test_a_stream_that_ends_in_an_error_is_no_whole_answer() -> None:
    broken = answers(chunk("Half."), b'data: {"error": {"message": "broke"}}\n\n')
    assert await say(Wires(broken)) == ["Half.", Trouble.REFUSED]
    assert await say(Wires(answers(chunk("Half."), ends=Transport.TRUNCATED))) == ["Half.", Trouble.DOWN]


async def test_a_model_that_does_not_know_the_form_is_asked_once_more_without() -> None:
    wires = Wires(answers(b"{}", status=400, verdict="invalid_request"), answers(chunk("plain")))
    assert await say(wires) == ["plain"]
    assert "response_format" not in wires.body(1)
    assert (wires.body(0).get("max_tokens"), wires.body(1).get("max_completion_tokens")) == (1500, 1500)
    twice = Wires(*[answers(b"{}", status=400)] * 2)
    assert await say(twice) == [Trouble.REFUSED]
    assert len(twice.calls) == 2


async def test_what_takes_too_long_is_broken_off() -> None:
    wires = Wires(lambda listener: listener.received(chunk("Slow")))
    assert await say(wires, lasts_s=0.0) == [Trouble.LATE]
    assert wires.closed == 1


async def test_megabytes_are_no_answer() -> None:
    assert (await say(Wires(answers(*[b": " + b"x" * 100_000 + b"\n\n"] * 11))))[-1] is Trouble.LONG


@pytest.mark.parametrize("junk", [b"data: not json\n\n", b"data: 5\n\n", b'data: {"choices": [5, {"delta": 7}]}\n\n', b"\xff\xfe\n\n"])
async def test_junk_says_nothing(junk: bytes) -> None:
    assert await say(Wires(answers(junk, chunk("ok")))) == ["ok"]


async def test_who_stops_listening_ends_the_call() -> None:
    wires = Wires(answers(chunk("one"), chunk("two")))
    model = GatewayModel(lambda: wires, "http://127.0.0.1:8400", lambda: "k", "tapir")
    said = model.say(BRIEFING)
    assert await anext(said) == "one"
    await said.aclose()
    assert wires.closed == 1
