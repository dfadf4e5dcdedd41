"""How the catalogue is read from files; what the packaged files hold is tested in test_packaged.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from solvent.catalogue.advice import read_advice
from solvent.catalogue.load import Catalogue, load_advice, load_parties, load_rules
from solvent.catalogue.tables import CatalogueError
from solvent.model.verdict import Actor, Category, Wallet
from tests import small


def toml(value: Any) -> str:
    """A value as TOML writes it inline: text, list and number as JSON does, a date bare, a table with equal signs."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, int)) else str(value)


def write(root: Path, name: str, data: dict[str, Any] | str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else "".join(f"{key} = {toml(value)}\n" for key, value in data.items()), encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalogue of two parties, two rules and advice for every category."""
    write(tmp_path, "providers/acme.toml", small.party_data("acme"))
    write(tmp_path, "relays/resale.toml", small.party_data("resale", "relay"))
    (tmp_path / "clients").mkdir()
    write(tmp_path, "errors/acme/no-credit.toml", small.rule_data())
    write(tmp_path, "errors/generic/too-fast.toml", small.rule_data("slow down", "rate_limited"))
    for category in Category:
        write(tmp_path, f"advice/{category.value}.toml", {"category": category.value, "advice": [small.advice_data()]})
    return tmp_path


def test_parties_of_all_three_folders_are_found_by_name(root: Path) -> None:
    write(root, "clients/curly.toml", small.party_data("curly", "app"))
    assert set(load_parties(root)) == {"acme", "resale", "curly"}


def test_rules_are_found_by_folder_and_file(root: Path) -> None:
    assert set(load_rules(root)) == {"acme/no-credit", "generic/too-fast"}


def test_what_is_no_toml_file_is_passed_over(root: Path) -> None:
    write(root, "errors/README.md", "# Rules")
    write(root, "errors/acme/notes.txt", "to do")
    assert set(load_rules(root)) == {"acme/no-credit", "generic/too-fast"}


def test_advice_is_found_for_every_category(root: Path) -> None:
    assert set(load_advice(root)) == set(Category)


def test_a_category_without_advice_is_named(root: Path) -> None:
    (root / "advice" / "timeout.toml").unlink()
    with pytest.raises(CatalogueError, match=r"advice/timeout\.toml is missing"):
        load_advice(root)


def test_a_name_used_twice_is_refused_by_the_second_file(root: Path) -> None:
    write(root, "relays/another.toml", small.party_data("acme", "relay"))
    with pytest.raises(CatalogueError, match=r"relays/another\.toml: the name `acme` is taken"):
        load_parties(root)


def test_an_apps_service_must_be_somebody(root: Path) -> None:
    write(root, "clients/curly.toml", small.party_data("curly", "app") | {"service": "acme"})
    assert load_parties(root)["curly"].service == "acme"
    write(root, "clients/curly.toml", small.party_data("curly", "app") | {"service": "acmee"})
    with pytest.raises(CatalogueError, match=r"`service` of `curly` is `acmee`, which no file"):
        load_parties(root)


@pytest.mark.parametrize(
    ("name", "load"),
    [("providers/acme.toml", load_parties), ("errors/acme/no-credit.toml", load_rules), ("advice/other.toml", load_advice)],
)
@pytest.mark.parametrize(("content", "complaint"), [("key = ", "not TOML"), ("surprise = 1\n", "")])
def test_a_broken_file_is_named_with_its_folder(root: Path, name: str, load: Any, content: str, complaint: str) -> None:
    write(root, name, content)
    with pytest.raises(CatalogueError) as refusal:
        load(root)
    assert str(refusal.value).startswith(name)
    assert complaint in str(refusal.value)


def advised(wallet: Wallet, actor: Actor, *entries: dict[str, Any]) -> str:
    """The summary that is chosen among entries for one category, beside the one for all."""
    data = {"category": "credit_exhausted", "advice": [small.advice_data() | {"summary": small.words("any")}, *entries]}
    found = load_advice_of(data)
    return Catalogue({}, {}, found, {}).advise(Category.CREDIT_EXHAUSTED, wallet, actor).summary.en


def load_advice_of(data: dict[str, Any]) -> Any:
    from_file = small.advice()
    from_file[Category.CREDIT_EXHAUSTED] = read_advice(data, "advice/credit_exhausted.toml")
    return from_file


BOTH = small.advice_data() | {"wallet": "relay_user", "actor": "you", "summary": small.words("both")}
WALLET = small.advice_data() | {"wallet": "relay_user", "summary": small.words("wallet")}
ACTOR = small.advice_data() | {"actor": "you", "summary": small.words("actor")}


@pytest.mark.parametrize(
    ("wallet", "actor", "expected"),
    [
        (Wallet.RELAY_USER, Actor.YOU, "both"),
        (Wallet.RELAY_USER, Actor.NOBODY, "wallet"),
        (Wallet.NONE, Actor.YOU, "actor"),
        (Wallet.NONE, Actor.NOBODY, "any"),
    ],
)
def test_the_most_specific_advice_is_given(wallet: Wallet, actor: Actor, expected: str) -> None:
    assert advised(wallet, actor, ACTOR, WALLET, BOTH) == expected


def test_the_wallet_counts_for_more_than_the_actor() -> None:
    assert advised(Wallet.RELAY_USER, Actor.YOU, ACTOR, WALLET) == "wallet"


def test_a_party_is_called_by_its_label_and_a_stranger_by_the_name_given() -> None:
    catalogue = small.catalogue()
    assert (catalogue.label("acme"), catalogue.label("nobody-knows")) == ("Acme", "nobody-knows")
