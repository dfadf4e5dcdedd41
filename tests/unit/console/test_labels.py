from __future__ import annotations

import pytest

from solvent.base import secret
from solvent.cases.life import State
from solvent.catalogue.load import CODE_LANGUAGES, Catalogue
from solvent.catalogue.rules import WINDOWS
from solvent.console import labels, language
from solvent.console.examples import EXAMPLES
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.judge import judge
from solvent.model.verdict import Limit


def test_every_code_has_a_name(catalogue: Catalogue) -> None:
    assert set(labels.STATES) == {state.value for state in State}
    assert set(labels.WINDOWS) == set(WINDOWS)
    assert tuple(labels.CODE_LANGUAGES) == CODE_LANGUAGES
    assert {rule.source.evidence for rule in catalogue.rules.values()} <= set(labels.EVIDENCE)
    assert {link.kind for party in catalogue.parties.values() for link in party.links} <= set(labels.LINKS)
    assert set(labels.STRUCK) == {kind.name for kind in secret._KINDS}


def test_every_reason_of_the_engine_is_known_in_chinese(packaged_engine: Engine) -> None:
    zh = language.translations("zh").gettext
    for example in EXAMPLES:
        for tried in judge(example.text, packaged_engine).trail:
            assert any("一" <= sign <= "鿿" for sign in labels.why_not(tried.why_not, zh)), tried.why_not


def test_a_reason_keeps_what_it_names() -> None:
    zh = language.translations("zh").gettext
    assert labels.why_not("matches, but ranks 56 below the rule that decides", zh) == "也匹配，但优先级 56，低于最终采用的规则"
    assert labels.why_not("matches, but yields to the provider's own rule", zh) == "也匹配，但让位于服务商自己的规则"
    assert labels.why_not("nothing shows openai or azure", zh) == "没有迹象表明涉及 openai or azure"
    assert labels.why_not("a reason of tomorrow", zh) == "a reason of tomorrow"


def test_what_was_removed_is_counted() -> None:
    en, zh = (language.translations(lang).ngettext for lang in ("en", "zh"))
    assert labels.struck((("key", 2), ("e-mail", 1)), en, ", ") == "2 keys, 1 e-mail address"
    assert labels.struck((("key", 2), ("e-mail", 1)), zh, "、") == "2 个 key、1 个邮箱地址"
    assert labels.struck((("of tomorrow", 1),), en, ", ") == "1 secret"
    assert labels.struck((), en, ", ") == ""


def test_spans_are_short() -> None:
    assert [labels.took(span) for span in (0, 340, 2_140, 1_300_000)] == ["0 µs", "340 µs", "2.1 ms", "1.3 s"]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit("context", None, 128000, 130000, "tokens"), "at most 128,000 tokens; sent: 130,000"),
        (Limit("max_tokens", 1, 8192, None, None), "1 to 8,192"),
        (Limit("p", None, 0.99, 1, None), "at most 0.99; sent: 1"),
        (Limit("image", 16, None, 1, "pixels"), "at least 16 pixels; sent: 1"),
    ],
)
def test_a_bound_in_words(limit: Limit, words: str) -> None:
    assert labels.bound(limit, str) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (1, "1 s"), (17, "17 s"), (60, "1 min"), (61, "1 min 1 s"), (3_723, "1 h 3 min"), (86_399, "24 h"), (511_860, "5 d 23 h")],
)
def test_a_wait_is_never_told_shorter_than_it_is(seconds: int, words: str) -> None:
    assert labels.wait(seconds, str) == words
