from __future__ import annotations

import json

from solvent.dialects.known import DIALECTS
from solvent.exchange import listing
from solvent.exchange.listing import Listed, Listing, names_in
from solvent.exchange.ports import Listener
from solvent.model.call import UpstreamRequest
from solvent.model.failure import Transport
from solvent.model.route import DialectName
from tests.unit.exchange.stage import CONFIG, FakeCall, Stage

PATTERNS = (
    CONFIG
    + """
[[model]]
name = "claude-*"
routes = [{ account = "main" }, { account = "spare" }]
price = { input = "3.00", output = "15.00" }

[[model]]
name = "gpt-*"
routes = [{ account = "openai" }]
price = { input = "1.00", output = "2.00" }

[[model]]
name = "main/*"
routes = [{ account = "main", model = "*" }]
price = { input = "3.00", output = "15.00" }
"""
)


class Scene:
    """A stage with patterns, and the lists that its upstreams are asked for."""

    def __init__(self, config: str = PATTERNS) -> None:
        self.stage = Stage(config=config)
        self.listing = Listing(self, self.stage.clock)
        self.calls: list[tuple[str, FakeCall]] = []
        self.told: list[Listed] = []

    def call(self, url: str, request: UpstreamRequest, listener: Listener, *, fresh: bool) -> FakeCall:
        self.calls.append((url, FakeCall("", request, listener, fresh)))
        return self.calls[-1][1]

    def ask(self) -> None:
        self.listing.ask(self.stage.gate.book, self.told.append)

    def answer(self, *names: str, at: int = 0, status: int = 200) -> None:
        self.calls.pop(at)[1].answers(status, {"data": [{"id": name} for name in names]})


def test_each_account_is_asked_once_where_it_lists_its_models() -> None:
    scene = Scene()
    scene.ask()
    assert [url for url, _ in scene.calls] == [
        "http://main.test/v1/models?limit=1000",
        "http://spare.test/v1/models?limit=1000",
        "http://openai.test/v1/models",
    ]
    assert all(call.request.method == b"GET" for _, call in scene.calls)
    assert b"x-api-key: sk-main\r\n" in scene.calls[0][1].request.header_lines
    scene.answer("claude-sonnet-4-5", "other")
    scene.answer("claude-sonnet-4-5", "claude-opus-4-5")
    assert not scene.told
    scene.answer("gpt-4o")
    assert scene.told == [
        {"main": ("claude-sonnet-4-5", "other"), "spare": ("claude-sonnet-4-5", "claude-opus-4-5"), "openai": ("gpt-4o",)}
    ]
    scene.ask()
    assert len(scene.told) == 2
    assert not scene.calls


def test_the_gate_lists_what_patterns_serve_under_its_own_name() -> None:
    stage = Stage(config=PATTERNS)
    listed = {"main": ("claude-sonnet-4-5", "other"), "spare": ("claude-sonnet-4-5", "claude-opus-4-5"), "openai": ("gpt-4o",)}
    names = stage.gate.models(stage.holder, DialectName.OPENAI, listed)
    assert names[-3:] == ("claude-sonnet-4-5", "claude-opus-4-5", "gpt-4o")
    assert "other" not in names
    assert "gpt-4o" not in stage.gate.models(stage.holder, DialectName.ANTHROPIC, listed)
    few = Stage(config=PATTERNS, models=("claude-opus*",))
    assert few.gate.models(few.holder, DialectName.ANTHROPIC, listed) == ("claude-opus-4-5",)
    assert b"claude-opus-4-5" in DIALECTS[DialectName.ANTHROPIC].models(names, 0)


def test_who_does_not_answer_in_time_is_left_out_and_heard_later() -> None:
    scene = Scene()
    scene.ask()
    scene.answer("claude-sonnet-4-5")
    scene.ask()  # joins those that are under way
    assert len(scene.calls) == 2
    scene.stage.clock.pass_ms(listing.WAIT_MS)
    assert scene.told == [{"main": ("claude-sonnet-4-5",), "spare": (), "openai": ()}] * 2
    scene.answer("claude-opus-4-5")
    scene.calls.pop()[1].fails(Transport.REFUSED)
    assert len(scene.told) == 2
    scene.ask()
    assert scene.told[2]["spare"] == ("claude-opus-4-5",)


def test_an_upstream_that_listed_nothing_is_asked_again_soon_and_one_that_did_is_not() -> None:
    scene = Scene()
    scene.ask()
    scene.answer("claude-sonnet-4-5")
    scene.answer("claude-opus-4-5", status=401)
    scene.calls.pop()[1].fails(Transport.REFUSED)
    assert scene.told == [{"main": ("claude-sonnet-4-5",), "spare": (), "openai": ()}]
    scene.stage.clock.pass_ms(listing.AGAIN_MS)
    scene.ask()
    assert len(scene.calls) == 2
    scene.stage.clock.pass_ms(listing.KEPT_MS)
    scene.calls.clear()
    scene.ask()
    assert len(scene.calls) == 1  # the two others are still under way


def test_what_was_listed_before_counts_on() -> None:
    scene = Scene()
    scene.ask()
    for _ in range(3):
        scene.answer("claude-sonnet-4-5")
    scene.stage.clock.pass_ms(listing.KEPT_MS)
    scene.ask()
    for _ in range(3):
        scene.calls.pop()[1].fails(Transport.FIRST_BYTE_TIMEOUT)
    assert scene.told[1]["main"] == ("claude-sonnet-4-5",)


def test_a_list_that_is_none_has_no_names() -> None:
    for body in (b"", b"[]", b'{"data":5}', b'{"data":[5]}', b"\xff", b"[" * 100_000):
        assert names_in(body) == ()
    bad = {"data": [{"id": ""}, {"id": "x" * 300}, {"id": "a\nb"}, {"id": "good"}, {"id": "good"}]}
    assert names_in(json.dumps(bad).encode()) == ("good",)


def test_a_list_beyond_all_measure_is_broken_off() -> None:
    scene = Scene()
    scene.ask()
    _, call = scene.calls[0]
    call.takes()
    call.listener.answered(200, {})
    call.listener.received(b" " * (listing.BYTES_MAX + 1))
    assert call.log == ["closed"]


def test_without_patterns_nobody_is_asked() -> None:
    scene = Scene(CONFIG)
    scene.ask()
    assert scene.told == [{}]
    assert not scene.calls
