from __future__ import annotations

from solvent.catalogue.tables import Steps
from solvent.diagnosis import engine, judge
from solvent.diagnosis.reporting.wording import Wording
from tests.unit.diagnosis.test_judge import DIRECT, SEED

LETTER = "Hello {provider}\nStatus: {status}\nId: {ids}\nTime: {times}\n“{quote}”\nThank you"


def wording(text: str, lang: str = "en") -> Wording:
    packaged = engine.packaged()
    return Wording(judge.judge(text, packaged, lang), packaged.catalogue, lang, "words")


def test_what_the_paste_shows_is_filled_in() -> None:
    filled = wording(SEED).fill("{provider} behind {relay}: {status}, should be {should_be}, {ids}, {quote}")
    assert filled == "Anthropic behind new-api: 500, should be 402, 20260126100910722614337HsQybcmN, words"


def test_what_it_does_not_show_has_a_common_name() -> None:
    assert wording("HTTP 503").fill("{provider}, {relay}, {app}") == "the provider, your relay, your app"
    assert wording("HTTP 503", "zh").fill("在 {provider} 的账户") == "在服务商的账户"


def test_a_letter_states_only_what_was_seen() -> None:
    assert wording("You have no credits remaining. Add credits to continue using the API.").letter(LETTER).splitlines() == [
        "Hello OpenAI",
        "“words”",
        "Thank you",
    ]
    assert "Status: 500" in wording(SEED).letter(LETTER)
    assert "Time:" not in wording(DIRECT).letter(LETTER)


def test_the_readers_own_relay_comes_first_among_ids_and_gives_the_time() -> None:
    text = "402 Insufficient Balance (request id: 20260726224417468936071826hAb1C2d) (request id: 202607272244174129368978268d9d6DXcDCT5j)"
    assert wording(text).fill("{ids}").startswith("202607272244174129368978268d9d6DXcDCT5j")
    assert wording(text).fill("{times}") == "2026-07-27T22:44:17Z"


def test_a_list_is_filled_in_the_wordings_language() -> None:
    steps = Steps(en=("Ask {provider}", "Wait"), zh=("问 {provider}", "等"))
    assert wording(SEED, "zh").steps(steps) == ("问 Anthropic", "等")


def test_a_step_for_one_app_is_told_its_users_alone() -> None:
    steps = Steps(en=("{in:claude-code} Do not sign in", "Wait"), zh=("{in:claude-code} 不用登录", "等"))
    assert wording(SEED, "zh").steps(steps) == ("等",)
    assert wording(f"Please run /login · API Error: {SEED}", "zh").steps(steps) == ("不用登录", "等")


def test_the_refused_field_is_named_where_it_fits_into_a_sentence() -> None:
    renamed = "400 Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    assert wording(renamed).fill("{field} to {allowed}") == "`max_tokens` to `max_completion_tokens`"
    validated = '422 {"detail":[{"type":"missing","loc":["body","messages",0,"role"],"msg":"Field required"}]}'
    assert wording(validated).fill("{field}") == "`messages.0.role`"
    ordered = "400 Messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
    assert (wording(ordered).knows("field"), wording(ordered).knows("allowed")) == (True, False)
    assert not wording("400 invalid_request_error").knows("field")
    assert not wording("400 [{'type': 'missing', 'loc': ('body',), 'msg': 'Field required', 'input': None}]").knows("field")
    assert wording("400 invalid_request_error", "zh").fill("核对 {field}。") == "核对报错指出的字段或值。"
