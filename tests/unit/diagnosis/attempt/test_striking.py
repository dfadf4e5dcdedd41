from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.attempt.striking import REMOVED, for_caller, holds_address

ACCOUNT = "relay-main"


@pytest.mark.parametrize(
    "secret",
    [
        "https://api.relay.example/v1/chat?x=1",
        "wss://relay.example",
        "HTTP://RELAY.EXAMPLE",
        "api.relay.example",
        "api.relay.example:8443/v1",
        "relay.vip",
        "api.relay.unheardof",
        "gateway-2.relay.unheardof/v1/messages",
        "one.two.unheardof:8080",
        "upstream.svc.cluster.local",
        "localhost:3000",
        "127.0.0.1",
        "10.0.0.12:8080",
        "[fd00::12]:8080",
        "relay-main",
        "Relay-Main",
        "req_011CabcdefghijkL",
        "fb53c4ec-0000-4f90-8ebf-f8d6b1a42e82",
        "org-AbCdEf1234567890",
        "org-AbCdEfGhIjKlMnOpQrStUvWx",
        "proj_AbCdEfGhIjKlMnOpQrStUvWx",
        "organization org-abc",
        "channel #17",
        "渠道 #17",
        "通道「main-claude」（#7）",
        "request id: 20260126100910722614337HsQybcmN",
        "request_id=abc-123456",
        "trace id 7f3a9b2c",
        "sk-proj-AbCdEf1234567890AbCdEf1234567890",
    ],
)
@pytest.mark.parametrize("around", ["{}", "failed at {} for a reason", '"{}"', "({})", "see {}."])
def test_what_tells_whom_the_operator_calls_is_struck(secret: str, around: str) -> None:
    told = for_caller(around.format(secret), ACCOUNT)
    bare = secret.strip("[]").split("://")[-1].split("/")[0].split(" ")[-1]
    assert bare.lower() not in told.lower()
    assert "removed" in told or told in ("", "failed at for a reason", "see.")
    for word in ("failed at", "for a reason", "see"):
        assert (word in around) == (word in told)


@pytest.mark.parametrize(
    "words",
    [
        "messages.0.content: Field required",
        "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        "messages.12.tool_calls.0.id is not a string",
        "response_format.json_schema.name must not be empty",
        "tools.0.input_schema.app.x is not allowed",
        "max_tokens: 9000 > 8192, the most for claude-sonnet-4-5-20250929",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "temperature must be between 0 and 1.5, e.g. 0.7",
        "The log idempotency and the request identifier must differ",
        "request id must be given, a trace identity too",
        "Invalid 'messages[1:3]' at [0:12]",
        "version 1.2.3 of the schema, section 4.5.6",
        "the user-friendly team_leader of the channel",
    ],
)
def test_what_is_about_the_request_stays(words: str) -> None:
    assert for_caller(words, ACCOUNT) == words


def test_an_aside_with_an_id_goes_without_a_trace() -> None:
    assert for_caller("Prompt too long (request id: 20260126100910722614337HsQybcmN)", ACCOUNT) == "Prompt too long"
    assert for_caller("Prompt too long [trace_id: ab12cd34ef]", ACCOUNT) == "Prompt too long"


def test_ids_that_were_found_elsewhere_are_struck_the_longest_first() -> None:
    assert for_caller("see 77-abc-1 and 77-abc", "x", ("77-abc", "77-abc-1")) == f"see {REMOVED} and {REMOVED}"


def test_an_account_is_struck_as_a_whole_word() -> None:
    assert for_caller("main, maintenance and main-2", "main") == f"{REMOVED}, maintenance and main-2"
    assert for_caller("a and b", "a") == "a and b"
    assert for_caller("a.b and aXb", "a.b") == f"{REMOVED} and aXb"


def test_it_is_one_line_that_steers_no_terminal() -> None:
    assert for_caller("one\r\n\ttwo \x1b[31mred\x1b[0m\x00 \u202eright", "x") == "one two red right"


@given(st.text(max_size=300), st.text(max_size=20))
def test_any_words_are_struck_without_harm(words: str, account: str) -> None:
    assert "\n" not in for_caller(words, account)


@pytest.mark.parametrize("words", ["https://relay.example/v1", "see api.relay-x.cn for it", "10.0.0.1:8080", "localhost:3000"])
def test_an_address_is_found_in_words(words: str) -> None:
    assert holds_address(words)


@pytest.mark.parametrize("words", ["messages.0.content", "max_tokens", "/v1/chat/completions", "e.g. this"])
def test_a_field_and_a_path_are_no_address(words: str) -> None:
    assert not holds_address(words)
