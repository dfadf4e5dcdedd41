"""Whom to call: the accounts held at providers, and the models whose routes lead to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from solvent.base.money import Money
from solvent.model.price import Price


class DialectName(StrEnum):
    """How to speak."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class StreamUsage(StrEnum):
    """Whether a provider's streams tell their usage."""

    ALWAYS = "always"
    INJECT = "inject"  # where `stream_options.include_usage` asks for it
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each part of a call may take, in milliseconds."""

    connect_ms: int = 5_000
    first_byte_stream_ms: int = 60_000
    first_byte_json_ms: int = 600_000
    idle_ms: int = 120_000
    total_ms: int = 900_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an account answers in one dialect: the whole address, and the headers that carry its key."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    stream_usage: StreamUsage = StreamUsage.ALWAYS


@dataclass(frozen=True, slots=True)
class Upstream:
    """One account held at a provider or relay, as the config names it.

    `vendor` makes its models; None at a relay or an aggregator, where the model's name tells. `endpoints` by dialect: those that it speaks.
    `balance`: the opening credit, where the config states one. `body_bytes_max`: None where the routebook's counts.
    """

    name: str
    provider: str
    vendor: str | None
    relay: bool
    endpoints: dict[DialectName, Endpoint]
    timeouts: Timeouts = Timeouts()
    balance: Money | None = None
    body_bytes_max: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a model. Routes of one `order` share by `weight`. `degraded`: its answer is marked as a lesser one.

    `model` is None in a pattern's route that hands on the name as asked; a `*` in it stands for what the pattern's `*` stood for.
    """

    account: str
    model: str | None
    order: int = 0
    weight: int = 1
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A name that clients ask for, or a pattern such as `claude-*`.

    `output_tokens_max` counts for a model whose own limit is unknown. `short_of_money` says what happens where a balance does not
    cover the hold: `refuse` or `clamp` (fewer output tokens). `caller_left`: what is paid for a call whose caller did not stay for the
    first word of an answer: what the upstream had `told` of the prompt by then, or the `prompt` as it is counted, if it was sent.
    """

    name: str
    routes: tuple[Route, ...]
    price: Price | None = None
    when_exhausted: tuple[str, ...] = ()
    maintenance_text: str = ""
    output_tokens_max: int = 32_768
    short_of_money: str = "refuse"
    retry_unknown: bool = True
    drain: bool = False
    caller_left: str = "told"

    def serves(self, asked: str) -> bool:
        """Whether this is the name, or its pattern fits; a `*` stands for any text, also for none."""
        first, *rest = self.name.split("*")
        if not rest:
            return asked == first
        *middle, last = rest
        if not asked.startswith(first) or not asked.endswith(last) or len(asked) < len(first) + len(last):
            return False
        at, end = len(first), len(asked) - len(last)
        for piece in middle:
            at = asked.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    def upstream_model(self, route: Route, asked: str) -> str:
        """The name that a route's upstream is asked for, where this model serves `asked`."""
        if route.model is None:
            return asked
        before, _, after = self.name.partition("*")
        return route.model.replace("*", asked[len(before) : len(asked) - len(after)])


@dataclass(frozen=True, slots=True)
class Routebook:
    """Everything that a worker needs of the config: accounts by name, models in the order of the file (exact names before patterns)."""

    accounts: dict[str, Upstream]
    models: tuple[Model, ...]
    body_bytes_max: int = 32 * 1024 * 1024
    hold_wait_ms: int = 2_000
    timeouts: Timeouts = Timeouts()
    public_url: str | None = None
