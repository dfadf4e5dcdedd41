from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.attempt.upstream import MEMO_MAX, Memo, judge_attempt
from solvent.diagnosis.engine import packaged
from solvent.model.failure import REQUEST_AT_FAULT, Transport
from solvent.model.verdict import Category, Wallet
from tests.unit.diagnosis.attempts import ANTHROPIC, RELAY_ID, SEED, TOO_LOW, attempt, judged, request

C, W = Category, Wallet


class Case(NamedTuple):
    """What an upstream answered, and what must follow."""

    name: str
    provider: str
    status: int
    body: Any
    category: Category
    wallet: Wallet
    scope: str | None
    try_next: bool = True
    wait_ms: int | None = None
    doubtful: bool = False
    relay: bool = False
    vendor: str | None = "openai"
    model: str = "gpt-4o"
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


def openai(message: str, code: str | None, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def anthropic(message: str, kind: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011CRe3dTestAbCdEfGhJk12"}


def relayed(message: str, kind: str = "new_api_error", code: str = "") -> dict[str, Any]:
    return {"error": {"message": f"{message} (request id: {RELAY_ID})", "type": kind, "param": "", "code": code}}


QUOTA = "You exceeded your current quota, please check your plan and billing details."
BAD_KEY = "Incorrect API key provided: sk-proj-****abcd. You can find your API key at https://platform.openai.com/account/api-keys."
TPM = (
    "Rate limit reached for gpt-4o in organization org-AbCdEf123456 on tokens per min (TPM): Limit 30000, Used 29500, Requested 1200. "
    "Please try again in 1.4s. Visit https://platform.openai.com/account/rate-limits to learn more."
)
AFFORD = (
    "This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 1200. "
    "To increase, visit https://openrouter.ai/settings/credits and add more credits"
)
HOLD = "预扣费额度失败, 用户剩余额度: ＄0.120000, 需要预扣费额度: ＄0.480000"
LONG = "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens. Please reduce the length."
CLAUDE: dict[str, Any] = {"vendor": "anthropic", "model": "claude-x"}
RELAY: dict[str, Any] = {"relay": True}

CASES = [
    # Money.
    Case("the seed error", "new-api", 500, SEED, C.CREDIT_EXHAUSTED, W.RELAY_UPSTREAM, "vendor:anthropic", **RELAY, **CLAUDE),
    Case("Anthropic's own", "anthropic", 400, ANTHROPIC, C.CREDIT_EXHAUSTED, W.OWN_PROVIDER_ACCOUNT, "account", **CLAUDE),
    Case(
        "402 of DeepSeek",
        "deepseek",
        402,
        openai("Insufficient Balance", "invalid_request_error", "unknown_error"),
        C.CREDIT_EXHAUSTED,
        W.OWN_PROVIDER_ACCOUNT,
        "account",
        vendor="deepseek",
        model="deepseek-chat",
    ),
    Case(
        "402 of OpenRouter",
        "openrouter",
        402,
        {"error": {"message": "Insufficient credits. Add more using https://openrouter.ai/settings/credits", "code": 402}},
        C.CREDIT_EXHAUSTED,
        W.RELAY_USER,
        "account",
        **RELAY,
        **CLAUDE,
    ),
    Case(
        "a call that is too dear for what is left",
        "openrouter",
        402,
        {"error": {"message": AFFORD, "code": 402}},
        C.CREDIT_EXHAUSTED,
        W.RELAY_USER,
        "account",
        doubtful=True,
        **RELAY,
        **CLAUDE,
    ),
    Case(
        "a relay's hold that is too dear",
        "new-api",
        403,
        relayed(HOLD),
        C.CREDIT_EXHAUSTED,
        W.RELAY_USER,
        "account",
        doubtful=True,
        **RELAY,
        **CLAUDE,
    ),
    Case(
        "what is left of a relay's key",
        "new-api",
        403,
        relayed("token quota is not enough, token remain quota: ＄0.10, need quota: ＄0.30", code="pre_consume_token_quota_failed"),
        C.BUDGET_LIMIT,
        W.KEY_BUDGET,
        "key",
        doubtful=True,
        **RELAY,
        **CLAUDE,
    ),
    Case(
        "what is left of OpenRouter's key",
        "openrouter",
        402,
        {"error": {"message": AFFORD.replace("settings/credits and add more credits", "settings/keys"), "code": 402}},
        C.BUDGET_LIMIT,
        W.KEY_BUDGET,
        "key",
        doubtful=True,
        **RELAY,
        **CLAUDE,
    ),
    Case(
        "OpenRouter's key that is spent",
        "openrouter",
        403,
        {"error": {"message": "Key limit exceeded (monthly limit). Manage it using https://openrouter.ai/settings/keys", "code": 403}},
        C.BUDGET_LIMIT,
        W.KEY_BUDGET,
        "key",
        **RELAY,
        **CLAUDE,
    ),
    Case(
        "a prompt too long for the plan",
        "anthropic",
        429,
        anthropic("Extra usage is required for long context requests.", "rate_limit_error"),
        C.PERMISSION_DENIED,
        W.NONE,
        "model:claude-x",
        doubtful=True,
        **CLAUDE,
    ),
    Case(
        "a firewall that looks into prompts",
        "new-api",
        403,
        "<html><title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1></html>",
        C.PERMISSION_DENIED,
        W.NONE,
        "model:gpt-4o",
        doubtful=True,
        **RELAY,
    ),
    Case(
        "429 that is no rate limit",
        "openai",
        429,
        openai(QUOTA, "insufficient_quota", "insufficient_quota"),
        C.CREDIT_EXHAUSTED,
        W.OWN_PROVIDER_ACCOUNT,
        "account",
    ),
    Case(
        "the same behind a relay",
        "new-api",
        429,
        relayed(QUOTA, "insufficient_quota", "insufficient_quota"),
        C.CREDIT_EXHAUSTED,
        W.RELAY_UPSTREAM,
        "vendor:openai",
        **RELAY,
    ),
    Case(
        "the same for a name without a vendor",
        "new-api",
        429,
        relayed(QUOTA, "insufficient_quota", "insufficient_quota"),
        C.CREDIT_EXHAUSTED,
        W.RELAY_UPSTREAM,
        "model:house-model",
        relay=True,
        vendor=None,
        model="house-model",
    ),
    Case(
        "money inside a 200",
        "openai",
        200,
        openai(QUOTA, "insufficient_quota", "insufficient_quota"),
        C.CREDIT_EXHAUSTED,
        W.OWN_PROVIDER_ACCOUNT,
        "account",
    ),
    Case(
        "the reader's own balance at a relay",
        "new-api",
        403,
        relayed("用户额度不足, 剩余额度: ＄-0.002", code="insufficient_user_quota"),
        C.CREDIT_EXHAUSTED,
        W.RELAY_USER,
        "account",
        **RELAY,
        **CLAUDE,
    ),
    Case(
        "a limit on the key",
        "new-api",
        403,
        relayed("该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]"),
        C.BUDGET_LIMIT,
        W.KEY_BUDGET,
        "key",
        **RELAY,
        **CLAUDE,
    ),
    Case("a bare 402", "acme", 402, "", C.CREDIT_EXHAUSTED, W.OWN_PROVIDER_ACCOUNT, "account"),
    # What passes by itself.
    Case(
        "429 with a wait in words",
        "openai",
        429,
        openai(TPM, "rate_limit_exceeded", "tokens"),
        C.RATE_LIMITED,
        W.NONE,
        "model:gpt-4o",
        wait_ms=2_000,
    ),
    Case(
        "429 with a header",
        "anthropic",
        429,
        anthropic("This request would exceed your organization's rate limit of 50,000 input tokens per minute.", "rate_limit_error"),
        C.RATE_LIMITED,
        W.NONE,
        "model:claude-x",
        wait_ms=17_000,
        headers={"retry-after": "17"},
        **CLAUDE,
    ),
    Case("a bare 429", "acme", 429, "slow", C.RATE_LIMITED, W.NONE, "model:gpt-4o", wait_ms=20_000, headers={"retry-after": "20"}),
    Case("529", "anthropic", 529, anthropic("Overloaded", "overloaded_error"), C.OVERLOADED, W.NONE, "model:claude-x", **CLAUDE),
    Case(
        "an error as the first event of a 200",
        "anthropic",
        200,
        f"event: error\ndata: {json.dumps(anthropic('Overloaded', 'overloaded_error'))}\n\n",
        C.OVERLOADED,
        W.NONE,
        "model:claude-x",
        **CLAUDE,
    ),
    Case(
        "a relay without a channel",
        "new-api",
        503,
        relayed("当前分组 default 下对于模型 claude-x 无可用渠道"),
        C.NO_CHANNEL,
        W.NONE,
        "model:claude-x",
        **RELAY,
        **CLAUDE,
    ),
    Case(
        "a saturated relay",
        "one-api",
        429,
        relayed("当前分组上游负载已饱和，请稍后再试", "one_api_error"),
        C.OVERLOADED,
        W.NONE,
        "model:gpt-4o",
        **RELAY,
    ),
    Case("500 in unknown words", "acme", 500, "the frobnicator is sad", C.SERVER_ERROR, W.NONE, "model:gpt-4o", doubtful=True),
    Case("502 without a body", "acme", 502, "", C.SERVER_ERROR, W.NONE, "model:gpt-4o", doubtful=True),
    Case("a 200 that is no answer", "acme", 200, "", C.SERVER_ERROR, W.NONE, "model:gpt-4o", doubtful=True),
    Case("a redirect", "acme", 302, "", C.SERVER_ERROR, W.NONE, "model:gpt-4o", doubtful=True),
    # Keys and accounts.
    Case("a wrong key", "openai", 401, openai(BAD_KEY, "invalid_api_key"), C.AUTH_INVALID, W.NONE, "key"),
    Case("a relay's own key", "new-api", 401, relayed("无效的令牌"), C.AUTH_INVALID, W.NONE, "key", **RELAY),
    Case(
        "a wrong key behind a relay",
        "new-api",
        401,
        relayed(BAD_KEY, "invalid_request_error", "invalid_api_key"),
        C.AUTH_INVALID,
        W.NONE,
        "vendor:openai",
        **RELAY,
    ),
    Case("a bare 401", "acme", 401, "", C.AUTH_INVALID, W.NONE, "key", doubtful=True),
    Case("a bare 403", "acme", 403, "Forbidden", C.PERMISSION_DENIED, W.NONE, "model:gpt-4o", doubtful=True),
    Case(
        "a region",
        "openai",
        403,
        openai("Country, region, or territory not supported", "unsupported_country_region_territory", "request_forbidden"),
        C.REGION_BLOCKED,
        W.NONE,
        "account",
    ),
    Case(
        "an account that was shut",
        "openai",
        401,
        openai("The OpenAI account associated with this API key has been deactivated.", "account_deactivated"),
        C.ACCOUNT_SUSPENDED,
        W.OWN_PROVIDER_ACCOUNT,
        "account",
    ),
    Case(
        "a model that is not there",
        "openai",
        404,
        openai("The model `gpt-9` does not exist or you do not have access to it.", "model_not_found"),
        C.MODEL_NOT_FOUND,
        W.NONE,
        "model:gpt-4o",
    ),
    Case(
        "a file that is not there",
        "anthropic",
        404,
        anthropic("File not found: file_abc", "not_found_error"),
        C.MODEL_NOT_FOUND,
        W.NONE,
        "model:claude-x",
        doubtful=True,
        **CLAUDE,
    ),
    # The request.
    Case("too long", "openai", 400, openai(LONG, "context_length_exceeded"), C.CONTEXT_TOO_LONG, W.NONE, None, try_next=False),
    Case(
        "a sentence that nobody knows",
        "acme",
        400,
        {"error": {"message": "the frobnicator is sad"}},
        C.INVALID_REQUEST,
        W.NONE,
        None,
        try_next=False,
        doubtful=True,
    ),
    Case("a 400 without a sentence", "acme", 400, "<html>", C.INVALID_REQUEST, W.NONE, None, doubtful=True),
    Case("a status that nobody knows", "acme", 418, "teapot", C.OTHER, W.NONE, None, doubtful=True),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_an_upstream_says_has_its_wallet_its_scope_and_its_consequence(case: Case) -> None:
    evidence = attempt(
        case.status, case.body, provider=case.provider, relay=case.relay, vendor=case.vendor, model=case.model, headers=case.headers
    )
    found = judged(evidence)
    assert (found.verdict.category, found.verdict.wallet, found.scope) == (case.category, case.wallet, case.scope)
    assert (found.try_next, found.retry_after_ms, found.doubtful) == (case.try_next, case.wait_ms, case.doubtful)
    assert bool(found.caller_text) is (case.category in REQUEST_AT_FAULT and not case.try_next)
    assert found.text.startswith(str(case.status))
    # The same, however often and beside whatever is remembered.
    memo = Memo()
    assert judged(evidence, memo) == judged(evidence, memo) == found


@pytest.mark.parametrize("problem", Transport)
def test_what_the_wire_shows_lets_another_try(problem: Transport) -> None:
    found = judged(attempt(0, b"", problem=problem))
    assert found.try_next
    assert (found.retry_after_ms, found.upstream_request_ids, found.caller_text, found.doubtful) == (None, (), "", False)
    assert found.text == f"transport: {problem.value}"
    whole = {Transport.REFUSED, Transport.DNS, Transport.TLS, Transport.CONNECT_TIMEOUT, Transport.DROPPED, Transport.TRUNCATED}
    assert found.scope == ("account" if problem in whole else "model:claude-x")


def test_who_was_called_is_known_where_the_text_names_nobody() -> None:
    assert judged(attempt(500, "oops")).verdict.provider == "acme"
    assert judged(attempt(500, "oops", relay=True)).verdict.provider == "unknown"


def test_a_network_that_failed_behind_who_answered_is_of_the_model() -> None:
    found = judged(attempt(502, {"error": {"message": "dial tcp: lookup api.openai.com: no such host"}}))
    assert found.scope in ("model:claude-x", None)


# Ids.


def test_the_ids_of_the_upstream_are_told_those_of_its_headers_first() -> None:
    found = judged(attempt(400, ANTHROPIC, headers={"request-id": "req_011CHeader", "cf-ray": "8f1234567890abcd-FRA"}))
    assert found.upstream_request_ids == ("req_011CHeader", "8f1234567890abcd-FRA", "req_011CRe3dTestAbCdEfGhJk12")


def test_an_id_that_the_client_wrote_is_not_the_upstreams() -> None:
    found = judged(attempt(500, SEED, relay=True, sent=request(f"what is {RELAY_ID}?")))
    assert found.upstream_request_ids == ()
    assert found.scope == "vendor:anthropic"


@pytest.mark.parametrize("value", ["", "a b", "x" * 200, "id\r\nset-cookie: x", "é"])
def test_an_id_that_is_none_is_left_out(value: str) -> None:
    assert judged(attempt(500, "oops", headers={"x-request-id": value})).upstream_request_ids == ()


# What is kept and what is told.


def test_what_is_kept_is_status_codes_and_the_rules_own_words() -> None:
    whole = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."
    assert judged(attempt(500, SEED, relay=True)).text == f"500 error <nil> {whole}"
    assert judged(attempt(402, {"error": {"message": "zzz", "code": 402}})).text == "402"
    assert judged(attempt(429, openai(TPM, "rate_limit_exceeded", "tokens"), provider="openai")).text.startswith(
        "429 tokens rate_limit_exceeded Rate limit reached for"
    )


def test_no_word_of_the_callers_is_kept() -> None:
    named = "my-Secret-Project"
    message = f"The model `{named}` does not exist or you do not have access to it."
    found = judged(attempt(404, openai(message, "model_not_found"), provider="openai", sent=request(model=named)))
    assert named.lower() not in found.text.lower()
    assert "Secret" not in found.text
    assert "does not exist" in found.text


def test_no_secret_is_kept() -> None:
    key = "sk-proj-AbCdEf1234567890AbCdEf1234567890"
    found = judged(attempt(401, {"error": {"message": f"Incorrect API key provided: {key}", "code": key}}, provider="openai"))
    assert key not in found.text
    assert key not in repr(found)


def test_the_caller_reads_what_is_wrong_with_the_request_and_nothing_of_the_operators() -> None:
    message = f"tools.0.name: bad value at https://api.relay.example/v1 by acme-main (request id: {RELAY_ID}), key sk-ab12cd34ef56gh78ij90"
    found = judged(attempt(400, {"error": {"message": message, "type": "invalid_request_error"}}))
    assert found.caller_text == "tools.0.name: bad value at [removed] by [removed], key [key removed]"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("prompt is too long: 210000 tokens > 200000 maximum", "prompt is too long: 210000 tokens > 200000 maximum"),
        (
            {"error": {"message": json.dumps({"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}})}},
            "prompt is too long: 210000 tokens > 200000 maximum",
        ),
        (
            "<html><title>prompt is too long: 210000 tokens > 200000 maximum</title></html>",
            "prompt is too long: 210000 tokens > 200000 maximum",
        ),
    ],
)
def test_the_caller_reads_a_sentence_and_no_structure(body: Any, told: str) -> None:
    assert judged(attempt(400, body, provider="anthropic")).caller_text == told


@pytest.mark.parametrize("case", [case for case in CASES if case.category not in REQUEST_AT_FAULT], ids=lambda case: case.name)
def test_the_caller_reads_nothing_of_what_is_the_operators_trouble(case: Case) -> None:
    assert judged(attempt(case.status, case.body, provider=case.provider, relay=case.relay)).caller_text == ""


def test_neither_shows_words_in_its_repr() -> None:
    evidence = attempt(400, {"error": {"message": "hidden words"}}, sent=request("a secret prompt"))
    found = judged(evidence)
    assert "hidden words" in found.caller_text
    assert "hidden words" not in repr(evidence) + repr(found)
    assert "secret prompt" not in repr(evidence) + repr(found)


# Waiting.


def test_a_wait_in_the_clients_own_words_is_none() -> None:
    body = {"error": {"message": "Failed on: please try again in 86400s", "type": "server_error"}}
    assert judged(attempt(500, body)).retry_after_ms == 86_400_000
    assert judged(attempt(500, body, sent=request("say: please try again in 86400s"))).retry_after_ms is None


def test_a_headers_wait_counts_before_words() -> None:
    found = judged(attempt(429, openai(TPM, "rate_limit_exceeded", "tokens"), provider="openai", headers={"retry-after-ms": "700"}))
    assert found.retry_after_ms == 700


# Memory.


def relay_error(request_id: str, words: str = "") -> dict[str, Any]:
    return {"error": {"type": "<nil>", "message": f"{TOO_LOW}{words} (request id: {request_id})"}, "type": "error"}


def test_what_is_remembered_of_one_request_is_told_of_another_with_that_ones_ids() -> None:
    memo = Memo()
    other = "20260126100911999999999ZzYyXxWw"
    judged(attempt(500, SEED, provider="new-api", relay=True), memo)
    again = judged(attempt(500, relay_error(other), provider="new-api", relay=True), memo)
    assert len(memo.verdicts) == 1
    assert again == judged(attempt(500, relay_error(other), provider="new-api", relay=True))
    assert RELAY_ID not in repr(again)
    assert other in repr(again.verdict.layers)


def test_ids_that_change_places_are_told_apart() -> None:
    one, two = RELAY_ID, "20260126100911999999999ZzYyXxWw"
    memo = Memo()
    for first, second in ((one, two), (two, one)):
        body = {"error": {"message": f"{TOO_LOW} (request id: {first}) (request id: {second})", "type": "<nil>"}, "type": "error"}
        evidence = attempt(500, body, provider="new-api", relay=True)
        assert judged(evidence, memo) == judged(evidence)
    assert len(memo.verdicts) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"code": 30001, "message": "no"}, {"code": 20012, "message": "no"}),
        ({"error": {"message": "limit 100000 reached"}}, {"error": {"message": "limit 999999 reached"}}),
        ({"error": {"message": "model `alpha` is bad"}}, {"error": {"message": "model `omega` is bad"}}),
        (relay_error(RELAY_ID), relay_error(RELAY_ID, " Really.")),
    ],
)
def test_what_says_something_else_is_not_remembered_as_the_same(one: Any, other: Any) -> None:
    memo = Memo()
    judged(attempt(403, one), memo)
    assert judged(attempt(403, other), memo) == judged(attempt(403, other))
    assert len(memo.verdicts) == 2


@pytest.mark.parametrize("change", [{"provider": "openai"}, {"relay": True}, {"status": 501}])
def test_another_upstream_or_status_is_another_matter(change: dict[str, Any]) -> None:
    memo = Memo()
    judged(attempt(500, SEED), memo)
    facts: dict[str, Any] = {"status": 500, "body": SEED} | change
    assert judged(attempt(**facts), memo) == judged(attempt(**facts))
    assert len(memo.verdicts) == 2


def test_the_hour_of_an_answer_is_no_difference() -> None:
    memo = Memo()
    for second in range(5):
        judged(attempt(500, SEED, headers={"date": f"Wed, 25 Nov 2026 12:00:0{second} GMT"}), memo)
    assert len(memo.verdicts) == 1


def test_a_verdict_that_names_an_instant_is_not_remembered() -> None:
    memo = Memo()
    for second in range(2):
        headers = {"retry-after": "30", "date": f"Wed, 25 Nov 2026 12:00:0{second} GMT"}
        found = judged(attempt(429, anthropic("slow down", "rate_limit_error"), provider="anthropic", headers=headers), memo)
        assert found.verdict.available_at == f"2026-11-25T12:00:3{second}Z"
    assert memo.verdicts == {}


def test_the_memory_is_bounded_and_the_oldest_goes_first() -> None:
    memo = Memo()
    for number in range(MEMO_MAX + 10):
        judged(attempt(500, f"oops {number}"), memo)
    assert len(memo.verdicts) == MEMO_MAX
    first = next(iter(memo.verdicts))
    judged(attempt(500, "something new"), memo)
    assert first not in memo.verdicts
    assert len(memo.rules) <= len(packaged().catalogue.rules)


def test_the_memory_holds_no_text_of_a_request() -> None:
    memo = Memo()
    words = "a very private matter"
    judged(attempt(500, {"error": {"message": f"Failed on {words}: {TOO_LOW}"}}, sent=request(words)), memo)
    judged(attempt(400, {"error": {"message": f"Bad value '{words}'"}}, sent=request(words)), memo)
    assert words not in repr(memo)


# Any bytes.


@given(st.binary(max_size=400), st.sampled_from([0, 200, 302, 400, 402, 429, 500, 529, 999]), st.binary(max_size=80))
def test_no_bytes_are_too_strange(body: bytes, status: int, sent: bytes) -> None:
    found = judge_attempt(attempt(status, body, sent=sent), packaged())
    assert (found.scope is None) or found.scope in ("account", "key") or found.scope.startswith(("vendor:", "model:"))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 8_192,
        b'{"a":' * 1_600,
        b'"' * 8_192,
        b"\\" * 8_192,
        b"\\ud800" * 1_000,
        b'{"error":{"message":"\\ud800 half"}}',
        b"402 " * 2_048,
        b"\x00" * 8_192,
        b"\xff" * 8_192,
        b"(request id: " * 600,
        b'{"error": {"message": ' + b"9" * 6_000 + b"}}",
        b"\x1b[31m" * 1_600,
        b"&#x41;" * 1_300,
        ("余额不足，" * 540).encode(),
    ],
    ids=lambda body: repr(body[:12]),
)
@pytest.mark.parametrize("status", [400, 402, 500])
def test_no_hostile_body_does_harm(body: bytes, status: int) -> None:
    found = judged(attempt(status, body, headers={"date": "x" * 5_000, "retry-after": "9" * 5_000}))
    assert len(found.text) <= 400
    assert len(found.caller_text) <= 700
