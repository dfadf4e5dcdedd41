from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.attempt.answer import PLAIN_MAX, STRUCK, TEXT_MAX, Answer, read
from solvent.model.failure import BODY_BYTES_MAX


def answer(value: object) -> Answer:
    return read(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    ("value", "messages", "codes"),
    [
        ({"error": {"message": "no", "type": "t", "code": "c", "param": "p"}}, ("no",), ("t", "c")),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, ("Overloaded",), ("error", "overloaded_error")),
        ({"error": {"type": "<nil>", "message": "no"}}, ("no",), ("<nil>",)),
        ({"error": "unauthorized"}, (), ("unauthorized",)),
        ({"error": "not so"}, ("not so",), ()),
        ({"detail": "Not authenticated"}, ("Not authenticated",), ()),
        ({"code": 30001, "message": "Sorry", "data": None}, ("Sorry",), ("30001",)),
        ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, ("insufficient balance",), ("1008",)),
        ({"header": {"code": 11200, "message": "no licence"}}, ("no licence",), ("11200",)),
        ({"Response": {"Error": {"Code": "AuthFailure", "Message": "no"}}}, ("no",), ("AuthFailure",)),
        ([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "no"}}], ("no",), ("429", "RESOURCE_EXHAUSTED")),
        ({"errors": [{"code": "a", "message": "first"}, {"code": "b", "message": "second"}]}, ("first",), ("a",)),
        (
            {"detail": [{"type": "missing", "msg": "Field required", "input": {"code": "b", "message": "theirs"}}]},
            ("Field required",),
            ("missing",),
        ),
        ({"error": {"message": "no"}, "request": {"message": "theirs", "code": "theirs"}}, ("no",), ()),
        (
            {"error": {"message": json.dumps({"error": {"message": "inner", "code": "inner"}})}},
            ('{"error": {"message": "inner", "code": "inner"}}',),
            (),
        ),
        ({"error": {"code": "two words", "type": "x" * 81, "message": 5}}, (), ()),
        ({"error": {"code": True, "status": None, "message": ""}}, ("",), ()),
        ({"a": {"error": {"message": "deep", "code": "c"}}}, (), ()),
        ([], (), ()),
        ({}, (), ()),
    ],
)
def test_a_providers_own_sentences_and_codes_stand_where_it_puts_them(
    value: object, messages: tuple[str, ...], codes: tuple[str, ...]
) -> None:
    found = answer(value)
    assert (found.messages, found.codes) == (messages, codes)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Bad gateway",
        b'"text"',
        b"5",
        b'Bad tool {"error": {"message": "theirs", "code": "theirs"}}',
        b'{"error": {"message": "own"}} and {"more": 1}',
        b'{"error": {"message": "cut o',
        b"[" * 5_000,
        b'{"a":' * 1_000,
        b"\xff\xfe{",
        b'{"code": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_json_or_not_json_alone_has_nothing_of_its_own(body: bytes) -> None:
    found = read(body)
    assert (found.value, found.messages, found.codes) == (None, (), ())
    assert found.bare.text == ""


@pytest.mark.parametrize("head", ["", "  \n", "data: ", "event: error\ndata: ", "event:error\nid: 7\nretry: 100\ndata:"])
@pytest.mark.parametrize("tail", ["", "\n", "\n\n"])
def test_an_event_of_a_stream_is_read_as_its_data(head: str, tail: str) -> None:
    found = read(f'{head}{{"error": {{"message": "no"}}}}{tail}'.encode())
    assert found.messages == ("no",)


def test_a_short_answer_is_read_as_it_came() -> None:
    text = '{"error" : {"message":"as it came, é✓"}}\n'
    assert read(text.encode()).text == text


def test_a_long_json_keeps_its_shape_and_both_ends_of_its_texts() -> None:
    value = {"error": {"message": "first" + "x" * 3_000 + "last", "code": "c", "details": [{"n": number} for number in range(99)]}}
    found = answer(value)
    assert len(found.text) <= TEXT_MAX
    inner = json.loads(found.text)["error"]
    assert inner["message"].startswith("first")
    assert inner["message"].endswith("last")
    assert inner["code"] == "c"
    assert len(inner["details"]) < 10
    assert found.messages == (value["error"]["message"],)


def test_another_long_text_keeps_both_ends() -> None:
    text = read(b"first " + b"x" * 6_000 + b" last").text
    assert text.startswith("first")
    assert text.endswith("last")
    assert len(text) <= PLAIN_MAX + 5


def test_only_so_much_is_looked_at() -> None:
    assert read(b" " * BODY_BYTES_MAX + b'{"error": {"message": "too far"}}').messages == ()


def test_striking_leaves_codes_and_structure_alone() -> None:
    found = answer(
        {
            "error": {"message": "about foo", "type": "foo", "code": 7, "param": "foo"},
            "errors": {"foo": ["foo is unknown"]},
            "input": {"type": "foo", "code": 7, "ok": True, "none": None, "part": 7.5},
        }
    )
    struck = found.without(lambda text: text.replace("foo", STRUCK).replace("7.5", STRUCK) if text != "7" else STRUCK)
    assert struck.value == {
        "error": {"message": "about …", "type": "foo", "code": 7, "param": "…"},
        "errors": {"…": ["… is unknown"]},
        "input": {"type": "…", "code": "…", "ok": True, "none": None, "part": "…"},
    }
    assert json.loads(struck.text) == struck.value
    assert (struck.messages, struck.codes) == (found.messages, found.codes)


def test_where_nothing_is_struck_it_is_the_same_answer() -> None:
    for found in (answer({"error": {"message": "own"}}), read(b"plain text")):
        assert found.without(lambda text: text) is found


def test_a_text_is_struck_as_a_whole() -> None:
    assert read(b"a foo here").without(lambda text: text.replace("foo", STRUCK)).text == "a … here"


def test_the_bare_answer_holds_no_words_but_the_providers_codes() -> None:
    found = read(
        b'event: error\ndata: {"type":"error","error":{"type":"t","code":402,"message":"words"},"x":{"code":402,"message":"words"}}'
    )
    assert found.bare.value == {"type": "error", "error": {"type": "t", "code": 402, "message": "…"}, "…": {"code": "…", "message": "…"}}
    assert "words" not in found.bare.text


def test_what_is_nested_too_deep_is_struck() -> None:
    value: object = "words"
    for _ in range(30):
        value = {"error": value}
    assert "words" not in answer(value).without(lambda text: text + "!").text


def test_halves_of_pairs_are_no_text() -> None:
    found = read(b'{"error": {"message": "half \\ud800 of a pair"}, "x": "' + b"y" * 2_000 + b'"}')
    assert found.messages == ("half ? of a pair",)
    found.text.encode()


@given(st.binary(max_size=600))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    found = read(body)
    assert len(found.text) <= max(TEXT_MAX, PLAIN_MAX + 5)
    found.bare.text.encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["error", "code", "message", "input", "é"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_json_is_too_strange(value: object) -> None:
    found = read(json.dumps(value).encode())
    found.without(lambda text: text[:2]).text.encode()
    assert all(code for code in found.codes)
