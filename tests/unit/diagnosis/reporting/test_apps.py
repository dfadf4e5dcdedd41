from __future__ import annotations

import pytest
from msgspec.structs import replace

from solvent.catalogue.names import ACTS
from solvent.catalogue.steps import Act
from solvent.diagnosis import engine, judge
from solvent.diagnosis.reporting.apps import app_steps
from solvent.model.verdict import Layer, Role, Verdict

CLINE = Layer(Role.APP, "cline", "Cline")
CHERRY = Layer(Role.APP, "cherry-studio", "Cherry Studio")
ALL = tuple(Act)


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return judge.judge("HTTP 402: Insufficient Balance", engine.packaged())


def acts(verdict: Verdict, *wanted: Act, lang: str = "en") -> list[str]:
    return [item.act for item in app_steps(verdict, wanted, engine.packaged().catalogue, lang)]


def test_steps_come_in_the_order_in_which_they_are_asked_for(verdict: Verdict) -> None:
    seen = replace(verdict, layers=(CLINE,))
    assert acts(seen, Act.CHANGE_MODEL, Act.CHANGE_KEY) == ["change_model", "change_key"]


def test_what_the_app_says_nothing_about_is_left_out_and_three_are_enough(verdict: Verdict) -> None:
    seen = replace(verdict, layers=(CLINE,))
    assert acts(seen, Act.SEE_LOG) == []
    assert len(acts(seen, *ALL)) == 3


def test_the_outermost_app_is_the_readers(verdict: Verdict) -> None:
    seen = replace(verdict, layers=(CHERRY, CLINE))
    found = app_steps(seen, (Act.CHANGE_KEY,), engine.packaged().catalogue, "zh")
    assert [(item.app, item.label, item.title) for item in found] == [("cherry-studio", "Cherry Studio", "换 key")]
    assert "「API 密钥」" in found[0].steps[1]
    assert found[0].source.address.startswith("https://github.com/CherryHQ/")


def test_without_an_app_there_are_no_steps(verdict: Verdict) -> None:
    assert acts(verdict, *ALL) == []
    assert acts(replace(verdict, layers=(Layer(Role.SDK, "openai-python", "OpenAI Python SDK"),)), *ALL) == []
    assert acts(replace(verdict, layers=(Layer(Role.APP, "unheard-of", "?"),)), *ALL) == []


def test_every_act_has_a_name() -> None:
    assert set(ACTS) == set(Act)


def test_behind_a_relay_nobody_is_sent_to_sign_in(verdict: Verdict) -> None:
    code, relay = Layer(Role.APP, "claude-code", "Claude Code"), Layer(Role.RELAY, "new-api", "new-api")
    assert acts(replace(verdict, layers=(code,)), Act.CHECK_LOGIN, Act.CHANGE_KEY) == ["check_login", "change_key"]
    assert acts(replace(verdict, layers=(code, relay)), Act.CHECK_LOGIN, Act.CHANGE_KEY) == ["change_key"]
