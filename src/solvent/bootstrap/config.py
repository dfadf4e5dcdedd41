"""The config that is in force in the office, and how a changed one takes its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

from solvent.base.errors import UsageError
from solvent.base.money import Money
from solvent.model.change import Change
from solvent.model.route import Upstream
from solvent.office.admin import Reloaded
from solvent.operations.accounts import Accounts
from solvent.operations.ports import Workers
from solvent.settings import Settings, SettingsError, from_environment, parse, secret_files, text_of

NO_FILE = "there is no config file: this runs with the provider keys of its environment; start it again with `--config solvent.toml`"

_DESK = [field.name for field in fields(Settings) if field.name.startswith("desk_")]
# What processes and listeners are made of.
_FIXED: dict[str, Callable[[Settings], object]] = {
    "[gateway] listen": lambda settings: settings.gateway.listen,
    "[gateway] durability": lambda settings: settings.gateway.durability,
    "[gateway] drain_timeout": lambda settings: settings.gateway.drain_timeout_ms,
    "[office] listen": lambda settings: settings.office_listen,
    "[office] public_url": lambda settings: settings.office_public_url,
    "[desk]": lambda settings: tuple(getattr(settings, name) for name in _DESK),
    "[store] url": lambda settings: settings.store_url,
}


class Config:
    """The text that workers are told, and what it says. `path` None: nothing but the environment, which workers read themselves."""

    def __init__(self, path: Path | None, environment: Mapping[str, str]) -> None:
        """Raises `UsageError` where the file cannot be read or has mistakes."""
        self.path = path
        self._environment = environment
        self.text, self.settings = self.read()

    def read(self) -> tuple[str, Settings]:
        """What stands in the file now. Raises `UsageError`."""
        if self.path is None:
            return "", from_environment(self._environment)
        # An empty text means the environment; an empty file is a config that serves nothing.
        text = text_of(self.path) or "\n"
        return text, parse(text, str(self.path), self._environment, secret_files(self.path.parent))

    def low_balances(self) -> dict[str, Money]:
        """By account, the balance below which the operator wants to be told."""
        return {one.account: one.balance for one in self.settings.thresholds if one.balance is not None}

    def accounts(self) -> tuple[Upstream, ...]:
        """The accounts of the config in force, in its order."""
        return tuple(self.settings.routebook.accounts.values())


class Reloading:
    """Takes a changed config as a whole: checked, then told to every worker, then the opening credit of new accounts is booked."""

    def __init__(self, config: Config, workers: Workers, accounts: Accounts) -> None:
        self._config = config
        self._workers = workers
        self._accounts = accounts
        self._started = config.settings
        self._turn = asyncio.Lock()

    async def take(self) -> Reloaded:
        """The mistakes for which it is refused, while the old one stays in force; none once it is in force at every worker."""
        async with self._turn:
            config = self._config
            if config.path is None:
                return Reloaded((NO_FILE,))
            try:
                new = config.read()
            except SettingsError as problem:
                return Reloaded(tuple(str(mistake) for mistake in problem.mistakes))
            except UsageError as problem:
                return Reloaded((str(problem),))
            # In force here first, so that a worker that comes meanwhile is opened with it.
            old = (config.text, config.settings)
            config.text, config.settings = new
            try:
                await self._workers.tell(Change(config=config.text))
            except ValueError as problem:
                config.text, config.settings = old
                await self._workers.tell(Change(config=config.text))
                return Reloaded((str(problem),))
            await self._accounts.post_openings()
            return Reloaded(after_restart=_fixed(self._started, config.settings))


def _fixed(started: Settings, now: Settings) -> tuple[str, ...]:
    """The settings that were read once, at the start, and stand differently in the file now."""
    return tuple(words for words, value in _FIXED.items() if value(started) != value(now))
