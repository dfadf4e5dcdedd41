"""Reading `[[account]]`: the wallets held at providers and relays, with addresses and key headers ready to be used.

A key is read here, goes into the headers of the account's endpoints, and is in no message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from solvent.catalogue.api import Api
from solvent.catalogue.load import packaged_parties
from solvent.catalogue.parties import Party
from solvent.catalogue.vendors import callable_parties
from solvent.model.route import DialectName, Timeouts, Upstream
from solvent.settings import values
from solvent.settings.section import Findings, Section, nearest, tables
from solvent.settings.shape import Threshold

_CALLS = ("/chat/completions", "/messages", "/responses", "/embeddings")


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where secrets come from: the environment, and a reader of files, which raises `OSError` or `UnicodeDecodeError`."""

    environment: Mapping[str, str]
    read_file: Callable[[str], str]

    def resolve(self, value: Any) -> tuple[str, bool]:
        """The secret that `env:NAME` or `file:PATH` leads to, and whether it was written down as it is. Raises `ValueError`."""
        if not isinstance(value, str) or not value.strip():
            raise ValueError('it must be a text: write "env:NAME" or "file:PATH"')
        kind, colon, rest = value.strip().partition(":")
        if kind == "env" and colon:
            # Somebody may have put the key itself there, so only what can be a name is repeated.
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest):
                raise ValueError('what follows `env:` is no name of a variable; write "env:NAME" and export NAME')
            found = self.environment.get(rest, "").strip()
            if not found:
                message = f"the environment variable `{rest}` is not set or empty; export it before the start"
                raise ValueError(message)
            return found, False
        if kind == "file" and colon:
            return self._from_file(rest), False
        if value.lstrip().startswith("$"):
            raise ValueError('variables are not filled in here; write "env:NAME"')
        return value.strip(), True

    def _from_file(self, path: str) -> str:
        try:
            found = self.read_file(path).strip()
        except (OSError, UnicodeDecodeError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
            message = f"the file `{path}` cannot be read ({why}); give one that this user may read"
            raise ValueError(message) from problem
        if not found:
            message = f"the file `{path}` is empty; write the key into it"
            raise ValueError(message)
        return found


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the accounts of a file come to. `named` are all names, also of accounts with mistakes."""

    upstreams: dict[str, Upstream]
    thresholds: tuple[Threshold, ...]
    named: tuple[str, ...]


def read_accounts(data: Any, defaults: Timeouts, secrets: Secrets, findings: Findings) -> Accounts:
    """All accounts; one with a mistake is left out of the upstreams, and the mistake is noted."""
    upstreams: dict[str, Upstream] = {}
    thresholds: list[Threshold] = []
    named: list[str] = []
    for index, item in enumerate(tables(data, "account", findings)):
        name = item.get("name")
        title = f"account `{name}`" if isinstance(name, str) else f"account {index + 1}"
        section = Section(item, ("account", index), title, findings)
        before = len(findings.mistakes)
        upstream, threshold = _read_account(section, defaults, secrets)
        section.done()
        if upstream is not None and upstream.name in named:
            section.wrong("name", "another account has this name; give each its own")
        if isinstance(name, str):
            named.append(name)
        if upstream is not None and len(findings.mistakes) == before:
            upstreams[upstream.name] = upstream
            thresholds += [] if threshold is None else [threshold]
    return Accounts(upstreams, tuple(thresholds), tuple(named))


def _read_account(section: Section, defaults: Timeouts, secrets: Secrets) -> tuple[Upstream | None, Threshold | None]:
    name = section.need("name", values.account_name, '"main"')
    party = section.need("provider", provider, '"anthropic"')
    written = section.maybe("base_url", values.web_address)
    variable = "NAME" if party is None or party.api is None or party.api.env is None else party.api.env
    key = section.need("api_key", lambda value: _key(value, secrets, section), f'"env:{variable}"')
    dialects = section.maybe("dialects", values.some_of(*(dialect.value for dialect in DialectName)))
    timeouts = read_timeouts(section, defaults)
    body_max = section.maybe("max_body", values.size)
    balance = section.maybe("balance", values.money)
    low_balance, low_runway = section.maybe("low_balance", values.money), section.maybe("low_runway", values.duration)
    if low_runway is not None:
        section.warn("low_runway", "how long the money lasts is not computed yet by this version; `low_balance` is watched")
    if name is None or party is None or party.api is None or key is None:
        return None, None
    base = _base(section, party, written)
    if base is None:
        return None, None
    upstream = upstream_of(name, party, base, key)
    if dialects is not None:
        upstream = replace(upstream, endpoints=_only(section, upstream, dialects))
    upstream = replace(upstream, timeouts=timeouts, balance=balance, body_bytes_max=body_max)
    return upstream, None if low_balance is None and low_runway is None else Threshold(name, low_balance, low_runway)


def upstream_of(name: str, party: Party, base: str, key: str) -> Upstream:
    """An account at a party that can be called, with everything else at its defaults."""
    api = api_of(party)
    return Upstream(
        name=name,
        provider=party.name,
        vendor=None if party.own_account else party.name,
        relay=party.own_account,
        endpoints={dialect: speech.endpoint(base, key) for dialect, speech in api.speaks.items()},
    )


def api_of(party: Party) -> Api:
    """How a party that `callable_parties` lists is called."""
    assert party.api is not None
    return party.api


def provider(value: Any) -> Party:
    """The party of a name. Raises `ValueError` with the nearest names."""
    known = callable_parties()
    if isinstance(value, str) and value in known:
        return known[value]
    if isinstance(value, str) and value in packaged_parties():
        message = f'how `{value}` is called is not known here; write provider = "openai-compatible" with its `base_url`'
        raise ValueError(message)
    meant = nearest(str(value).lower(), known)
    message = f'{value!r} is not a provider; {meant} (for any other: "openai-compatible" or "new-api" with a `base_url`)'
    raise ValueError(message)


def header_key(key: str) -> str:
    """A key that can stand in a header. Raises `ValueError`, without the key in it."""
    if not re.fullmatch(r"[!-~]+", key):
        raise ValueError("the key holds blanks or signs that no header takes; look at where it comes from")
    return key


def _key(value: Any, secrets: Secrets, section: Section) -> str:
    key, literal = secrets.resolve(value)
    if literal:
        section.warn("api_key", 'the key itself stands in this file; put it into the environment and write "env:NAME", or "file:PATH"')
    return header_key(key)


def _base(section: Section, party: Party, written: str | None) -> str | None:
    if section.has("base_url") and written is None:
        return None
    api = api_of(party)
    base = written or api.base
    if base is None:
        section.findings.wrong(section.path, f'{section.title} has no `base_url`; write base_url = "https://relay.example/v1"')
        return None
    call = next((call for call in _CALLS if base.endswith(call)), None)
    if call is not None:
        section.wrong("base_url", f"it ends in `{call}`, which is added here; leave that out")
        return None
    parts = urlsplit(base)
    if parts.scheme == "http" and not values.is_loopback(parts.hostname or ""):
        section.warn("base_url", "over http everybody on the way can read the key; write https:// where the host takes it")
    if api.base is None and not parts.path:
        section.warn("base_url", "it has no path, and most such hosts answer under /v1; add it where this one does")
    return base


def _only(section: Section, upstream: Upstream, dialects: tuple[str, ...]) -> dict[DialectName, Any]:
    missing = [dialect for dialect in dialects if DialectName(dialect) not in upstream.endpoints]
    if missing or not dialects:
        spoken = ", ".join(f'"{dialect}"' for dialect in upstream.endpoints)
        section.wrong("dialects", f"`{upstream.provider}` speaks {spoken}; choose among them")
        return upstream.endpoints
    return {dialect: endpoint for dialect, endpoint in upstream.endpoints.items() if dialect.value in dialects}


def read_timeouts(section: Section, defaults: Timeouts) -> Timeouts:
    """The time-outs of a table, each by default as given."""
    stream_ms, json_ms = section.take("first_byte_timeout", values.first_byte, (defaults.first_byte_stream_ms, defaults.first_byte_json_ms))
    return Timeouts(
        connect_ms=section.take("connect_timeout", values.duration, defaults.connect_ms),
        first_byte_stream_ms=stream_ms,
        first_byte_json_ms=json_ms,
        idle_ms=section.take("idle_timeout", values.duration, defaults.idle_ms),
        total_ms=section.take("total_timeout", values.duration, defaults.total_ms),
    )
