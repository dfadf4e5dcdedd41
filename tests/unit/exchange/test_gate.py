from __future__ import annotations

import json

import pytest

from solvent.dialects.known import DIALECTS
from solvent.exchange.gate import Arrived, key_text, passed_on
from solvent.exchange.refusals import Told
from solvent.model.route import DialectName
from solvent.model.verdict import Category
from tests.unit.exchange.stage import CONFIG, Stage


def turned(stage: Stage) -> Told:
    assert stage.turned is not None
    return stage.turned.told


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({b"authorization": b"Bearer sk-1"}, "sk-1"),
        ({b"authorization": b"bearer  sk-1 "}, "sk-1"),
        ({b"x-api-key": b"sk-2"}, "sk-2"),
        ({b"x-goog-api-key": b"sk-3"}, "sk-3"),
        ({b"authorization": b"Basic abc", b"x-api-key": b"sk-2"}, "sk-2"),
        ({b"authorization": b"Bearer "}, ""),
        ({}, ""),
    ],
)
def test_a_key_is_found_wherever_its_dialect_puts_it(headers: dict[bytes, bytes], text: str) -> None:
    assert key_text(headers) == text


def test_only_listed_headers_go_on() -> None:
    headers = {b"x-api-key": b"sk-1", b"cookie": b"a=b", b"anthropic-beta": b"x", b"user-agent": b"me", b"x-solvent-account": b"a"}
    lines = passed_on(headers, DialectName.ANTHROPIC)
    assert lines == (b"content-type: application/json\r\nanthropic-beta: x\r\nuser-agent: me\r\nanthropic-version: 2023-06-01\r\n")
    assert passed_on({b"anthropic-version": b"2024"}, DialectName.ANTHROPIC).count(b"anthropic-version") == 1
    assert b"anthropic" not in passed_on(headers, DialectName.OPENAI)


def test_no_key_and_an_unknown_key_are_401() -> None:
    stage = Stage()
    for headers in ({}, {b"x-api-key": b"sk-nobody"}):
        told = stage.gate.identify(headers)
        assert isinstance(told, Told)
        assert (told.status, told.category, told.retry) == (401, Category.AUTH_INVALID, False)


def test_a_key_that_asks_too_often_is_told_how_long_to_wait() -> None:
    stage = Stage(rpm=1)
    stage.claude()
    stage.claude()
    assert turned(stage).status == 429
    assert turned(stage).after_s in (60, 61)
    assert "1 request a minute" in turned(stage).message
    stage = Stage(tpm=10)
    stage.claude()
    stage.calls[0].answers(200, {"type": "message", "content": [], "usage": {"input_tokens": 10, "output_tokens": 1}})
    stage.claude()
    assert "10 tokens" in turned(stage).message
    stage.clock.pass_ms(60_000)
    stage.claude()
    assert stage.turned is None


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"", 400, ""),
        (b"nonsense", 400, ""),
        (b"[]", 400, ""),
        (b'"text"', 400, ""),
        (b"[" * 100_000, 400, ""),
        (b'{"model":"claude","messages":[{"role":"user","content":"hi"}]}', 400, "max_tokens"),
        (b'{"max_tokens":5,"messages":[{"role":"user","content":"hi"}]}', 400, "model"),
        (b'{"model":"nobody","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}', 404, "model"),
        (b'{"model":"gpt","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}', 200, ""),
    ],
)
def test_what_is_wrong_with_a_body_is_named(body: bytes, status: int, param: str) -> None:
    stage = Stage()
    stage.ask(body)
    if status == 200:
        assert stage.turned is None
    else:
        assert (turned(stage).status, turned(stage).param) == (status, param)
    assert stage.till.find("sk-caller").purse.holds == (1 if status == 200 else 0)  # type: ignore[union-attr]


def test_a_key_asks_for_its_models_alone() -> None:
    stage = Stage(models=("gpt*",))
    stage.claude()
    assert (turned(stage).status, turned(stage).category) == (403, Category.PERMISSION_DENIED)
    assert "gpt*" in turned(stage).message
    assert stage.gate.models(stage.holder, DialectName.OPENAI, {}) == ("gpt",)
    assert Stage().gate.models(Stage().holder, DialectName.ANTHROPIC, {}) == ("claude", "gpt", "through-relay", "kept-up", "careful")


def test_a_model_that_is_there_in_the_other_dialect_only_says_where() -> None:
    stage = Stage()
    stage.claude("unpriced")
    assert turned(stage).status == 404
    assert "`POST /v1/chat/completions`" in turned(stage).message


def test_a_part_that_cannot_be_bounded_is_for_keys_without_limit() -> None:
    remote = [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}]}]
    stage = Stage()
    stage.claude(messages=remote)
    assert turned(stage).status == 400
    assert turned(stage).param.startswith("messages[0]")
    stage = Stage(balance=None)
    stage.claude(messages=remote)
    assert stage.turned is None


def test_a_body_that_no_way_takes_is_413_and_one_that_some_take_goes_there() -> None:
    small = 'name = "main"\nmax_body = "1KB"'
    stage = Stage(config=CONFIG.replace('name = "main"', small))
    words = [{"role": "user", "content": "word " * 300}]
    stage.claude(messages=words)
    assert [call.account for call in stage.calls] == ["spare"]
    stage.claude("kept-up", messages=words)
    assert (turned(stage).status, turned(stage).category) == (413, Category.REQUEST_TOO_LARGE)


def test_routes_change_for_the_next_request() -> None:
    stage = Stage()
    body = json.dumps({"model": "new-name", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}).encode()
    stage.ask(body)
    assert stage.turned is not None
    stage.reconfigure(CONFIG.replace('"claude"', '"new-name"'))
    arrived = Arrived("slv-9", 0, DIALECTS[DialectName.ANTHROPIC], {b"x-api-key": b"sk-caller"}, body)
    assert not hasattr(stage.gate.admit(arrived, stage.holder), "told")
