"""The gate: who may come in. It reads a request's head and body, and answers with a job for the exchange or with an error for the caller.

Order of refusal: the key, its rate, the body, the model. Nothing is planned and no money is touched for a request that does not pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from solvent.dialects.dialect import Dialect
from solvent.exchange.job import Job, Surroundings
from solvent.exchange.listing import Listed
from solvent.exchange.refusals import Told, told
from solvent.exchange.till import Holder, Till
from solvent.model.request import Asked, BadRequestError
from solvent.model.route import DialectName, Model, Routebook
from solvent.model.verdict import Category
from solvent.routing.plan import Candidate, Planner

# What goes on to the upstream; everything else of the caller's head stays here.
_PASSED: dict[DialectName, tuple[bytes, ...]] = {
    DialectName.OPENAI: (b"openai-beta", b"user-agent"),
    DialectName.ANTHROPIC: (b"anthropic-version", b"anthropic-beta", b"user-agent"),
}
_ANTHROPIC_VERSION = b"anthropic-version: 2023-06-01\r\n"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came: names of `headers` in lower case, `body` decoded."""

    request_id: str
    at_us: int
    dialect: Dialect
    headers: Mapping[bytes, bytes]
    body: bytes


class Turned(NamedTuple):
    """A request that does not come in. `model` is empty where it was not read so far."""

    told: Told
    model: str = ""


class Gate:
    """Checks requests against the keys and the routes of a worker."""

    def __init__(self, till: Till, around: Surroundings, book: Routebook, planner: Planner) -> None:
        self.till = till
        self._around = around
        self.use(book, planner)

    def use(self, book: Routebook, planner: Planner) -> None:
        """Takes over other routes; requests on their way keep theirs."""
        self.book = book
        self._planner = planner

    def identify(self, headers: Mapping[bytes, bytes]) -> Holder | Told:
        """Whose key a request carries."""
        text = key_text(headers)
        if not text:
            words = "No key came with the request; send it as `Authorization: Bearer <key>` or as `x-api-key`"
            return Told(401, Category.AUTH_INVALID, words, retry=False, page="key-missing")
        return self.till.find(text) or told(Category.AUTH_INVALID)

    def admit(self, arrived: Arrived, holder: Holder) -> Job | Turned:
        """A job to run, or why there is none."""
        wait_s = holder.wait_s(self._around.clock.monotonic_ms())
        if wait_s:
            return Turned(_too_often(holder, wait_s))
        try:
            asked = arrived.dialect.read(arrived.body)
        except BadRequestError as problem:
            return Turned(Told(400, Category.INVALID_REQUEST, problem.message, retry=False, param=problem.field))
        job = self._plan(arrived, holder, asked)
        return Turned(job, asked.model) if isinstance(job, Told) else job

    def _plan(self, arrived: Arrived, holder: Holder, asked: Asked) -> Job | Told:
        key, dialect = holder.key, arrived.dialect
        if key.models and not any(fnmatchcase(asked.model, allowed) for allowed in key.models):
            why = f"This key may not ask for `{asked.model[:100]}`, only for {', '.join(key.models)[:300]}"
            words = f"{why}; choose one of these, or ask the operator of this gateway to allow it"
            return Told(403, Category.PERMISSION_DENIED, words, retry=False, param="model")
        now_us = self._around.clock.now_us()
        found = self._planner.plan(asked.model, dialect.name, self._around.health, now_us, now_us)
        if found is None:
            words = f"This gateway has no model `{asked.model[:100]}`; `GET /v1/models` lists those that it has"
            return Told(404, Category.MODEL_NOT_FOUND, words, retry=False, param="model")
        model, plan = found
        if plan.category is Category.MODEL_NOT_FOUND:
            return _other_dialect(asked.model, dialect.name)
        body_bytes = len(arrived.body)
        if any(_too_small(candidate, body_bytes) for candidate in plan.candidates):
            fitting = tuple(candidate for candidate in plan.candidates if not _too_small(candidate, body_bytes))
            if not fitting:
                words = f"The body is {body_bytes} bytes, more than any route to `{asked.model[:100]}` takes; send less"
                return Told(413, Category.REQUEST_TOO_LARGE, words, retry=False)
            plan = plan._replace(candidates=fitting)
        if asked.unbounded and holder.purse.limited:
            words = f"What `{asked.unbounded}` costs has no limit, so a key with a balance or a budget cannot ask for it; leave it out"
            return Told(400, Category.INVALID_REQUEST, words, retry=False, param=asked.unbounded, page="cost-unbounded")
        return Job(
            request_id=arrived.request_id,
            at_us=arrived.at_us,
            holder=holder,
            dialect=dialect,
            asked=asked,
            model=model,
            plan=plan,
            header_lines=passed_on(arrived.headers, dialect.name),
            hold_wait_ms=self.book.hold_wait_ms,
            total_ms=self.book.timeouts.total_ms,
            public_url=self.book.public_url,
        )

    def models(self, holder: Holder, dialect: DialectName, listed: Listed) -> tuple[str, ...]:
        """The names that this key may ask for in this dialect. `listed`: by account, what its upstream lists, for what patterns serve."""
        allowed = holder.key.models
        names = dict.fromkeys(name for model in self.book.models for name in _names_of(model, listed))
        spoken = (name for name in names if self._planner.speaks(name, dialect))
        return tuple(name for name in spoken if not allowed or any(fnmatchcase(name, pattern) for pattern in allowed))


def _too_often(holder: Holder, wait_s: int) -> Told:
    key = holder.key
    words = f"This key has used its {key.tpm} tokens of this minute"
    if key.rpm:
        words = f"This key may send {key.rpm} request{'' if key.rpm == 1 else 's'} a minute"
    return Told(429, Category.RATE_LIMITED, f"{words}; try again in {wait_s} s", retry=True, after_s=wait_s, page="key-rate-limit")


def _other_dialect(model: str, dialect: DialectName) -> Told:
    path = "/v1/messages" if dialect is DialectName.OPENAI else "/v1/chat/completions"
    words = f"This gateway does not offer `{model[:100]}` at this path; ask for it at `POST {path}`"
    return Told(404, Category.MODEL_NOT_FOUND, words, retry=False, param="model", page="other-dialect")


def _too_small(candidate: Candidate, body_bytes: int) -> bool:
    limit = candidate.upstream.body_bytes_max
    return limit is not None and body_bytes > limit


def _names_of(model: Model, listed: Listed) -> Iterator[str]:
    if "*" not in model.name:
        yield model.name
        return
    for route in model.routes:
        if route.model is None:
            yield from (name for name in listed.get(route.account, ()) if model.serves(name))


def key_text(headers: Mapping[bytes, bytes]) -> str:
    """The key's text, wherever its dialect puts it; empty where there is none."""
    value = headers.get(b"authorization", b"")
    if value[:7].lower() == b"bearer ":
        return value[7:].strip().decode("latin-1")
    return (headers.get(b"x-api-key") or headers.get(b"x-goog-api-key") or b"").strip().decode("latin-1")


def passed_on(headers: Mapping[bytes, bytes], dialect: DialectName) -> bytes:
    """The header lines that go to an upstream of this dialect."""
    lines = [b"content-type: application/json\r\n"]
    for name in _PASSED[dialect]:
        value = headers.get(name)
        if value:
            lines.append(b"%b: %b\r\n" % (name, value))
    if dialect is DialectName.ANTHROPIC and b"anthropic-version" not in headers:
        lines.append(_ANTHROPIC_VERSION)
    return b"".join(lines)
