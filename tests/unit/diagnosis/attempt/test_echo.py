from __future__ import annotations

import html
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.attempt.answer import STRUCK
from solvent.diagnosis.attempt.echo import REQUEST_BYTES_MAX, Sent, bare_of, striker
from tests.unit.diagnosis.attempts import request

WORDS = "Your credit balance is too low"


def sent(content: str, *, ascii_only: bool = False) -> Sent:
    return Sent(request(content, ascii_only=ascii_only))


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        WORDS.upper(),
        WORDS.replace(" ", "\u00a0"),
        WORDS.replace(" ", "\u3000\u2003"),
        WORDS.replace(" ", "_-_"),
        WORDS.replace(" ", "\\n"),
        "\u200b".join(WORDS),
        WORDS.replace("balance", "bal\u00adance\ufeff"),
        WORDS.replace("credit", "cre\x1b[31mdit"),
        WORDS.replace("credit", "cre\\u001b[31mdit"),
        "".join(f"\\u{ord(char):04x}" for char in WORDS),
        "".join(f"\\\\u{ord(char):04X}" for char in WORDS),
        "".join(f"&#{ord(char)};" for char in WORDS),
        "".join(f"&#x{ord(char):x};" for char in WORDS),
        urllib.parse.quote(WORDS),
        json.dumps(json.dumps(WORDS)),
        html.escape(f"<b>{WORDS}</b>").replace("b&gt;", "&gt;").replace("&lt;b", "&lt;"),
    ],
)
def test_no_disguise_is_left(text: str) -> None:
    assert bare_of(text).strip(b"b") == bare_of(WORDS) == b"yourcreditbalanceistoolow"
    assert sent(f"before {text} after").holds(WORDS)
    assert sent(f"before {WORDS} after").holds(text)
    assert STRUCK in striker((bare_of(WORDS),))(f"bad name: {text}!")


@pytest.mark.parametrize(("one", "other"), [("余额不足", "余额\uf967足"), ("caf\u00e9 brea\u212aer", "cafe\u0301 breaker")])
def test_one_sign_written_in_two_ways_is_one(one: str, other: str) -> None:
    assert bare_of(one).lower() == bare_of(other).lower()


@pytest.mark.parametrize("ascii_only", [True, False])
def test_signs_of_any_script_are_found(ascii_only: bool) -> None:  # noqa: FBT001 - a table's column
    assert sent("请问：账户余额不足，请充值 怎么办？", ascii_only=ascii_only).holds("账户余额不足，请充值")
    assert not sent("请问", ascii_only=ascii_only).holds("余额不足")


@pytest.mark.parametrize(
    "asked",
    [
        {"messages": [{"role": "user", "content": "Your credit"}, {"role": "user", "content": "balance is too low"}]},
        {"system": [{"type": "text", "text": "Your cre"}, {"type": "text", "text": "dit balance"}], "stop": ["is", " too low"]},
        {"tools": [{"Your credit balance": {"is": "too low"}}]},
        {"metadata": {"Your credit balance is too low": 1}},
        {"metadata": [["Your", ["credit"]], "balance", {"x": "is too"}, "low"]},
    ],
)
def test_however_the_request_is_split_it_holds_what_it_says(asked: object) -> None:
    assert Sent(json.dumps(asked).encode()).holds(WORDS)


def test_a_request_that_does_not_say_it_does_not_hold_it() -> None:
    assert not sent("low is your balance, credit too").holds(WORDS)
    assert not Sent(b"").holds(WORDS)


@pytest.mark.parametrize("words", ["", "a", "no", "?!", "--- ---"])
def test_fewer_than_three_letters_are_held_by_nobody(words: str) -> None:
    assert not sent(f"no no {words} a").holds(words)
    assert sent("no no").shares(words, f"text {words}") == ()


def test_what_is_no_json_is_compared_as_it_is() -> None:
    assert Sent(b"{not json: Your credit balance is too low").holds(WORDS)
    assert Sent(b"[" * 100_000 + WORDS.encode()).holds(WORDS)
    assert Sent(b"\xff\xfe" + WORDS.encode() + b"\xff").holds(WORDS)


@pytest.mark.parametrize("sign", ["&", "%", "\\u", "\x1b"])
def test_a_request_that_costs_too_much_to_compare_holds_everything(sign: str) -> None:
    costly = sent(sign * 5_000)
    assert costly.holds("anything at all")
    assert costly.beyond
    assert costly.shares("anything at all", "") == (b"anythingatall",)


def test_a_request_that_is_too_large_holds_everything() -> None:
    large = Sent(b" " * (REQUEST_BYTES_MAX + 1))
    assert large.beyond
    assert large.holds("anything at all")
    assert not Sent(b" " * REQUEST_BYTES_MAX).beyond


def test_the_work_for_one_judgement_is_bounded() -> None:
    costly = sent("x" * 200_000)
    asked = 0
    while not costly.beyond:
        costly.holds(f"words number {asked}")
        asked += 1
    assert asked < 60


# What words in a text share with the request.


def test_words_that_the_request_holds_are_shared_whole() -> None:
    assert sent(f"I read: {WORDS}. Why?").shares(WORDS, f"Name `{WORDS}` is bad") == (bare_of(WORDS),)


def test_what_stands_around_whole_words_in_both_is_shared_with_them() -> None:
    shared = sent(f"call {WORDS} for bad credentials").shares(WORDS, f"Name `{WORDS} for bad credentials` is invalid")
    assert shared == (bare_of(WORDS), bare_of(f"{WORDS} for bad credentials"))


def test_words_of_the_providers_own_are_not_shared() -> None:
    assert sent("check my balance and my credit").shares(WORDS, f"error: {WORDS}") == ()


@pytest.mark.parametrize(
    ("content", "text", "words"),
    [
        # The client's words and the provider's together say what neither does.
        (
            "This service is not available in your region",
            "Tool This service is not available in your region is not allowed",
            "region is not allowed",
        ),
        ("the name of my region_blocked", "Tool region_blocked is not allowed here", "region_blocked is not allowed"),
        ("api key is disabled", "the name api key is disabled is invalid", "api key is disabled is invalid"),
        ("账户余额", "名称 账户余额 不足 3 个字", "账户余额 不足"),
        ("my account has no credit balance", "Name my account has no credit balance exceeded", "credit balance exceeded"),
        # Cut or wrapped at an end.
        (WORDS, f"{WORDS[:-2]} ...", WORDS[:-2] + " ..."),
        ("Arrearage", "%27Arrearage%27", "27Arrearage"),
    ],
)
def test_words_that_are_half_the_clients_are_shared(content: str, text: str, words: str) -> None:
    assert words in text
    pieces = sent(content).shares(words, text)
    assert pieces
    struck = striker(pieces)(text)
    assert words not in struck
    assert STRUCK in struck


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("handle insufficient permissions", "insufficient account balance"),
        ("an organization with a subscription", "your organization has been disabled"),
        ("ask claude-sonnet-4-5-20250929", "model claude-sonnet-4-5-20250929 does not exist for this account of yours"),
        ("is the balance too low?", WORDS),
        ("余额是多少", "账户余额不足，请充值后再试"),
    ],
)
def test_one_word_or_a_name_in_the_middle_is_shared_by_chance(content: str, words: str) -> None:
    assert sent(content).shares(words, f"error: {words}.") == ()


def test_words_that_do_not_stand_in_the_text_are_compared_alone() -> None:
    assert sent(WORDS).shares(WORDS, "") == (bare_of(WORDS),)
    assert sent("something else").shares(WORDS, "") == ()


# Striking.


def test_every_place_is_struck_and_the_rest_stays() -> None:
    strike = striker((b"creditbalance", b"nomoney"))
    assert strike("A Credit-Balance, a CREDIT balance and no\u00a0money; fine.") == "A …, a … and …; fine."
    assert strike("nothing of it") == "nothing of it"
    assert strike("") == ""


def test_pieces_that_overlap_are_struck_together() -> None:
    assert striker((b"creditbalance", b"balanceistoo"))("my credit balance is too low") == "my … low"


def test_with_nothing_to_strike_every_text_stays() -> None:
    assert striker(())("anything") == "anything"


@given(st.text(min_size=1, max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_what_was_sent_is_held_and_struck_whatever_stands_around_it(words: str, before: str, after: str) -> None:
    bare = bare_of(words)
    if len(bare) >= 3:
        assert Sent(json.dumps({"content": words}).encode()).holds(words)
        struck = striker((bare,))(f"{before} | {words} | {after}")
        assert STRUCK in struck or bare not in bare_of(f"{before} | {words} | {after}")


def test_letters_that_only_come_together_without_blanks_leave_nothing() -> None:
    assert striker((bare_of("0\u1f71"),))("x | 0\u1f71 | y") == STRUCK
    assert striker((bare_of("ab\u03ac"),))("x ab\u03b1 \u0301 y") == STRUCK


@given(st.text(max_size=200))
def test_bare_words_are_letters_and_digits_and_bare_already(text: str) -> None:
    bare = bare_of(text)
    assert bare == bare.lower()
    assert all(byte >= 128 or chr(byte).isalnum() for byte in bare)
