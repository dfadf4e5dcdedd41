from __future__ import annotations

from typing import Any

import pytest

from solvent.base.money import Money
from solvent.model.route import DialectName, Endpoint, StreamUsage, Timeouts, Upstream
from solvent.settings.accounts import Secrets, header_key, provider
from tests.unit.settings.texts import ACCOUNT, ENVIRONMENT, mistakes, read, read_file, warnings

OPENAI, ANTHROPIC = DialectName.OPENAI, DialectName.ANTHROPIC
SERVED = '\n[[model]]\nname = "m"\nroutes = [{ account = "main", model = "m" }]\n'


def account(provider: str = "anthropic", base_url: str = "", **more: str) -> str:
    lines = ["[[account]]", 'name = "main"', f'provider = "{provider}"', 'api_key = "env:KEY"']
    lines += [f'base_url = "{base_url}"'] if base_url else []
    return "\n".join(lines + [f"{key} = {value}" for key, value in more.items()]) + "\n"


def upstream(text: str) -> Upstream:
    return read(text).routebook.accounts["main"]


@pytest.mark.parametrize(
    ("name", "base_url", "urls"),
    [
        ("anthropic", "", {OPENAI: "https://api.anthropic.com/v1/chat/completions", ANTHROPIC: "https://api.anthropic.com/v1/messages"}),
        (
            "anthropic",
            "http://127.0.0.1:9",
            {OPENAI: "http://127.0.0.1:9/v1/chat/completions", ANTHROPIC: "http://127.0.0.1:9/v1/messages"},
        ),
        (
            "anthropic",
            "https://p.example/a/v1/",
            {OPENAI: "https://p.example/a/v1/chat/completions", ANTHROPIC: "https://p.example/a/v1/messages"},
        ),
        ("openai", "", {OPENAI: "https://api.openai.com/v1/chat/completions"}),
        ("openai", "https://p.example/x", {OPENAI: "https://p.example/x/chat/completions"}),
        (
            "deepseek",
            "",
            {OPENAI: "https://api.deepseek.com/chat/completions", ANTHROPIC: "https://api.deepseek.com/anthropic/v1/messages"},
        ),
        (
            "deepseek",
            "https://api.deepseek.com/v1",
            {OPENAI: "https://api.deepseek.com/v1/chat/completions", ANTHROPIC: "https://api.deepseek.com/anthropic/v1/messages"},
        ),
        (
            "deepseek",
            "https://api.deepseek.com/anthropic",
            {OPENAI: "https://api.deepseek.com/chat/completions", ANTHROPIC: "https://api.deepseek.com/anthropic/v1/messages"},
        ),
        ("google", "", {OPENAI: "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"}),
        (
            "google",
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            {OPENAI: "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"},
        ),
        ("groq", "", {OPENAI: "https://api.groq.com/openai/v1/chat/completions"}),
        ("openrouter", "", {OPENAI: "https://openrouter.ai/api/v1/chat/completions", ANTHROPIC: "https://openrouter.ai/api/v1/messages"}),
        (
            "moonshot",
            "https://api.moonshot.cn/v1",
            {OPENAI: "https://api.moonshot.cn/v1/chat/completions", ANTHROPIC: "https://api.moonshot.cn/anthropic/v1/messages"},
        ),
        (
            "new-api",
            "https://relay.example/v1",
            {OPENAI: "https://relay.example/v1/chat/completions", ANTHROPIC: "https://relay.example/v1/messages"},
        ),
        (
            "openai-compatible",
            "https://relay.example/v1",
            {OPENAI: "https://relay.example/v1/chat/completions", ANTHROPIC: "https://relay.example/v1/messages"},
        ),
    ],
)
def test_the_base_is_used_as_the_vendors_sdk_uses_it(name: str, base_url: str, urls: dict[DialectName, str]) -> None:
    found = upstream(account(name, base_url))
    assert {dialect: endpoint.url for dialect, endpoint in found.endpoints.items()} == urls


@pytest.mark.parametrize(
    ("name", "vendor", "relay"),
    [
        ("anthropic", "anthropic", False),
        ("google", "google", False),
        ("openrouter", None, True),
        ("new-api", None, True),
        ("openai-compatible", None, True),
    ],
)
def test_a_relay_has_no_vendor_of_its_own(name: str, vendor: str | None, relay: bool) -> None:  # noqa: FBT001 - a table's column
    found = upstream(account(name, "https://h.example/v1"))
    assert (found.provider, found.vendor, found.relay) == (name, vendor, relay)


@pytest.mark.parametrize(
    ("name", "dialect", "headers", "usage"),
    [
        ("anthropic", ANTHROPIC, (("x-api-key", "sk-from-env"),), StreamUsage.ALWAYS),
        ("anthropic", OPENAI, (("authorization", "Bearer sk-from-env"),), StreamUsage.INJECT),
        ("openai", OPENAI, (("authorization", "Bearer sk-from-env"),), StreamUsage.INJECT),
        ("mistral", OPENAI, (("authorization", "Bearer sk-from-env"),), StreamUsage.ALWAYS),
        ("openai-compatible", ANTHROPIC, (("authorization", "Bearer sk-from-env"), ("x-api-key", "sk-from-env")), StreamUsage.ALWAYS),
    ],
)
def test_the_key_is_in_the_headers_that_the_party_reads(
    name: str, dialect: DialectName, headers: tuple[tuple[str, str], ...], usage: StreamUsage
) -> None:
    endpoint = upstream(account(name, "https://h.example/v1")).endpoints[dialect]
    assert endpoint == Endpoint(endpoint.url, headers, usage)
    assert "sk-from-env" not in repr(endpoint)


def test_an_account_has_its_own_limits_and_else_those_of_the_gateway() -> None:
    text = '[gateway]\nconnect_timeout = "1s"\nidle_timeout = "9s"\n' + account(
        idle_timeout='"3s"', first_byte_timeout='"7s"', max_body='"1MB"', balance='"25.00"'
    )
    found = upstream(text)
    assert found.timeouts == Timeouts(1_000, 7_000, 7_000, 3_000, 900_000)
    assert (found.body_bytes_max, found.balance) == (1024 * 1024, Money.parse("25"))
    assert (upstream(account()).body_bytes_max, upstream(account()).balance) == (None, None)


def test_an_account_may_be_kept_to_one_dialect() -> None:
    assert list(upstream(account("openai-compatible", "https://h.example/v1", dialects='["openai"]')).endpoints) == [OPENAI]


NO_KEY = '[[account]]\nname = "main"\nprovider = "anthropic"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n[[account]]\n", [(2, 'account 1 has no `name`; write name = "main"'), (2, 'account 1 has no `provider`; write provider = "anthropic"'), (2, 'account 1 has no `api_key`; write api_key = "env:NAME"')]),
        (NO_KEY, [(1, 'account `main` has no `api_key`; write api_key = "env:ANTHROPIC_API_KEY"')]),
        (NO_KEY + 'api_key = "env:NONE"\n', [(4, "`api_key` of account `main`: the environment variable `NONE` is not set or empty; export it before the start")]),
        (NO_KEY + 'api_key = "env:EMPTY"\n', [(4, "`api_key` of account `main`: the environment variable `EMPTY` is not set or empty; export it before the start")]),
        (NO_KEY + 'api_key = "env:BLANKS"\n', [(4, "`api_key` of account `main`: the key holds blanks or signs that no header takes; look at where it comes from")]),
        (NO_KEY + 'api_key = "file:gone.txt"\n', [(4, "`api_key` of account `main`: the file `gone.txt` cannot be read (No such file or directory); give one that this user may read")]),
        (NO_KEY + 'api_key = "file:empty.txt"\n', [(4, "`api_key` of account `main`: the file `empty.txt` is empty; write the key into it")]),
        (NO_KEY + 'api_key = "${KEY}"\n', [(4, '`api_key` of account `main`: variables are not filled in here; write "env:NAME"')]),
        (NO_KEY + 'api_key = "env:sk-secret"\n', [(4, '`api_key` of account `main`: what follows `env:` is no name of a variable; write "env:NAME" and export NAME')]),
        (NO_KEY + "api_key = 5\n", [(4, '`api_key` of account `main`: it must be a text: write "env:NAME" or "file:PATH"')]),
        (ACCOUNT + "\n" + ACCOUNT, [(7, "`name` of account `main`: another account has this name; give each its own")]),
        (account(balance="25.0"), [(5, '`balance` of account `main`: 25.0 is a bare number; write it in quotes, "25.0", so that nothing of it is lost')]),
        (account(low_runway='"1 day"'), [(5, "`low_runway` of account `main`: '1 day' is not a length of time; write a whole number with its unit, such as \"250ms\", \"5s\", \"2m\" or \"24h\"")]),
        (account(basurl='"x"'), [(5, "`basurl` is not a setting of account `main`; did you mean `base_url`?")]),
        (account("OpenAI"), [(3, "`provider` of account `main`: 'OpenAI' is not a provider; did you mean `openai`? (for any other: \"openai-compatible\" or \"new-api\" with a `base_url`)")]),
        (account("antropic"), [(3, "`provider` of account `main`: 'antropic' is not a provider; did you mean `anthropic`? (for any other: \"openai-compatible\" or \"new-api\" with a `base_url`)")]),
        (account("azure"), [(3, '`provider` of account `main`: how `azure` is called is not known here; write provider = "openai-compatible" with its `base_url`')]),
        (account("new-api"), [(1, 'account `main` has no `base_url`; write base_url = "https://relay.example/v1"')]),
        (account(base_url="relay.example"), [(5, '`base_url` of account `main`: this is not a web address; write one such as "https://solvent.example.org", without `?` or `#`')]),
        (account(base_url="wss://relay.example"), [(5, '`base_url` of account `main`: this is not a web address; write one such as "https://solvent.example.org", without `?` or `#`')]),
        (account("openai", "https://h.example/v1/chat/completions"), [(5, "`base_url` of account `main`: it ends in `/chat/completions`, which is added here; leave that out")]),
        (account("openai", dialects='["anthropic"]'), [(5, '`dialects` of account `main`: `openai` speaks "openai"; choose among them')]),
        (account("openai", dialects="[]"), [(5, '`dialects` of account `main`: `openai` speaks "openai"; choose among them')]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_its_repair(text: str, expected: list[tuple[int | None, str]]) -> None:
    assert mistakes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ACCOUNT, []),
        (account("openai-compatible", "http://127.0.0.1:11434/v1"), []),
        (NO_KEY + 'api_key = "sk-literal"\n', [(4, '`api_key` of account `main`: the key itself stands in this file; put it into the environment and write "env:NAME", or "file:PATH"')]),
        (account("openai", "http://relay.example/v1"), [(5, "`base_url` of account `main`: over http everybody on the way can read the key; write https:// where the host takes it")]),
        (account("new-api", "https://relay.example"), [(5, "`base_url` of account `main`: it has no path, and most such hosts answer under /v1; add it where this one does")]),
    ],
)  # fmt: skip
def test_what_works_and_should_be_changed_is_a_warning(text: str, expected: list[tuple[int | None, str]]) -> None:
    assert warnings(text + SERVED) == expected


@pytest.mark.parametrize(
    ("written", "found"),
    [("env:KEY", ("sk-from-env", False)), ("file:key.txt", ("sk-from-file", False)), (" sk-x ", ("sk-x", True)), ("envy", ("envy", True))],
)
def test_a_secret_is_found_where_it_is(written: str, found: tuple[str, bool]) -> None:
    assert Secrets(ENVIRONMENT, read_file).resolve(written) == found


def test_a_secret_file_that_is_no_text_is_refused() -> None:
    def binary(path: str) -> str:
        return b"\xff".decode()

    with pytest.raises(ValueError, match="cannot be read \\(it is not UTF-8\\)"):
        Secrets({}, binary).resolve("file:x")


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "é", "a\x7f"])
def test_a_key_that_would_break_a_header_is_refused_without_being_told(key: str) -> None:
    with pytest.raises(ValueError, match="no header takes") as refusal:
        header_key(key)
    assert not key or key not in str(refusal.value)


@pytest.mark.parametrize("value", [5, None, "", [], "zzz"])
def test_a_provider_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="is not a provider; known are anthropic"):
        provider(value)
