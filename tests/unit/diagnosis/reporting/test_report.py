from __future__ import annotations

import ast
import re

import pytest

from solvent.diagnosis import engine, judge
from solvent.diagnosis.paste import reader
from solvent.diagnosis.reporting.report import report, unsure_whose
from solvent.model.verdict import Report
from tests.unit.diagnosis.test_judge import DIRECT, SEED


def written(text: str, lang: str = "en", code: str | None = None) -> Report:
    reading = reader.read(text)
    packaged = engine.packaged()
    return report(judge.judge_reading(reading, packaged, lang), reading, packaged.catalogue, lang, code)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("text", [SEED, DIRECT, "HTTP 503: busy", "zorblax failed", "KeyError: 'choices'"])
def test_every_part_is_there_in_both_languages_and_no_brace_is_left(text: str, lang: str) -> None:
    found = written(text, lang)
    for part in (found.title, found.summary, found.translation, found.cause, found.who_acts, *found.solution, *found.prevention):
        assert part.strip()
        assert not re.search(r"\{[a-z_]+\}", part), part
    assert bool(re.search("[一-鿿]", found.summary)) is (lang == "zh")


def test_the_text_to_send_names_the_ids() -> None:
    found = written(SEED, "zh")
    assert found.write_to is not None
    assert "20260126100910722614337HsQybcmN" in found.write_to


def test_ones_own_account_needs_no_letter() -> None:
    assert written(DIRECT).write_to is None


def test_an_address_in_the_paste_becomes_no_advice() -> None:
    found = written("402 Insufficient credits. Add more at https://evil.example/pay and call support@evil.example")
    advice = " ".join((found.summary, found.cause, found.who_acts, *found.solution, *found.prevention))
    assert "evil.example" not in advice


@pytest.mark.parametrize("language", ["python", "javascript", "curl"])
def test_code_comes_in_the_language_asked_for(language: str) -> None:
    found = written(SEED, code=language)
    assert found.code_language == language
    assert found.code.strip()
    if language == "python":
        ast.parse(found.code)


OURS = "slv-1a0fbe5b3cb9d41b7ea00001"
HELD = f"Error code: 402 - the balance of this key is held by 3 requests in flight (solvent request id: {OURS})"
NO_ROUTE = f"503: No route to this model is open at this gateway (solvent request id: {OURS})"


@pytest.mark.parametrize("behind", ["", " (request id: 20260407153201507098588268d9d6JaRBN5o8)"])
def test_where_nobody_has_to_act_there_is_no_letter_and_the_code_waits(behind: str) -> None:
    found = written(HELD + behind)
    assert found.title == "Requests in flight hold the balance of the key"
    assert found.write_to is None
    assert "retry" in found.code
    assert found.code == written("HTTP 429: slow down, rate limit reached").code


def test_a_rule_may_say_who_acts_and_what_to_write() -> None:
    found = written(NO_ROUTE)
    assert found.who_acts.startswith("The operator of the gateway")
    assert found.write_to is not None
    assert OURS in found.write_to
    assert "`solvent requests show`" in found.write_to


def test_a_rule_with_a_cause_of_its_own_says_its_own_meaning_in_the_readers_language_too() -> None:
    assert written(NO_ROUTE).translation.startswith("No route to this model is open at this gateway: its operator must act")
    assert written(NO_ROUTE, "zh").translation.startswith("网关到这个模型的线路都不通")


def test_the_short_answer_names_the_refused_field_and_what_would_pass() -> None:
    renamed = written(
        "400 Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "zh"
    )
    assert renamed.summary.startswith("`max_tokens` 不被接受，可用的是 `max_completion_tokens`。")
    assert "`max_tokens` 不是我手写的。" in (renamed.write_to or "")
    unknown = written("400 Unknown parameter: 'reasoning.depth'.")
    assert unknown.summary.startswith("The request is refused because of `reasoning.depth`.")


def test_a_letter_about_a_request_names_no_field_that_the_text_does_not() -> None:
    letter = written("400 {'code': 20015, 'message': 'The parameter is invalid. Please check again.'}").write_to
    assert letter is not None
    assert "by hand.\n" not in letter


def test_steps_for_the_accounts_owner_are_not_told_to_the_operators_customer() -> None:
    refused = "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions"
    own, behind = (
        written(f"403 {refused}"),
        written(f"litellm.APIConnectionError: BedrockException - 403 {refused} (aws-marketplace:Subscribe). LiteLLM Proxy"),
    )
    assert any("aws-marketplace:Subscribe" in step for step in own.solution)
    assert behind.solution != own.solution
    assert not any("aws-marketplace:Subscribe" in step for step in behind.solution)


def test_whose_money_it_is_is_said_as_a_guess_where_only_a_status_tells() -> None:
    assert unsure_whose(judge.judge("HTTP 402: request to the model failed", engine.packaged()))
    assert not unsure_whose(judge.judge(SEED, engine.packaged()))
    assert not unsure_whose(judge.judge("HTTP 503", engine.packaged()))
