from __future__ import annotations

from typing import Any

import pytest

from solvent.catalogue.parties import read_party
from solvent.catalogue.steps import Act, read_acts, read_steps
from solvent.catalogue.tables import CatalogueError, Table
from tests import small

SOURCE = small.SOURCE | {"address": "https://app.example/docs"}


def steps(**more: Any) -> dict[str, Any]:
    return {"act": "change_key", "en": ["Open “Settings”."], "zh": ["打开「设置」。"], "source": SOURCE} | more


def read(*items: dict[str, Any]) -> Any:
    return read_steps(Table({"steps": list(items)}, "clients/x.toml").tables("steps"))


def test_steps_are_kept_by_what_they_do() -> None:
    found = read(steps(), steps(act="see_log"))
    assert list(found) == [Act.CHANGE_KEY, Act.SEE_LOG]
    assert found[Act.CHANGE_KEY].steps.of("zh") == ("打开「设置」。",)
    assert found[Act.CHANGE_KEY].source.address == "https://app.example/docs"


@pytest.mark.parametrize(
    ("items", "complaint"),
    [
        ([steps(act="pay")], "`act` is `pay`"),
        ([steps(zh=["一。", "二。"])], "there are 1 steps in en and 2 in zh"),
        ([steps(en=[], zh=[])], "`en` and `zh` must list what is to be done"),
        ([steps(), steps()], "`change_key` has its steps already"),
        ([steps(source=SOURCE | {"evidence": "unverified"})], "steps in an app need a source that was read"),
        ([steps(source=SOURCE | {"address": "the app's documentation"})], "steps in an app need a source that was read"),
        ([{key: value for key, value in steps().items() if key != "source"}], "`[source]` is missing"),
        ([steps(menu="Settings")], "unknown key `menu`"),
    ],
)
def test_steps_that_nobody_read_or_cannot_be_followed_are_refused(items: list[dict[str, Any]], complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        read(*items)
    assert str(refusal.value).startswith("clients/x.toml [[steps]] ")
    assert complaint in str(refusal.value)


def test_only_apps_have_steps() -> None:
    party = {"name": "x", "label": "X", "role": "sdk", "source": SOURCE, "steps": [steps()]}
    with pytest.raises(CatalogueError, match=r"`\[\[steps\]\]` are of apps, and this is a sdk"):
        read_party(party, "clients/x.toml")
    assert Act.CHANGE_KEY in read_party(party | {"role": "app"}, "clients/x.toml").steps


def test_acts_keep_their_order_and_none_differ_from_no_acts() -> None:
    assert read_acts(Table({"acts": ["see_log", "change_model"]}, "x")) == (Act.SEE_LOG, Act.CHANGE_MODEL)
    assert read_acts(Table({"acts": []}, "x")) == ()
    assert read_acts(Table({}, "x")) is None


@pytest.mark.parametrize(
    ("acts", "complaint"), [(["pay"], "`acts` holds `pay`; it must be of change_key, "), (["see_log", "see_log"], "names an act twice")]
)
def test_an_act_that_is_none_is_refused(acts: list[str], complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        read_acts(Table({"acts": acts}, "x"))
