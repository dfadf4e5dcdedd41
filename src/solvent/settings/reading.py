"""From the text of a config to settings, or to every mistake in it at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from solvent.base.errors import UsageError
from solvent.model.route import Routebook
from solvent.settings import values
from solvent.settings.accounts import Secrets, read_accounts, read_timeouts
from solvent.settings.assistance import read_assistance
from solvent.settings.lines import Lines
from solvent.settings.models import read_models
from solvent.settings.section import Findings, Section, nearest, tables
from solvent.settings.shape import Address, Alert, Gateway, Mistake, Settings, SettingsError

_SECTIONS = ("gateway", "office", "desk", "store", "cache")
_LISTS = ("account", "model", "alert")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - to compare with
_DEFAULTS = Settings()
_ROUTEBOOK = _DEFAULTS.routebook


def load(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of a file (None: all defaults) and the environment; `file:` secrets lie beside the file unless absolute.

    Raises `SettingsError` with every mistake, `UsageError` where the file cannot be read.
    """
    if path is None:
        return parse("", "defaults", environment, secret_files(Path()))
    return parse(text_of(path), str(path), environment, secret_files(path.parent))


def text_of(path: Path) -> str:
    """The text of a config. Raises `UsageError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        message = f"cannot read the config `{path}`: {problem.strerror}; name a file that this user may read with --config"
        raise UsageError(message) from problem
    except UnicodeDecodeError as problem:
        message = f"cannot read the config `{path}`: it is not UTF-8 at byte {problem.start}; save it as UTF-8"
        raise UsageError(message) from problem


def store_url(path: Path | None) -> str:
    """The store's URL of a config, of which nothing else is looked at: the rest may need an environment that is not here.

    Raises `SettingsError` on a mistake in it, `UsageError` where the file cannot be read.
    """
    if path is None:
        return _DEFAULTS.store_url
    text = text_of(path)
    findings = Findings(Lines(text))
    url = _section(_toml(text, str(path)), "store", findings).take("url", values.store, _DEFAULTS.store_url)
    if findings.mistakes:
        raise SettingsError(str(path), _by_line(findings.mistakes))
    return url


def secret_files(folder: Path) -> Callable[[str], str]:
    """A reader of the files that `file:PATH` names, relative to a folder."""
    return lambda path: (folder / path).read_text(encoding="utf-8")


def parse(text: str, name: str, environment: Mapping[str, str], read_secret_file: Callable[[str], str]) -> Settings:
    """The settings of a text that `name` tells people of. Raises `SettingsError` with every mistake."""
    data = _toml(text, name)
    findings = Findings(Lines(text))
    _check_sections(data, findings)
    settings = _read(data, Secrets(environment, read_secret_file), findings)
    if findings.mistakes:
        raise SettingsError(name, _by_line(findings.mistakes))
    return settings


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        # Before Python 3.14 the line stands in the words alone.
        place = re.search(r"\(at line (\d+), ", str(problem))
        raise SettingsError(name, [Mistake(int(place[1]) if place else None, f"not TOML: {problem}")]) from problem


def _by_line(found: list[Mistake]) -> list[Mistake]:
    return sorted(found, key=lambda mistake: mistake.line or 0)


def _check_sections(data: dict[str, Any], findings: Findings) -> None:
    for name, table in data.items():
        if name not in _SECTIONS + _LISTS:
            known = [f"[{section}]" for section in _SECTIONS] + [f"[[{section}]]" for section in _LISTS]
            findings.wrong((name,), f"`{name}` is not a section of this file; {nearest(f'[{name}]', known)}")
        elif name in _SECTIONS and not isinstance(table, dict):
            findings.wrong((name,), f"`{name}` must be one table; write [{name}]")


def _read(data: dict[str, Any], secrets: Secrets, findings: Findings) -> Settings:
    sections = {name: _section(data, name, findings) for name in _SECTIONS}
    gateway, office, desk = sections["gateway"], sections["office"], sections["desk"]
    timeouts = read_timeouts(gateway, _ROUTEBOOK.timeouts)
    accounts = read_accounts(data.get("account", []), timeouts, secrets, findings)
    models = read_models(data.get("model", []), accounts, findings)
    if accounts.named and "model" not in data:
        findings.warn(("account",), "nothing is served yet; add a [[model]] with a name and routes")
    public_url = office.maybe("public_url", values.web_address)
    desk_public = desk.take("public", values.flag, default=False)
    desk_public_url = desk.maybe("public_url", values.web_address)
    routebook = Routebook(
        accounts=accounts.upstreams,
        models=models,
        body_bytes_max=gateway.take("max_body", values.size, _ROUTEBOOK.body_bytes_max),
        hold_wait_ms=gateway.take("hold_wait", values.wait, _ROUTEBOOK.hold_wait_ms),
        timeouts=timeouts,
        # Callers are strangers: where there is a desk for these, the errors that they get lead there.
        public_url=(desk_public_url if desk_public else None) or public_url,
    )
    edge = Gateway(
        listen=gateway.take("listen", values.address, _DEFAULTS.gateway.listen),
        workers=gateway.take("workers", values.workers, 1),
        durability=gateway.take("durability", values.one_of("process", "power"), _DEFAULTS.gateway.durability),
        drain_timeout_ms=gateway.take("drain_timeout", values.wait, _DEFAULTS.gateway.drain_timeout_ms),
    )
    office_listen = office.take("listen", values.loopback_address, _DEFAULTS.office_listen)
    desk_listen = desk.take("listen", values.address, _DEFAULTS.desk_listen)
    desk_hosts = desk.take("hosts", values.host_names, _DEFAULTS.desk_hosts)
    _check_apart(gateway, edge.listen, "office", office_listen)
    if desk_public:
        _check_apart(desk, desk_listen, "office", office_listen)
        _check_apart(desk, desk_listen, "gateway", edge.listen)
        if desk_public_url is None and not desk_hosts:
            desk.warn("public", 'the desk answers to no name, only to numbers; write public_url = "https://desk.example.org"')
    settings = Settings(
        office_listen=office_listen,
        office_public_url=public_url,
        store_url=sections["store"].take("url", values.store, _DEFAULTS.store_url),
        cache_url=sections["cache"].take("url", values.cache, _DEFAULTS.cache_url),
        desk_public=desk_public,
        desk_listen=desk_listen,
        desk_public_url=desk_public_url,
        desk_hosts=desk_hosts,
        desk_trusted_proxies=desk.take("trusted_proxies", values.networks, _DEFAULTS.desk_trusted_proxies),
        desk_posts_per_minute=desk.take("posts_per_minute", values.count, _DEFAULTS.desk_posts_per_minute),
        desk_reads_per_minute=desk.take("reads_per_minute", values.count, _DEFAULTS.desk_reads_per_minute),
        desk_model=read_assistance(desk, data.get("model", []), models, accounts),
        admin_token=admin_token(secrets.environment),
        gateway=edge,
        routebook=routebook,
        thresholds=accounts.thresholds,
        alerts=_read_alerts(data.get("alert", []), secrets, findings),
        warnings=tuple(_by_line(findings.warnings)),
    )
    for section in sections.values():
        section.done()
    return settings


def admin_token(environment: Mapping[str, str]) -> str | None:
    """The admin token that the environment states."""
    return environment.get("SOLVENT_ADMIN_TOKEN") or None


def _section(data: dict[str, Any], name: str, findings: Findings) -> Section:
    table = data.get(name, {})
    return Section(table if isinstance(table, dict) else {}, (name,), f"[{name}]", findings)


def _check_apart(section: Section, listen: Address, other: str, others: Address) -> None:
    same = listen.host == others.host or not {listen.host, others.host}.isdisjoint(_EVERYWHERE)
    if listen.port == others.port != 0 and same:
        section.wrong("listen", f"the {other} listens on {others} too; give one of them another port")


def _read_alerts(data: Any, secrets: Secrets, findings: Findings) -> tuple[Alert, ...]:
    alerts = []
    for index, item in enumerate(tables(data, "alert", findings)):
        section = Section(item, ("alert", index), f"alert {index + 1}", findings)
        on = section.need("on", values.texts, '["balance.low"]')
        to = section.need("to", lambda value: secrets.resolve(value)[0], '"env:ALERT_URL"')
        section.done()
        if not index:
            findings.warn(section.path, "nothing is sent yet by this version; `GET /api/alerts` lists what [[alert]] would tell")
        if on is not None and to is not None:
            alerts.append(Alert(on, to))
    return tuple(alerts)
