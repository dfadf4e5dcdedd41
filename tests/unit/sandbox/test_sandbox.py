from __future__ import annotations

from typing import Any

import msgspec
import pytest

from solvent.base.money import Money
from solvent.sandbox.accounts import Account
from solvent.sandbox.reply import Heard, Reply
from solvent.sandbox.sandbox import Sandbox
from tests.unit.sandbox.asking import CHAT, MESSAGES, ask, finish, json_of, sandbox

ANTHROPIC, OPENAI = "sk-sandbox-anthropic-main-1.00", "sk-sandbox-openai-main-1.00"
RELAY, ROUTER = "sk-sandbox-new-api-club-5.00+anthropic-0", "sk-sandbox-openrouter-main-1.00"
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


def account(box: Sandbox, key: str) -> Account:
    found = box.accounts.of(key)
    assert found is not None
    return found


def get(box: Sandbox, path: str, key: str = OPENAI, **headers: str) -> Reply:
    return box.hear(Heard("GET", path, {"x-api-key": key} | headers, b""))


def test_a_json_call_is_counted_and_priced_exactly() -> None:
    box = sandbox()
    used = msgspec.json.decode(finish(ask(box, ANTHROPIC, MESSAGES)))["usage"]
    # claude-haiku-4-5: 1 and 5 dollars per million tokens
    cost = Money(used["input_tokens"] * 1000 + used["output_tokens"] * 5000)
    main = account(box, ANTHROPIC)
    assert (main.calls, main.answered, main.spent, main.balance) == (1, 1, cost, Money.parse("1.00") - cost)
    assert (main.input_tokens, main.output_tokens) == (used["input_tokens"], used["output_tokens"])


@pytest.mark.parametrize(("key", "path"), [(OPENAI, CHAT), (ANTHROPIC, MESSAGES)])
def test_a_stream_costs_what_the_json_answer_costs(key: str, path: str) -> None:
    whole, stream = sandbox(), sandbox()
    finish(ask(whole, key, path))
    finish(ask(stream, key, path, stream=True))
    assert account(whole, key).spent == account(stream, key).spent > Money(0)


def test_nothing_is_charged_before_it_is_delivered() -> None:
    box = sandbox()
    ask(box, OPENAI)
    assert (account(box, OPENAI).calls, account(box, OPENAI).spent) == (1, Money(0))


def test_the_same_requests_get_the_same_bytes() -> None:
    first, second = sandbox(), sandbox()
    for stream in (False, True):
        assert finish(ask(first, OPENAI, stream=stream)) == finish(ask(second, OPENAI, stream=stream))


def test_an_account_runs_dry_and_comes_back_after_a_top_up() -> None:
    box, key = sandbox(), "sk-sandbox-anthropic-low-0.0001"
    statuses = []
    for _ in range(4):
        reply = ask(box, key, MESSAGES)
        finish(reply)
        statuses.append(reply.status)
    assert statuses[0] == 200
    assert statuses[-1] == 400
    low = account(box, key)
    assert low.balance <= Money(0)
    assert low.granted == low.balance + low.spent
    assert statuses.count(200) == low.answered
    box.hear(Heard("PUT", "/_sandbox/accounts/anthropic-low", {}, b'{"top_up_usd": "1.00"}'))
    assert ask(box, key, MESSAGES).status == 200


@pytest.mark.parametrize(
    ("key", "path", "fields", "status", "words"),
    [
        ("sk-sandbox-anthropic-dry-0", MESSAGES, {}, 400, "Your credit balance is too low to access the Anthropic API."),
        ("sk-sandbox-openai-dry-0", CHAT, {}, 429, "insufficient_quota"),
        ("sk-sandbox-deepseek-dry-0", CHAT, {"model": "deepseek-chat"}, 402, "Insufficient Balance"),
        ("sk-sandbox-openrouter-dry-0", CHAT, {"model": "openai/gpt-4o"}, 402, "Insufficient credits."),
        (
            "sk-sandbox-openrouter-low-0.0005",
            CHAT,
            {"model": "openai/gpt-4o", "max_tokens": 100},
            402,
            "up to 100 tokens, but can only afford 47.",
        ),
        ("sk-sandbox-new-api-dry-0", CHAT, {}, 403, "用户额度不足, 剩余额度: ＄0.000000"),
        ("sk-sandbox-new-api-low-0.0001", MESSAGES, {}, 403, "用户剩余额度: ＄0.000100, 需要预扣费额度: ＄0.000509"),
        (RELAY, MESSAGES, {}, 500, r"\u003cnil\u003e"),
        (RELAY, CHAT, {"model": "claude-haiku-4-5"}, 500, '"code":null'),
    ],
)
def test_a_dry_account_refuses_in_its_providers_words(key: str, path: str, fields: dict[str, Any], status: int, words: str) -> None:
    box = sandbox()
    for stream in (False, True):
        reply = ask(box, key, path, stream=stream, **fields)
        assert (reply.status, words in reply.body.decode(), reply.events) == (status, True, None)
    dry = account(box, key)
    assert (dry.calls, dry.refused, dry.spent) == (2, 2, Money(0))


def test_a_relays_dry_channel_leaves_its_other_vendors_alone() -> None:
    box = sandbox()
    assert ask(box, RELAY, CHAT, model="gpt-4o").status == 200
    assert ask(box, RELAY, CHAT, model="claude-haiku-4-5").status == 500


def test_a_channel_pays_for_its_own_vendor() -> None:
    box, key = sandbox(), "sk-sandbox-new-api-club-5.00+openai-1"
    finish(ask(box, key, CHAT))
    club = account(box, key)
    assert club.spent > Money(0)
    assert club.channels == {"openai": Money.parse("1.00") - club.spent}


@pytest.mark.parametrize(
    ("key", "path", "status", "words"),
    [
        ("sk-ant-wrong-key-000000", MESSAGES, 401, "invalid x-api-key"),
        ("sk-wrong-key-000000", CHAT, 401, "Incorrect API key provided: sk-wrong*******0000."),
        ("sk-sandbox-deepseek-x", CHAT, 401, "Your api key: ****ek-x is invalid"),
        ("sk-sandbox-openrouter-x", CHAT, 401, "User not found."),
        ("sk-sandbox-new-api-x", MESSAGES, 401, "Invalid token (request id: "),
        ("", MESSAGES, 401, "x-api-key header is required"),
        ("", CHAT, 401, "You didn't provide an API key."),
    ],
)
def test_a_key_that_is_none_is_refused_in_the_providers_words(key: str, path: str, status: int, words: str) -> None:
    reply = ask(sandbox(), key, path)
    assert (reply.status, words in reply.body.decode()) == (status, True)


def test_a_revoked_account_refuses_its_key() -> None:
    box = sandbox()
    account(box, OPENAI).revoked = True
    assert ask(box, OPENAI).status == 401


@pytest.mark.parametrize(
    ("key", "path", "model", "status", "words"),
    [
        (ANTHROPIC, MESSAGES, "claude-9", 404, "model: claude-9"),
        (ANTHROPIC, MESSAGES, "gpt-4o", 404, "model: gpt-4o"),
        (OPENAI, CHAT, "gpt-9", 404, "The model `gpt-9` does not exist or you do not have access to it."),
        ("sk-sandbox-deepseek-m-1", CHAT, "gpt-4o", 400, "Model Not Exist"),
        (ROUTER, CHAT, "gpt-4o", 400, "gpt-4o is not a valid model ID"),
        (RELAY, CHAT, "x", 503, "No available channel for model x under group default (distributor)"),
    ],
)
def test_an_unknown_model_is_refused_in_the_providers_words(key: str, path: str, model: str, status: int, words: str) -> None:
    reply = ask(sandbox(), key, path, model=model)
    assert (reply.status, words in reply.body.decode()) == (status, True)


@pytest.mark.parametrize(
    ("key", "path", "body", "words"),
    [
        (ANTHROPIC, MESSAGES, b"{oops", "The request body is not valid JSON: unexpected character: line 1 column 2 (char 1)"),
        (ANTHROPIC, MESSAGES, b'{"model": "m", "messages": []}', "max_tokens: Field required"),
        (ANTHROPIC, MESSAGES, b'{"model": "m", "max_tokens": 1, "messages": []}', "messages: at least one message is required"),
        (OPENAI, CHAT, b"{oops", "We could not parse the JSON body of your request."),
        (OPENAI, CHAT, b'{"model": "m"}', "Missing required parameter: 'messages'."),
        (RELAY, CHAT, b"{oops", "invalid JSON request body (request id: "),
    ],
)
def test_a_wrong_body_is_refused_in_the_providers_words(key: str, path: str, body: bytes, words: str) -> None:
    box = sandbox()
    reply = box.hear(Heard("POST", path, {"x-api-key": key}, body))
    assert (reply.status, words in json_of(reply)["error"]["message"]) == (400, True)
    assert account(box, key).refused == 1


def test_anthropic_answers_openai_clients_too() -> None:
    box = sandbox()
    told = json_of(ask(box, ANTHROPIC, CHAT, model="claude-haiku-4-5"))
    assert (told["object"], told["model"], told["choices"][0]["finish_reason"]) == ("chat.completion", "claude-haiku-4-5", "stop")
    assert b"[DONE]" in finish(ask(box, ANTHROPIC, CHAT, model="claude-haiku-4-5", stream=True))


@pytest.mark.parametrize(
    ("key", "path"), [(OPENAI, MESSAGES), (ROUTER, MESSAGES), (ANTHROPIC, "/v1/embeddings"), (OPENAI, "/v1/embeddings")]
)
def test_an_account_speaks_only_its_own_dialects(key: str, path: str) -> None:
    box = sandbox()
    assert ask(box, key, path).status == 404
    assert account(box, key).calls == 0


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("rate-limit=9", 429, "rate_limit_error"),
        ("server-error", 500, "Internal server error"),
        ("overloaded", 529, "Overloaded"),
        ("bad-gateway=503", 503, "<h1>503 Service Temporarily Unavailable</h1>"),
        ("echo", 400, "Input tag 'hello'"),
        ("error-in-200", 200, "overloaded_error"),
        ("not-json", 200, "upstream connect error"),
    ],
)
def test_a_fault_refuses_and_costs_nothing(fault: str, status: int, words: str) -> None:
    box = sandbox()
    reply = ask(box, ANTHROPIC, MESSAGES, fault)
    assert (reply.status, words in finish(reply).decode()) == (status, True)
    main = account(box, ANTHROPIC)
    assert (main.calls, main.refused, main.spent) == (1, 1, Money(0))
    assert ask(box, ANTHROPIC, MESSAGES).status == 200


def test_a_relay_hands_on_its_vendors_fault() -> None:
    reply = ask(sandbox(), RELAY, CHAT, "overloaded", model="gpt-4o")
    assert (reply.status, json_of(reply)["error"]["type"]) == (503, "server_error")


def test_an_echo_repeats_a_tools_name_where_there_is_one() -> None:
    reply = ask(sandbox(), OPENAI, CHAT, "echo", tools=[WEATHER])
    assert "'get_weather'" in json_of(reply)["error"]["message"]


def test_a_dry_account_may_say_so_with_status_200() -> None:
    reply = ask(sandbox(), "sk-sandbox-openai-dry-0", CHAT, "error-in-200")
    assert (reply.status, json_of(reply)["error"]["code"]) == (200, "insufficient_quota")


def test_a_streams_first_event_may_be_an_error() -> None:
    reply = ask(sandbox(), ANTHROPIC, MESSAGES, "error-in-200", stream=True)
    assert reply.status == 200
    assert finish(reply).startswith(b"event: error\ndata: ")


@pytest.mark.parametrize(
    ("key", "model", "words"), [(OPENAI, "gpt-4o", b'data: {"error"'), (ROUTER, "openai/gpt-4o", b'"finish_reason":"error"')]
)
def test_an_error_may_come_after_content_and_only_that_is_charged(key: str, model: str, words: bytes) -> None:
    box = sandbox()
    data = finish(ask(box, key, CHAT, "error-after=3", model=model, stream=True))
    assert words in data
    assert b"[DONE]" not in data
    main = account(box, key)
    assert (main.output_tokens, main.log[0].outcome.value) == (2, "cut")


def test_an_ordered_fault_meets_so_many_calls_and_those_of_its_account_only() -> None:
    box = sandbox()
    account(box, OPENAI)
    box.hear(Heard("POST", "/_sandbox/accounts/openai-main/faults", {}, b'{"faults": ["rate-limit*2"]}'))
    assert ask(box, "sk-sandbox-openai-other-1").status == 200
    assert [ask(box, OPENAI).status for _ in range(3)] == [429, 429, 200]


def test_a_fault_that_is_none_is_told_so_and_counts_as_no_call() -> None:
    box = sandbox()
    reply = ask(box, OPENAI, CHAT, "flood")
    assert (reply.status, json_of(reply)["error"]["type"], account(box, OPENAI).calls) == (400, "sandbox_error", 0)


@pytest.mark.parametrize(
    ("fault", "field", "value"),
    [
        ("latency=7", "delay_ms", 7),
        ("drip=3", "drip_ms", 3),
        ("cut=0", "cut_after", 0),
        ("stall=2", "stall_after", 2),
        ("hang", "hang", True),
        ("gzip", "gzip", True),
        ("truncate", "truncate", True),
        ("garbage", "garbage", True),
        ("close", "close", True),
    ],
)
def test_the_wire_is_told_how_to_misbehave(fault: str, field: str, value: int) -> None:
    assert getattr(ask(sandbox(), OPENAI, CHAT, fault).wire, field) == value


def test_a_refusal_may_come_late_too() -> None:
    reply = ask(sandbox(), OPENAI, CHAT, "rate-limit, latency=50, gzip")
    assert (reply.status, reply.wire.delay_ms, reply.wire.gzip) == (429, 50, True)


@pytest.mark.parametrize(
    ("key", "path", "fields", "told"),
    [
        (OPENAI, CHAT, {}, False),
        (OPENAI, CHAT, {"stream_options": {"include_usage": True}}, True),
        (ROUTER, CHAT, {"model": "openai/gpt-4o"}, True),
        (ANTHROPIC, MESSAGES, {}, True),
    ],
)
def test_a_stream_tells_its_usage_as_its_provider_does(key: str, path: str, fields: dict[str, Any], told: bool) -> None:  # noqa: FBT001 - a table's column
    assert (b"_tokens" in finish(ask(sandbox(), key, path, stream=True, **fields))) is told
    assert b"_tokens" not in finish(ask(sandbox(), key, path, "no-usage", stream=True, **fields))


def test_openrouter_tells_the_cost_to_the_nano_dollar() -> None:
    box = sandbox()
    body = finish(ask(box, ROUTER, CHAT, model="openai/gpt-4o")).decode()
    assert f'"cost":{account(box, ROUTER).spent}' in body


def test_deepseek_tells_what_its_cache_missed() -> None:
    usage = json_of(ask(sandbox(), "sk-sandbox-deepseek-main-1", CHAT, model="deepseek-chat"))["usage"]
    assert usage["prompt_cache_miss_tokens"] == usage["prompt_tokens"]


def test_tokens_are_counted_free_and_as_a_call_would_count_them() -> None:
    box = sandbox()
    body = {"model": "claude-haiku-4-5", "messages": [{"role": "user", "content": "hello"}]}
    counted = json_of(box.hear(Heard("POST", f"{MESSAGES}/count_tokens", {"x-api-key": ANTHROPIC}, msgspec.json.encode(body))))
    assert (account(box, ANTHROPIC).calls, account(box, ANTHROPIC).spent) == (0, Money(0))
    assert counted == {"input_tokens": json_of(ask(box, ANTHROPIC, MESSAGES))["usage"]["input_tokens"]}


@pytest.mark.parametrize(("change", "status"), [({"model": "x"}, 404), ({"messages": []}, 400)])
def test_counting_refuses_what_asking_would(change: dict[str, Any], status: int) -> None:
    body = {"model": "claude-haiku-4-5", "messages": [{"role": "user", "content": "hello"}]} | change
    assert sandbox().hear(Heard("POST", f"{MESSAGES}/count_tokens", {"x-api-key": ANTHROPIC}, msgspec.json.encode(body))).status == status


@pytest.mark.parametrize(
    ("key", "first", "count"),
    [
        (OPENAI, "gpt-4o", 6),
        (ANTHROPIC, "claude-sonnet-4-6", 5),
        (ROUTER, "anthropic/claude-sonnet-4.6", 13),
        (RELAY, "claude-sonnet-4-6", 13),
    ],
)
def test_an_account_lists_what_it_sells(key: str, first: str, count: int) -> None:
    listed = json_of(get(sandbox(), "/v1/models", key))
    assert (listed["data"][0]["id"], len(listed["data"])) == (first, count)
    assert ("has_more" in listed) == (key == ANTHROPIC)


def test_a_models_name_may_end_in_a_date() -> None:
    reply = ask(sandbox(), ANTHROPIC, MESSAGES, model="claude-haiku-4-5-20251001")
    assert (reply.status, json_of(reply)["model"]) == (200, "claude-haiku-4-5-20251001")
    assert ask(sandbox(), ANTHROPIC, MESSAGES, model="claude-haiku-4-5-2025").status == 404


def test_one_model_can_be_looked_at() -> None:
    assert json_of(get(sandbox(), "/v1/models/gpt-4o"))["id"] == "gpt-4o"
    assert get(sandbox(), "/v1/models/gpt-9").status == 404


def test_a_balance_is_told_by_those_that_tell_it() -> None:
    box = sandbox()
    assert json_of(get(box, "/user/balance", "sk-sandbox-deepseek-main-2.50"))["balance_infos"][0]["total_balance"] == "2.50"
    assert get(box, "/user/balance", OPENAI).status == 404


def test_every_answer_names_the_call_as_its_provider_does() -> None:
    box = sandbox()
    for key, path, header in (
        (ANTHROPIC, MESSAGES, "request-id"),
        (OPENAI, CHAT, "x-request-id"),
        (RELAY, MESSAGES, "x-oneapi-request-id"),
    ):
        named = dict(ask(box, key, path).headers)[header]
        assert named == account(box, key).log[-1].request_id != ""
