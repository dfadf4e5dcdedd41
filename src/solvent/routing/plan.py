"""Which way a request goes: the candidates in the order in which they are tried, and why the others are left out.

A planner is compiled from a routebook once. As long as every breaker that a model's routes touch is ready, and no routes share by
weight, its plan is the same value each time. Nothing here draws a number or reads a clock: both come in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from solvent.catalogue.vendors import vendor_of as catalogue_vendor_of
from solvent.model.failure import PASSING
from solvent.model.route import DialectName, Endpoint, Model, Route, Routebook, Upstream
from solvent.model.verdict import Category
from solvent.routing.breaker import Breaker, Gate
from solvent.routing.health import DRILL, TRANSIENT, HealthBook, Scopes, scopes_of

NAMES_MAX = 1_024
"""So many names that patterns serve are kept compiled; more make it begin anew."""
NAME_CHARS_MAX = 256
"""A pattern serves no longer name, nor one with signs that cannot be printed: what callers make up is kept, and sent on in headers."""

_DRAW_MASK: Final = (1 << 64) - 1


class Candidate(NamedTuple):
    """One way that is open. `model` is the name for the upstream, `header_lines` carry its key.

    `canary`: this request is the one that may try what was closed. `spare`: it stands last, since it is closed on a doubtful signal only.
    `price_key` (provider, model, vendor) is what the price book is asked for. `scopes` go to `HealthBook.begin`.
    """

    upstream: Upstream
    endpoint: Endpoint
    model: str
    vendor: str | None
    degraded: bool
    scopes: Scopes
    price_key: tuple[str, str, str | None]
    header_lines: bytes
    canary: bool = False
    spare: bool = False

    def __repr__(self) -> str:
        return f"Candidate({self.upstream.name}/{self.model}, canary={self.canary}, spare={self.spare})"


class Skipped(NamedTuple):
    """A way that is left out, and why in words. `category`: None where it was never open to this request."""

    account: str
    model: str
    reason: str
    category: Category | None = None


class Plan(NamedTuple):
    """The ways of one request. Where `candidates` is empty the rest sums up why.

    `category`: what the caller is told. `retry_after_ms`: until the soonest way opens by itself, None where none does.
    `waiting_helps`: no person must act before an identical request can pass.
    """

    candidates: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...] = ()
    category: Category | None = None
    retry_after_ms: int | None = None
    waiting_helps: bool = False

    @property
    def closed(self) -> tuple[Category, ...]:
        """Why each closed way is closed."""
        return tuple(skipped.category for skipped in self.skipped if skipped.category is not None)


Found = tuple[Model, Plan]


class _Ways(NamedTuple):
    """A name in a dialect, compiled: groups of one order, each way with its weight. `whole`: the plan while all is well.

    `touched`: by account every scope that one of the ways touches.
    """

    model: Model
    groups: tuple[tuple[tuple[int, Candidate], ...], ...]
    skipped: tuple[Skipped, ...]
    touched: tuple[tuple[str, frozenset[str]], ...]
    whole: Found | None


class Planner:
    """Everything about routes that does not change from one request to the next."""

    def __init__(self, routebook: Routebook, vendor_of: Callable[[str], str | None] = catalogue_vendor_of) -> None:
        self._routebook = routebook
        self._vendor_of = vendor_of
        self._exact: dict[str, Model] = {}
        for model in routebook.models:
            if "*" not in model.name:
                self._exact.setdefault(model.name, model)
        self._patterns = tuple(model for model in routebook.models if "*" in model.name)
        self._known = {
            (name, dialect): self._compile(model, name, dialect) for name, model in self._exact.items() for dialect in DialectName
        }
        self._asked: dict[tuple[str, DialectName], _Ways] = {}

    @property
    def routes(self) -> dict[str, tuple[Scopes, ...]]:
        """For `HealthBook.configure`: every account, with the scopes of each route that leads to it."""
        found: dict[str, list[Scopes]] = {name: [] for name in self._routebook.accounts}
        for model in self._routebook.models:
            for route in model.routes:
                upstream = self._routebook.accounts.get(route.account)
                if upstream is not None:
                    name = route.model or model.name
                    scopes = scopes_of(upstream.vendor or self._vendor_of(name), None if "*" in name else name)
                    if scopes not in found[route.account]:
                        found[route.account].append(scopes)
        return {name: tuple(scopes) for name, scopes in found.items()}

    def find(self, name: str) -> Model | None:
        """The model that serves a name: one that is called so, else the first pattern that fits; None where there is none."""
        return self._exact.get(name) or _fitting(self._patterns, name)

    def speaks(self, name: str, dialect: DialectName) -> bool:
        """Whether a way to this name speaks this dialect."""
        ways = self._ways(name, dialect)
        return ways is not None and bool(ways.groups)

    def plan(self, asked: str, dialect: DialectName, health: HealthBook, now_us: int, draw: int) -> Found | None:
        """The model that serves the name with the plan of the moment; None where no model does. `draw`: any number."""
        ways = self._known.get((asked, dialect)) or self._ways(asked, dialect)
        if ways is None:
            return None
        accounts = health.accounts
        for name, scopes in ways.touched:
            record = accounts.get(name)
            if record is not None and record.shut and not scopes.isdisjoint(record.shut):
                return ways.model, _weighed(ways, health, now_us, draw)
        if ways.whole is not None:
            return ways.whole
        return ways.model, Plan(_ordered(ways.groups, draw), ways.skipped)

    def _ways(self, asked: str, dialect: DialectName) -> _Ways | None:
        ways = self._known.get((asked, dialect)) or self._asked.get((asked, dialect))
        if ways is None:
            model = self.find(asked)
            if model is None:
                return None
            if len(self._asked) >= NAMES_MAX:
                self._asked.clear()
            ways = self._asked[asked, dialect] = self._compile(model, asked, dialect)
        return ways

    def _compile(self, model: Model, asked: str, dialect: DialectName) -> _Ways:
        by_order: dict[int, list[tuple[int, Candidate]]] = {}
        skipped: list[Skipped] = []
        for route in model.routes:
            name = model.upstream_model(route, asked)
            upstream = self._routebook.accounts.get(route.account)
            endpoint = None if upstream is None else upstream.endpoints.get(dialect)
            if upstream is None:
                skipped.append(Skipped(route.account, name, "no account is called so"))
            elif endpoint is None:
                skipped.append(Skipped(route.account, name, "speaks another dialect"))
            else:
                by_order.setdefault(route.order, []).append((max(route.weight, 0), self._candidate(route, upstream, endpoint, name)))
        groups = tuple(tuple(by_order[order]) for order in sorted(by_order))
        touched: dict[str, set[str]] = {}
        for group in groups:
            for _, way in group:
                touched.setdefault(way.upstream.name, set()).update(way.scopes)
        whole = None
        if not groups:
            # The name is known, but not in this dialect: no waiting and no payment will change that.
            whole = model, Plan((), tuple(skipped), Category.MODEL_NOT_FOUND)
        elif all(len(group) == 1 for group in groups):
            whole = model, Plan(_ordered(groups, 0), tuple(skipped))
        return _Ways(model, groups, tuple(skipped), tuple((name, frozenset(scopes)) for name, scopes in touched.items()), whole)

    def _candidate(self, route: Route, upstream: Upstream, endpoint: Endpoint, name: str) -> Candidate:
        vendor = upstream.vendor or self._vendor_of(name)
        lines = b"".join(f"{header}: {value}\r\n".encode("latin-1", "replace") for header, value in endpoint.headers)
        return Candidate(
            upstream=upstream,
            endpoint=endpoint,
            model=name,
            vendor=vendor,
            degraded=route.degraded,
            scopes=scopes_of(vendor, name),
            price_key=(upstream.provider, name, vendor),
            header_lines=lines,
        )


def _fitting(patterns: Iterable[Model], name: str) -> Model | None:
    if len(name) > NAME_CHARS_MAX or not name.isprintable():
        return None
    return next((model for model in patterns if model.serves(name)), None)


def _ordered(groups: tuple[tuple[tuple[int, Candidate], ...], ...], draw: int) -> tuple[Candidate, ...]:
    """All ways: groups in their order, within one drawn by weight without putting back; ways of weight 0 come last."""
    found: list[Candidate] = []
    for group in groups:
        left = list(group)
        while len(left) > 1:
            # Mixed before it is used: a draw may be an instant, and requests that come at a steady beat have alike ones.
            draw = (draw * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) & _DRAW_MASK
            draw ^= draw >> 33
            total = sum(weight for weight, _ in left)
            place = draw % total if total else 0
            number = 0
            while total and place >= left[number][0]:
                place -= left[number][0]
                number += 1
            found.append(left.pop(number)[1])
        found.append(left[0][1])
    return tuple(found)


def _weighed(ways: _Ways, health: HealthBook, now_us: int, draw: int) -> Plan:
    """The plan where something is closed: open ways first, then those closed on a doubtful signal."""
    through: list[Candidate] = []
    spare: list[Candidate] = []
    skipped = list(ways.skipped)
    waits: list[int | None] = []
    for way in _ordered(ways.groups, draw):
        record = health.accounts.get(way.upstream.name)
        found = Gate.OPEN if record is None else record.gate(way.scopes, now_us)
        if found is Gate.OPEN:
            through.append(way)
        elif found is Gate.CANARY:
            through.append(way._replace(canary=True))
        elif found is Gate.SPARE:
            spare.append(way._replace(spare=True))
        elif record is not None:
            scope, breaker = record.decisive(way.scopes, now_us)
            skipped.append(Skipped(way.upstream.name, way.model, f"closed: {_in_words(scope, breaker)}", _category(breaker)))
            waits.append(breaker.until_us if _passes(breaker) else None)
    candidates = (*through, *spare)
    if candidates:
        return Plan(candidates, tuple(skipped))
    return _summed_up(tuple(skipped), [until_us for until_us in waits if until_us is not None], now_us)


def _summed_up(skipped: tuple[Skipped, ...], untils_us: list[int], now_us: int) -> Plan:
    if not untils_us:
        return Plan((), skipped, Category.NO_CHANNEL)
    found = {way.category for way in skipped}
    category = next((category for category in PASSING if category in found), Category.NO_CHANNEL)
    return Plan((), skipped, category, max((min(untils_us) - now_us + 999) // 1000, 1), waiting_helps=True)


def _passes(breaker: Breaker) -> bool:
    """Whether it opens without a person: a wait does, money and keys do not."""
    return _category(breaker) in TRANSIENT


def _category(breaker: Breaker) -> Category:
    return Category.CREDIT_EXHAUSTED if breaker.why == DRILL else Category(breaker.why)


def _in_words(scope: str, breaker: Breaker) -> str:
    return "a drill" if scope == DRILL else f"{breaker.why} ({scope})"
