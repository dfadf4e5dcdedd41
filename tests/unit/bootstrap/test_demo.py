from __future__ import annotations

from solvent.bootstrap import demo
from solvent.model.route import DialectName
from solvent.settings import parse


def never(path: str) -> str:
    raise AssertionError(path)


def test_the_demos_config_has_no_mistakes_and_a_dry_account_first() -> None:
    found = parse(demo.config_of("http://127.0.0.1:8409"), "demo", {}, never)
    book = found.routebook
    model = next(model for model in book.models if model.name == demo.MODEL)
    first, relay, last = (book.accounts[route.account] for route in model.routes)
    assert first.endpoints[DialectName.ANTHROPIC].url == "http://127.0.0.1:8409/v1/messages"
    assert (first.balance, relay.relay) == (None, True)
    assert last.balance is not None
    headers = [dict(account.endpoints[DialectName.ANTHROPIC].headers) for account in (first, relay, last)]
    assert [next(iter(each.values())).rsplit("-", 1)[1] for each in headers] == ["0", "0", "3.00"]


def test_every_account_of_the_demo_is_at_the_sandbox() -> None:
    book = parse(demo.config_of("http://[::1]:9"), "demo", {}, never).routebook
    assert {
        endpoint.url.startswith("http://[::1]:9/") for account in book.accounts.values() for endpoint in account.endpoints.values()
    } == {True}
