from __future__ import annotations

import pytest
from msgspec.structs import replace

from solvent.diagnosis import engine, judge
from solvent.diagnosis.paste import reader
from solvent.diagnosis.reporting import samples
from tests.unit.diagnosis.test_judge import SEED

CREDIT = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."
CLAUDE_SHAPE = f'400 {{"type":"error","error":{{"type":"invalid_request_error","message":"{CREDIT}"}}}}'


def given(text: str, language: str | None = None) -> samples.Sample:
    reading, packaged = reader.read(text), engine.packaged()
    verdict = judge.judge_reading(reading, packaged, "en")
    advice = packaged.catalogue.advise(verdict.category, verdict.wallet, verdict.actor)
    return samples.sample(verdict, reading, advice, packaged.catalogue, language)


@pytest.mark.parametrize(
    ("text", "language", "dialect"),
    [
        ("Error code: 429 quota\n  File openai/_base_client.py", "python", "openai_chat"),
        (
            "RateLimitError: 429 quota\n    at APIError.generate (file:///app/node_modules/openai/core/error.mjs:59:20)",
            "javascript",
            "openai_chat",
        ),
        (f"anthropic.BadRequestError: Error code: 400 - {CREDIT}", "python", "anthropic_messages"),
        ("google.genai.errors.ClientError: 429 RESOURCE_EXHAUSTED. Your prepayment credits are depleted.", "python", "gemini_generate"),
        ("curl: (28) Operation timed out after 5000 milliseconds", "curl", "openai_chat"),
        ("HTTP 503: busy", "python", "openai_chat"),
    ],
)
def test_the_sample_is_in_what_the_paste_shows(text: str, language: str, dialect: str) -> None:
    found = given(text)
    assert (found.language, found.dialect) == (language, dialect)
    assert found.text.strip()


def test_a_wish_decides_the_language_and_leaves_the_api() -> None:
    found = given(f"anthropic.BadRequestError: Error code: 400 - {CREDIT}", "curl")
    assert (found.language, found.dialect) == ("curl", "anthropic_messages")
    assert "/v1/messages" in found.text
    assert found.variables[:3] == ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "MODEL")
    assert "FALLBACK_MODEL" in found.variables


def test_the_form_of_an_error_tells_the_api_where_no_sdk_does() -> None:
    assert given(SEED).dialect == given(CLAUDE_SHAPE).dialect == "anthropic_messages"


def test_an_sdk_outweighs_the_form_of_an_error_that_a_relay_passed_on() -> None:
    assert given(f"openai.BadRequestError: {CLAUDE_SHAPE}").dialect == "openai_chat"


def test_an_address_in_the_paste_outweighs_its_form() -> None:
    assert given(f"POST https://relay.example/v1/chat/completions\n{CLAUDE_SHAPE}").dialect == "openai_chat"


def test_no_sample_gives_up_at_once_where_waiting_helps() -> None:
    packaged = engine.packaged()
    verdict = judge.judge_reading(reader.read(CLAUDE_SHAPE), packaged, "en")
    advice = packaged.catalogue.advise(verdict.category, verdict.wallet, verdict.actor)
    assert samples.handling(verdict, advice) == "money"
    assert samples.handling(replace(verdict, retryable=True), advice) == "wait"
