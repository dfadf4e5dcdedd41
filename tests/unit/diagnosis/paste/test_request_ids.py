from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.paste import request_ids
from solvent.model.verdict import RequestId


@pytest.mark.parametrize(
    ("value", "issuer", "times"),
    [
        # Four days after new-api changed to UTC: the server may or may not have been updated.
        ("20260126100910722614337HsQybcmN", "new-api", ("2026-01-26T10:09:10Z", "2026-01-26T02:09:10Z")),
        # Before that change a server wrote its own time, in Beijing by the shipped compose file.
        ("20250405101112345678901AbCdEfGh", "new-api", ("2025-04-05T02:11:12Z", "2025-04-05T10:11:12Z")),
        # The module hash came after the change, so the time is UTC.
        ("202605112024597472269388268d9d6jwygcKzZ", "new-api", ("2026-05-11T20:24:59Z",)),
        ("20260511202459747226938deadbeefjwygcKzZ", "new-api-fork", ("2026-05-11T20:24:59Z",)),
        ("2024040323172594066980027391365", "one-api", ("2024-04-03T23:17:25Z", "2024-04-03T15:17:25Z")),
        ("req_011CdztCT6HQtgEDuhfJGrjv", "anthropic", ()),
        ("req_b819769e1b53967deb1112984c48569f", "openai", ()),
        ("slv-1a0fbe5b3cb9d41b7ea00001", "solvent", ("2026-10-02T09:15:30Z",)),
        ("7e2c9a54-9d1f-9c3a-8b0e-2f7b6f1c4d10", "alibaba", ()),
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "unknown", ()),
        ("hkg1::10e53-1789537254726-24aa648a2010", "vercel", ("2026-09-16T05:40:54Z",)),
        # A time before there were models to call is none.
        ("slv-00000000001ffffffff00001", "solvent", ()),
        ("slv-1a0fbe5b3cb9d41b7ea0000", "unknown", ()),
        ("8bd5b608-887c-49f7-a6b3-d3bd5830c3de", "unknown", ()),
    ],
)
def test_an_ids_shape_tells_issuer_and_time(value: str, issuer: str, times: tuple[str, ...]) -> None:
    found = request_ids.decode(value)
    assert (found.id, found.issuer, found.times) == (value, issuer, times)


@pytest.mark.parametrize(
    ("value", "issuer"),
    [
        ("202603142338501da90b7ebe1d473d", "zhipu"),
        ("20250917031941000049CCD20589BB8F4A", "volcengine"),
        ("20260917031941XjZDCw2gevGWoqz0KBNb", "volcengine"),
    ],
)
def test_an_id_of_a_vendor_that_begins_with_the_time_makes_no_relay(value: str, issuer: str) -> None:
    for text in (f'{{"request_id":"{value}"}}', f"API Error: 400 [1211][{value}]"):
        ids, layers = request_ids.find(text, {})
        assert [(found.id, found.issuer, len(found.times)) for found in ids] == [(value, issuer, 2)]
        assert layers == 0
        assert request_ids.stamped(ids) == []


def test_ark_ids_hold_milliseconds() -> None:
    found = request_ids.decode("021760000000000" + "ab" * 18)
    assert found.issuer == "volcengine"
    assert found.times == ("2025-10-09T08:53:20Z",)


def test_suffixes_are_counted_and_the_innermost_comes_first() -> None:
    text = "too low (request id: 20260407233201110709672409015201) (request id: 20260407153201507098588268d9d6JaRBN5o8)"
    ids, suffixes = request_ids.find(text, {})
    assert suffixes == 2
    assert [found.issuer for found in ids] == ["one-api", "new-api"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x-request-id: req_c8764a715ec107d2a7dde236ce2fa077 date", "req_c8764a715ec107d2a7dde236ce2fa077"),
        ("Request id: 0217185195167500abcdef", "0217185195167500abcdef"),
        ("failed with Sid: cht000b34b3@dx19d3d3dd37db828700 code: 10012", "cht000b34b3@dx19d3d3dd37db828700"),
        (
            "(Request ID: Root=1-6839d213-74bcf8ae107be91d78d0f8a5;09befd2c-0fc0-4455-a6ff-f21c256a2f79)",
            "Root=1-6839d213-74bcf8ae107be91d78d0f8a5;09befd2c-0fc0-4455-a6ff-f21c256a2f79",
        ),
        ("(request id:2026012317272)", "2026012317272"),
        ("请求id：a1b2c3d4e5", "a1b2c3d4e5"),
        ("(acme-chat, HTTP 403, request 3f2504e0-4f89-41d3-9a0c-0305e82c3301)", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    ],
)
def test_labelled_ids_are_found(text: str, value: str) -> None:
    ids, _ = request_ids.find(text, {})
    assert value in [found.id for found in ids]


@pytest.mark.parametrize("text", ["the request id is missing", "request id: null", "no ids here", "20269999999999 tokens"])
def test_words_are_not_ids(text: str) -> None:
    assert request_ids.find(text, {})[0] == ()


@given(st.text(max_size=300))
def test_any_text_gives_a_bounded_list(text: str) -> None:
    ids, _ = request_ids.find(text, {"request_id": text[:40]})
    assert len(ids) <= request_ids.IDS_MAX


@pytest.mark.parametrize(
    "text",
    [
        "no route (solvent request id: slv-1a0fbe5b3cb9d41b7ea00001)",
        "x-solvent-request-id: slv-1a0fbe5b3cb9d41b7ea00001",
        '"id":"chatcmpl-slv-1a0fbe5b3cb9d41b7ea00001"',
        "m (solvent request id: slv-1a0fbe5b3cb9d41b7ea00001) … (solvent request id: slv-1a0fbe5b3cb9d41b7ea00001)",
    ],
)
def test_our_own_id_is_found_once_wherever_it_stands(text: str) -> None:
    ids, suffixes = request_ids.find(text, {})
    assert [(found.id, found.issuer) for found in ids] == [("slv-1a0fbe5b3cb9d41b7ea00001", "solvent")]
    assert suffixes == ("(solvent" in text)


def test_a_key_of_ours_is_no_id() -> None:
    assert request_ids.find("the key sk-slv-abcdefabcdefabcdefabcdefabcdef22 is refused", {})[0] == ()


@pytest.mark.parametrize("software", ["solvent", "new-api", "one-api"])
def test_a_suffix_is_read_as_it_is_written(software: str) -> None:
    identity = {"solvent": "slv-1a0fbe5b3cb9d41b7ea00001", "one-api": "2024040323172594066980027391365"}.get(
        software, "202605112024597472269388268d9d6jwygcKzZ"
    )
    ids, suffixes = request_ids.find(f"m {request_ids.suffix(software, identity)}", {})
    assert ([found.issuer for found in ids], suffixes) == ([software], 1)


def test_only_ids_of_layers_that_sign_are_stamps() -> None:
    ids = [
        RequestId("a", "anthropic"),
        RequestId("b", "one-api"),
        RequestId("c", "unknown"),
        RequestId("d", "new-api-fork"),
        RequestId("e", "new-api"),
        RequestId("f", "solvent"),
    ]
    assert [found.id for found in request_ids.stamped(ids)] == ["b", "d", "e", "f"]


INNER, OUTER = "202607291039128212257888268d9d6wPH3thK5"[:39], "202607291039138212257888268d9d6wPH3thK6"[:39]


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        (f"m (request id: {INNER}) (request id: {OUTER})", 2),
        (f"m (request id: {INNER})；(request id: {OUTER})", 2),
        (f"m (request id: {INNER}) (request id: {INNER})", 1),
        # AWS and what is built on it sign with a UUID, which no relay does.
        ("m (Request ID: 1f0c7a52-5c1e-4f7e-9d06-2b8a4c9e7d13)", 0),
        # Two lines of a log tell of two calls through one relay.
        (f"m (request id: {INNER})\n2026/07/29 10:39:13 relay error (channel #3): m (request id: {OUTER})", 1),
    ],
)
def test_suffixes_count_as_layers_where_they_stand_together(text: str, layers: int) -> None:
    assert request_ids.find(text, {})[1] == layers


def test_aihubmix_signs_with_a_tid_of_its_own() -> None:
    found, layers = request_ids.find("no key provided (tid: a1b2c3d4e5f6)", {})
    assert ([item.id for item in found], layers) == (["a1b2c3d4e5f6"], 1)
