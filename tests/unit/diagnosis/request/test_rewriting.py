from __future__ import annotations

import pytest

from solvent.catalogue.load import packaged_parties
from solvent.diagnosis import engine
from solvent.diagnosis.chain import Chain
from solvent.diagnosis.judge import judge
from solvent.diagnosis.request import rewriting
from solvent.diagnosis.request.rewriting import Hops
from solvent.model.verdict import Rewriter

CALLED = ("anthropic_messages", "claude-code")
GOOGLE = "tools[0].function_declarations[0].parameters"


def hops(*relays: str, gateways: tuple[str, ...] = (), sdks: tuple[str, ...] = (), apps: tuple[str, ...] = (), lang: str = "en") -> Hops:
    return Hops(Chain({}, None, tuple((name, None) for name in relays), gateways, (), sdks, apps), packaged_parties(), lang)


def by(between: Hops, *, window: str = "", field: str | None = None, dialect: str | None = None) -> Rewriter | None:
    return rewriting.of(window, window.lower(), field, dialect, CALLED, between)


def told(found: Rewriter | None) -> tuple[str, str, str] | None:
    return None if found is None else (found.name, found.certainty, found.quote)


def test_a_relays_own_code_shows_its_conversion() -> None:
    assert told(by(hops("new-api"), window="x CONVERT_request_failed y")) == ("new-api", "shown", "CONVERT_request_failed")


def test_a_field_of_another_api_shows_that_somebody_converted() -> None:
    assert told(by(hops("new-api"), field=GOOGLE, dialect="gemini_generate")) == ("new-api", "shown", GOOGLE)
    assert told(by(hops(gateways=("openrouter",)), field=GOOGLE, dialect="gemini_generate")) == ("openrouter", "shown", GOOGLE)
    assert by(hops("new-api"), field="messages.1.content", dialect="anthropic_messages") is None


def test_of_several_hops_the_innermost_is_only_likely() -> None:
    assert told(by(hops("one-api", "new-api"), field=GOOGLE, dialect="gemini_generate")) == ("one-api", "likely", GOOGLE)


def test_without_a_hop_an_sdk_that_speaks_several_apis_is_named_else_nobody() -> None:
    assert told(by(hops(sdks=("litellm",)), field=GOOGLE, dialect="gemini_generate")) == ("litellm", "shown", GOOGLE)
    assert told(by(hops(sdks=("anthropic-python",)), field=GOOGLE, dialect="gemini_generate")) == ("unknown", "shown", GOOGLE)


def test_a_lost_signature_is_likely_the_relays() -> None:
    window = "Function call is missing a thought_signature in functionCall parts"
    assert told(by(hops("new-api"), window=window)) == ("new-api", "likely", "thought_signature")
    assert by(hops(), window=window) is None


@pytest.mark.parametrize(("lang", "words"), [("en", "by itself"), ("zh", "自行发送")])
def test_an_app_is_likely_behind_a_field_that_it_is_known_to_send(lang: str, words: str) -> None:
    found = by(hops(apps=("claude-code",), lang=lang), field="context_management")
    assert told(found) == ("claude-code", "likely", "context_management")
    assert found is not None
    assert words in found.says
    assert by(hops(apps=("claude-code",)), field="max_tokens") is None


def test_a_claude_code_reader_behind_a_relay_reads_who_converted() -> None:
    text = (
        'API Error: 400 {"error":{"type":"<nil>","message":"Invalid JSON payload received. Unknown name \\"const\\" at '
        '\'tools[0].function_declarations[2].parameters\': Cannot find field. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
    )
    request = judge(text, engine.packaged(), "zh").request
    assert request is not None
    assert request.dialect == "gemini_generate"
    assert told(request.rewritten_by) == ("new-api", "shown", "tools[0].function_declarations[2].parameters")
