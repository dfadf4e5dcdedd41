"""What settings are once they are read: one frozen value, without a secret in what it shows of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from solvent.base.errors import UsageError
from solvent.base.money import Money
from solvent.model.route import Routebook

_A_DOLLAR = Money(1_000_000_000)
_TOLD_MAX = 3  # what a person still reads in one line


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a file: `line` counts from 1, None where no line can be named."""

    line: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class SettingsError(UsageError):
    """A file with mistakes; `mistakes` holds all of them, in the order of their lines. As a text it tells the first few."""

    def __init__(self, path: str, mistakes: list[Mistake]) -> None:
        self.path = path
        self.mistakes = mistakes
        told = [str(mistake) for mistake in mistakes]
        if len(told) > _TOLD_MAX and any(mistake.line for mistake in mistakes):
            told[_TOLD_MAX:] = [f"and {len(told) - _TOLD_MAX} more: `solvent check --config {path}` tells them all"]
        super().__init__(f"{path}: " + "; ".join(told))


@dataclass(frozen=True, slots=True)
class Gateway:
    """The edge's own settings; what a request needs (time-outs, `max_body`, `hold_wait`) is in the routebook.

    `durability`: `process` (a hold survives the death of the process) or `power` (it is on the disk before the upstream call).
    """

    listen: Address = Address("127.0.0.1", 8400)
    workers: int = 1
    durability: str = "process"
    drain_timeout_ms: int = 8_000


@dataclass(frozen=True, slots=True)
class Threshold:
    """When an account counts as running low: below a balance, or with less time left than this. None: never for that reason."""

    account: str
    balance: Money | None
    runway_ms: int | None


@dataclass(frozen=True, slots=True)
class Alert:
    """Whom to tell what: names of events such as `balance.low` or `budget.*`, and an address that may hold a secret."""

    on: tuple[str, ...]
    to: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Assistance:
    """The desk's model-assisted stage: which model is asked, what a day of it may cost, and how often.

    `automatic`: it is asked as soon as an open question is pasted, else at a button. `at_once` counts all that ask, `asks_per_minute`
    those of one address, `asks_per_day` those of one address at the public desk.
    """

    model: str
    budget_day: Money = _A_DOLLAR
    automatic: bool = False
    at_once: int = 2
    asks_per_minute: int = 6
    asks_per_day: int = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; a field is named for its section and key (`[office] listen` → `office_listen`).

    `warnings` are things that work and should be changed all the same.
    """

    office_listen: Address = Address("127.0.0.1", 8401)
    office_public_url: str | None = None
    store_url: str = "sqlite:///solvent.db"
    cache_url: str = "memory://"
    desk_public: bool = False
    desk_listen: Address = Address("0.0.0.0", 8402)  # noqa: S104 - used only where `desk_public` says that strangers are welcome
    desk_public_url: str | None = None
    desk_hosts: tuple[str, ...] = ()
    desk_trusted_proxies: tuple[str, ...] = ()
    desk_posts_per_minute: int = 60
    desk_reads_per_minute: int = 1200
    desk_model: Assistance | None = None
    admin_token: str | None = field(default=None, repr=False)
    gateway: Gateway = Gateway()
    routebook: Routebook = field(default_factory=lambda: Routebook({}, ()))
    thresholds: tuple[Threshold, ...] = ()
    alerts: tuple[Alert, ...] = ()
    warnings: tuple[Mistake, ...] = ()
