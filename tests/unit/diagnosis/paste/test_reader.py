from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.paste import reader

SEED = (
    '500 {"error":{"type":"<nil>","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing '
    'to upgrade or purchase credits. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
)


def test_the_seed_case_is_taken_apart() -> None:
    reading = reader.read(SEED)
    assert reading.nil_type
    assert reading.own_suffixes == 1
    assert [status.code for status in reading.statuses] == [500]
    assert [found.id for found in reading.request_ids] == ["20260126100910722614337HsQybcmN"]
    assert reading.innermost is not None
    assert reading.innermost.message.startswith("Your credit balance is too low")
    assert reading.language == "en"
    assert not reading.masked


def test_escaped_html_and_wire_forms_read_the_same() -> None:
    wire = SEED.replace("<nil>", "\\u003cnil\\u003e").replace("&", "\\u0026")
    page = SEED.replace('"', "&quot;").replace("<nil>", "&lt;nil&gt;")
    string = SEED.replace('"', '\\"')
    for text in (wire, page, string):
        reading = reader.read(text)
        assert reading.nil_type, text
        assert reading.innermost is not None
        assert reading.innermost.message.startswith("Your credit balance is too low")


def test_the_last_exception_is_kept() -> None:
    text = "Traceback (most recent call last):\n  File 'a.py', line 1\nhttpx.ReadTimeout: timed out\n\nThe above\n\nopenai.APITimeoutError: Request timed out."
    reading = reader.read(text)
    assert reading.traceback
    assert reading.exceptions == ("ReadTimeout", "APITimeoutError")


def test_a_page_gives_its_title() -> None:
    assert reader.read("<html><head><title>502 Bad Gateway</title></head></html>").html_title == "502 Bad Gateway"


def test_a_long_text_is_read_at_both_ends() -> None:
    text = "HTTP 500 first\n" + "x " * 40_000 + '\n{"error":{"code":"insufficient_quota","message":"no credit"}}'
    reading = reader.read(text)
    assert "insufficient_quota" in reading.codes
    assert reading.statuses[0].code == 500


@given(st.text(max_size=500))
def test_no_text_makes_it_fail(raw: str) -> None:
    reader.read(raw)


@given(st.text(alphabet="{}[]\"':,\\n 45012(request id)<nil>error&;#", max_size=400))
def test_no_bait_makes_it_fail(raw: str) -> None:
    reader.read(raw)


def test_json_with_typographic_signs_is_taken_apart() -> None:
    reading = reader.read(
        "返回：“{”status_code”：403，“request_id”：“c1ba3fa4-cf62-9e6e-afd2-6b6c55b1e41d”，“code”：“AccessDenied.Unpurchased”}"
    )
    assert [status.code for status in reading.statuses] == [403]
    assert "accessdenied.unpurchased" in reading.codes
    assert [found.id for found in reading.request_ids] == ["c1ba3fa4-cf62-9e6e-afd2-6b6c55b1e41d"]


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("POST https://api.acme.example/v1/chat/completions 402", ("api.acme.example",)),
        ("GET https://api.acme.example/v1/credits/balance says 17", ("api.acme.example",)),
        ("base_url=https://acme.example/v1", ("acme.example",)),
        ("endpoint https://llm.acme.example/openai", ("llm.acme.example",)),
        # A vendor's own path is no dialect that a relay speaks.
        ("POST https://api.acme.example/v1/listen 402", ()),
        ("POST https://api.acme.example/api/rest/v1/generations 400", ()),
        ("Bought access at https://api.resale.example (topped up myself): 402", ("api.resale.example",)),
        ("See https://api.resale.example/docs/errors for more", ()),
    ],
)
def test_an_address_is_an_apis_where_a_dialect_is_spoken(text: str, hosts: tuple[str, ...]) -> None:
    assert reader.read(text).api_hosts == hosts
