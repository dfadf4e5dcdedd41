from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from solvent.base.disguise import added, strike
from solvent.base.secret import Redacted
from tests.disguises import AROUND, CUT, LONG, SECRETS, matrix, tells

MATRIX = matrix()


def printable(text: str) -> str:
    """What the desk does before: characters that nobody sees are gone."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


@pytest.mark.parametrize(
    ("paste", "core"),
    [(paste, core) for name, paste, core in MATRIX if "colour" not in name],
    ids=[name for name, _, _ in MATRIX if "colour" not in name],
)
def test_no_secret_survives_in_any_surrounding(paste: str, core: str) -> None:
    clean = strike(printable(paste))
    assert not tells(clean.text, core)
    assert sum(count for _, count in clean.struck) >= 1


def test_an_answer_that_tells_a_secret_would_be_seen() -> None:
    for name, paste, core in MATRIX:
        assert tells(paste, core), name


@given(
    st.sampled_from(LONG),
    st.integers(8, 60),
    st.sampled_from(["\n", "\n  ", "\\\n", "\n│ ", '" + "', '"\n"']),
    st.text("abc xyz。\n", max_size=40),
)
def test_a_key_is_struck_wherever_it_is_cut(name: str, length: int, joint: str, after: str) -> None:
    text, core = SECRETS[name]
    assume(length < len(text) and len(text) % length not in range(1, 6))
    cut = joint.join(text[place : place + length] for place in range(0, len(text), length))
    clean = strike(f'got "{cut}"\n{after}')
    assert not tells(clean.text, core)
    for place in range(0, len(text) - length, length):
        piece = text[place : place + length]
        assert len(piece) < 12 or piece not in clean.text


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-ab***********yz12.\nYou can find your API key at https://platform.openai.com/account/api-keys.",
        "500 upstream failed\n(request id: 20260126100910722614337HsQybcmN)\nx-request-id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "model: claude-sonnet-4-5-20250929\nmodel: gpt-4o-2024-08-06\nanthropic/1.2.3",
        "https://r.example/v1/chat?x=%E4%BD%99%E9%A2%9D%20100%25&y=%2Fhome",
        "余额不足，剩余额度：13812345678。请充值：５０％",
        "  File \"/home/user/a.py\", line 3\n    raise\nKeyError: 'x'",
        '{\n  "code": 401,\n  "used": 13812345678,\n  "created": 1764381234\n}',
        "a&#20320;&amp;b \\u4f60\\u597d \\x41",
        "limit +1 200 000, 2026-11-29T10:00:00+08:00",
    ],
)
def test_what_hides_nothing_stays_as_it_was_written(text: str) -> None:
    assert strike(text) == Redacted(text, ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        # The next line's words and ids are its own.
        ("key sk-proj-Ab1cD2eF3gH4iJ5kL6mN7\nYou can find it", "key [key removed]\nYou can find it"),
        (
            "key sk-proj-Ab1cD2eF3gH4iJ5kL6mN7\n20260126100910722614337HsQybcmN",
            "key [key removed]\n20260126100910722614337HsQybcmN",
        ),
        ("it failed with insufficient_quota\nbob@mail.example.com wrote", "it failed with insufficient_quota\n[e-mail removed] wrote"),
        # A cut secret is struck with its joints, and what stands around it stays.
        ("a sk-proj-Ab1cD2e\n  F3gH4iJ5kL6mN7oP8 b", "a [key removed] b"),
        ("tel. 中文 s%6b-Ab1cD2eF3gH4iJ5kL6mN7 x", "tel. 中文 [key removed] x"),
    ],
)
def test_only_the_secret_goes(text: str, left: str) -> None:
    assert strike(text).text == left


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("account number: 123456789", "account-number"),
        ("Acct no. 1234-5678-9012", "account-number"),
        ("账号 123456789 已停用", "account-number"),
        ("银行卡号：6222 0212 3456 7890 123", "account-number"),
        ("身份证号11010519491231002X", "account-number"),
        ('"phone":"13812345678"', "phone"),
        ("tel:13812345678", "phone"),
        ("Phone number is 415-555-2671", "phone"),
        ("手机号13812345678", "phone"),
        ("curl -u alice:pa55w0rd https://r.example", "credential"),
    ],
)
def test_what_a_label_tells_is_struck(text: str, kind: str) -> None:
    clean = strike(text)
    assert dict(clean.struck) == {kind: 1}
    assert not any(run in clean.text for run in ("123456", "5678", "2671", "pa55", "1949"))


@given(st.text(max_size=300))
def test_a_clean_text_is_clean(text: str) -> None:
    once = strike(text)
    assert json.dumps(strike(once.text).struck) == "[]" or strike(strike(once.text).text).struck == ()


def test_counts_add_up() -> None:
    assert added((("key", 1),), (("e-mail", 2), ("key", 3))) == (("key", 4), ("e-mail", 2))


def test_the_tables_name_what_they_hold() -> None:
    assert len(MATRIX) == len(SECRETS) * len(AROUND) + len(LONG) * len(CUT)
