from __future__ import annotations

import pytest

from solvent.diagnosis import chain, engine, judge
from solvent.diagnosis.chain import Chain
from solvent.diagnosis.paste import reader


def traced(text: str) -> tuple[Chain, int]:
    reading = reader.read(text)
    found = engine.packaged().decide(reading).chain
    return found, chain.hops_above_speaker(reading, found)


@pytest.mark.parametrize(
    ("text", "relays"),
    [
        ("402 Insufficient Balance", []),
        ('400 {"error":{"type":"<nil>","message":"m (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}', ["new-api"]),
        ("m (request id: 2026040723320111070967240901520) (request id: 20260407153201507098588268d9d6JaRBN5o8)", ["one-api", "new-api"]),
        (
            (
                "m (request id: 20260407153201507098588268d9d6JaRBN5o8) (request id: 20260407153202507098588268d9d6JaRBN5o9) "
                "(request id: 20260407153203507098588268d9d6JaRBN5o0)"
            ),
            ["new-api", "new-api", "new-api"],
        ),
        ('{"error":{"message":"m","type":"insufficient_quota","param":"","code":"insufficient_quota"}}', ["new-api"]),
        ('{"error":{"message":"see https://***.com/***","type":"x","param":null}}', ["new-api"]),
        ('{"error":{"message":"用户额度不足 (request id: 2026061508083194611725904681712)","type":"v_api_error","param":""}}', ["v-api"]),
        # What shows the family is the fork's that names itself.
        ('{"error":{"message":"m","type":"Aihubmix_api_error","param":"","code":""}}', ["aihubmix"]),
        # The reader says that somebody else runs what they call, or holds the account.
        ("Our platform team runs the LLM gateway. 402 Insufficient Balance", ["relay"]),
        ("公司统一的大模型网关报错：402 Insufficient Balance", ["relay"]),
        ("朋友搭的接口，我只有 key：402 Insufficient Balance", ["relay"]),
        ("社内の AI ゲートウェイ: 402 Insufficient Balance", ["relay"]),
        ("Topping up my own account changed nothing: 402 Insufficient Balance", ["relay"]),
        ("We do not have a DeepSeek account, the vendor's plug-in does: 402 Insufficient Balance", ["relay"]),
    ],
)
def test_every_layer_of_relays_is_counted_innermost_first(text: str, relays: list[str]) -> None:
    assert [name for name, _ in traced(text)[0].relays] == relays


@pytest.mark.parametrize(
    ("text", "hops"),
    [
        (
            '{"error":{"type":"new_api_error","message":"用户额度不足 (request id: 20260729103912821225788268d9d6wPH3thK5)"},"type":"error"}',
            0,
        ),
        ('{"error":{"type":"<nil>","message":"用户额度不足 (request id: 20260729103912821225788268d9d6wPH3thK5)"},"type":"error"}', 1),
        (
            '{"error":{"type":"insufficient_user_quota","message":"x (request id: 20260729103912821225788268d9d6wPH3thK5)"},"type":"error"}',
            1,
        ),
        (
            (
                '{"error":{"type":"<nil>","message":"用户额度不足 (request id: 20260729103912821225788268d9d6wPH3thK5) '
                '(request id: 20260729103913821225788268d9d6wPH3thK6)"},"type":"error"}'
            ),
            1,
        ),
        ("用户额度不足, 剩余额度: ＄0.000000", 0),
        # Whatever stands after a relay's words for an answer from further in was written there.
        ("upstream error: 403 message=用户额度不足, 剩余额度: ＄0.000000", 1),
        ('{"error":"Error: Current provider response failed: 用户额度不足, 剩余额度: ＄0.000000"}', 1),
        ("[ERR] channel error (channel #7, status code: 403): 用户额度不足, 剩余额度: ＄0.000000", 1),
        ("渠道测试失败：status_code=403, 用户额度不足, 剩余额度: ＄0.000000", 1),
    ],
)
def test_whether_a_relays_own_refusal_was_passed_on(text: str, hops: int) -> None:
    assert traced(text)[1] == hops


def test_everything_that_wrapped_the_error_is_named_innermost_first() -> None:
    found, _ = traced(
        "openai.RateLimitError: Error code: 429 - {'error': {'message': 'm (request id: 20260126100910722614337HsQybcmN)', 'type': 'upstream_error'}}"
    )
    assert found.via[0] == "new-api"
    assert "openai-python" in found.via


OURS, OURS_TOO = "slv-1a0fbe5b3cb9d41b7ea00001", "slv-1a0fbe5b4049d41b7eb00007"
NEW_API, ONE_API = "20260407153201507098588268d9d6JaRBN5o8", "2026040723320111070967240901520"


@pytest.mark.parametrize(
    ("text", "relays", "hops"),
    [
        (f"m (solvent request id: {OURS})", [("solvent", OURS)], 0),
        (f"m (solvent request id: {OURS}) (solvent request id: {OURS_TOO})", [("solvent", OURS), ("solvent", OURS_TOO)], 1),
        (f"m (solvent request id: {OURS}) (request id: {NEW_API})", [("solvent", OURS), ("new-api", NEW_API)], 1),
        (f"m (request id: {ONE_API}) (solvent request id: {OURS})", [("one-api", ONE_API), ("solvent", OURS)], 1),
        # An outer layer that left no id, but its marks.
        (
            f'{{"error":{{"message":"m (solvent request id: {OURS})","type":"new_api_error","param":"","code":"x"}}}}',
            [("solvent", OURS), ("new-api", None)],
            1,
        ),
        (
            f'{{"error":{{"message":"m (solvent request id: {OURS}) (request id: {NEW_API})","type":"rix_api_error","param":""}}}}',
            [("solvent", OURS), ("rix-api", NEW_API)],
            1,
        ),
        # The fork is the inner layer; what signed last is ours.
        (
            f'{{"error":{{"message":"m (request id: {NEW_API}) (solvent request id: {OURS})","type":"rix_api_error","param":null}}}}',
            [("rix-api", NEW_API), ("solvent", OURS)],
            1,
        ),
        # Only the headers are ours: whoever wrote the words stands behind us.
        (f"m (request id: {NEW_API})\nx-solvent-request-id: {OURS}", [("new-api", NEW_API), ("solvent", OURS)], 0),
        ("the message was cut, /e/rules/solvent/no-channel", [("solvent", None)], 0),
    ],
)
def test_our_own_layer_is_drawn_where_it_signed(text: str, relays: list[tuple[str, str | None]], hops: int) -> None:
    found, above = traced(text)
    assert (list(found.relays), above) == (relays, hops)


def test_a_request_too_large_in_the_shape_of_claude_is_the_servers_own_refusal() -> None:
    assert traced('413 {"type":"error","error":{"type":"request_too_large","message":"m"}}')[1] == 0


STAMP = "(request id: 20260729103912821225788268d9d6wPH3thK5)"


@pytest.mark.parametrize(
    ("text", "wallet"),
    [
        # Nobody's words under the relay's own type are its own; under another type, or with 402, they came from further in.
        (f'403 {{"error":{{"message":"Not enough wallet funds {STAMP}","type":"acme_api_error","code":"x"}}}}', "relay_user"),
        (f'403 {{"error":{{"message":"Not enough wallet funds {STAMP}","type":"invalid_request_error","code":"x"}}}}', "relay_upstream"),
        (f"402 Not enough wallet funds {STAMP}", "relay_upstream"),
        (f"403 Not enough wallet funds {STAMP}", "relay_user"),
        (f"500 Not enough wallet funds {STAMP}", "relay_upstream"),
        # A page that sells credit at nobody's known address sells it to the reader.
        ('402 {"error":"Not enough wallet funds: https://acme.example/billing/credits"}', "relay_user"),
        ("app.acme.example says\n\n402 Not enough wallet funds", "relay_user"),
        ("api.deepseek.com says\n\n402 Not enough wallet funds", "own_provider_account"),
        ('402 {"error":"Not enough wallet funds: https://api.together.ai/settings/billing"}', "own_provider_account"),
        ('402 {"error":"Not enough wallet funds: see https://acme.example/docs"}', "own_provider_account"),
        # Developers hold accounts there as with a provider.
        ("402 Not enough wallet funds for the key at OpenRouter", "own_provider_account"),
        # A gateway that called the provider with the reader's own key there says so.
        (
            '{"error":{"message":"Provider returned error","metadata":{"raw":"not enough wallet funds","is_byok":true}}}',
            "own_provider_account",
        ),
        ('{"error":{"message":"Provider returned error","metadata":{"raw":"not enough wallet funds","is_byok":false}}}', "relay_upstream"),
        ("Dify: not enough wallet funds in your Dify account", "relay_user"),
        ("Dify: not enough wallet funds", "own_provider_account"),
        ('{"error":"Your account has been suspended"}', "own_provider_account"),
        (f'{{"error":{{"message":"Your account has been suspended {STAMP}","type":"acme_api_error"}}}}', "none"),
    ],
)
def test_whose_wallet_words_of_nobody_in_particular_mean(text: str, wallet: str) -> None:
    assert judge.judge(text, engine.packaged()).wallet.value == wallet


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ('402 {"error":"Not enough wallet funds at zenmux"}', "zenmux"),
        ("zenmux: HTTP 402", "unknown"),
        ("Dify with gpt-4o: not enough wallet funds in your Dify account", "dify"),
        # An app with a service of its own speaks for it, unless somebody further in shows more than a model's name.
        ("Sorry, your request was rate-limited. Please wait before you try gpt-4o again.", "copilot"),
        ("Your User ID (u) temporarily is suspended, see https://support.aws.amazon.com/#/contacts/kiro", "kiro"),
        # Who names nobody else is answered by whom the app calls by itself.
        ("codex exec failed: you have reached the spend limit for this month", "openai"),
        ("codex exec failed through our company gateway: you have reached the spend limit for this month", "unknown"),
        ('Kiro is having trouble: api.openai.com said {"error":{"message":"Too many requests"}}', "openai"),
        (f'402 {{"error":{{"message":"Not enough wallet funds {STAMP}","type":"x"}}}}', "unknown"),
    ],
)
def test_a_relay_is_named_as_the_speaker_of_its_own_words_alone(text: str, provider: str) -> None:
    assert judge.judge(text, engine.packaged()).provider == provider
