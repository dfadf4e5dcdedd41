from __future__ import annotations

from typing import Any

import pytest

from solvent.base.patterns import Pattern
from solvent.catalogue.parties import HOST_WEIGHT, MODEL_WEIGHT, read_party
from solvent.catalogue.tables import CatalogueError
from solvent.model.verdict import Role
from tests import small

WHERE = "providers/acme.toml"


def shows(data: dict[str, Any], text: str) -> int:
    """The weight of all marks of the party that occur in a text."""
    return sum(mark.weight for mark in read_party(data, WHERE).marks if Pattern(mark.text).span(text) is not None)


def hosted(**more: Any) -> dict[str, Any]:
    data = small.party_data()
    del data["mark"]
    return data | more


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://api.acme.example/v1/chat", True),
        ("host='api.acme.example', port=443", True),
        ("POST eu.api.acme.example", True),
        ("https://api.acme.example.evil.example/", True),
        ("https://notapi.acme.example/", False),
        ("https://api-acme.example/", False),
        ("https://apixacme.example/", False),
    ],
)
def test_a_host_is_seen_as_a_whole_name(text: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    assert shows(hosted(), text) == (HOST_WEIGHT if found else 0)


@pytest.mark.parametrize(
    ("text", "found"), [("model acme-large not found", True), ('"acme-large-2"', True), ("macme-large", False), ("x-acme-large", False)]
)
def test_a_model_name_is_a_weak_mark(text: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    assert shows(hosted(models=["acme-large"]), text) == (MODEL_WEIGHT if found else 0)


def test_marks_weigh_five_unless_they_say_otherwise() -> None:
    data = hosted(mark=[{"text": "acme says"}, {"text": "acme error", "weight": 2}])
    assert shows(data, "acme says: acme error") == 7


@pytest.mark.parametrize(("role", "expected"), [("relay", True), ("provider", False), ("gateway", False), ("sdk", False)])
def test_a_relay_has_an_account_of_its_own_unless_it_says_otherwise(role: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert read_party(small.party_data(role=role), WHERE).own_account is expected
    assert read_party(small.party_data(role=role) | {"own_account": not expected}, WHERE).own_account is not expected


def test_a_party_is_read_whole() -> None:
    data = small.party_data() | {
        "codes": ["Acme_Error"],
        "language": "python",
        "link": [{"kind": "billing", "address": "https://acme.example/billing", "seen_in": "https://acme.example"}],
    }
    party = read_party(data, WHERE)
    assert (party.name, party.label, party.role, party.language) == ("acme", "Acme", Role.PROVIDER, "python")
    assert party.codes == ("acme_error",)
    assert party.link("billing") == "https://acme.example/billing"
    assert party.link("status") is None


def test_a_client_may_speak_one_dialect_and_send_fields_by_itself() -> None:
    data = small.party_data(role="app") | {"dialect": "openai_chat", "sends": [{"field": "seed", "seen_in": "https://acme.example"}]}
    party = read_party(data, WHERE)
    assert (party.dialect, party.sends) == ("openai_chat", ("seed",))
    plain = read_party(small.party_data(), WHERE)
    assert (plain.dialect, plain.sends) == (None, ())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": ""}, "`name` must be a text"),
        ({"label": 1}, "`label` must be a text"),
        ({"role": "vendor"}, "`role` is `vendor`"),
        ({"hosts": [1]}, "`hosts` must be a text or a list of texts"),
        ({"codes": {}}, "`codes` must be a text or a list of texts"),
        ({"models": 7}, "`models` must be a text or a list of texts"),
        ({"own_account": "yes"}, "`own_account` must be true or false"),
        ({"language": 3}, "`language` must be a text"),
        ({"mark": [{}]}, "[[mark]] 1: `text` must be a text"),
        ({"mark": [{"text": "a", "weight": "5"}]}, "[[mark]] 1: `weight` must be a whole number"),
        ({"mark": [{"text": "a"}, {"text": "b", "wieght": 5}]}, "[[mark]] 2: unknown key `wieght`"),
        ({"link": [{"kind": "billing", "address": "x"}]}, "[[link]] 1: `seen_in` must be a text"),
        ({"link": [{"kind": "k", "address": "x", "seen_in": "y", "z": 1}]}, "[[link]] 1: unknown key `z`"),
        ({"dialect": "latin"}, "`dialect` is `latin`"),
        ({"sends": [{"field": "seed"}]}, "[[sends]] 1: `seen_in` must be a text"),
        ({"reset": [{"window": "hour", "zone": "UTC", "seen_in": "x"}]}, "[[reset]] 1: `window` is `hour`"),
        ({"reset": [{"window": "day", "zone": "UTC"}]}, "[[reset]] 1: `seen_in` must be a text"),
        ({"source": {}}, "[source]: `address` must be a text"),
        ({"hots": []}, "unknown key `hots`"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        read_party(small.party_data() | change, WHERE)
    assert str(refusal.value).startswith(WHERE)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("key", ["name", "label", "role", "source"])
def test_what_a_party_cannot_do_without_is_asked_for(key: str) -> None:
    data = small.party_data()
    del data[key]
    with pytest.raises(CatalogueError, match=rf"providers/acme\.toml: .*`\[?{key}"):
        read_party(data, WHERE)
