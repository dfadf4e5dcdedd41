"""What the gateway says, as the official package understands it."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import openai
import pytest
from openai.types import Model
from openai.types.chat import ChatCompletion

from solvent.dialects.dialect import Refusal
from solvent.dialects.openai_chat import OPENAI_CHAT
from solvent.dialects.openai_chat.answers import refusal

Client = Callable[[int, bytes, str], openai.OpenAI]


@pytest.fixture
def client() -> Client:
    def answering(status: int, body: bytes, kind: str) -> openai.OpenAI:
        transport = httpx2.MockTransport(lambda _request: httpx2.Response(status, content=body, headers={"content-type": kind}))
        return openai.OpenAI(
            api_key="sk-x", base_url="http://gateway.test/v1", max_retries=0, http_client=httpx2.Client(transport=transport)
        )

    return answering


JSON, EVENTS = "application/json", "text/event-stream"


@pytest.mark.parametrize(
    ("status", "kind", "exception", "type_"),
    [
        (400, "invalid_request", openai.BadRequestError, "invalid_request_error"),
        (401, "auth_invalid", openai.AuthenticationError, "invalid_request_error"),
        (402, "credit_exhausted", openai.APIStatusError, "insufficient_quota"),
        (402, "budget_limit", openai.APIStatusError, "insufficient_quota"),
        (403, "permission_denied", openai.PermissionDeniedError, "invalid_request_error"),
        (404, "model_not_found", openai.NotFoundError, "invalid_request_error"),
        (413, "request_too_large", openai.APIStatusError, "invalid_request_error"),
        (415, "invalid_request", openai.APIStatusError, "invalid_request_error"),
        (429, "rate_limited", openai.RateLimitError, "rate_limit_error"),
        (502, "network", openai.InternalServerError, "server_error"),
        (503, "no_channel", openai.InternalServerError, "server_error"),
        (504, "timeout", openai.InternalServerError, "server_error"),
    ],
)
def test_the_package_raises_the_right_exception(
    client: Client, status: int, kind: str, exception: type[openai.APIStatusError], type_: str
) -> None:
    said = Refusal(status, kind, "No. (solvent request id: r1)", "r1", "model", "/e/rules/x")
    with pytest.raises(exception) as caught:
        client(status, OPENAI_CHAT.refusal(said), JSON).chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    error = caught.value
    assert (error.status_code, error.type, error.code, error.param) == (status, type_, kind, "model")
    assert isinstance(error.body, dict)
    assert error.body["message"] == "No. (solvent request id: r1)"
    assert error.body["doc_url"] == "/e/rules/x"


def test_what_is_not_known_is_null_or_absent() -> None:
    assert refusal(Refusal(500, "server_error", "No.", "r1")) == {
        "error": {"message": "No.", "type": "server_error", "param": None, "code": "server_error"}
    }


def test_text_is_not_escaped_needlessly() -> None:
    body = OPENAI_CHAT.refusal(Refusal(400, "invalid_request", "余额不足 </é\ud800", "r1"))
    assert "余额不足 </é?".encode() in body


def test_an_error_ends_a_stream(client: Client) -> None:
    begun = OPENAI_CHAT.standing_in("Hi", "m", "r1", stream=True).split(b"\n\n")[:2]
    event = OPENAI_CHAT.error_event(Refusal(502, "server_error", "It broke.", "r1"))
    stream = client(200, b"\n\n".join(begun) + b"\n\n" + event, EVENTS).chat.completions.create(
        model="m", messages=[{"role": "user", "content": "hi"}], stream=True
    )
    said: list[str | None] = []
    with pytest.raises(openai.APIError, match="It broke") as caught:
        said.extend(chunk.choices[0].delta.content for chunk in stream)
    assert said == ["", "Hi"]
    assert caught.value.code == "server_error"


def test_an_answer_that_stands_in(client: Client) -> None:
    body = OPENAI_CHAT.standing_in("Zurück um 5 😀", "m", "r1", stream=False, created=7)
    answer = client(200, body, JSON).chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    assert ChatCompletion.model_validate_json(body).choices[0].finish_reason == "stop"
    assert (answer.id, answer.created, answer.choices[0].message.content) == ("chatcmpl-r1", 7, "Zurück um 5 😀")
    assert answer.usage is not None
    assert answer.usage.total_tokens == 0


def test_a_stream_that_stands_in(client: Client) -> None:
    body = OPENAI_CHAT.standing_in("Zurück um 5 😀", "m", "r1", stream=True)
    with client(200, body, EVENTS).chat.completions.stream(model="m", messages=[{"role": "user", "content": "hi"}]) as stream:
        answer = stream.get_final_completion()
    assert answer.choices[0].message.content == "Zurück um 5 😀"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 0


def test_the_list_of_models(client: Client) -> None:
    body = OPENAI_CHAT.models(("a", "b/c"), 7)
    assert [model.id for model in client(200, body, JSON).models.list()] == ["a", "b/c"]
    assert [Model.model_validate(row).owned_by for row in json.loads(body)["data"]] == ["solvent", "solvent"]
    assert json.loads(OPENAI_CHAT.models((), 7)) == {"object": "list", "data": []}
