from __future__ import annotations

import pytest

from solvent.diagnosis.paste import normalise, statuses


def codes(text: str, numeric: list[int] | None = None) -> list[int]:
    clean = normalise.clean(text)
    return [status.code for status in statuses.find(clean, normalise.flatten(clean), numeric or [])]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('500 {"error":{}}', 500),
        ("Error code: 429 - {'error': 1}", 429),
        ("HTTP/1.1 402 Payment Required", 402),
        ("HTTP/2 503 \nserver: x", 503),
        ("API Error: 403 forbidden", 403),
        ("status_code=504, bad response", 504),
        ("unexpected status 401 from upstream", 401),
        ("openai error (429): slow", 429),
        ("报错 状态码 429，请稍后", 429),
        ("POST /chat -> 529 body={}", 529),
        ("❌ 400 📦 {}", 400),
        ("| 403 | permission | x |", 403),
        ("401 Client Error: Unauthorized for url", 401),
        ("InsufficientQuotaError: 429 You exceeded", 429),
        ("it returns `400 bad_response_status_code` always", 400),
        ("api.example.com | 524: A timeout occurred", 524),
        ("[403] Your API key was reported", 403),
        ("## **429-**Throttling", 429),
        ("the remote request failed with code 404, and", 404),
        ("the server responded with a status of 503 twice", 503),
        ("Failed to fetch image: 402", 402),
        ("[ERROR] provider=acme status=402 msg=no", 402),
        ('Not a rate limit: 402 {"error":"no"}', 402),
        ("生成失败：402", 402),
        ("Server error '529 ' for url", 529),
        ("2026-01-24 14:17:01,574 INFO: path=/v1/chat response_code=422", 422),
        ("请求格式错误 (HTTP 400)：messages[466]: unknown variant", 400),
        ("the 500 calls failed with HTTP 429", 429),
        ("summary: status=403 | code=x | budget", 403),
        (
            "[GIN] 2026/10/09 - 21:42:58 | 202610092142554410329168268d9d6pQ7mXc2L | 503 |  3.1s | 10.0.3.14 | POST /v1/chat/completions",
            503,
        ),
        ("[GIN] 2026/10/09 - 21:42:58 | 200 |  3.1s | 10.0.3.14 | POST /v1/chat/completions", 200),
    ],
)
def test_statuses_are_recognised(text: str, code: int) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "limit of 400 tokens per call",
        "| name | 500 | 429 |",
        "took 502 ms",
        "Rate limits: 500 RPM (free)",
        "connect ETIMEDOUT 104.18.13.25:443",
        "gpt-3.5 costs 0.500 dollars",
        "context of 409600",
        "balance 429.50 USD",
        "after I have used the 500 GPT-4 calls",
        "x-ratelimit-remaining-requests: 499",
        "more than 400 - so many",
        "{'x-ratelimit-limit-requests': '500', 'openai-processing-ms': '412'}",
        "[2026-01-17 13:25:48 - openai._base_client:482 - DEBUG] Request options",
        "<TransferEncodingError: 400, message='Not enough data to satisfy transfer length header.'>",
    ],
)
def test_other_numbers_are_no_statuses(text: str) -> None:
    assert codes(text) == []


def test_a_field_of_a_fragment_counts_after_the_words() -> None:
    assert codes("HTTP 500: failed", [402]) == [500, 402]


def test_a_thousand_numbers_are_not_all_looked_at() -> None:
    assert len(codes("400 " * 5000)) < 300


def test_the_code_of_torn_json_is_a_status() -> None:
    assert codes('{"error":{"message":"refused" "code":400}}') == [400]


def test_the_status_in_the_suffix_of_aws_belongs_to_the_words_before_it() -> None:
    flat = '{"statusCode": 500, "body": "refused (Service: BedrockRuntime, Status Code: 400, Request ID: 1)"}'
    found = statuses.find(flat, flat, [])
    assert [status.code for status in found] == [500, 400]
    assert found[1].position < flat.index("refused")


def test_two_statuses_in_one_breath_are_none_without_doubt() -> None:
    flat = "一直返回503/500错误"
    assert not any(status.strong for status in statuses.find(flat, flat, []))


def test_the_size_behind_the_status_of_an_access_log_is_none() -> None:
    assert codes('"POST /v1/chat/completions HTTP/1.1" 200 512 "-" "curl/8"') == [200]
