"""The config that is in force in the office, and how a changed one takes its place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from solvent.base.errors import UsageError
from solvent.model.change import Change
from solvent.model.route import Upstream
from solvent.operations.accounts import Accounts
from solvent.operations.ports import Workers
from solvent.settings import Settings, SettingsError, from_environment, parse, secret_files, text_of

NO_FILE = "there is no config file: this runs with the provider keys of its environment; start it again with `--config solvent.toml`"


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

    def accounts(self) -> tuple[Upstream, ...]:
        """The accounts of the config in force, in its order."""
        return tuple(self.settings.routebook.accounts.values())


class Reloading:
    """Takes a changed config as a whole: checked, then told to every worker, then the opening credit of new accounts is booked."""

    def __init__(self, config: Config, workers: Workers, accounts: Accounts) -> None:
        self._config = config
        self._workers = workers
        self._accounts = accounts
        self._turn = asyncio.Lock()

    async def take(self) -> Sequence[str]:
        """The mistakes for which it is refused, while the old one stays in force; none where it is in force at every worker."""
        async with self._turn:
            config = self._config
            if config.path is None:
                return [NO_FILE]
            try:
                new = config.read()
            except SettingsError as problem:
                return [str(mistake) for mistake in problem.mistakes]
            except UsageError as problem:
                return [str(problem)]
            # In force here first, so that a worker that comes meanwhile is opened with it.
            old = (config.text, config.settings)
            config.text, config.settings = new
            try:
                await self._workers.tell(Change(config=config.text))
            except ValueError as problem:
                config.text, config.settings = old
                await self._workers.tell(Change(config=config.text))
                return [str(problem)]
            await self._accounts.post_openings()
            return []
