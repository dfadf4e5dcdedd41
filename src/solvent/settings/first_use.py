"""Settings without a config: an account for every provider whose key lies in the environment, and its models under their own names."""

from __future__ import annotations

from collections.abc import Mapping

from solvent.catalogue.vendors import callable_parties
from solvent.model.route import Model, Route, Routebook, Upstream
from solvent.settings.accounts import api_of, header_key, upstream_of
from solvent.settings.reading import admin_token
from solvent.settings.shape import Mistake, Settings, SettingsError


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The defaults with what the environment's provider keys open; without a key nothing is served.

    An account is named as its provider. `provider/name` leads to that account alone, a name by itself to whoever's pattern fits it,
    and `maker/name`, where no account is called like the maker, to an aggregator. Raises `SettingsError` on a key that no header takes.
    """
    accounts: dict[str, Upstream] = {}
    patterns: dict[str, list[str]] = {}
    mistakes: list[Mistake] = []
    for name, party in callable_parties().items():
        api = api_of(party)
        key = environment.get(api.env or "", "").strip()
        if not key or api.base is None:
            continue
        try:
            accounts[name] = upstream_of(name, party, api.base, header_key(key))
        except ValueError as problem:
            mistakes.append(Mistake(None, f"`{api.env}`: {problem}"))
        for pattern in api.names:
            patterns.setdefault(pattern, []).append(name)
    if mistakes:
        raise SettingsError("environment", mistakes)
    by_account = [Model(f"{name}/*", (Route(name, "*"),)) for name in accounts]
    by_name = [Model(pattern, tuple(Route(name, None, order) for order, name in enumerate(names))) for pattern, names in patterns.items()]
    # A pattern with a slash is an aggregator's, and fits what `account/*` means too: it comes last.
    models = (*by_account, *sorted(by_name, key=lambda model: "/" in model.name))
    return Settings(admin_token=admin_token(environment), routebook=Routebook(accounts, models))
