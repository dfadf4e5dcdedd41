from __future__ import annotations

from datetime import date

from solvent.bootstrap import demo
from solvent.model.route import DialectName
from solvent.pricing import book
from solvent.routing.health import HealthBook
from solvent.routing.plan import Planner
from solvent.settings import parse


def never(path: str) -> str:
    raise AssertionError(path)


def test_the_demos_config_has_no_mistakes_and_a_dry_account_first() -> None:
    found = parse(demo.config_of("http://127.0.0.1:8409"), "demo", {}, never)
    routes = found.routebook
    model = next(model for model in routes.models if model.name == demo.MODEL)
    first, relay, last = (routes.accounts[route.account] for route in model.routes)
    assert first.endpoints[DialectName.ANTHROPIC].url == "http://127.0.0.1:8409/v1/messages"
    assert (first.balance, relay.relay) == (None, True)
    assert last.balance is not None
    headers = [dict(account.endpoints[DialectName.ANTHROPIC].headers) for account in (first, relay, last)]
    assert [next(iter(each.values())).rsplit("-", 1)[1] for each in headers] == ["0", "0", "3.00"]


def test_every_account_of_the_demo_is_at_the_sandbox() -> None:
    routes = parse(demo.config_of("http://[::1]:9"), "demo", {}, never).routebook
    assert {
        endpoint.url.startswith("http://[::1]:9/") for account in routes.accounts.values() for endpoint in account.endpoints.values()
    } == {True}


def test_the_demo_serves_whatever_claude_a_client_asks_for() -> None:
    planner = Planner(parse(demo.config_of("http://127.0.0.1:8409"), "demo", {}, never).routebook)
    for name in ("claude-sonnet-4-5", "claude-haiku-4-5-20251001"):
        found = planner.plan(name, DialectName.ANTHROPIC, HealthBook(), 0, 0)
        assert found is not None
        assert [(way.upstream.name, way.model) for way in found[1].candidates] == [
            (account, name) for account in ("anthropic-main", "relay", "anthropic-spare")
        ]
        assert all(book.price_of(way.upstream.provider, name, date(2026, 11, 25), way.vendor) for way in found[1].candidates)
