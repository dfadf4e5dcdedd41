from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import anthropic
import httpx2
import openai
import pytest

from solvent.client.exceptions import text_of

KEY = "sk-proj-" + "Ab1" * 12
LIMITS = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}
HEADERS = {
    "x-request-id": "req_0123456789abcdef0123456789abcdef",
    "retry-after": "20",
    "date": "Sun, 29 Nov 2026 01:00:00 GMT",
    "set-cookie": "__cf_bm=s3cr3t",
    "authorization": f"Bearer {KEY}",
    "cf-ray": "8abc-FRA",
    "server": "cloudflare",
}


def raised(call: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - what is raised is looked at by the caller
        call()
    return caught.value


def wire(status: int, body: object, headers: dict[str, str] | None = None) -> httpx2.Client:
    content = body if isinstance(body, str) else json.dumps(body)
    return httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(status, content=content, headers=headers or {})))


def of_openai(status: int, body: object, headers: dict[str, str] | None = None, base: str = "https://api.openai.com/v1") -> BaseException:
    client = openai.OpenAI(api_key=KEY, base_url=base, max_retries=0, http_client=wire(status, body, headers))
    return raised(lambda: client.chat.completions.create(model="m", messages=[]))


def of_anthropic(status: int, body: object, headers: dict[str, str] | None = None) -> BaseException:
    client = anthropic.Anthropic(api_key=KEY, max_retries=0, http_client=wire(status, body, headers))
    return raised(lambda: client.messages.create(model="m", max_tokens=1, messages=[]))


def test_an_error_of_openai_comes_with_what_its_message_leaves_out() -> None:
    body = {"error": {"message": "No money.", "type": "insufficient_quota", "param": None, "code": "insufficient_quota"}}
    text = text_of(of_openai(429, body, HEADERS | LIMITS))
    lines = text.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert "openai.RateLimitError: Error code: 429 - No money." in lines
    assert "POST https://api.openai.com/v1/chat/completions" in lines
    assert {"HTTP 429", "retry-after: 20", "date: Sun, 29 Nov 2026 01:00:00 GMT", "x-ratelimit-reset-requests: 6m0s"} <= set(lines)
    assert f"x-request-id: {HEADERS['x-request-id']}" in lines
    assert json.loads(lines[-1]) == body
    # Nothing of the machine, of who asked, or of what a proxy adds to every answer.
    for hidden in (KEY, "cookie", "s3cr3t", "cf-ray", "cloudflare", "site-packages", __file__):
        assert hidden not in text


def test_limits_are_told_only_where_one_was_hit() -> None:
    assert "x-ratelimit" not in text_of(of_openai(400, {"error": {"message": "bad"}}, LIMITS))


def test_a_page_of_a_proxy_comes_with_the_proxys_headers() -> None:
    text = text_of(of_openai(502, "<html><title>502 Bad Gateway</title></html>", HEADERS))
    assert "server: cloudflare" in text
    assert "cf-ray: 8abc-FRA" in text
    assert "<title>502 Bad Gateway</title>" in text


def test_an_error_of_anthropic_says_its_body_once() -> None:
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy"}
    text = text_of(of_anthropic(529, body, {"request-id": "req_011CSHoEeqs5C35K2UUqR7Fy", "anthropic-ratelimit-x": "1"}))
    assert "anthropic.OverloadedError: Error code: 529 - " in text
    assert "request-id: req_011CSHoEeqs5C35K2UUqR7Fy" in text.splitlines()
    assert text.count("Overloaded'") == 1
    assert "anthropic-ratelimit" not in text


def test_a_connection_that_failed_is_told_from_its_root() -> None:
    def refuse(_: object) -> httpx2.Response:
        raise httpx2.ConnectError("[Errno 111] Connection refused")

    client = openai.OpenAI(
        api_key=KEY,
        base_url="https://relay.example/v1?key=s3cr3t",
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.MockTransport(refuse)),
    )
    text = text_of(raised(client.models.list))
    root, cause, last = text.partition("The above exception was the direct cause of the following exception:")
    assert "httpx2.ConnectError: [Errno 111] Connection refused" in root
    assert cause
    assert "openai.APIConnectionError: Connection error." in last
    assert "s3cr3t" not in text


# Stand-ins that keep what the libraries' own exceptions keep, under the same names.


class Url:
    """httpx.URL: a text by `str`, which shows a password."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class Request:
    def __init__(self, method: str, url: object) -> None:
        self.method, self.url = method, url


class HttpxResponse:
    """httpx.Response: `_content` once it was read, a request behind a property, `text` that raises before it was read."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes | None, request: Request) -> None:
        self.status_code, self.headers, self._request = status, headers, request
        if content is not None:
            self._content = content

    @property
    def text(self) -> str:
        raise RuntimeError("Attempted to access streaming response content, without having called `read()`.")


class RequestsResponse:
    """requests.Response: `_content` is False until it was read, and `text` would read the socket."""

    def __init__(self, status: int, content: object, url: str) -> None:
        self.status_code, self.headers, self._content, self.url = status, {"Retry-After": "3"}, content, url
        self.request = Request("GET", url)

    @property
    def text(self) -> str:
        raise AssertionError("the socket would be read")


def named(module: str, name: str, **kept: object) -> type[Exception]:
    def begin(self: Any, words: str) -> None:
        Exception.__init__(self, words)
        self.__dict__.update(kept)

    return type(name, (Exception,), {"__module__": module, "__init__": begin})


ASKED = Request("POST", Url("https://user:pa55@generativelanguage.googleapis.com/v1beta/models/m:generateContent?key=AIzaSecret"))
DETAILS = {"error": {"code": 429, "message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED"}}


def test_an_error_of_google_genai() -> None:
    response = HttpxResponse(429, {"X-Request-Id": "abcdef123456"}, json.dumps(DETAILS).encode(), ASKED)
    kind = named(
        "google.genai.errors",
        "ClientError",
        response=response,
        details=DETAILS,
        message="Quota exceeded",
        status="RESOURCE_EXHAUSTED",
        code=429,
    )
    text = text_of(kind(f"429 RESOURCE_EXHAUSTED. {DETAILS}"))
    assert text.splitlines() == [
        f"google.genai.errors.ClientError: 429 RESOURCE_EXHAUSTED. {DETAILS}",
        "POST https://generativelanguage.googleapis.com/v1beta/models/m:generateContent",
        "HTTP 429",
        "x-request-id: abcdef123456",
    ]


def test_an_error_of_litellm_does_not_name_the_address_that_it_makes_up() -> None:
    response = HttpxResponse(400, {}, None, Request("GET", "https://litellm.ai"))
    words = "litellm.RateLimitError: RateLimitError: DeepseekException - Insufficient Balance"
    kind = named("litellm.exceptions", "RateLimitError", status_code=429, llm_provider="deepseek", model="m", response=response, body=None)
    text = text_of(kind(words))
    assert text.splitlines() == [f"litellm.exceptions.RateLimitError: {words}", "HTTP 400"]
    below = named("litellm.llms.openai.common_utils", "OpenAIError", status_code=500, request=Request("POST", "https://api.openai.com/v1"))
    assert "api.openai.com" not in text_of(below("[Errno 111] Connection refused"))


@pytest.mark.parametrize(("content", "last"), [(b'{"detail": "Payment Required"}', '{"detail": "Payment Required"}'), (None, "HTTP 402")])
def test_a_status_of_httpx_with_and_without_a_body_that_was_read(content: bytes | None, last: str) -> None:
    kind = named("httpx", "HTTPStatusError", response=HttpxResponse(402, {}, content, ASKED), _request=ASKED)
    text = text_of(kind("Client error '402 Payment Required' for url 'https://api.example/v1'"))
    assert text.splitlines()[-1] == last


@pytest.mark.parametrize(("content", "last"), [(b"busy", "busy"), (False, "retry-after: 3")])
def test_an_error_of_requests_reads_no_socket(content: object, last: str) -> None:
    response = RequestsResponse(503, content, "https://api.example:8443/v1/x?token=s3cr3t")
    kind = named("requests.exceptions", "HTTPError", response=response, request=response.request)
    text = text_of(kind("503 Server Error"))
    assert text.splitlines()[1] == "GET https://api.example:8443/v1/x"
    assert text.splitlines()[-1] == last


def test_an_error_of_the_standard_library() -> None:
    problem = HTTPError("https://api.example/v1", 429, "Too Many Requests", {"Retry-After": "9"}, None)  # type: ignore[arg-type]
    lines = text_of(problem).splitlines()
    assert lines == [
        "urllib.error.HTTPError: HTTP Error 429: Too Many Requests",
        "URL https://api.example/v1",
        "HTTP 429",
        "retry-after: 9",
    ]
    problem.close()


def test_an_answer_that_is_a_dictionary_is_its_body() -> None:
    answer = {"Error": {"Code": "ThrottlingException", "Message": "Too many requests"}}
    kind = named("botocore.exceptions", "ClientError", response=answer)
    assert json.loads(text_of(kind("An error occurred")).splitlines()[-1]) == answer


# What any exception can do


def failing(depth: int, *, hide: bool = False) -> None:
    try:
        if depth == 0:
            raise KeyError("choices")  # noqa: TRY301 - what is caught here is looked at
        failing(depth - 1)
    except Exception as cause:
        if hide:
            raise ValueError("no answer") from None
        raise RuntimeError(f"step {depth}") from cause


def test_a_chain_is_told_as_python_tells_it_and_ends() -> None:
    text = text_of(raised(lambda: failing(0)))
    assert text.index("KeyError: 'choices'") < text.index("direct cause") < text.index("RuntimeError: step 0")
    assert text.count("Traceback") == 2
    cut = text_of(raised(lambda: failing(30)))
    assert cut.count("RuntimeError: step") == 6
    assert cut.count("direct cause") == 5
    assert cut.endswith("RuntimeError: step 30")


def test_an_exception_while_another_was_handled_is_told_as_that() -> None:
    one, other = ValueError("one"), ValueError("other")
    other.__context__ = one
    assert text_of(other).splitlines()[2] == "During handling of the above exception, another exception occurred:"


def test_what_was_hidden_stays_hidden() -> None:
    assert "choices" not in text_of(raised(lambda: failing(0, hide=True)))


def test_a_circle_of_causes_ends() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert text_of(one).count("ValueError") == 2


def test_a_group_tells_what_it_holds() -> None:
    inner = ValueError("inner")
    inner.__cause__ = OSError("root")
    group = ExceptionGroup("two failed", [ExceptionGroup("deeper", [inner]), KeyError("other")])
    text = text_of(group)
    assert text.index("root") < text.index("ValueError: inner") < text.index("KeyError: 'other'") < text.index("two failed")


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_an_exception_without_words_still_has_a_name() -> None:
    assert "UnspeakableError" in text_of(UnspeakableError())


@pytest.mark.parametrize(
    "kept",
    [
        {"status_code": "429", "headers": 5, "body": object()},
        {"status_code": True},
        {"code": 4000, "request": Request("POST", "https://[broken/")},
        {"request": Request("POST", "file:///home/alice/x")},
        {"response": object(), "request": 7},
        {"response": HttpxResponse(99, {}, b"\xff\xfe", ASKED)},
    ],
)
def test_what_makes_no_sense_is_left_out(kept: dict[str, object]) -> None:
    text = text_of(named("odd", "OddError", **kept)("odd words"))
    assert text.startswith("odd.OddError: odd words")
    assert "HTTP" not in text
    assert "alice" not in text


def test_a_text_of_any_length_stays_within_what_is_read() -> None:
    problem: BaseException = ValueError("é" * 100_000)
    for _ in range(9):
        problem = named("m", "LongError", body={"x": "長" * 50_000}, __cause__=problem)("words " * 5_000)
    text = text_of(problem)
    assert len(text.encode()) < 256 * 1024
