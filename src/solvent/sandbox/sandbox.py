"""The simulated provider without its sockets: a request comes in, a reply goes out, and every call is counted and priced on its account.

A refused call costs nothing. A call that is answered costs its prompt and the output that left, also where the answer was cut or nobody
was left to read it; one that hangs costs nothing and stays open. The balance is looked at when a call comes, as providers do, so calls
that run together may take it below zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from solvent.base.clock import Clock
from solvent.base.money import ZERO, Money
from solvent.model.route import DialectName
from solvent.sandbox import anthropic_form, balances, control, openai_form, paths, question
from solvent.sandbox.accounts import Account, Accounts, Call, Manner, Outcome, manner_of
from solvent.sandbox.answers import answer
from solvent.sandbox.faults import Kind, parse_list, take
from solvent.sandbox.names import Names
from solvent.sandbox.paths import Endpoint
from solvent.sandbox.prices import BY_MODEL, BY_OPENROUTER, OFFERS, Offer
from solvent.sandbox.question import Problem, Question
from solvent.sandbox.refusals import Speaker, Voice, identity_headers, masked_key
from solvent.sandbox.reply import Event, Heard, Reply, Told, Wire
from solvent.sandbox.troubles import Trouble

_DATED = re.compile(r"-20[0-9]{6}\Z")  # `claude-haiku-4-5-20251001`
_JSON = ("content-type", "application/json")
_TRUSTED = Money.parse("10.00")  # above this new-api takes no hold (`10*QuotaPerUnit`), so it refuses nobody beforehand
_PROBLEMS = {"not-json": Trouble.NOT_JSON, "missing": Trouble.FIELD_MISSING, "no-messages": Trouble.NO_MESSAGES}
_SPOKEN = {
    # OpenAI's too: https://platform.claude.com/docs/en/api/openai-sdk
    Manner.ANTHROPIC: (DialectName.ANTHROPIC, DialectName.OPENAI),
    Manner.OPENAI: (DialectName.OPENAI,),
    Manner.DEEPSEEK: (DialectName.OPENAI,),
    Manner.OPENROUTER: (DialectName.OPENAI,),
    Manner.NEW_API: (DialectName.OPENAI, DialectName.ANTHROPIC),
}


class _Asking(NamedTuple):
    """One call under way."""

    account: Account
    call: Call
    dialect: DialectName
    met: dict[Kind, int]
    now: datetime

    @property
    def wire(self) -> Wire:
        met = self.met
        return Wire(
            delay_ms=met.get(Kind.LATENCY, 0),
            drip_ms=met.get(Kind.DRIP),
            cut_after=met.get(Kind.CUT),
            stall_after=met.get(Kind.STALL),
            hang=Kind.HANG in met,
            gzip=Kind.GZIP in met,
            truncate=Kind.TRUNCATE in met,
            garbage=Kind.GARBAGE in met,
            close=Kind.CLOSE in met,
        )


class Sandbox:
    """A provider with its accounts. `clock` and `random_bytes` make it replayable: the same requests get the same bytes."""

    def __init__(self, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self.accounts = Accounts()
        self._clock = clock
        self._names = Names(random_bytes)
        self._voice = Voice(self._names)
        self._calls = 0

    def hear(self, heard: Heard) -> Reply:
        """The reply to a request. A call counts from here on."""
        if heard.path.startswith("/_sandbox"):
            return control.answer(self.accounts, heard)
        found = paths.find(heard.method, heard.path)
        key = _key(heard.headers)
        account = None if key is None else self.accounts.of(key)
        if account is None or account.revoked:
            return self._unknown(heard, found, key, account)
        if found is None or (found.dialect is not None and found.dialect not in _SPOKEN[account.manner]):
            facts = {"method": heard.method, "path": heard.path.partition("?")[0]}
            return self._say(Speaker(account.manner, found_dialect(found)), Trouble.PATH_UNKNOWN, facts)
        if found.endpoint is Endpoint.ASK:
            assert found.dialect is not None
            return self._ask(heard, account, found.dialect)
        if found.endpoint is Endpoint.COUNT:
            return self._count(heard, account)
        if found.endpoint is Endpoint.MODELS:
            return self._models(heard, account, found.model)
        reply = balances.answer(account, found.endpoint)
        return reply or self._say(
            Speaker(account.manner, DialectName.OPENAI), Trouble.PATH_UNKNOWN, {"method": heard.method, "path": heard.path}
        )

    def _unknown(self, heard: Heard, found: paths.Found | None, key: str | None, account: Account | None) -> Reply:
        dialect = found_dialect(found)
        manner = account.manner if account is not None else manner_of(key or "")
        if manner is None:
            manner = Manner.ANTHROPIC if dialect is DialectName.ANTHROPIC or "anthropic-version" in heard.headers else Manner.OPENAI
        trouble = Trouble.KEY_MISSING if key is None else Trouble.KEY_WRONG
        return self._say(Speaker(manner, dialect), trouble, {"key": masked_key(manner, key or "")})

    def _say(self, speaker: Speaker, trouble: Trouble, facts: dict[str, Any]) -> Reply:
        now = self._clock.now()
        refusal = self._voice.refuse(speaker, trouble, facts, self._voice.request_id(speaker.manner, now), now)
        return Reply(refusal.status, refusal.headers, refusal.body)

    def _ask(self, heard: Heard, account: Account, dialect: DialectName) -> Reply:
        now = self._clock.now()
        try:
            given = parse_list(heard.headers.get("x-sandbox-fault", ""))
        except ValueError as problem:
            return control.complain(400, f"header `x-sandbox-fault`: {problem}")
        faults = [*account.faults, *given]
        met = take(account.faults) | {fault.kind: fault.number for fault in given}
        self._calls += 1
        call = Call(self._calls, now.isoformat(), dialect.value, faults=tuple(str(fault) for fault in faults))
        call.request_id = self._voice.request_id(account.manner, now)
        account.begin(call)
        asking = _Asking(account, call, dialect, met, now)
        if Kind.HANG in met:
            return Reply(0, wire=asking.wire)
        reply = self._judge(asking, heard.body)
        reply.wire = asking.wire
        return reply

    def _judge(self, asking: _Asking, body: bytes) -> Reply:
        asked = question.read(asking.dialect, body)
        if isinstance(asked, Problem):
            return self._refuse(asking, _PROBLEMS[asked.kind], asked.facts)
        asking.call.model, asking.call.stream = asked.model, asked.stream
        offer = _offer(asking.account.manner, asked.model)
        if offer is None:
            return self._refuse(asking, Trouble.MODEL_UNKNOWN, {"model": asked.model})
        return self._on_demand(asking, asked, offer) or self._short_of_money(asking, asked, offer) or self._answer(asking, asked, offer)

    def _on_demand(self, asking: _Asking, asked: Question, offer: Offer) -> Reply | None:
        """The refusal that a fault asks for, if one does."""
        met, facts = asking.met, {"model": asked.model, "upstream": True}
        if Kind.BAD_GATEWAY in met:
            asking.account.refuse(asking.call, met[Kind.BAD_GATEWAY])
            return _bad_gateway(met[Kind.BAD_GATEWAY])
        if Kind.RATE_LIMIT in met:
            return self._refuse(asking, Trouble.RATE_LIMITED, facts | {"wait": met[Kind.RATE_LIMIT]}, offer.vendor)
        for kind, trouble in ((Kind.SERVER_ERROR, Trouble.SERVER_ERROR), (Kind.OVERLOADED, Trouble.OVERLOADED)):
            if kind in met:
                return self._refuse(asking, trouble, facts, offer.vendor)
        if Kind.ECHO in met:
            facts |= {"tool": asked.tools[0].name} if asked.tools else {"words": asked.words}
            return self._refuse(asking, Trouble.ECHO_TOOL if asked.tools else Trouble.ECHO_WORDS, facts, offer.vendor)
        return None

    def _short_of_money(self, asking: _Asking, asked: Question, offer: Offer) -> Reply | None:
        account = asking.account
        facts: dict[str, Any] = {"left": _fullwidth_usd(account.balance), "model": asked.model}
        if account.balance <= ZERO:
            return self._refuse(asking, Trouble.NO_CREDIT, facts, offer.vendor)
        if account.manner is Manner.OPENROUTER:
            wanted = asked.output_tokens_max or offer.output_tokens_max
            if account.balance < offer.cost(asked.prompt_tokens, wanted):
                rest = account.balance - offer.cost(asked.prompt_tokens, 0)
                facts |= {"wanted": wanted, "affordable": max(rest.nano_usd * 1_000_000 // offer.output, 0)}
                return self._refuse(asking, Trouble.CREDIT_BELOW_CALL, facts, offer.vendor)
        if account.manner is Manner.NEW_API:
            hold = offer.cost(asked.prompt_tokens, asked.output_tokens_max or 0)
            if account.balance < hold and account.balance <= _TRUSTED:
                return self._refuse(asking, Trouble.CREDIT_BELOW_CALL, facts | {"needed": _fullwidth_usd(hold)}, offer.vendor)
            if account.channels.get(offer.vendor, hold) <= ZERO and offer.vendor in account.channels:
                return self._refuse(asking, Trouble.NO_CREDIT, facts | {"upstream": True}, offer.vendor)
        return None

    def _refuse(self, asking: _Asking, trouble: Trouble, facts: dict[str, Any], vendor: str = "") -> Reply:
        speaker = Speaker(asking.account.manner, asking.dialect, vendor)
        refusal = self._voice.refuse(speaker, trouble, facts, asking.call.request_id, asking.now)
        if Kind.ERROR_IN_200 not in asking.met:
            asking.account.refuse(asking.call, refusal.status)
            return Reply(refusal.status, refusal.headers, refusal.body)
        asking.account.refuse(asking.call, 200)
        if not asking.call.stream:
            return Reply(200, refusal.headers, refusal.body)
        form = _form(asking.dialect)
        return Reply(200, _stream_headers(asking), events=iter([Event(form.error_event(refusal.body), 0)]))

    def _answer(self, asking: _Asking, asked: Question, offer: Offer) -> Reply:
        broken = Trouble.OVERLOADED if offer.vendor == "anthropic" else Trouble.SERVER_ERROR
        facts = {"model": asked.model, "upstream": True}
        if Kind.ERROR_IN_200 in asking.met:
            return self._refuse(asking, broken, facts, offer.vendor)
        if Kind.NOT_JSON in asking.met:
            asking.account.refuse(asking.call, 200)
            return Reply(200, [_JSON], b"upstream connect error or disconnect/reset before headers")
        told = self._told(asking, asked, offer)
        asking.call.status, asking.call.input_tokens = 200, asked.prompt_tokens

        def settle(outcome: Outcome, output_tokens: int | None) -> None:
            call = asking.call
            call.output_tokens = told.output_tokens if output_tokens is None else output_tokens
            call.cost = offer.cost(call.input_tokens, call.output_tokens)
            broke = Kind.ERROR_AFTER in asking.met and asked.stream
            asking.account.charge(call, offer.vendor, Outcome.CUT if broke else outcome)

        form = _form(asking.dialect)
        if not asked.stream:
            headers = [_JSON, *identity_headers(asking.account.manner, asking.call.request_id)]
            return Reply(200, headers, form.whole(told), settle=settle)
        events = form.events(told)
        if Kind.ERROR_AFTER in asking.met:
            speaker = Speaker(asking.account.manner, asking.dialect, offer.vendor)
            refusal = self._voice.refuse(speaker, broken, facts, asking.call.request_id, asking.now)
            body = _openrouter_error(told, refusal.body) if asking.account.manner is Manner.OPENROUTER else refusal.body
            events = _broken(events, asking.met[Kind.ERROR_AFTER], form.error_event(body))
        return Reply(200, _stream_headers(asking), events=events, settle=settle)

    def _told(self, asking: _Asking, asked: Question, offer: Offer) -> Told:
        manner, anthropic = asking.account.manner, asking.dialect is DialectName.ANTHROPIC
        choices = answer(asked)
        draw = self._names.anthropic_call if anthropic else self._names.openai_call
        told = Told(
            id=self._answer_id(manner, asking),
            model=asked.model,
            created=int(asking.now.timestamp()),
            input_tokens=asked.prompt_tokens,
            choices=choices,
            calls=tuple(draw() if choice.tool else "" for choice in choices),
            # OpenRouter tells it always, Anthropic too, the others at the end of a stream only where they are asked.
            tells_usage=Kind.NO_USAGE not in asking.met
            and (anthropic or not asked.stream or asked.wants_usage or manner is Manner.OPENROUTER),
            usage_more={},
        )
        if manner is Manner.OPENROUTER:
            return told._replace(usage_more={"cost": msgspec.Raw(str(offer.cost(told.input_tokens, told.output_tokens)).encode())})
        if manner is Manner.DEEPSEEK:
            return told._replace(usage_more={"prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": told.input_tokens})
        return told

    def _answer_id(self, manner: Manner, asking: _Asking) -> str:
        if asking.dialect is DialectName.ANTHROPIC:
            return self._names.message()
        if manner is Manner.OPENROUTER:
            return self._names.generation(asking.now)
        return self._names.plain() if manner is Manner.DEEPSEEK else self._names.completion()

    def _count(self, heard: Heard, account: Account) -> Reply:
        asked = question.read(DialectName.ANTHROPIC, heard.body, counting=True)
        speaker = Speaker(account.manner, DialectName.ANTHROPIC, "anthropic")
        if isinstance(asked, Problem):
            return self._say(speaker, _PROBLEMS[asked.kind], asked.facts)
        if _offer(account.manner, asked.model) is None:
            return self._say(speaker, Trouble.MODEL_UNKNOWN, {"model": asked.model})
        headers = [_JSON, *identity_headers(account.manner, self._voice.request_id(account.manner, self._clock.now()))]
        return Reply(200, headers, msgspec.json.encode({"input_tokens": asked.prompt_tokens}))

    def _models(self, heard: Heard, account: Account, model: str) -> Reply:
        sold = [offer for offer in OFFERS if account.manner in (Manner.OPENROUTER, Manner.NEW_API) or offer.vendor == account.manner.value]
        names = [offer.openrouter if account.manner is Manner.OPENROUTER else offer.model for offer in sold]
        anthropic = account.manner is Manner.ANTHROPIC or "anthropic-version" in heard.headers
        if model and model not in names:
            dialect = DialectName.ANTHROPIC if anthropic else DialectName.OPENAI
            return self._say(Speaker(account.manner, dialect), Trouble.MODEL_UNKNOWN, {"model": model})
        items = [_model_item(name, anthropic=anthropic) for name in names if model in ("", name)]
        if model:
            return Reply(200, [_JSON], msgspec.json.encode(items[0]))
        more = {"has_more": False, "first_id": names[0], "last_id": names[-1]} if anthropic else {"object": "list"}
        return Reply(200, [_JSON], msgspec.json.encode({"data": items} | more))


def found_dialect(found: paths.Found | None) -> DialectName:
    """The dialect of a path; OpenAI's where it has none."""
    return DialectName.OPENAI if found is None or found.dialect is None else found.dialect


def _key(headers: dict[str, str]) -> str | None:
    """The key of a request; None where it brings none."""
    given = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ").strip()
    return given or None


def _offer(manner: Manner, model: str) -> Offer | None:
    """What an account sells under a name, which may end in a date: a vendor its own models, a relay everybody's."""
    model = _DATED.sub("", model)
    if manner is Manner.OPENROUTER:
        return BY_OPENROUTER.get(model)
    offer = BY_MODEL.get(model)
    return offer if offer is not None and (manner is Manner.NEW_API or offer.vendor == manner.value) else None


def _form(dialect: DialectName) -> Any:
    return anthropic_form if dialect is DialectName.ANTHROPIC else openai_form


def _stream_headers(asking: _Asking) -> list[tuple[str, str]]:
    named = identity_headers(asking.account.manner, asking.call.request_id)
    return [("content-type", "text/event-stream"), ("cache-control", "no-cache"), *named]


def _broken(events: Iterator[Event], count: int, error: bytes) -> Iterator[Event]:
    for index, event in enumerate(events):
        if index == count:
            break
        yield event
    yield Event(error, 0)


def _openrouter_error(told: Told, body: bytes) -> bytes:
    """An error after content as OpenRouter sends it: a chunk with `error` and `finish_reason` `error` (its page on errors, 2026-11-25)."""
    choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
    head = {"id": told.id, "object": "chat.completion.chunk", "created": told.created, "model": told.model}
    return msgspec.json.encode(head | msgspec.json.decode(body) | {"choices": [choice]})


def _bad_gateway(status: int) -> Reply:
    """The page that nginx sends where what it stands before does not answer."""
    title = {502: "502 Bad Gateway", 503: "503 Service Temporarily Unavailable", 504: "504 Gateway Time-out"}[status]
    lines = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n",
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
    )
    return Reply(status, [("server", "nginx"), ("content-type", "text/html")], "".join(lines).encode())


def _fullwidth_usd(amount: Money) -> str:
    """An amount as new-api shows it: `＄%.6f` with the wide sign, rounded to the nearest."""
    micro = (abs(amount.nano_usd) + 500) // 1000
    sign = "-" if amount.nano_usd < 0 else ""
    return f"＄{sign}{micro // 1_000_000}.{micro % 1_000_000:06d}"


def _model_item(name: str, *, anthropic: bool) -> dict[str, Any]:
    if anthropic:
        return {"type": "model", "id": name, "display_name": name, "created_at": "2025-09-29T00:00:00Z", "lifecycle": "active"}
    return {"id": name, "object": "model", "created": 1_758_000_000, "owned_by": "solvent-sandbox"}
