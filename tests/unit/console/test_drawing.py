from __future__ import annotations

import pytest

from solvent.console import drawing, examples
from solvent.diagnosis import desk
from solvent.diagnosis.engine import Engine


def drawn(engine: Engine, slug: str, lang: str = "en") -> tuple[drawing.Box, ...]:
    explanation = desk.explain(examples.find(slug).text, engine, lang)
    return drawing.boxes(explanation.verdict, explanation.report.original, lang)


@pytest.mark.parametrize(
    ("slug", "empty", "holder"),
    [
        ("seed", "Anthropic", ("new-api", 0)),
        ("anthropic-direct", "Anthropic", ("you", 0)),
        ("relay-balance", "new-api", ("you", 0)),
        ("relay-behind-relay", "new-api", ("new-api", 1)),
        ("three-relays", "Anthropic", ("new-api", 3)),
        ("token-quota", "new-api", ("limit", 0)),
        ("deepseek", "DeepSeek", ("you", 0)),
        ("tokens-per-minute", None, None),
        ("cloudflare-524", None, None),
    ],
)
def test_the_empty_wallet_has_its_holder(packaged_engine: Engine, slug: str, empty: str | None, holder: tuple[str, int] | None) -> None:
    dry = [(box.label, (box.holder, box.holder_number)) for box in drawn(packaged_engine, slug) if box.empty]
    assert dry == ([] if empty is None else [(empty, holder)])


def test_the_last_box_speaks_the_whole_sentence_and_relays_what_they_added(packaged_engine: Engine) -> None:
    relay, provider = drawn(packaged_engine, "seed")
    assert (relay.words, relay.added, relay.origin) == ("(request id: 20260126100910722614337HsQybcmN)", True, False)
    assert (provider.words or "").startswith("Your credit balance is too low to access the Anthropic API. Please go")
    assert (provider.added, provider.origin) == (False, True)


def test_only_several_relays_are_numbered(packaged_engine: Engine) -> None:
    assert [box.number for box in drawn(packaged_engine, "three-relays")] == [1, 2, 3, 0]
    assert [box.number for box in drawn(packaged_engine, "seed")] == [0, 0]


def test_the_readers_own_account_was_fine_at_the_outermost_relay(packaged_engine: Engine) -> None:
    assert [box.passed for box in drawn(packaged_engine, "three-relays")] == [True, False, False, False]
    assert [box.passed for box in drawn(packaged_engine, "relay-balance")] == [False]


def test_an_unknown_sender_has_neither_name_nor_role(packaged_engine: Engine) -> None:
    (box,) = drawn(packaged_engine, "unknown")
    assert (box.label, box.role, box.origin, box.words) == ("", "", False, "frobnication of stage 7 was declined")


def test_long_chains_are_drawn_downwards(packaged_engine: Engine) -> None:
    found = {
        slug: drawing.abreast(desk.explain(examples.find(slug).text, packaged_engine, "en").verdict) for slug in ("seed", "three-relays")
    }
    assert found == {"seed": True, "three-relays": False}


@pytest.mark.parametrize(("lang", "role", "label"), [("en", "relay or gateway", "not named"), ("zh", "中转站或网关", "文中没有名字")])
def test_somebody_in_between_without_a_name_is_called_so(packaged_engine: Engine, lang: str, role: str, label: str) -> None:
    text = (
        "Our company gateway answers: 429 You exceeded your current quota, please check your plan and billing details. insufficient_quota"
    )
    verdict = desk.explain(text, packaged_engine, lang).verdict
    outer, inner = drawing.boxes(verdict, "", lang)
    assert (outer.role, outer.label, outer.passed) == (role, label, False)
    assert (inner.empty, inner.holder) == (True, "operator")
