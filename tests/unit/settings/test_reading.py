from __future__ import annotations

from pathlib import Path

import pytest

from solvent.base.errors import UsageError
from solvent.base.money import Money
from solvent.model.route import Timeouts
from solvent.settings import Address, Alert, Gateway, Settings, SettingsError, Threshold, load, store_url
from tests.unit.settings.texts import ACCOUNT, mistakes, read, warnings

# Every key that the outside contract lists.
WHOLE = """\
[gateway]
listen = "0.0.0.0:8400"
workers = 1
durability = "power"
connect_timeout = "2s"
first_byte_timeout = { stream = "30s", json = "5m" }
idle_timeout = "1m"
total_timeout = "10m"
drain_timeout = "250ms"
max_body = "8MB"
hold_wait = "0s"

[office]
listen = "127.0.0.1:9000"
public_url = "https://desk.example.org/"

[desk]
public = false
listen = "0.0.0.0:8402"
public_url = "https://errors.example.org/"
hosts = ["Errors.Example.com"]
trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]
posts_per_minute = 5
reads_per_minute = 500

[store]
url = "sqlite:///other.db"

[cache]
url = "memory://"

[[account]]
name = "anthropic-main"
provider = "anthropic"
base_url = "https://api.anthropic.com"
api_key = "env:KEY"
balance = "25.00"
low_balance = "5.00"
low_runway = "24h"

[[account]]
name = "relay"
provider = "new-api"
base_url = "https://relay.example/v1"
api_key = "file:key.txt"

[[model]]
name = "claude-*"
routes = [{ account = "relay" }]

[[model]]
name = "claude-sonnet-4-5"
routes = [
  { account = "anthropic-main", model = "claude-sonnet-4-5" },
  { account = "relay", model = "claude-sonnet-4-5", degraded = true },
]
price = { input = "3.00", output = "15.00", cache_read = "0.30", cache_write = "3.75" }
when_exhausted = ["cache", "maintenance"]
maintenance_text = "The assistant is briefly unavailable."

[[alert]]
on = ["balance.low", "budget.*"]
to = "env:ALERT_URL"
"""


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "solvent.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold() -> None:
    settings = load(None, {})
    assert settings == Settings()
    assert str(settings.office_listen) == "127.0.0.1:8401"
    assert settings.gateway == Gateway(Address("127.0.0.1", 8400), 1, "process", 8_000)
    assert read("") == settings


def test_every_setting_is_read() -> None:
    settings = read(WHOLE)
    assert settings.gateway == Gateway(Address("0.0.0.0", 8400), 1, "power", 250)
    assert (settings.office_listen, settings.office_public_url) == (Address("127.0.0.1", 9000), "https://desk.example.org")
    assert (settings.desk_public, settings.desk_listen) == (False, Address("0.0.0.0", 8402))
    assert (settings.desk_posts_per_minute, settings.desk_reads_per_minute) == (5, 500)
    assert (settings.store_url, settings.cache_url) == ("sqlite:///other.db", "memory://")
    assert settings.thresholds == (Threshold("anthropic-main", Money.parse("5"), 86_400_000),)
    assert settings.alerts == (Alert(("balance.low", "budget.*"), "https://hooks.example/T0/secret"),)
    assert (settings.desk_public_url, settings.desk_hosts) == ("https://errors.example.org", ("errors.example.com",))
    assert settings.desk_trusted_proxies == ("127.0.0.1/32", "10.0.0.0/8")
    assert [warning.line for warning in settings.warnings] == [39, 58, 61]
    book = settings.routebook
    assert list(book.accounts) == ["anthropic-main", "relay"]
    assert [model.name for model in book.models] == ["claude-sonnet-4-5", "claude-*"]
    assert (book.body_bytes_max, book.hold_wait_ms, book.public_url) == (8 * 1024 * 1024, 0, "https://desk.example.org")
    assert book.timeouts == Timeouts(2_000, 30_000, 300_000, 60_000, 600_000)


def test_no_secret_is_shown() -> None:
    settings = load(None, {"SOLVENT_ADMIN_TOKEN": "t0ken-t0ken"})
    shown = repr(settings) + repr(read(WHOLE))
    assert [secret for secret in ("t0ken-t0ken", "sk-from-env", "sk-from-file", "T0/secret") if secret in shown] == []


@pytest.mark.parametrize(
    ("environment", "token"), [({"SOLVENT_ADMIN_TOKEN": "t0ken"}, "t0ken"), ({"SOLVENT_ADMIN_TOKEN": ""}, None), ({}, None)]
)
def test_the_admin_token_comes_from_the_environment(tmp_path: Path, environment: dict[str, str], token: str | None) -> None:
    assert load(None, environment).admin_token == token
    assert load(written(tmp_path, "[office]\n"), environment).admin_token == token


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('\n[offic]\nlisten = "127.0.0.1:1"\n', [(2, "`offic` is not a section of this file; did you mean `[office]`?")]),
        (
            "\nother.key = 1\n",
            [
                (
                    2,
                    "`other` is not a section of this file; known are [gateway], [office], [desk], [store], [cache], [[account]], [[model]], [[alert]]",
                )
            ],
        ),
        ("desk = 5\n", [(1, "`desk` must be one table; write [desk]")]),
        ("\n[[desk]]\nx = 1\n", [(2, "`desk` must be one table; write [desk]")]),
        ('[account]\nname = "a"\n', [(1, "`account` must be a list of tables; write [[account]] above each")]),
        (
            "[gateway]\n\nworkers = 4\n",
            [(3, "`workers` of [gateway]: 4 workers cannot share the balances yet; this version runs one: write workers = 1")],
        ),
        ('[gateway]\ndurabilty = "power"\n', [(2, "`durabilty` is not a setting of [gateway]; did you mean `durability`?")]),
        ('[gateway]\ndurability = "disk"\n', [(2, '`durability` of [gateway]: \'disk\' is not known; write "process" or "power"')]),
        (
            '[gateway]\nlisten = "127.0.0.1:8401"\n',
            [(2, "`listen` of [gateway]: the office listens on 127.0.0.1:8401 too; give one of them another port")],
        ),
        (
            '[desk]\npublic = true\nlisten = "0.0.0.0:8401"\n',
            [(3, "`listen` of [desk]: the office listens on 127.0.0.1:8401 too; give one of them another port")],
        ),
        (
            '[desk]\npublic = true\n[gateway]\nlisten = "[::]:8402"\n',
            [(1, "`listen` of [desk]: the gateway listens on [::]:8402 too; give one of them another port")],
        ),
        (
            '[desk]\npublic_url = "desk.example.org"\nhosts = ["https://desk.example.org"]\ntrusted_proxies = ["0.0.0.0/0"]\n',
            [
                (
                    2,
                    '`public_url` of [desk]: this is not a web address; write one such as "https://solvent.example.org", without `?` or `#`',
                ),
                (3, '`hosts` of [desk]: it must be a list of names without scheme and port, such as ["desk.example.org"]'),
                (
                    4,
                    "`trusted_proxies` of [desk]: `0.0.0.0/0` is everybody, so that anybody could say to be anybody else; name the network of the proxy alone",
                ),
            ],
        ),
        (
            '[office]\nlisten = "0.0.0.0:8401"\n',
            [
                (
                    2,
                    "`listen` of [office]: `0.0.0.0` can be reached from other machines, and the desk has no sign-in for them yet; listen on 127.0.0.1",
                )
            ],
        ),
        (
            '[store]\nurl = "postgresql://u:s3cret@h/d"\n',
            [(2, '`url` of [store]: `postgresql` is not a store that is supported; write "sqlite:///solvent.db"')],
        ),
        (
            '[cache]\nurl = "redis://:s3cret@h/0"\n',
            [(2, '`url` of [cache]: `redis` is not a cache that is supported yet; write "memory://"')],
        ),
        ("[desk]\npublc = true\n", [(2, "`publc` is not a setting of [desk]; did you mean `public`?")]),
        ("[[alert]]\n", [(1, 'alert 1 has no `on`; write on = ["balance.low"]'), (1, 'alert 1 has no `to`; write to = "env:ALERT_URL"')]),
        (
            '[[alert]]\non = "balance.low"\nto = "env:NONE"\n',
            [
                (2, '`on` of alert 1: it must be a list of texts such as ["balance.low"]'),
                (3, "`to` of alert 1: the environment variable `NONE` is not set or empty; export it before the start"),
            ],
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_repair(content: str, expected: list[tuple[int | None, str]]) -> None:
    assert mistakes(content) == expected


def test_every_mistake_is_told_at_once_in_the_order_of_the_lines() -> None:
    content = (
        '[[model]]\nname = "m"\nroutes = [{ account = "mian", model = "m" }]\n'
        '[office]\nlisten = "0.0.0.0:1"\npublic_url = "x"\n[desk]\nposts_per_minute = 0\nspeed = 9\n[stores]\n' + ACCOUNT + "max_body = 5\n"
    )
    assert [line for line, _ in mistakes(content)] == [3, 5, 6, 8, 9, 10, 15]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "[desk]\npublic = true\n",
            [(2, '`public` of [desk]: the desk answers to no name, only to numbers; write public_url = "https://desk.example.org"')],
        ),
        (
            "\n" + ACCOUNT,
            [
                (2, "no route leads to account `main`; name it in the `routes` of a [[model]]"),
                (2, "nothing is served yet; add a [[model]] with a name and routes"),
            ],
        ),
        (
            f'{ACCOUNT}low_runway = "24h"\n[[model]]\nname = "m"\nroutes = [{{ account = "main", model = "m" }}]\nwhen_exhausted = ["cache"]\n'
            + '[[alert]]\non = ["balance.low"]\nto = "https://a.example"\n' * 2,
            [
                (
                    5,
                    "`low_runway` of account `main`: how long the money lasts is not computed yet by this version; `low_balance` is watched",
                ),
                (9, "`when_exhausted` of model `m`: answers are not kept yet by this version, so `cache` is passed over"),
                (10, "nothing is sent yet by this version; `GET /api/alerts` lists what [[alert]] would tell"),
            ],
        ),
    ],
)
def test_what_works_and_should_be_changed_is_a_warning(content: str, expected: list[tuple[int | None, str]]) -> None:
    assert warnings(content) == expected


def test_what_is_not_toml_says_where(tmp_path: Path) -> None:
    ((line, message),) = mistakes("[office\n")
    assert line == 1
    assert "not TOML" in message
    assert "line 1" in message


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the config `.*none\.toml`: No such file or directory; name a file .* --config"):
        load(tmp_path / "none.toml", {})
    (tmp_path / "latin.toml").write_bytes(b"# \xff\n")
    with pytest.raises(UsageError, match=r"cannot read the config `.*latin\.toml`: it is not UTF-8 at byte 2; save it as UTF-8"):
        load(tmp_path / "latin.toml", {})


def test_a_secret_file_lies_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-beside\n")
    settings = load(written(tmp_path, ACCOUNT.replace("env:KEY", "file:key")), {})
    ((_, endpoint), *_) = settings.routebook.accounts["main"].endpoints.items()
    assert "sk-beside" in str(endpoint.headers)


def test_the_store_is_found_without_the_environment_that_the_rest_needs(tmp_path: Path) -> None:
    path = tmp_path / "solvent.toml"
    path.write_text('[store]\nurl = "sqlite:///other.db"\n[[account]]\nname = "a"\nprovider = "openai"\napi_key = "env:NOT_SET"\n')
    assert store_url(path) == "sqlite:///other.db"
    assert store_url(None) == Settings().store_url
    path.write_text("[office]\n")
    assert store_url(path) == Settings().store_url
    path.write_text('\n[store]\nurl = "mysql://host/db"\n')
    with pytest.raises(SettingsError, match=r"solvent\.toml: line 3: "):
        store_url(path)
    path.write_text("[store\n")
    with pytest.raises(SettingsError, match="not TOML"):
        store_url(path)
    with pytest.raises(UsageError, match="name a file that this user may read"):
        store_url(tmp_path / "none.toml")


def test_errors_of_the_gateway_lead_strangers_to_the_desk_that_is_for_them() -> None:
    desk = '[desk]\npublic = {}\npublic_url = "https://errors.example.org"\n'
    office = '[office]\npublic_url = "https://office.example.org"\n'
    for content, found in (
        (desk.format("true") + office, "https://errors.example.org"),
        (desk.format("false") + office, "https://office.example.org"),
        ('[desk]\npublic = true\nhosts = ["e.example"]\n' + office, "https://office.example.org"),
        (desk.format("true"), "https://errors.example.org"),
    ):
        assert read(content).routebook.public_url == found
        assert warnings(content) == []


def test_a_desk_that_is_not_public_may_name_any_address() -> None:
    assert read('[desk]\nlisten = "127.0.0.1:8401"\n').desk_public is False
