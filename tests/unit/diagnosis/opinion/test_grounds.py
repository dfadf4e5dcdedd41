from __future__ import annotations

import pytest

from solvent.catalogue.load import packaged
from solvent.diagnosis.opinion import grounds

PASTE = 'Error code: 418 - {"error":{"message":"tapir-2 broke at https://api.relay-x.cn/v1/chat?a=1, it cost $5.00","param":"max_tokens"}}'


def test_a_paste_names_its_runs_whole_and_in_parts() -> None:
    runs = grounds.of_text(PASTE).runs
    assert {"418", "tapir-2", "max_tokens", "api.relay-x.cn", "/v1/chat", "/v1/chat?a=1", "https://api.relay-x.cn/v1/chat?a=1"} <= runs
    assert "/v2/chat" not in runs


def test_the_catalogue_names_what_it_says_to_readers_and_not_what_its_examples_hold() -> None:
    catalogue = packaged()
    found = grounds.of_catalogue(catalogue)
    assert "platform.openai.com" in found.runs
    assert found.phrase("max_tokens")
    held = [example.text for rule in catalogue.rules.values() for example in rule.examples]
    assert any("aihubmix-api.example" in text or "req_011" in text for text in held)
    assert not found.phrase("req_011")


@pytest.mark.parametrize(
    ("phrase", "stands"),
    [("broke at", True), ("TAPIR-2  broke", True), ("roke at", False), ("tapir", False), ("relay-x.cn", False), ("it cost", True)],
)
def test_a_phrase_stands_only_whole(phrase: str, stands: bool) -> None:  # noqa: FBT001 - a table's column
    assert grounds.of_text(PASTE).phrase(phrase) is stands


@pytest.mark.parametrize("word", ["cost", "costs", "breaking", "Error", "errors"])
def test_a_word_is_known_in_its_near_forms(word: str) -> None:
    assert grounds.of_text(PASTE + " break").word(word)
    assert not grounds.of_text(PASTE).word("invented")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$5", "5 usd"),
        ("$5.00", "5 usd"),
        ("5 美元", "5 usd"),
        ("US 5 dollars", "5 usd"),
        ("￥30", "30 cny"),
        ("30元", "30 cny"),
        ("五美元", "五美元 spelt"),
        ("five dollars", "fivedollars spelt"),
        ("1,000 tokens", "1000 token"),
        ("20%", "20 percent"),
        ("500 次", "500 request"),
    ],
)
def test_an_amount_is_read_in_every_way_to_write_it(text: str, amount: str) -> None:
    assert [found for _, _, found in grounds.amounts(f"costs {text} now")] == [amount]


def test_what_nobody_sees_is_gone_and_strange_letters_stand_out() -> None:
    assert grounds.visible("a\u200bp\u2060i\u00ad.\ufeffcom\u3164 \n x") == "api.com x"
    assert grounds.shape("\u0430pi．com 中文，ok") == "ƒpiƒcom 、、，ok"


@pytest.mark.parametrize(
    ("run", "name"), [("--force.", "--force"), ("/v1/x:", "/v1/x"), ("(a)", "(a)"), (".env", ".env"), ("key:", "key"), ("...", "")]
)
def test_the_punctuation_of_a_sentence_is_no_part_of_a_name(run: str, name: str) -> None:
    start, end = grounds.trimmed(run)
    assert run[start:end] == name


@pytest.mark.parametrize(("word", "coin"), [("a-", "dollars"), ("one ", "dollars"), ("一", "美元")])
def test_the_words_of_an_amount_are_bounded_so_that_a_row_of_them_is_read_once(word: str, coin: str) -> None:
    text = word * 40 + coin
    ((start, end, _),) = grounds.amounts(text)
    assert (len(text) - start, end) == (len(word) * 12 + len(coin), len(text))
