from __future__ import annotations

import msgspec
import pytest

from solvent.dialects import body
from solvent.model.request import BadRequestError


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b'{"a":1}',
        b' {"a" : [1, {"a": 2, "b": 2}], "b" :"x y"}\n',
        '{"ключ":"значение","é": "\\u00e9"}'.encode(),
        b'{"\\u0061":1,"b":2}',
        b'{"a":"\\"a\\":1,\\"a\\":2"}',
    ],
)
def test_fields_keep_their_bytes(text: bytes) -> None:
    fields = body.read_fields(text)
    assert msgspec.json.decode(msgspec.json.encode(fields)) == msgspec.json.decode(text)
    assert all(bytes(raw) in text for raw in fields.values())


def test_a_body_without_spaces_is_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_refuse_repeated", None)
    assert set(body.read_fields(b'{"model":"a","messages":[{"role": "user"}],"n":1}')) == {"model", "messages", "n"}


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize("part", [b"{},", b"[],", b"[0],"])
def test_a_body_of_too_many_parts_is_not_read(part: bytes) -> None:
    fewer = b'{"a":[' + part * 800_000 + b"0]}"
    assert set(body.read_fields(fewer)) == {"a"}
    with pytest.raises(BadRequestError, match="1,000,000 braces and brackets"):
        body.read_fields(fewer.replace(b"0]}", part * 300_000 + b"0]}"))


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        (b"", "", "empty"),
        (b" \n", "", "empty"),
        (b"[]", "", "JSON object"),
        (b'"model"', "", "JSON object"),
        (b"null", "", "JSON object"),
        (b'{"a":1', "", "no valid JSON"),
        (b'{"a":1} x', "", "no valid JSON"),
        (b'{"a":[1,]}', "", "no valid JSON"),
        (b"\xef\xbb\xbf{}", "", "no valid JSON"),
        (b'{"a":"\xff"}', "", "UTF-8"),
        (b'{"\xff":1}', "", "UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "", "UTF-8"),
        (b'{"a":' + DEEP + b"}", "", "nested"),
        (DEEP, "", "JSON object"),
        (b'{"a":1,"a":1}', "a", "more than once"),
        (b'{"a":1,"b":2,"a":3}', "a", "more than once"),
        (b'{"a":1, "\\u0061":2}', "a", "more than once"),
        (b'{ "a" : 1 , "a" : 1 }', "a", "more than once"),
        (b'{"a`\\n":1,"a`\\n":1}', "a??", "more than once"),
    ],
)
def test_a_body_that_is_none(text: bytes, field: str, says: str) -> None:
    with pytest.raises(BadRequestError, match=says) as caught:
        body.read_fields(text)
    assert caught.value.field == field


@pytest.mark.parametrize("value", [b"3", b"null", b'""', b'["a"]', b'"\\ud800"', b'"a\\nb"', b'"' + b"a" * 257 + b'"'])
def test_a_text_that_is_none(value: bytes) -> None:
    with pytest.raises(BadRequestError, match="`model` must be a text") as caught:
        body.required_text({"model": msgspec.Raw(value)}, "model")
    assert caught.value.field == "model"


def test_a_text_that_is_missing() -> None:
    with pytest.raises(BadRequestError, match="`model` is missing"):
        body.required_text({}, "model")


@pytest.mark.parametrize(("value", "on"), [(b"true", True), (b"false", False), (b"null", False), (None, False)])
def test_flags(value: bytes | None, on: bool) -> None:  # noqa: FBT001
    assert body.flag({} if value is None else {"stream": msgspec.Raw(value)}, "stream") is on


@pytest.mark.parametrize("value", [b"1", b'"true"', b"[]"])
def test_a_flag_that_is_none(value: bytes) -> None:
    with pytest.raises(BadRequestError, match="`stream` must be true or false"):
        body.flag({"stream": msgspec.Raw(value)}, "stream")


@pytest.mark.parametrize(("value", "number"), [(b"7", 7), (b"1", 1), (b"null", None), (None, None), (b"2147483647", 2**31 - 1)])
def test_counts(value: bytes | None, number: int | None) -> None:
    assert body.count({} if value is None else {"n": msgspec.Raw(value)}, "n", 1) == number


@pytest.mark.parametrize("value", [b"0", b"-1", b"1.0", b'"1"', b"true", b"[]", b"2147483648", b"9" * 5000])
def test_a_count_that_is_none(value: bytes) -> None:
    with pytest.raises(BadRequestError, match="`n` must be a whole number from 1 to"):
        body.count({"n": msgspec.Raw(value)}, "n", 1)


def test_what_is_replaced_keeps_its_place_and_leaves_the_rest_alone() -> None:
    fields = body.read_fields(b'{"model": "a", "x": [ 1 , 2.50 ], "y":1e2}')
    assert body.replaced(fields, {"model": "b", "z": 1}) == b'{"model":"b","x":[ 1 , 2.50 ],"y":1e2,"z":1}'


def test_half_a_surrogate_pair_can_be_written() -> None:
    assert body.encoded(body.sound("a\ud800é")) == '"a?é"'.encode()
    assert body.is_null(msgspec.Raw(b"null"))
    assert not body.is_null(msgspec.Raw(b"nil"))


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (b'{"choices":[{"message":{"role":"assistant","content":"Hello the', "Hello the"),
        (
            b'{"choices":[{"message":{"content":null,"reasoning_content":"so","tool_calls":[{"function":{"name":"f","arguments":"{\\"a\\":1}"}}]',
            'so{"a":1}',
        ),
        (b'{"content": [{"type": "text", "text" : "\\u00e9\\n"}, {"type": "thinking", "thinking": "hm", "signature": "xxx"', "\u00e9\nhm"),
        (b'{"choices":[{"message":{"content":"a"},"logprobs":{"content":[{"token":"a","bytes":[97],"top_logprobs":[{"token":"b"', "a"),
        (b'{"content":"half an escape \\u00', "half an escape \\u00"),
        (b'{"content":"half an escape \\', "half an escape "),
        (b'{"content', ""),
        (b"", ""),
    ],
)
def test_what_was_said_of_an_answer_that_broke_off(part: bytes, text: str) -> None:
    assert body.spoken(part).decode() == text
