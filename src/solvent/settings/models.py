"""Reading `[[model]]`: the names that clients ask for, the routes that lead to accounts, and prices that the file states itself."""

from __future__ import annotations

from typing import Any

from solvent.catalogue.vendors import vendor_of
from solvent.model.price import Price, Rates
from solvent.model.route import Model, Route
from solvent.settings import values
from solvent.settings.accounts import Accounts
from solvent.settings.section import Findings, Section, nearest, tables

_DEFAULTS = Model("", ())


def read_models(data: Any, accounts: Accounts, findings: Findings) -> tuple[Model, ...]:
    """All models without mistakes, exact names before patterns, else in the order of the file."""
    models: list[Model] = []
    seen: set[str] = set()
    used: set[str] = set()
    for index, item in enumerate(tables(data, "model", findings)):
        name = item.get("name")
        section = Section(item, ("model", index), f"model `{name}`" if isinstance(name, str) else f"model {index + 1}", findings)
        before = len(findings.mistakes)
        model = _read_model(section, accounts)
        section.done()
        if isinstance(name, str):
            if name in seen:
                section.wrong("name", "another model has this name; put the routes of both under one")
            seen.add(name)
        used |= {route["account"] for route in _written_routes(item) if isinstance(route.get("account"), str)}
        if model is not None and len(findings.mistakes) == before:
            models.append(model)
    for index, account in enumerate(accounts.named):
        if account not in used:
            findings.warn(("account", index), f"no route leads to account `{account}`; name it in the `routes` of a [[model]]")
    return tuple(sorted(models, key=lambda model: "*" in model.name))


def _written_routes(item: dict[str, Any]) -> list[dict[str, Any]]:
    routes = item.get("routes")
    return [route for route in routes if isinstance(route, dict)] if isinstance(routes, list) else []


def _read_model(section: Section, accounts: Accounts) -> Model | None:
    name = section.need("name", values.model_name, '"claude-sonnet-4-5"')
    example = "[" + '{ account = "main", model = "claude-sonnet-4-5" }' + "]"
    written = section.need("routes", _route_tables, example) or []
    routes = tuple(
        route
        for index, table in enumerate(written)
        if (route := _read_route(Section(table, (*section.path, "routes", index), _route_title(section, index), section.findings), name))
    )
    _check_accounts(section, written, accounts)
    when = section.maybe("when_exhausted", values.some_of("cache", "maintenance")) or ()
    maintenance = section.maybe("maintenance_text", values.text)
    if "cache" in when:
        section.warn("when_exhausted", "answers are not kept yet by this version, so `cache` is passed over")
    if "maintenance" in when and not section.has("maintenance_text"):
        section.wrong("when_exhausted", 'maintenance needs words; add maintenance_text = "…"')
    if section.has("maintenance_text") and "maintenance" not in when:
        section.warn("maintenance_text", 'nothing shows it; add when_exhausted = ["maintenance"]')
    price_table = section.maybe("price", _table)
    price = None
    if price_table is not None:
        price_section = Section(price_table, (*section.path, "price"), f"the price of {section.title}", section.findings)
        price = _read_price(price_section, surcharged=_writes_cost_more(name or "", _in_order(routes), accounts))
    model = Model(
        name=name or "",
        routes=_in_order(routes),
        price=price,
        when_exhausted=when,
        maintenance_text=maintenance or "",
        output_tokens_max=section.take("max_output", values.count, _DEFAULTS.output_tokens_max),
        short_of_money=section.take("short_of_money", values.one_of("refuse", "clamp"), _DEFAULTS.short_of_money),
        retry_unknown=section.take("retry_unknown", values.flag, _DEFAULTS.retry_unknown),
        drain=section.take("drain", values.flag, _DEFAULTS.drain),
        caller_left=section.take("caller_left", values.one_of("told", "prompt"), _DEFAULTS.caller_left),
    )
    return model if name is not None else None


def _route_title(section: Section, index: int) -> str:
    return f"route {index + 1} of {section.title}"


def _route_tables(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        raise ValueError('it must be a list of tables with at least one, such as [{ account = "main", model = "claude-sonnet-4-5" }]')
    return value


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError('it must be a table of dollars per million tokens, such as { input = "3.00", output = "15.00" }')  # noqa: TRY004 - every wrong value is one kind of error
    return value


def _read_route(section: Section, name: str | None) -> tuple[Route, bool] | None:
    """A route, and whether it states its order itself."""
    account = section.need("account", values.text, '"main"')
    model = section.maybe("model", values.model_name)
    stars = 0 if name is None else name.count("*")
    if not section.has("model") and name is not None and not stars:
        section.findings.wrong(
            section.path, f'{section.title} has no `model`; only a pattern\'s route may leave it out: write model = "{name}"'
        )
    if model is not None and "*" in model and (stars != 1 or model.count("*") != 1):
        section.wrong("model", "a `*` stands for what the one `*` of the model's own name stood for; write a whole name")
    order = section.maybe("order", values.place)
    weight = section.take("weight", values.count, 1)
    degraded = section.take("degraded", values.flag, default=False)
    section.done()
    return None if account is None else (Route(account, model, order or 0, weight, degraded), order is not None)


def _in_order(read: tuple[tuple[Route, bool], ...]) -> tuple[Route, ...]:
    """The routes with the order of each: as stated, else one after that of the route before it."""
    routes: list[Route] = []
    for route, stated in read:
        order = route.order if stated else (routes[-1].order + 1 if routes else 0)
        routes.append(Route(route.account, route.model, order, route.weight, route.degraded))
    return tuple(routes)


def _check_accounts(section: Section, written: list[dict[str, Any]], accounts: Accounts) -> None:
    for index, table in enumerate(written):
        account = table.get("account")
        if isinstance(account, str) and account.strip() and account.strip() not in accounts.named:
            why = nearest(account, accounts.named) if accounts.named else "there is none: add an [[account]]"
            path = (*section.path, "routes", index, "account")
            section.findings.wrong(path, f"{_route_title(section, index)}: `{account}` is not an account; {why}")


def _writes_cost_more(name: str, routes: tuple[Route, ...], accounts: Accounts) -> bool:
    """Whether a route may lead to a model of Anthropic's, which alone is known to charge extra for writing its cache."""
    upstreams = [accounts.upstreams.get(route.account) for route in routes]
    made = {vendor_of(route.model or name) for route in routes} | {vendor_of(name)}
    return "anthropic" in made | {upstream.vendor for upstream in upstreams if upstream is not None}


def _read_price(section: Section, *, surcharged: bool) -> Price | None:
    """The rates that the file states.

    What it leaves out is taken so that nobody is charged too little: cached tokens cost what others cost, and where Anthropic may be
    behind it, writing the cache costs 1.25 times that for five minutes and twice that for an hour
    (https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing, as genai-prices 0.2.3 cites it).
    """
    prompt = section.need("input", values.money, '"3.00"')
    output = section.need("output", values.money, '"15.00"')
    read = section.maybe("cache_read", values.money)
    write = section.maybe("cache_write", values.money)
    hour = section.maybe("cache_write_1h", values.money)
    section.done()
    if prompt is None or output is None:
        return None
    rate = prompt.nano_usd
    write_rate = write.nano_usd if write is not None else -(-rate * 5 // 4) if surcharged else rate
    hour_rate = hour.nano_usd if hour is not None else max(write_rate, 2 * rate) if surcharged else write_rate
    read_rate = rate if read is None else read.nano_usd
    return Price("config", Rates(rate, output.nano_usd, read_rate, write_rate, hour_rate))
