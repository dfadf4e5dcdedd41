from __future__ import annotations

from pathlib import Path

import pytest

from solvent.base.errors import UsageError
from solvent.base.money import Money
from solvent.bootstrap.config import NO_FILE, Config, Reloading
from solvent.model.change import Change
from solvent.office.admin import Reloaded
from solvent.operations.accounts import Accounts
from tests.books import FakeWorkers, World, opened
from tests.conftest import FixedClock

pytestmark = pytest.mark.anyio
ACCOUNT = '[[account]]\nname = "{name}"\nprovider = "openai"\napi_key = "env:KEY"\nbalance = "3.00"\nlow_balance = "1.00"\n'
ENVIRONMENT = {"KEY": "sk-1"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "solvent.toml"
    found.write_text(ACCOUNT.format(name="one"))
    return found


def text(path: Path) -> str:
    return path.read_text()


def write(path: Path, content: str | None) -> None:
    """Another text in the file, or no file."""
    if content is None:
        path.unlink()
    else:
        path.write_text(content)


def names(config: Config) -> list[str]:
    return [account.name for account in config.accounts()]


def test_a_file_gives_its_text_and_what_it_says(path: Path) -> None:
    config = Config(path, ENVIRONMENT)
    assert (config.text, names(config)) == (text(path), ["one"])
    assert config.low_balances() == {"one": Money.parse("1.00")}


def test_without_a_file_the_environment_counts_and_workers_read_their_own(tmp_path: Path) -> None:
    config = Config(None, {"ANTHROPIC_API_KEY": "sk-a"})
    assert (config.text, names(config)) == ("", ["anthropic"])


def test_an_empty_file_is_a_config_that_serves_nothing(path: Path) -> None:
    write(path, "")
    config = Config(path, {"ANTHROPIC_API_KEY": "sk-a"})
    assert (names(config), config.text.strip(), bool(config.text)) == ([], "", True)


def test_secrets_lie_beside_the_file(path: Path) -> None:
    write(path, ACCOUNT.format(name="one").replace("env:KEY", "file:key"))
    (path.parent / "key").write_text("sk-2\n")
    assert names(Config(path, {})) == ["one"]


def test_a_bad_file_is_refused(path: Path) -> None:
    write(path, "[office\n")
    with pytest.raises(UsageError, match="not TOML"):
        Config(path, ENVIRONMENT)


async def reloading(config: Config, world: World) -> Reloading:
    world.configured.clear()
    around = world.around
    object.__setattr__(around, "configured", config.accounts)
    return Reloading(config, world.workers, Accounts(around))


async def test_a_changed_file_is_told_to_the_workers_and_its_openings_are_booked(tmp_path: Path, path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as world:
        config = Config(path, ENVIRONMENT)
        taking = await reloading(config, world)
        write(path, ACCOUNT.format(name="two"))
        assert await taking.take() == Reloaded()
        assert (names(config), world.workers.told) == (["two"], [Change(config=text(path))])
        assert (await world.ledger.accounts(["upstream:two"]))["upstream:two"].credited == Money.parse("3.00")


async def test_a_bad_file_changes_nothing_and_all_its_mistakes_are_told(tmp_path: Path, path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as world:
        config = Config(path, ENVIRONMENT)
        taking = await reloading(config, world)
        write(path, '[office]\nlisten = 1\n[gateway]\nspeed = "high"\n')
        done = await taking.take()
        assert (len(done.mistakes), done.mistakes[0][:8]) == (2, "line 2: ")
        write(path, None)
        assert "cannot read the config" in (await taking.take()).mistakes[0]
        assert (names(config), world.workers.told) == (["one"], [])


class Unwilling(FakeWorkers):
    async def tell(self, change: Change) -> None:
        await super().tell(change)
        if change.config is not None and "two" in change.config:
            raise ValueError("`env:KEY` is not set here")


async def test_what_a_worker_refuses_is_taken_back_everywhere(tmp_path: Path, path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as world:
        config, workers = Config(path, ENVIRONMENT), Unwilling()
        taking, old = Reloading(config, workers, Accounts(world.around)), text(path)
        write(path, ACCOUNT.format(name="two"))
        assert await taking.take() == Reloaded(("`env:KEY` is not set here",))
        assert (names(config), [change.config for change in workers.told]) == (["one"], [text(path), old])


async def test_what_counts_only_after_a_restart_is_named(tmp_path: Path, path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as world:
        taking = await reloading(Config(path, ENVIRONMENT), world)
        write(path, '[gateway]\nlisten = "127.0.0.1:9"\ndurability = "power"\n[store]\nurl = "sqlite:///other.db"\n')
        assert (await taking.take()).after_restart == ("[gateway] listen", "[gateway] durability", "[store] url")
        for setting in ("public = true", 'public_url = "https://d.example"', 'hosts = ["d"]', 'trusted_proxies = ["10.0.0.1"]'):
            write(path, f"[desk]\n{setting}\n")
            assert (await taking.take()).after_restart == ("[desk]",)
        write(path, "[office]\n")
        assert (await taking.take()).after_restart == ()


async def test_without_a_file_there_is_nothing_to_take(tmp_path: Path, clock: FixedClock) -> None:
    async with opened(tmp_path, clock) as world:
        assert await (await reloading(Config(None, {}), world)).take() == Reloaded((NO_FILE,))
        assert world.workers.told == []
