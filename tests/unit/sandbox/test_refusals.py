from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from solvent.diagnosis import desk, engine
from solvent.model.route import DialectName
from solvent.sandbox.accounts import Manner
from solvent.sandbox.names import Names
from solvent.sandbox.refusals import Refusal, Speaker, Voice, go_json, identity_headers, mask, masked_key
from solvent.sandbox.troubles import Trouble

NOW = datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC)
OPENAI, ANTHROPIC = DialectName.OPENAI, DialectName.ANTHROPIC
FACTS = {
    "model": "claude-haiku-4-5",
    "left": "＄0.000000",
    "needed": "＄0.480000",
    "key": "sk-sandb***1.00",
    "method": "POST",
    "path": "/x",
    "wanted": 4096,
    "affordable": 7,
}


def refuse(manner: Manner, dialect: DialectName, trouble: Trouble, vendor: str = "anthropic", **facts: Any) -> Refusal:
    voice = Voice(Names(random.Random(3).randbytes))
    return voice.refuse(Speaker(manner, dialect, vendor), trouble, FACTS | facts, voice.request_id(manner, NOW), NOW)


@pytest.mark.parametrize(
    ("speaker", "facts", "status", "provider", "wallet"),
    [
        (Speaker(Manner.ANTHROPIC, ANTHROPIC, "anthropic"), {}, 400, "anthropic", "own_provider_account"),
        (Speaker(Manner.ANTHROPIC, OPENAI, "anthropic"), {}, 400, "anthropic", "own_provider_account"),
        (Speaker(Manner.OPENAI, OPENAI, "openai"), {}, 429, "openai", "own_provider_account"),
        (Speaker(Manner.DEEPSEEK, OPENAI, "deepseek"), {}, 402, "deepseek", "own_provider_account"),
        (Speaker(Manner.OPENROUTER, OPENAI, "anthropic"), {}, 402, "openrouter", "own_provider_account"),
        (Speaker(Manner.NEW_API, OPENAI, "anthropic"), {}, 403, "new-api", "relay_user"),
        (Speaker(Manner.NEW_API, ANTHROPIC, "anthropic"), {}, 403, "new-api", "relay_user"),
        (Speaker(Manner.NEW_API, ANTHROPIC, "anthropic"), {"upstream": True}, 500, "anthropic", "relay_upstream"),
        (Speaker(Manner.NEW_API, OPENAI, "openai"), {"upstream": True}, 429, "openai", "relay_upstream"),
    ],
)
def test_the_desk_knows_whose_wallet_a_dry_account_is(
    speaker: Speaker, facts: dict[str, Any], status: int, provider: str, wallet: str
) -> None:
    refusal = refuse(speaker.manner, speaker.dialect, Trouble.NO_CREDIT, speaker.vendor, **facts)
    assert refusal.status == status
    verdict = desk.explain(f"{status} {refusal.body.decode()}", engine.packaged(), "en").verdict
    assert (verdict.category.value, verdict.provider, verdict.wallet.value) == ("credit_exhausted", provider, wallet)


@pytest.mark.parametrize(
    ("manner", "dialect", "trouble", "category"),
    [
        (Manner.ANTHROPIC, ANTHROPIC, Trouble.KEY_WRONG, "auth_invalid"),
        (Manner.ANTHROPIC, ANTHROPIC, Trouble.MODEL_UNKNOWN, "model_not_found"),
        (Manner.ANTHROPIC, ANTHROPIC, Trouble.RATE_LIMITED, "rate_limited"),
        (Manner.ANTHROPIC, ANTHROPIC, Trouble.OVERLOADED, "overloaded"),
        (Manner.ANTHROPIC, ANTHROPIC, Trouble.SERVER_ERROR, "server_error"),
        (Manner.OPENAI, OPENAI, Trouble.KEY_WRONG, "auth_invalid"),
        (Manner.OPENAI, OPENAI, Trouble.RATE_LIMITED, "rate_limited"),
        (Manner.OPENAI, OPENAI, Trouble.SERVER_ERROR, "server_error"),
        (Manner.OPENAI, OPENAI, Trouble.OVERLOADED, "overloaded"),
        (Manner.DEEPSEEK, OPENAI, Trouble.KEY_WRONG, "auth_invalid"),
        (Manner.DEEPSEEK, OPENAI, Trouble.OVERLOADED, "overloaded"),
        (Manner.OPENROUTER, OPENAI, Trouble.CREDIT_BELOW_CALL, "credit_exhausted"),
        (Manner.OPENROUTER, OPENAI, Trouble.RATE_LIMITED, "rate_limited"),
        (Manner.NEW_API, ANTHROPIC, Trouble.CREDIT_BELOW_CALL, "credit_exhausted"),
        (Manner.NEW_API, ANTHROPIC, Trouble.MODEL_UNKNOWN, "no_channel"),
        (Manner.NEW_API, OPENAI, Trouble.KEY_WRONG, "auth_invalid"),
    ],
)
def test_the_desk_knows_what_else_is_refused(manner: Manner, dialect: DialectName, trouble: Trouble, category: str) -> None:
    vendor = {Manner.OPENAI: "openai", Manner.DEEPSEEK: "deepseek"}.get(manner, "anthropic")
    refusal = refuse(manner, dialect, trouble, vendor)
    verdict = desk.explain(f"{refusal.status} {refusal.body.decode()}", engine.packaged(), "en").verdict
    assert verdict.category.value == category


def test_the_relays_body_is_the_one_that_readers_paste() -> None:
    refusal = refuse(Manner.NEW_API, ANTHROPIC, Trouble.NO_CREDIT, upstream=True)
    assert refusal.body.startswith(
        rb'{"error":{"type":"\u003cnil\u003e","message":"Your credit balance is too low to access the Anthropic API. '
        rb"Please go to Plans \u0026 Billing to upgrade or purchase credits. (request id: 20261125120001000000"
    )
    assert refusal.body.endswith(b')"},"type":"error"}')
    named = dict(refusal.headers)["x-oneapi-request-id"]
    assert f"(request id: {named})".encode() in refusal.body


def test_a_relays_middleware_speaks_the_openai_shape_on_every_route() -> None:
    body = msgspec.json.decode(refuse(Manner.NEW_API, ANTHROPIC, Trouble.KEY_WRONG).body)
    assert list(body["error"]) == ["code", "message", "type"]


@pytest.mark.parametrize(
    ("manner", "names"),
    [
        (Manner.ANTHROPIC, {"request-id", "retry-after", "x-should-retry", "anthropic-ratelimit-input-tokens-reset"}),
        (Manner.OPENAI, {"x-request-id", "retry-after", "x-ratelimit-reset-requests"}),
        (Manner.OPENROUTER, {"retry-after"}),
        (Manner.DEEPSEEK, set()),
    ],
)
def test_a_rate_limit_tells_the_wait_where_the_provider_does(manner: Manner, names: set[str]) -> None:
    headers = dict(refuse(manner, ANTHROPIC if manner is Manner.ANTHROPIC else OPENAI, Trouble.RATE_LIMITED, wait=7).headers)
    assert names <= headers.keys()
    assert headers.get("retry-after", "7") == "7"
    assert ("retry-after" in headers) == bool(names)
    assert headers.get("anthropic-ratelimit-input-tokens-reset", "2026-11-25T12:00:08Z") == "2026-11-25T12:00:08Z"


@pytest.mark.parametrize("manner", list(Manner))
@pytest.mark.parametrize(
    ("trouble", "facts", "quoted"),
    [
        (Trouble.ECHO_TOOL, {"tool": "get_{x}_weather"}, "get_{x}_weather"),
        (Trouble.ECHO_WORDS, {"words": "my {secret} plan"}, "my {secret} plan"),
    ],
)
def test_an_echo_repeats_what_the_caller_sent(manner: Manner, trouble: Trouble, facts: dict[str, Any], quoted: str) -> None:
    dialect = ANTHROPIC if manner is Manner.ANTHROPIC else OPENAI
    vendor = "deepseek" if manner is Manner.DEEPSEEK else "openai"
    refusal = refuse(manner, dialect, trouble, vendor, **facts)
    assert (refusal.status, quoted in refusal.body.decode()) == (400, True)


def test_anthropic_answers_an_openai_client_in_its_shape() -> None:
    error = msgspec.json.decode(refuse(Manner.ANTHROPIC, OPENAI, Trouble.MODEL_UNKNOWN, model="m").body)
    assert error == {"error": {"code": "not_found_error", "message": "model: m", "type": "not_found_error", "param": None}}


def test_what_nobody_was_seen_to_say_has_no_words() -> None:
    assert refuse(Manner.DEEPSEEK, OPENAI, Trouble.PATH_UNKNOWN) == Refusal(404, [], b"")


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("see https://api.test.org/v1/users now", "see https://***.org/***/*** now"),
        ("see https://platform.openai.com", "see https://***.com"),
        ("www.openai.com and openai.com", "***.***.com and ***.com"),
        ("messages.0.content is wrong", "messages.0.content is wrong"),
    ],
)
def test_a_relay_masks_addresses(message: str, masked: str) -> None:
    assert mask(message) == masked


def test_go_escapes_the_signs_of_html() -> None:
    assert go_json({"a": "<nil> & 5"}) == rb'{"a":"\u003cnil\u003e \u0026 5"}'


@pytest.mark.parametrize(
    ("manner", "key", "shown"),
    [
        (Manner.DEEPSEEK, "sk-sandbox-deepseek-x", "****ek-x"),
        (Manner.OPENAI, "sk-abcdefghijklmnop", "sk-abcde*******mnop"),
        (None, "short", "short"),
    ],
)
def test_a_key_is_shown_masked(manner: Manner | None, key: str, shown: str) -> None:
    assert masked_key(manner, key) == shown


def test_only_known_headers_name_a_call() -> None:
    assert [identity_headers(manner, "r")[-1:] for manner in Manner] == [
        [("request-id", "r")],
        [("x-request-id", "r")],
        [],
        [],
        [("x-oneapi-request-id", "r")],
    ]
