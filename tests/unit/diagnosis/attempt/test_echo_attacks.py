"""Whatever an upstream sends back of a request, the client's own words close nothing.

Every rule that would close something is said by the client, word for word, in every place and disguise in which providers and relays
quote a request. And what a provider says itself is believed, also where the prompt speaks of it.
"""

from __future__ import annotations

import html
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from solvent.catalogue.rules import Rule
from solvent.diagnosis.attempt.upstream import Memo, judge_attempt
from solvent.diagnosis.engine import packaged
from solvent.diagnosis.paste import reader
from solvent.model.failure import Evidence, Judgement
from solvent.model.verdict import Category, Role
from tests.unit.diagnosis.attempts import RELAY_ID, SEED, TOO_LOW, attempt, request

CLOSING = frozenset(
    {
        Category.CREDIT_EXHAUSTED,
        Category.BUDGET_LIMIT,
        Category.AUTH_INVALID,
        Category.ACCOUNT_SUSPENDED,
        Category.REGION_BLOCKED,
        Category.PERMISSION_DENIED,
        Category.MODEL_NOT_FOUND,
    }
)
# Every rule's words are echoed in every fourth way, and every way echoes the words of every fourth rule.
EACH = 4
PATTERN = "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches '^[a-zA-Z0-9_-]+$'. Got: "


MEMO = Memo()


def judged(evidence: Evidence) -> Judgement:
    return judge_attempt(evidence, packaged(), MEMO)


def openai(message: str) -> str:
    error = {"message": message, "type": "invalid_request_error", "param": "tools[0].function.name", "code": "invalid_value"}
    return json.dumps({"error": error}, ensure_ascii=False)


def escaped(words: str) -> str:
    return "".join(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else char for char in words)


def pydantic(words: str) -> str:
    found = {"type": "string_pattern_mismatch", "loc": ["body", "tools", 0, "name"], "msg": "String should match pattern", "input": words}
    return json.dumps({"detail": [found]})


def anthropic(words: str) -> str:
    message = f"tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$', got {words}"
    return json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": message}})


def relayed(words: str) -> str:
    inner = json.dumps({"error": {"message": f"bad name {words}"}})
    return json.dumps({"error": {"message": f"{inner} (request id: {RELAY_ID})", "type": "new_api_error"}, "type": "error"})


# Where and how an upstream quotes what it was sent: the status, and the body that it makes of the words.
ECHOES: dict[str, tuple[int, Callable[[str], str]]] = {
    "at the end of a sentence": (400, lambda words: openai(PATTERN + words)),
    "in quotes": (400, lambda words: openai(f"{PATTERN}'{words}' instead.")),
    "in the middle": (400, lambda words: openai(f"Tool {words} is not allowed here.")),
    "as an input": (422, pydantic),
    "as Anthropic does": (400, anthropic),
    "in a text": (400, lambda words: f"Bad request: tool name {words} is invalid"),
    "as a field": (400, lambda words: json.dumps({"errors": {words: ["unknown field"]}})),
    "in a repr": (400, lambda words: str({"error": {"message": PATTERN + words}})),
    "cut off": (400, lambda words: openai(PATTERN + words)[: len(PATTERN) + 14 + max(len(words) * 4 // 5, 30)]),
    "in lower case": (400, lambda words: openai(PATTERN + words.lower())),
    "in upper case": (400, lambda words: openai(PATTERN + words.upper())),
    "as code points": (400, lambda words: f'{{"error":{{"message":"bad name: {escaped(words)}","type":"invalid_request_error"}}}}'),
    "in a page": (400, lambda words: f"<html><body>Bad name: {html.escape(words)}</body></html>"),
    "as in an address": (400, lambda words: openai(f"bad name {urllib.parse.quote(words)}")),
    "in a text in a text": (400, lambda words: openai(f"upstream said: {json.dumps({'error': {'message': f'bad name {words}'}})}")),
    "by a relay": (500, relayed),
    "in a failure of its own": (500, lambda words: openai(f"Failed to process {words}")),
    "in an event of a stream": (200, lambda words: f"event: error\ndata: {openai(PATTERN + words)}\n\n"),
}


@cache
def sayings() -> tuple[tuple[str, str], ...]:
    """What the rules that close something look like: each rule's first example, and the sentences and codes in it."""
    return tuple(dict.fromkeys(_sayings()))


def _sayings() -> Iterator[tuple[str, str]]:
    for rule in packaged().catalogue.rules.values():
        if rule.category in CLOSING:
            text = rule.examples[0].text
            errors = reader.read(text).errors
            for words in (text, *(error.message for error in errors), *(error.code for error in errors if not error.code.isdigit())):
                if len(words.strip()) > 3:
                    yield rule.id, words.strip()[:400]


def closes(found: Judgement) -> bool:
    return found.scope is not None and (found.verdict.category in CLOSING or not found.scope.startswith("model:"))


@pytest.mark.parametrize("echo", ECHOES)
def test_an_echo_of_any_rules_words_closes_nothing(echo: str) -> None:
    status, body = ECHOES[echo]
    closed = []
    for number, (rule, words) in enumerate(sayings()):
        if (number + list(ECHOES).index(echo)) % EACH:
            continue
        relay = bool(number % 2)
        sent = request(tool=words, ascii_only=bool(number % 3))
        if closes(judged(attempt(status, body(words), provider="new-api" if relay else "openai", relay=relay, sent=sent))):
            closed.append((rule, words))
    assert closed == []
    assert len(sayings()) > 400


OBJECTS = [(rule.id, example.text) for rule in packaged().catalogue.rules.values() if rule.category in CLOSING for example in rule.examples]


@pytest.mark.parametrize("where", ["input", "request", "details"])
def test_an_echo_of_an_object_closes_nothing(where: str) -> None:
    closed = []
    for rule, text in OBJECTS:
        value = found_in(text)
        if value is None:
            continue
        body: dict[str, Any] = {
            "input": {
                "detail": [
                    {"type": "extra_forbidden", "loc": ["body", "metadata"], "msg": "Extra inputs are not permitted", "input": value}
                ]
            },
            "request": {"error": {"message": "bad request", "type": "invalid_request_error"}, "request": value},
            "details": {"error": {"message": "bad request", "type": "invalid_request_error", "param": value}},
        }[where]
        if closes(judged(attempt(422, body, sent=json.dumps({"model": "m", "messages": [], "metadata": value}).encode()))):
            closed.append(rule)
    assert closed == []


def found_in(text: str) -> Any:
    try:
        return json.loads(text[text.index("{") :])
    except ValueError:
        return None


NUMBERS = [
    form.format(number)
    for number in (401, 402, 403, 404, 429, 451, 503)
    for form in ("{}", "HTTP {}", "status code {}", "Error {}", "HTTP/1.1 {} Payment Required", "code={}", "-> {}")
]
SHORT = ["arrearage", "no credits", "add credits", "请充值", "已欠费", "login fail", "user_banned", "no api key", "geoblock"]


@pytest.mark.parametrize("echo", ECHOES)
def test_a_short_word_or_a_number_that_looks_like_a_status_closes_nothing(echo: str) -> None:
    status, body = ECHOES[echo]
    closed = [words for words in (*NUMBERS, *SHORT) if closes(judged(attempt(status, body(words), sent=request(tool=words))))]
    assert closed == []


def test_a_request_that_is_split_closes_nothing() -> None:
    sent = json.dumps(
        {"messages": [{"role": "user", "content": words} for words in ("Your credit", "balance is", "too low to access")]}
    ).encode()
    body = openai("Failed on: Your credit\nbalance is\ntoo low to access")
    assert closes(judged(attempt(400, body)))
    assert not closes(judged(attempt(400, body, sent=sent)))


def test_a_request_that_is_larger_than_is_compared_closes_nothing() -> None:
    body = openai(f"Failed on: {TOO_LOW}")
    assert not closes(judged(attempt(400, body, sent=request("x" * 300_000))))


def test_an_echo_beside_the_truth_hides_nothing() -> None:
    body = {
        "error": {"message": "You exceeded your current quota, please check your plan and billing details.", "code": "insufficient_quota"}
    }
    evidence = attempt(429, body | {"input": "model not found"}, provider="openai", sent=request(tool="model not found"))
    found = judged(evidence)
    assert (found.verdict.category, found.scope) == (Category.CREDIT_EXHAUSTED, "account")


# What is believed all the same.


OPENAI = packaged().catalogue.parties["openai"]


def genuine() -> Iterator[tuple[Rule, int, dict[str, Any]]]:
    for rule in packaged().catalogue.rules.values():
        if packaged().catalogue.parties.get(rule.provider or "", OPENAI).role is Role.APP:
            continue  # an app is called by nobody
        for example in rule.examples if rule.category in CLOSING else ():
            value = found_in(example.text)
            if isinstance(value, dict):
                status = re.match(r"\D{0,20}([45]\d\d)\b", example.text[: example.text.index("{")])
                yield rule, int(status.group(1)) if status else rule.status or 400, value


def unlisted(value: Any) -> Any:
    """The same error with its sentences in words around them that no example has."""
    if not isinstance(value, dict):
        return value
    names = ("message", "msg", "error_msg", "status_msg", "detail")
    return {
        name: f"So they say: {item} That is all." if name in names and isinstance(item, str) else unlisted(item)
        for name, item in value.items()
    }


CHAT = (
    "Write a function that reads the account and checks whether the credit balance is fine, with the Anthropic API or an OpenAI API key. What "
    "is 402? Handle insufficient permissions, unauthorized users, an organization with a subscription; does the model exist? 余额是多少？"
)


@pytest.mark.parametrize("change", [lambda value: value, unlisted], ids=["as listed", "in other words"])
def test_a_prompt_about_money_hides_no_genuine_error(change: Callable[[Any], Any]) -> None:
    believed = 0
    for rule, status, value in genuine():
        evidence = attempt(status, change(value), provider=rule.provider or "openai", sent=b"")
        alone = judged(evidence)
        beside = judged(attempt(status, change(value), provider=rule.provider or "openai", sent=request(CHAT)))
        assert (beside.verdict.category, beside.scope) == (alone.verdict.category, alone.scope), rule.id
        believed += closes(beside)
    assert believed > 200


def test_a_prompt_that_quotes_a_listed_sentence_hides_no_genuine_error() -> None:
    for rule, status, value in genuine():
        quoting = request(f"I get this: {json.dumps(value, ensure_ascii=False)}. Why? {TOO_LOW}")
        alone, beside = (judged(attempt(status, value, provider=rule.provider or "openai", sent=sent)) for sent in (b"", quoting))
        assert (beside.verdict.category, beside.scope) == (alone.verdict.category, alone.scope), rule.id


def test_the_seed_error_is_believed_though_the_prompt_quotes_it() -> None:
    for sent in (request(TOO_LOW), request(json.dumps(SEED)), request(TOO_LOW + "x" * 300_000)):
        assert judged(attempt(500, SEED, provider="new-api", relay=True, sent=sent)).scope == "vendor:anthropic"


def test_where_a_sentence_is_unlisted_and_the_prompt_quotes_it_another_is_tried_and_nothing_is_closed() -> None:
    # The price of not believing a client: the genuine error of an empty wallet, in words that no rule lists.
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": f"So they say: {TOO_LOW}"}}
    found = judged(attempt(400, body, provider="anthropic", sent=request(f"Why do I read '{TOO_LOW}'?")))
    assert not closes(found)
    assert found.try_next
    assert found.caller_text == ""


def test_a_request_that_is_wrong_in_the_providers_own_words_is_tried_nowhere_else() -> None:
    found = judged(attempt(400, anthropic(TOO_LOW), provider="anthropic", sent=request(tool=TOO_LOW)))
    assert (found.verdict.category, found.try_next) == (Category.INVALID_REQUEST, False)
    assert "String should match pattern" in found.caller_text


def test_a_status_needs_no_words() -> None:
    found = judged(attempt(402, openai(TOO_LOW), sent=request(TOO_LOW)))
    assert (found.verdict.category, found.scope, found.doubtful) == (Category.CREDIT_EXHAUSTED, "account", False)
