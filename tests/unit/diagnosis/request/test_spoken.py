from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.catalogue.load import packaged_parties
from solvent.diagnosis.chain import Chain
from solvent.diagnosis.request import spoken


def chain(*, sdks: tuple[str, ...] = (), apps: tuple[str, ...] = ()) -> Chain:
    return Chain({}, None, (), (), (), sdks, apps)


@pytest.mark.parametrize(
    ("field", "dialect"),
    [
        ("tools[0].function_declarations[3].parameters", "gemini_generate"),
        ("contents[0].parts[1].inline_data.data", "gemini_generate"),
        ("messages.1.content.0.type", "anthropic_messages"),
        ("tools.3.custom.name", "anthropic_messages"),
        ("input[1].content[0]", "openai_responses"),
        ("reasoning.summary", "openai_responses"),
        ("messages[3].content", "openai_chat"),
        ("max_completion_tokens", "openai_chat"),
        ("temperature", None),
        (None, None),
    ],
)
def test_a_path_tells_whose_terms_it_is_in(field: str | None, dialect: str | None) -> None:
    assert spoken.of_field(field, "") == dialect


@pytest.mark.parametrize(
    ("text", "client", "dialect"),
    [
        ("post https://relay.example/v1/messages", chain(), "anthropic_messages"),
        ("client.chat.completions.create(", chain(), "openai_chat"),
        ("post /v1/responses", chain(), "openai_responses"),
        ("models/gemini-9:generatecontent", chain(), "gemini_generate"),
        ("api error: 400", chain(apps=("claude-code",)), "anthropic_messages"),
        ("error code: 400", chain(sdks=("anthropic-python",)), "anthropic_messages"),
        ("error code: 400", chain(sdks=("openai-python",)), None),
        ("post /v1/messages then post /chat/completions", chain(), None),
    ],
)
def test_the_caller_shows_what_it_spoke(text: str, client: Chain, dialect: str | None) -> None:
    found = spoken.of_caller(text, (*client.sdks, *client.apps), packaged_parties())
    assert (found and found[0]) == dialect


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("The model `gpt-5-ultra` does not exist", "gpt-5-ultra"),
        ("model 'command-r' not found", "command-r"),
        ('"model":"claude-sonnet-9-9"', "claude-sonnet-9-9"),
        ("models/gemini-9-pro:generateContent", "gemini-9-pro"),
        ("Received Model Group=bedrock/us.meta.llama9-v1:0", "bedrock/us.meta.llama9-v1:0"),
        ("foundation-model/anthropic.claude-nova-v1:0", "anthropic.claude-nova-v1:0"),
        ("The 'gpt-9-codex' model is not supported", "gpt-9-codex"),
        ("the maximum allowed number of output tokens for claude-9-haiku", "claude-9-haiku"),
        ("模型 deepseek-v9 不存在", "deepseek-v9"),
        ("this model does not exist", None),
        ("google/genai/models.py, line 6204", None),
        ("the model is overloaded", None),
        ("docs.example/models/overview", None),
    ],
)
def test_a_model_is_known_by_its_name(text: str, model: str | None) -> None:
    assert spoken.model(text, text.lower()) == model


@given(st.text(max_size=200))
def test_a_model_stands_in_the_text(text: str) -> None:
    lower = text.lower()
    found = spoken.model(text, lower) if len(lower) == len(text) else None
    assert found is None or found in text
