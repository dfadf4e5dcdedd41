"""Playbooks: what upstreams answer, what the client gets, what the books say."""

from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest

from solvent.base.money import Money
from solvent.dialects.known import DIALECTS
from solvent.exchange import attempt as attempts
from solvent.ledger.accounts import upstream_account
from solvent.ledger.journal import AttemptBegun, AttemptEnded, HoldPlaced, HoldPosted, HoldVoided, Outcome
from solvent.model.failure import Transport
from solvent.model.route import DialectName
from tests.unit.exchange.stage import CONFIG, FakeCall, Stage

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "text", "text": "Hello!"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 10, "output_tokens": 20},
}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o-mini",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello!"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
}
DRY = {
    "type": "error",
    "error": {
        "type": "invalid_request_error",
        "message": "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
    },
    "request_id": "req_011CdryAccount",
}
SEED = {
    "error": {
        "type": "<nil>",
        "message": f"{DRY['error']['message']} (request id: 20260126100910722614337HsQybcmN)",  # type: ignore[index]
    },
    "type": "error",
}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
NO_QUOTA = {
    "error": {
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "type": "insufficient_quota",
        "param": None,
        "code": "insufficient_quota",
    }
}
COST = 10 * 3_000 + 20 * 15_000  # nano-dollars of MESSAGE at 3 and 15 USD a million


def event(name: str, **data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name} | data)}\n\n".encode()


START = event("message_start", message={"id": "m", "type": "message", "usage": {"input_tokens": 10, "output_tokens": 1}})
BLOCK = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
TEXT = event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Hello!"})
STOP = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 20}) + event("message_stop")


def test_a_plain_answer_is_passed_on_byte_for_byte_and_paid_for() -> None:
    stage = Stage()
    client = stage.claude()
    body = json.dumps(MESSAGE).encode()
    stage.calls[0].answers(200, body)
    assert (client.status, client.body, client.events) == (200, body, ["whole"])
    assert client.headers[b"x-solvent-attempts"] == b"1"
    assert client.headers[b"x-solvent-cost-usd"] == str(Money(COST)).encode()
    books = stage.check_even()
    assert books.accounts["key:caller"].debited == Money(COST)
    assert books.accounts[upstream_account("main")].debited == Money(COST)
    done = stage.done
    assert (done.status, done.cost, done.cost_source, done.route) == (200, Money(COST), "reported", "main/claude-sonnet-4-5")


@pytest.mark.parametrize("streams", [False, True])
def test_a_request_that_is_over_leaves_nothing_to_the_collector_of_cycles(streams: bool) -> None:  # noqa: FBT001 - a table's column
    stage = Stage()
    gc.disable()
    try:
        stage.claude(stream=streams)
        over = weakref.ref(stage.runs[0])
        call = stage.calls.pop()
        if streams:
            call.streams(START, BLOCK, TEXT, STOP)
        else:
            call.answers(200, MESSAGE)
        stage.check_even()
        del call
        assert over() is None
    finally:
        gc.enable()


def test_nothing_is_sent_before_hold_and_attempt_are_in_the_journal() -> None:
    stage = Stage()
    stage.journal.later = True
    stage.claude()
    assert [type(fact) for fact in stage.journal.facts] == [HoldPlaced, AttemptBegun]
    assert not stage.calls
    stage.journal.sync()
    assert len(stage.calls) == 1


def test_the_answer_leaves_after_the_records_of_its_end_were_given_to_the_journal() -> None:
    stage = Stage()
    client = stage.claude()
    written: list[int] = []
    send = client.whole
    client.whole = lambda *answer: (written.append(len(stage.journal.facts)), send(*answer))  # type: ignore[method-assign, assignment, func-returns-value]
    stage.calls[0].answers(200, MESSAGE)
    assert written == [5]  # hold, attempt, its end, the posting, the whole request


DRY_ANSWERS = [
    pytest.param(400, DRY, "account", "exhausted", id="anthropic's 400"),
    pytest.param(500, SEED, "vendor:anthropic", "exhausted", id="the seed error at a provider's address"),
    pytest.param(
        402,
        {"error": {"message": "Insufficient Balance", "type": "unknown_error", "code": "invalid_request_error"}},
        "account",
        "exhausted",
        id="a 402",
    ),
]


@pytest.mark.parametrize(("status", "body", "scope", "state"), DRY_ANSWERS)
def test_a_dry_account_is_passed_over_and_closed_at_the_first_hit(status: int, body: dict[str, Any], scope: str, state: str) -> None:
    stage = Stage()
    client = stage.claude()
    stage.calls[0].answers(status, body)
    assert stage.calls[1].account == "spare"
    stage.calls[1].answers(200, MESSAGE)
    assert client.status == 200
    assert client.headers[b"x-solvent-attempts"] == b"2"
    health = stage.health.health("main", stage.clock.now_us())
    assert health is not None
    assert (health.state, [closed.scope for closed in health.closed]) == (state, [scope])
    stage.claude()
    assert stage.calls[2].account == "spare"  # the next request does not touch it
    stage.calls[2].answers(200, MESSAGE)
    stage.check_even()


def test_a_429_of_no_quota_closes_and_a_429_of_haste_cools() -> None:
    stage = Stage()
    stage.gpt()
    stage.calls[0].answers(429, NO_QUOTA)
    stage.calls[1].answers(
        429, {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}, {b"retry-after": b"7"}
    )
    main, relay = (stage.health.health(name, stage.clock.now_us()) for name in ("openai", "relay"))
    assert main is not None
    assert relay is not None
    assert (main.state, relay.closed[0].why) == ("exhausted", "rate_limited")
    client = stage.gpt()
    assert client.status == 429
    assert client.headers[b"retry-after"] == b"7"
    assert b"x-should-retry" not in client.headers
    stage.check_even()


def test_a_relays_dry_channel_leaves_its_other_vendors_open() -> None:
    stage = Stage()
    client = stage.claude("through-relay")
    stage.calls[0].answers(500, SEED)
    stage.calls[1].answers(200, MESSAGE)
    assert client.status == 200
    stage.gpt(model="gpt")
    stage.calls[2].fails(Transport.REFUSED, sent=False)
    assert stage.calls[3].account == "relay"
    stage.calls[3].answers(200, COMPLETION)
    stage.claude("through-relay")
    assert stage.calls[4].account == "spare"


def test_one_real_request_is_the_canary_after_a_minute() -> None:
    stage = Stage()
    stage.claude()
    stage.calls[0].answers(400, DRY)
    stage.calls[1].answers(200, MESSAGE)
    stage.clock.pass_ms(60_001)
    stage.claude()
    stage.claude()
    assert [call.account for call in stage.calls[2:]] == ["main", "spare"]
    stage.calls[2].answers(200, MESSAGE)
    stage.calls[3].answers(200, MESSAGE)
    stage.claude()
    assert stage.calls[4].account == "main"


def test_a_canary_that_is_answered_opens_at_its_first_word_and_may_still_break() -> None:
    stage = Stage()
    stage.claude()
    stage.calls[0].answers(400, DRY)
    stage.calls[1].answers(200, MESSAGE)
    stage.clock.pass_ms(60_001)
    stage.claude(stream=True)
    stage.calls[2].streams(START, BLOCK, end=False)
    stage.claude()
    assert stage.calls[3].account == "spare"
    stage.calls[2].listener.received(TEXT)
    stage.claude()
    assert stage.calls[4].account == "main"
    stage.calls[2].listener.received(event("error", error=DRY["error"]))
    stage.claude()
    assert stage.calls[5].account == "spare"


def test_an_echo_of_the_callers_own_words_closes_nothing() -> None:
    stage = Stage()
    words = "Your credit balance is too low to access the Anthropic API"
    client = stage.claude(tools=[{"name": words, "input_schema": {"type": "object"}}])
    message = f"tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$', got '{words}'"
    stage.calls[0].answers(400, {"type": "error", "error": {"type": "invalid_request_error", "message": message}})
    assert len(stage.calls) == 1
    assert client.status == 400
    assert client.headers[b"x-solvent-verdict"] == b"invalid_request"
    assert "tools.0.custom.name" in client.json["error"]["message"]
    assert stage.health.health("main", stage.clock.now_us()).closed == ()  # type: ignore[union-attr]
    stage.check_even()


@pytest.mark.parametrize(
    ("play", "why"),
    [
        pytest.param(lambda call: call.answers(529, OVERLOADED), "overloaded", id="529"),
        pytest.param(lambda call: call.fails(Transport.REFUSED, sent=False), "network", id="refused"),
        pytest.param(lambda call: call.fails(Transport.FIRST_BYTE_TIMEOUT), "timeout", id="time-out before the first byte"),
        pytest.param(lambda call: call.answers(200, OVERLOADED), "overloaded", id="an error inside a 200"),
        pytest.param(lambda call: call.answers(200, b"<html>hello</html>"), "server_error", id="garbage inside a 200"),
        pytest.param(
            lambda call: call.answers(401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
            "auth_invalid",
            id="401",
        ),
    ],
)
def test_every_failure_before_content_goes_on_to_the_next(play: Any, why: str) -> None:
    stage = Stage()
    client = stage.claude()
    play(stage.calls[0])
    stage.calls[1].answers(200, MESSAGE)
    assert client.status == 200
    assert stage.done.attempts[0].category == why
    stage.check_even()


def test_an_error_in_a_streams_first_event_goes_on_and_one_after_content_does_not() -> None:
    stage = Stage()
    client = stage.claude(stream=True)
    stage.calls[0].streams(START, event("error", error={"type": "overloaded_error", "message": "Overloaded"}))
    stage.calls[1].streams(START, BLOCK, TEXT, event("error", error={"type": "overloaded_error", "message": "Overloaded"}))
    assert len(stage.calls) == 2
    assert client.events[0] == "begin"
    assert client.events[-1] == "end"
    assert TEXT in client.body
    assert client.body.rstrip().splitlines()[-2] == b"event: error"
    assert b"message_stop" not in client.body
    books = stage.check_even()
    # 10 tokens of the prompt were told, and what was delivered is counted: never nothing
    assert books.accounts["key:caller"].debited.nano_usd > 10 * 3_000
    assert stage.done.cost_source == "estimated"


def test_a_stream_is_passed_on_from_its_first_content_and_paid_by_its_usage() -> None:
    stage = Stage()
    client = stage.claude(stream=True)
    call = stage.calls[0].takes()
    call.listener.answered(200, {b"content-type": b"text/event-stream"})
    call.listener.received(START + BLOCK)
    assert client.events == []
    call.listener.received(TEXT)
    assert client.events == ["begin", "send"]
    call.listener.received(STOP)
    assert client.body.replace(b'"x-solvent-cost-usd":"0.00033",', b"") == START + BLOCK + TEXT + STOP.replace(b'"usage": {', b'"usage":{')
    assert client.events[-1] == "end"
    assert stage.check_even().accounts["key:caller"].debited == Money(COST)


def test_usage_is_asked_for_and_hidden_from_a_caller_who_did_not_ask() -> None:
    stage = Stage()
    client = stage.gpt(stream=True)
    sent = json.loads(stage.calls[0].request.body)
    assert sent["stream_options"] == {"include_usage": True}
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}\n\n'
    stage.calls[0].streams(chunk, usage, b"data: [DONE]\n\n")
    assert client.body == chunk + b"data: [DONE]\n\n"
    assert stage.check_even().accounts["key:caller"].debited == Money(10 * 1_000 + 20 * 2_000)


def test_a_client_that_leaves_stops_its_upstream_and_pays_what_it_got() -> None:
    stage = Stage()
    stage.claude(stream=True)
    call = stage.calls[0]
    call.streams(START, TEXT, end=False)
    stage.runs[0].client_left()
    assert call.log == ["closed"]
    assert stage.check_even().accounts["key:caller"].debited.nano_usd > 10 * 3_000
    assert stage.done.status == 200


def test_a_provider_that_reports_zeros_gives_nothing_away() -> None:
    stage = Stage()
    stage.gpt()
    stage.calls[0].answers(200, COMPLETION | {"usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}})
    assert stage.check_even().accounts["key:caller"].debited > Money(0)
    assert stage.done.cost_source == "estimated"


def test_who_leaves_a_large_answer_before_its_end_pays_for_what_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "HELD_BACK_MAX", 10)
    debits = []
    for words in ("Hello!", "Hello! " * 100):
        stage = Stage()
        stage.gpt(max_tokens=1_000)
        call = stage.calls[0].takes()
        call.listener.answered(200, {b"content-type": b"application/json"})
        call.listener.received(json.dumps(COMPLETION).replace("Hello!", words).encode()[:-60])
        stage.runs[0].client_left()
        debits.append(stage.check_even().accounts["key:caller"].debited.nano_usd)
    assert debits[1] - debits[0] > 100 * 2_000


def test_a_stream_that_is_read_on_for_its_bill_waits_for_nobody() -> None:
    stage = Stage(config=CONFIG.replace('name = "claude"\n', 'name = "claude"\ndrain = true\n'))
    stage.claude(stream=True)
    call, run = stage.calls[0], stage.runs[0]
    call.streams(START, TEXT, end=False)
    run.client_full()
    run.client_left()
    assert call.log == ["paused", "resumed"]
    call.listener.received(STOP)
    assert stage.check_even().accounts["key:caller"].debited == Money(COST)
    assert stage.done.cost_source == "reported"


def test_a_client_that_leaves_before_the_answer_is_charged_nothing() -> None:
    stage = Stage()
    stage.claude()
    stage.calls[0].takes()
    stage.runs[0].client_left()
    assert stage.calls[0].log == ["closed"]
    books = stage.check_even()
    assert books.accounts["key:caller"].debited == Money(0)
    assert books.accounts[upstream_account("main")].debited > Money(0)  # it may have been spent there
    assert stage.done.status == 499


def test_a_client_that_leaves_once_the_prompt_was_read_pays_for_the_prompt() -> None:
    stage = Stage()
    stage.claude(stream=True)
    stage.calls[0].streams(START, BLOCK, end=False)
    stage.runs[0].client_left()
    assert stage.check_even().accounts["key:caller"].debited == Money(10 * 3_000)
    assert (stage.done.status, stage.done.cost_source) == (499, "estimated")


def test_a_route_may_let_a_caller_that_left_early_pay_for_the_prompt() -> None:
    stage = Stage(config=CONFIG.replace('name = "claude"\n', 'name = "claude"\ncaller_left = "prompt"\n'))
    stage.claude()
    stage.calls[0].takes()
    stage.runs[0].client_left()
    assert stage.check_even().accounts["key:caller"].debited > Money(0)
    assert (stage.done.status, stage.done.cost_source) == (499, "estimated")
    stage.claude()
    stage.runs[0].client_left()  # nothing was sent yet
    assert stage.done.cost == Money(0)


def test_backpressure_reaches_the_upstream() -> None:
    stage = Stage()
    stage.claude(stream=True)
    stage.calls[0].streams(START, TEXT, end=False)
    run = stage.runs[0]
    run.client_full()
    run.client_ready()
    assert stage.calls[0].log == ["paused", "resumed"]


def test_a_key_that_cannot_cover_the_hold_gets_402_with_the_affordable_figure() -> None:
    stage = Stage(balance=1_000_000)
    client = stage.claude(max_tokens=5_000_000)
    assert not stage.calls
    assert client.status == 402
    assert client.headers[b"x-should-retry"] == b"false"
    assert "0.001 USD" in client.json["error"]["message"]
    assert client.json["error"]["category"] == "credit_exhausted"
    stage.check_even()


def test_money_that_others_hold_is_waited_for() -> None:
    stage = Stage(balance=4_000_000)
    first, second = stage.claude(max_tokens=200), stage.claude(max_tokens=200)
    assert len(stage.calls) == 1
    stage.calls[0].answers(200, MESSAGE)
    assert len(stage.calls) == 2
    stage.calls[1].answers(200, MESSAGE)
    assert (first.status, second.status) == (200, 200)
    stage.check_even()


def test_money_that_others_hold_for_too_long_is_a_402_that_may_be_retried() -> None:
    stage = Stage(balance=4_000_000)
    stage.claude(max_tokens=200)
    second = stage.claude(max_tokens=200)
    stage.clock.pass_ms(2_001)
    assert second.status == 402
    assert b"x-should-retry" not in second.headers
    assert b"retry-after" in second.headers
    assert "held by 1 request" in second.json["error"]["message"]


def test_an_unpriced_model_is_for_keys_without_limit_only() -> None:
    refused = Stage().gpt("unpriced")
    assert (refused.status, refused.json["error"]["param"]) == (400, "model")
    stage = Stage(balance=None)
    client = stage.gpt("unpriced")
    stage.calls[0].answers(200, COMPLETION)
    assert client.status == 200


def test_a_way_that_another_request_closed_meanwhile_is_not_touched() -> None:
    stage = Stage()
    first, second = stage.claude(), stage.claude()
    stage.calls[0].answers(529, OVERLOADED)  # the first goes on to `spare`
    assert stage.calls[2].account == "spare"
    stage.calls[2].answers(400, DRY)
    stage.calls[1].answers(529, OVERLOADED)  # the second finds `spare` closed
    assert len(stage.calls) == 3
    assert (first.status, second.status) == (503, 503) or (first.status, second.status) == (529, 529)
    assert stage.done.attempts[1].outcome is Outcome.NONE
    stage.check_even()


def test_every_way_dry_is_an_honest_503_that_names_no_account() -> None:
    stage = Stage()
    client = stage.claude()
    stage.calls[0].answers(400, DRY)
    stage.calls[1].answers(400, DRY)
    assert (client.status, client.headers[b"x-solvent-verdict"]) == (503, b"no_channel")
    assert client.headers[b"x-should-retry"] == b"false"
    words = client.json["error"]["message"]
    assert "operator" in words
    assert "slv-1" in words
    assert not any(name in words for name in ("main", "spare", "Anthropic"))
    assert stage.done.attempts[0].upstream_request_ids == ("req_011CdryAccount",)
    stage.check_even()


def test_a_maintenance_answer_stands_in_where_the_route_says_so() -> None:
    stage = Stage()
    client = stage.claude("kept-up")
    stage.calls[0].answers(400, DRY)
    assert (client.status, client.headers[b"x-solvent-degraded"]) == (200, b"maintenance")
    assert DIALECTS[DialectName.ANTHROPIC].whole(client.body).delivered() == b"Back soon."
    books = stage.check_even()
    assert books.accounts["key:caller"].debited == Money(0)


def test_a_reused_connection_that_died_is_dialled_anew_once() -> None:
    stage = Stage()
    client = stage.claude()
    stage.calls[0].takes(reused=True)
    stage.calls[0].listener.failed(Transport.DROPPED)
    assert (stage.calls[1].account, stage.calls[1].fresh) == ("main", True)
    stage.calls[1].answers(200, MESSAGE)
    assert client.status == 200
    assert stage.health.health("main", stage.clock.now_us()).errors == 0  # type: ignore[union-attr]
    stage.check_even()


def test_where_a_second_call_could_do_harm_an_unknown_end_is_the_end() -> None:
    stage = Stage()
    client = stage.gpt("careful")
    stage.calls[0].fails(Transport.FIRST_BYTE_TIMEOUT)
    assert len(stage.calls) == 1
    assert client.status == 504
    stage.check_even()


def test_the_deadline_ends_a_request_wherever_it_is() -> None:
    stage = Stage()
    waiting, streaming = stage.claude(), stage.claude(stream=True)
    stage.calls[0].takes()
    stage.calls[1].streams(START, TEXT, end=False)
    for run in list(stage.runs):
        run.late()
    assert (waiting.status, streaming.events[-1]) == (504, "end")
    assert b"event: error" in streaming.body
    stage.check_even()


def test_a_worker_that_ends_says_so_and_settles() -> None:
    stage = Stage()
    waiting, streaming = stage.claude(), stage.claude(stream=True)
    stage.calls[0].takes()
    stage.calls[1].streams(START, TEXT, end=False)
    for run in list(stage.runs):
        run.stop()
    assert (waiting.status, waiting.headers[b"retry-after"]) == (503, b"1")
    assert "stopped or restarted" in waiting.json["error"]["message"]
    assert b"stopped or restarted" in streaming.body
    stage.check_even()


def test_without_a_journal_nothing_is_sent() -> None:
    stage = Stage()
    stage.journal.works = False
    client = stage.claude()
    assert not stage.calls
    assert client.status == 503
    assert stage.journal_failures == 1


def test_a_truncated_json_answer_goes_on_and_is_not_charged_to_the_caller() -> None:
    stage = Stage()
    client = stage.claude()
    call: FakeCall = stage.calls[0].takes()
    call.listener.answered(200, {b"content-type": b"application/json"})
    call.listener.received(b'{"type":"message","content":[')
    call.listener.failed(Transport.TRUNCATED)
    stage.calls[1].answers(200, MESSAGE)
    assert client.status == 200
    ended = [fact for fact in stage.journal.facts if isinstance(fact, AttemptEnded)]
    assert [fact.outcome for fact in ended] == [Outcome.UNKNOWN, Outcome.USAGE]
    assert stage.check_even().accounts["key:caller"].debited == Money(COST)


def test_a_hold_is_voided_where_nothing_was_spent_and_posted_where_something_may_have_been() -> None:
    stage = Stage()
    stage.claude()
    stage.calls[0].answers(400, DRY)
    stage.calls[1].answers(400, DRY)
    assert any(isinstance(fact, HoldVoided) for fact in stage.journal.facts)
    stage = Stage()
    stage.claude()
    stage.calls[0].fails(Transport.FIRST_BYTE_TIMEOUT)
    stage.calls[1].answers(400, DRY)
    posted = [fact for fact in stage.journal.facts if isinstance(fact, HoldPosted)]
    assert [fact.cost for fact in posted] == [Money(0)]


def test_the_accounts_name_goes_only_to_keys_that_may_see_it() -> None:
    for reveal in (True, False):
        stage = Stage(reveal=reveal)
        client = stage.claude()
        stage.calls[0].answers(200, MESSAGE)
        assert (b"x-solvent-account" in client.headers) is reveal


def test_a_fault_of_our_own_breaks_one_request_and_leaves_its_hold_to_be_found() -> None:
    stage = Stage()
    client, other = stage.claude(), stage.claude()
    stage.around.health.succeeded = None  # type: ignore[method-assign, assignment] # what cannot be called
    stage.calls[0].answers(200, MESSAGE)
    assert (client.status, client.json["error"]["category"]) == (502, "server_error")
    assert [(request_id, type(fault)) for request_id, fault in stage.faults] == [("slv-1", TypeError)]
    assert len(stage.runs) == 1
    assert {hold.id for hold in stage.books().open_holds()} == {"slv-1", "slv-2"}
    del stage.around.health.succeeded
    stage.calls[1].answers(200, MESSAGE)
    assert other.status == 200
    assert {hold.id for hold in stage.books().open_holds()} == {"slv-1"}


def test_a_stream_tells_its_cost_in_the_last_usage_event() -> None:
    stage = Stage()
    client = stage.gpt(stream=True, stream_options={"include_usage": True})
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}\n\n'
    stage.calls[0].streams(chunk, usage, b"data: [DONE]\n\n")
    told = json.loads(client.body.split(b"\n\n")[1][6:])
    assert told["usage"] == {"x-solvent-cost-usd": "0.00005", "prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    stage.check_even()
