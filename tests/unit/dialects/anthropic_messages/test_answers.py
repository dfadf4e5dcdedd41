"""What the gateway says, as the official package understands it."""

from __future__ import annotations

import json
from collections.abc import Callable

import anthropic
import httpx2
import pytest
from anthropic.types import Message, ModelInfo

from solvent.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from solvent.dialects.anthropic_messages.answers import refusal
from solvent.dialects.dialect import Refusal

Client = Callable[[int, bytes, str], anthropic.Anthropic]


@pytest.fixture
def client() -> Client:
    def answering(status: int, body: bytes, kind: str) -> anthropic.Anthropic:
        transport = httpx2.MockTransport(lambda _request: httpx2.Response(status, content=body, headers={"content-type": kind}))
        return anthropic.Anthropic(
            api_key="sk-x", base_url="http://gateway.test", max_retries=0, http_client=httpx2.Client(transport=transport)
        )

    return answering


JSON, EVENTS = "application/json", "text/event-stream"


@pytest.mark.parametrize(
    ("status", "kind", "exception", "type_"),
    [
        (400, "invalid_request", anthropic.BadRequestError, "invalid_request_error"),
        (401, "auth_invalid", anthropic.AuthenticationError, "authentication_error"),
        (402, "credit_exhausted", anthropic.APIStatusError, "billing_error"),
        (402, "budget_limit", anthropic.APIStatusError, "billing_error"),
        (403, "permission_denied", anthropic.PermissionDeniedError, "permission_error"),
        (404, "model_not_found", anthropic.NotFoundError, "not_found_error"),
        (413, "request_too_large", anthropic.APIStatusError, "request_too_large"),
        (415, "invalid_request", anthropic.APIStatusError, "invalid_request_error"),
        (429, "rate_limited", anthropic.RateLimitError, "rate_limit_error"),
        (502, "network", anthropic.InternalServerError, "api_error"),
        (503, "no_channel", anthropic.APIStatusError, "api_error"),
        (503, "overloaded", anthropic.APIStatusError, "overloaded_error"),
        (504, "timeout", anthropic.APIStatusError, "timeout_error"),
        (529, "overloaded", anthropic.APIStatusError, "overloaded_error"),
    ],
)
def test_the_package_raises_the_right_exception(
    client: Client, status: int, kind: str, exception: type[anthropic.APIStatusError], type_: str
) -> None:
    said = Refusal(status, kind, "No. (solvent request id: r1)", "r1", "max_tokens", "/e/rules/x")
    with pytest.raises(exception) as caught:
        client(status, ANTHROPIC_MESSAGES.refusal(said), JSON).messages.create(
            model="m", max_tokens=5, messages=[{"role": "user", "content": "hi"}]
        )
    error = caught.value
    assert (error.status_code, error.type, error.api_message) == (status, type_, "No. (solvent request id: r1)")
    assert error.body == {
        "type": "error",
        "error": {
            "type": type_,
            "message": "No. (solvent request id: r1)",
            "category": kind,
            "param": "max_tokens",
            "doc_url": "/e/rules/x",
        },
        "request_id": "r1",
    }


def test_what_is_not_known_is_absent() -> None:
    assert refusal(Refusal(500, "server_error", "No.", "r1"))["error"] == {
        "type": "api_error",
        "message": "No.",
        "category": "server_error",
    }


def test_text_is_not_escaped_needlessly() -> None:
    body = ANTHROPIC_MESSAGES.refusal(Refusal(400, "invalid_request", "余额不足 </é\ud800", "r1"))
    assert "余额不足 </é?".encode() in body


def test_an_error_ends_a_stream(client: Client) -> None:
    begun = ANTHROPIC_MESSAGES.standing_in("Hi", "m", "r1", stream=True).split(b"\n\n")[:3]
    event = ANTHROPIC_MESSAGES.error_event(Refusal(502, "server_error", "It broke.", "r1"))
    stream = client(200, b"\n\n".join(begun) + b"\n\n" + event, EVENTS).messages.create(
        model="m", max_tokens=5, messages=[{"role": "user", "content": "hi"}], stream=True
    )
    kinds: list[str] = []
    with pytest.raises(anthropic.APIStatusError, match="It broke") as caught:
        kinds.extend(event.type for event in stream)
    assert kinds == ["message_start", "content_block_start", "content_block_delta"]
    assert caught.value.type == "api_error"


def test_an_answer_that_stands_in(client: Client) -> None:
    body = ANTHROPIC_MESSAGES.standing_in("Zurück um 5 😀", "m", "r1", stream=False)
    answer = client(200, body, JSON).messages.create(model="m", max_tokens=5, messages=[{"role": "user", "content": "hi"}])
    assert Message.model_validate_json(body).stop_reason == "end_turn"
    assert answer.content[0].type == "text"
    assert answer.content[0].text == "Zurück um 5 😀"
    assert (answer.id, answer.usage.input_tokens, answer.usage.output_tokens) == ("msg_r1", 0, 0)


def test_a_stream_that_stands_in(client: Client) -> None:
    body = ANTHROPIC_MESSAGES.standing_in("Zurück um 5 😀", "m", "r1", stream=True)
    with client(200, body, EVENTS).messages.stream(model="m", max_tokens=5, messages=[{"role": "user", "content": "hi"}]) as stream:
        answer = stream.get_final_message()
    assert stream.get_final_text() == "Zurück um 5 😀"
    assert (answer.stop_reason, answer.usage.output_tokens) == ("end_turn", 0)


def test_the_list_of_models(client: Client) -> None:
    body = ANTHROPIC_MESSAGES.models(("a", "b/c"), 86_400)
    assert [model.id for model in client(200, body, JSON).models.list()] == ["a", "b/c"]
    assert ModelInfo.model_validate(json.loads(body)["data"][0]).created_at.isoformat() == "1970-01-02T00:00:00+00:00"
    assert (json.loads(body)["first_id"], json.loads(body)["last_id"]) == ("a", "b/c")
    assert json.loads(ANTHROPIC_MESSAGES.models((), 0)) == {"data": [], "has_more": False, "first_id": None, "last_id": None}
