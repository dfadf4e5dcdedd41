from __future__ import annotations

from typing import Any

import pytest

from solvent.catalogue.parties import read_party
from solvent.catalogue.tables import CatalogueError
from solvent.catalogue.vendors import callable_parties
from solvent.model.route import DialectName, Endpoint, StreamUsage
from tests import small

WHERE = "providers/acme.toml"
SPEECH: dict[str, Any] = {"path": "/chat", "key": "bearer", "stream_usage": "inject"}


def api(**more: Any) -> dict[str, Any]:
    return {"base": "https://api.acme.example", "openai": dict(SPEECH), "source": dict(small.SOURCE)} | more


def party(data: dict[str, Any]) -> dict[str, Any]:
    return small.party_data() | {"api": data}


def test_a_party_without_the_table_cannot_be_called() -> None:
    assert read_party(small.party_data(), WHERE).api is None


def test_how_a_party_is_called_is_read_whole() -> None:
    found = read_party(party(api(env="ACME_KEY", names=["acme-*"])), WHERE).api
    assert found is not None
    assert (found.env, found.base, found.names) == ("ACME_KEY", "https://api.acme.example", ("acme-*",))
    assert found.source.verified
    endpoint = found.speaks[DialectName.OPENAI].endpoint("https://x.example", "sk-1")
    assert endpoint == Endpoint("https://x.example/chat", (("authorization", "Bearer sk-1"),), StreamUsage.INJECT)
    assert list(found.speaks) == [DialectName.OPENAI]


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        ("bearer", (("authorization", "Bearer k"),)),
        ("x-api-key", (("x-api-key", "k"),)),
        ("both", (("authorization", "Bearer k"), ("x-api-key", "k"))),
    ],
)
def test_the_key_is_sent_as_the_party_reads_it(key: str, headers: tuple[tuple[str, str], ...]) -> None:
    found = read_party(party(api(openai=SPEECH | {"key": key})), WHERE).api
    assert found is not None
    assert found.speaks[DialectName.OPENAI].endpoint("https://x.example", "k").headers == headers


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://x.example", "https://x.example/chat"),
        ("https://x.example/v1", "https://x.example/chat"),
        ("https://x.example/a/v1", "https://x.example/a/chat"),
        ("https://x.example/v2", "https://x.example/v2/chat"),
        ("https://x.example/v1/v1", "https://x.example/v1/chat"),
    ],
)
def test_an_ending_of_another_dialects_clients_is_cut_off_once(base: str, url: str) -> None:
    found = read_party(party(api(openai=SPEECH | {"cut": ["/v1", "/anthropic"]})), WHERE).api
    assert found is not None
    assert found.speaks[DialectName.OPENAI].endpoint(base, "k").url == url


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"base": "http://api.acme.example"}, "must begin with https://"),
        ({"base": "https://api.acme.example/"}, "end without a slash"),
        ({"openai": None}, "`openai` must be a table"),
        ({"openai": SPEECH | {"path": "chat"}}, "must begin with a slash"),
        ({"openai": SPEECH | {"cut": ["v1"]}}, "must begin with a slash"),
        ({"openai": SPEECH | {"key": "cookie"}}, "`key` is `cookie`; it must be one of bearer, x-api-key, both"),
        ({"openai": SPEECH | {"stream_usage": "maybe"}}, "`stream_usage` is `maybe`"),
        ({"openai": SPEECH | {"more": 1}}, "unknown key `more`"),
        ({"openai": {"path": "/chat", "key": "bearer"}}, "`stream_usage` must be a text"),
        ({"google": dict(SPEECH)}, "unknown key `google`"),
        ({"source": {}}, "`address` must be a text"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(change: dict[str, Any], complaint: str) -> None:
    data = {key: value for key, value in (api() | change).items() if value is not None} if change != {"openai": None} else api(openai=5)
    with pytest.raises(CatalogueError) as refusal:
        read_party(party(data), WHERE)
    assert str(refusal.value).startswith(WHERE)
    assert complaint in str(refusal.value)


def test_a_party_that_speaks_no_dialect_is_refused() -> None:
    data = api()
    del data["openai"]
    with pytest.raises(CatalogueError, match=r"it must speak a dialect: give one of \[api.openai\], \[api.anthropic\]"):
        read_party(party(data), WHERE)


def test_every_packaged_row_is_sourced_and_no_two_read_one_variable() -> None:
    apis = {name: found.api for name, found in callable_parties().items() if found.api is not None}
    assert [name for name, found in apis.items() if not found.source.verified] == []
    variables = [found.env for found in apis.values() if found.env is not None]
    assert len(variables) == len(set(variables))
    assert [name for name, found in apis.items() if found.env is not None and found.base is None] == []
