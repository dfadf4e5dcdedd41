"""Every error that the gateway itself can write is known to the desk: its words and the rules about them cannot drift apart."""

from __future__ import annotations

import ast
import contextlib
import gzip
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any
from unittest import mock

import anthropic
import httpx2
import openai
import pytest

from solvent.base.ids import RequestIds
from solvent.diagnosis import desk, engine
from solvent.diagnosis.attempt.upstream import judge_attempt
from solvent.dialects.known import DIALECTS
from solvent.edge import app
from solvent.edge.app import App, Readiness
from solvent.edge.requests import Broken, Request
from solvent.exchange import ceiling, gate, refusals
from solvent.exchange.commands import Cause
from solvent.exchange.gate import Arrived, Gate
from solvent.exchange.job import Job, Surroundings
from solvent.exchange.refusals import Told
from solvent.exchange.till import Holder, Till
from solvent.ledger.purse import Lease, Part, Purse, Short
from solvent.model.failure import REQUEST_AT_FAULT, Evidence
from solvent.model.key import Key
from solvent.model.price import Price, Rates
from solvent.model.route import DialectName, Endpoint, Model, Route, Routebook, Upstream
from solvent.model.verdict import Category, Wallet
from solvent.routing.health import HealthBook
from solvent.routing.plan import Planner
from tests.unit.exchange.clocks import HandClock

NOW_US, NOW = 1_790_932_530_123_000, "2026-10-02T09:15:30Z"
ID = RequestIds(lambda count: bytes.fromhex("9d41b7ea")[:count]).next(NOW_US)
OPENAI, ANTHROPIC = DialectName.OPENAI, DialectName.ANTHROPIC
MODULES: tuple[ModuleType, ...] = (refusals, gate, ceiling, app)
KEY_TEXT = "sk-slv-" + "a" * 32
UPSTREAM_TEXT = "the field `frobnicate` is not among those that are taken"


SITES: set[tuple[str, int]] = set()
MADE: list[Told] = []


class Recorded(Told):
    """A `Told` that remembers which line of which module made it."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        caller = sys._getframe(1)
        SITES.add((caller.f_globals["__name__"], caller.f_lineno))
        MADE.append(Told(*args, **named))


@dataclass
class Wire:
    """Takes the answer of the gateway's surface in place of a connection."""

    body: bytes = b""

    def whole(self, _status: int, _headers: object, body: bytes) -> None:
        self.body = body


class Ids:
    """Gives every request the same name."""

    def next(self, _now_us: int) -> str:
        return ID


def book() -> Routebook:
    both = {dialect: Endpoint(f"https://upstream.invalid/{dialect.value}", ()) for dialect in DialectName}
    accounts = {
        "account-wide": Upstream("account-wide", "acme", "acme", relay=False, endpoints=both),
        "account-narrow": Upstream("account-narrow", "acme", "acme", relay=False, endpoints=both, body_bytes_max=10),
        "account-one": Upstream("account-one", "acme", "acme", relay=False, endpoints={OPENAI: both[OPENAI]}),
        "account-other": Upstream("account-other", "acme", "acme", relay=False, endpoints={ANTHROPIC: both[ANTHROPIC]}),
    }
    names = (("large", "account-wide"), ("small", "account-narrow"), ("openai-only", "account-one"), ("anthropic-only", "account-other"))
    return Routebook(accounts, tuple(Model(name, (Route(account, name),)) for name, account in names), body_bytes_max=1_000)


def surroundings(clock: HandClock, till: Till) -> Surroundings:
    nothing: Any = mock.Mock()
    return Surroundings(
        journal=nothing,
        upstreams=nothing,
        clock=clock,
        till=till,
        health=HealthBook(),
        judge=nothing,
        price=lambda _model, _candidate: None,
        journal_failed=nothing,
        broke=nothing,
    )


def gate_and_till() -> tuple[Gate, Till, Surroundings]:
    clock = HandClock(NOW_US)
    till = Till(clock, lambda text: text)
    around, routes = surroundings(clock, till), book()
    return Gate(till, around, routes, Planner(routes)), till, around


def asked(dialect: DialectName, model: str = "large", **more: Any) -> bytes:
    limit = {} if dialect is OPENAI else {"max_tokens": 10}
    return json.dumps({"model": model, "messages": [{"role": "user", "content": "Hi"}], **limit, **more}).encode()


def arrived(dialect: DialectName, body: bytes) -> Arrived:
    return Arrived(ID, NOW_US, DIALECTS[dialect], {}, body)


def key(**more: Any) -> Key:
    return Key("k1", "shop", KEY_TEXT, **more)


def of_failures() -> None:
    for category in Category:
        refusals.told(category)
        for cause in Cause:
            refusals.of_failure(cause, category)
            refusals.of_failure(cause, category, UPSTREAM_TEXT)
        for cause in (Cause.UPSTREAM, Cause.DEADLINE):
            refusals.of_break(cause, category)
    for part in Part:
        for passing in (False, True):
            for holds in (1, 3):
                refusals.of_short(Short(part, 4_000_000, passing, holds), 250_000_000, "large")


def bad_bodies(dialect: DialectName) -> Iterator[bytes]:
    yield from (b"", b"[]", b"{", b"{}", b'{"model": 7}', b'{"model": ""}', b'{"model": "large"}', b"\xff", b"[" * 100_000)
    yield from (b'{"model": "large", "messages": ' + b"[" * 100_000, asked(dialect, stop="\ud800").replace(b"ud800", b"x"))
    yield asked(dialect)[:-1] + b', "model": "small"}'
    wrong: dict[str, tuple[Any, ...]] = {
        "messages": ([], 7, [7]),
        "stream": ("yes",),
        "max_tokens": (-1, "many"),
        "n": (0,),
        "stream_options": (7, {"include_usage": 7}),
    }
    for name, values in wrong.items():
        for value in values:
            yield asked(dialect, **{name: value})


def at_the_gate() -> None:
    doors, till, _ = gate_and_till()
    doors.identify({})
    doors.identify({b"x-api-key": b"sk-slv-unknown"})
    till.change([key()], [])
    for dialect in DialectName:
        free, limited = Holder(key(), Purse()), Holder(key(), Purse((Lease(Part.BALANCE, 5_000),)))
        for body in bad_bodies(dialect):
            doors.admit(arrived(dialect, body), free)
        for model in ("unknown", "small", "openai-only", "anthropic-only"):
            doors.admit(arrived(dialect, asked(dialect, model)), free)
        doors.admit(arrived(dialect, asked(dialect)), Holder(key(models=("gpt-*", "claude-*")), Purse()))
        doors.admit(arrived(dialect, asked(dialect, tools=[{"type": "web_search_20250305", "name": "web_search"}])), limited)
        doors.admit(arrived(dialect, asked(dialect, web_search_options={})), limited)
        often, many = Holder(key(rpm=2), Purse()), Holder(key(tpm=1_000), Purse())
        many.used(5_000, doors._around.clock.monotonic_ms())
        for holder in (often, often, often, many):
            doors.admit(arrived(dialect, asked(dialect)), holder)


def before_a_hold() -> None:
    ceiling.no_price("large")
    doors, _, _ = gate_and_till()
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    body = asked(OPENAI, messages=[{"role": "user", "content": [picture]}])
    job = doors.admit(arrived(OPENAI, body), Holder(key(), Purse((Lease(Part.BALANCE, 5_000),))))
    assert isinstance(job, Job)
    ceiling.ceiling(job, [Price("p", Rates(1_000, 5_000, 1_000, 1_000, 1_000))], 5_000, clamp=False)


BROKEN = (
    (400, "this is not HTTP/1.1 as it is specified (Invalid method encountered); send it with a common HTTP library"),
    (431, "the head of the request is larger than 65536 bytes; send fewer or shorter headers"),
    (413, "the body is larger than 1000 bytes, the limit of this gateway (`max_body`); send less"),
    (408, "the request did not arrive in time; send it again"),
)


def at_the_surface() -> None:
    doors, till, around = gate_and_till()
    till.change([key()], [])
    face = App(around, Ids(), lambda: Readiness(opened=True, journal=True, office=True))  # type: ignore[arg-type]
    for opened in (False, True):
        face.gate = doors if opened else None
        calls: list[tuple[bytes, bytes, dict[bytes, bytes], bytes]] = [
            (b"POST", b"/v1/chat/completions", {}, b""),
            (b"POST", b"/v1/messages", {}, b""),
            (b"GET", b"/v1/models", {}, b""),
            (b"GET", b"/v1/messages", {}, b""),
            (b"POST", b"/v1/models", {}, b""),
            (b"POST", b"/v1/v1/chat/completions", {}, b""),
            (b"POST", b"/v1/messages", {b"content-type": b"text/plain"}, b"Hi"),
            (b"POST", b"/v1/messages", {b"content-encoding": b"br"}, b"Hi"),
            (b"POST", b"/v1/messages", {b"content-encoding": b"gzip"}, b"Hi"),
            (b"POST", b"/v1/messages", {b"content-encoding": b"gzip"}, gzip.compress(b"x" * 2_000)),
            (b"POST", b"/v1/messages", {b"content-encoding": b"gzip"}, gzip.compress(b"Hi")[:-9]),
        ]
        for method, path, headers, body in calls:
            face.handle(Request(method, path, {b"x-api-key": KEY_TEXT.encode(), **headers}, body, True, False), Wire())  # type: ignore[arg-type]
    for status, problem in BROKEN:
        face.refuse(Broken(status, b"/v1/messages", problem), Wire())  # type: ignore[arg-type]


def written_in_modules() -> set[tuple[str, int]]:
    """Where a function of the gateway makes a `Told`, as (module, line)."""
    found = set()
    for module in MODULES:
        tree = ast.parse(inspect.getsource(module))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Told":
                        found.add((module.__name__, node.lineno))
    return found


@pytest.fixture(scope="module")
def told() -> list[Told]:
    """Every different error that the gateway makes."""
    SITES.clear()
    MADE.clear()
    with contextlib.ExitStack() as stack:
        for module in MODULES:
            stack.enter_context(mock.patch.object(module, "Told", Recorded))
        for scene in (of_failures, at_the_gate, before_a_hold, at_the_surface):
            scene()
    assert written_in_modules() - SITES == set(), "an error of the gateway that no scene here brings about"
    constants = [value for module in MODULES for value in vars(module).values() if isinstance(value, Told)]
    return list(dict.fromkeys((*MADE, *constants)))


def bodies(told: Iterable[Told]) -> Iterator[tuple[Told, DialectName, int, bytes]]:
    for one in told:
        for dialect in DialectName:
            said = refusals.refusal(one, dialect, ID, None)
            yield one, dialect, said.status, DIALECTS[dialect].refusal(said)


def answering(status: int, body: bytes) -> httpx2.Client:
    headers = {"content-type": "application/json", "x-should-retry": "false"}
    return httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(status, content=body, headers=headers)))


def raised(dialect: DialectName, status: int, body: bytes) -> str:
    """The last line of the traceback that an SDK leaves."""
    base: Any = {"api_key": "x", "base_url": "http://gateway.test", "http_client": answering(status, body), "max_retries": 0}
    client: Any = openai.OpenAI(**base).chat.completions if dialect is OPENAI else anthropic.Anthropic(**base).messages
    with pytest.raises((openai.APIStatusError, anthropic.APIStatusError)) as caught:
        client.create(model="large", messages=[{"role": "user", "content": "Hi"}], max_tokens=9)
    return f"{dialect.value}.{type(caught.value).__name__}: {caught.value}"


def wallet(told: Told) -> Wallet:
    if told.page == "accounts-empty":
        return Wallet.RELAY_UPSTREAM
    return {Category.CREDIT_EXHAUSTED: Wallet.RELAY_USER, Category.BUDGET_LIMIT: Wallet.KEY_BUDGET}.get(told.category, Wallet.NONE)


def page(told: Told) -> str:
    return refusals.doc_url(told, None).removeprefix("/e/rules/")


def problems(told: Told, text: str, status: int | None, sdk: str | None) -> list[str]:
    """What the desk gets wrong about an error in this form."""
    explained = desk.explain(text, engine.packaged(), "en")
    verdict = explained.verdict
    expected: dict[str, tuple[object, object]] = {
        "rule": (verdict.rule, page(told)),
        "category": (verdict.category, told.category),
        "wallet": (verdict.wallet, wallet(told)),
        "retryable": (verdict.retryable, told.retry),
        "provider": (verdict.provider, "solvent"),
        "via": (verdict.via[:1], ("solvent",)),
        "sdk": (None if sdk is None else sdk in verdict.via, None if sdk is None else True),
        "status": (verdict.http_status if status else None, status),
        "ids": ([(found.id, found.issuer, found.times) for found in verdict.request_ids], [(ID, "solvent", (NOW,))]),
        "relays": ([layer.name for layer in verdict.layers if layer.role.value == "relay"], ["solvent"]),
        "struck": (explained.struck, ()),
    }
    return [f"{name}: {got} and not {wanted}" for name, (got, wanted) in expected.items() if got != wanted]


def check(told: list[Told], form: Callable[[DialectName, int, bytes], str], sdk: dict[DialectName, str] | None = None) -> None:
    wrong = []
    for one, dialect, status, body in bodies(told):
        found = problems(one, form(dialect, status, body), status, None if sdk is None else sdk[dialect])
        wrong += [f"{dialect.value} {status} {one.message}: {problem}" for problem in found]
    assert wrong == []


def test_there_are_errors_of_every_page(told: list[Told]) -> None:
    pages = {page(one) for one in told}
    rules = {rule for rule in engine.packaged().catalogue.rules if rule.startswith("solvent/")}
    assert pages == rules


def test_a_pasted_answer_is_known(told: list[Told]) -> None:
    check(told, lambda _dialect, status, body: f"HTTP/1.1 {status}\n{body.decode()}")


def test_a_line_with_the_whole_body_is_known(told: list[Told]) -> None:
    check(told, lambda _dialect, status, body: f"Error code: {status} - {json.loads(body)!r}")


def test_a_line_of_the_dialects_sdk_is_known(told: list[Told]) -> None:
    check(told, raised, {OPENAI: "openai-python", ANTHROPIC: "anthropic-python"})


def test_an_error_that_ends_a_stream_is_known(told: list[Told]) -> None:
    wrong = []
    for one in told:
        for dialect in DialectName:
            event = DIALECTS[dialect].error_event(refusals.refusal(one, dialect, ID, None)).decode()
            wrong += [f"{dialect.value} {one.message}: {problem}" for problem in problems(one, event, None, None)]
    assert wrong == []


def test_the_words_alone_are_known(told: list[Told]) -> None:
    wrong = []
    for one in told:
        if one.category is not Category.INVALID_REQUEST or one.page:
            found = problems(one, f"Error: {one.message} (solvent request id: {ID})", None, None)
            wrong += [f"{one.message}: {problem}" for problem in found]
    assert wrong == []


def test_the_status_is_the_one_that_its_page_documents(told: list[Told]) -> None:
    rules = engine.packaged().catalogue.rules
    odd = {(one.status, page(one)) for one in told if rules[page(one)].status != one.status}
    assert odd == {
        (405, "solvent/path-not-offered"),
        (408, "solvent/timeout"),
        (415, "solvent/invalid-request"),
        (431, "solvent/invalid-request"),
    }


@pytest.mark.parametrize("dialect", DialectName)
def test_behind_another_relay_the_empty_balance_is_that_relays(dialect: DialectName) -> None:
    short = refusals.of_short(Short(Part.BALANCE, 4_000_000, False, 0), 250_000_000, "large")
    outer = "202610020915301234567898268d9d6AbCdEfGh"
    message = f"{short.message} (solvent request id: {ID}) (request id: {outer})"
    if dialect is OPENAI:
        body: dict[str, Any] = {"error": {"message": message, "type": "insufficient_quota", "param": "", "code": "credit_exhausted"}}
    else:
        body = {"error": {"type": "billing_error", "message": message}, "type": "error"}
    verdict = desk.explain(f"Error code: 402 - {body}", engine.packaged(), "en").verdict
    assert (verdict.category, verdict.wallet, verdict.provider) == (Category.CREDIT_EXHAUSTED, Wallet.RELAY_UPSTREAM, "solvent")
    assert verdict.via[:2] == ("solvent", "new-api")
    assert [(layer.name, layer.request_id, layer.empty) for layer in verdict.layers[-2:]] == [
        ("new-api", outer, False),
        ("solvent", ID, True),
    ]
    assert [(found.id, found.issuer) for found in verdict.request_ids] == [(ID, "solvent"), (outer, "new-api")]


def test_an_upstreams_own_sentence_decides_within_the_category() -> None:
    sentence = "prompt is too long: 208310 tokens > 200000 maximum"
    one = refusals.of_failure(Cause.UPSTREAM, Category.CONTEXT_TOO_LONG, sentence)
    body = DIALECTS[OPENAI].refusal(refusals.refusal(one, OPENAI, ID, None))
    verdict = desk.explain(f"400 {body.decode()}", engine.packaged(), "en").verdict
    assert verdict.category is Category.CONTEXT_TOO_LONG
    assert (verdict.rule, verdict.via) == ("anthropic/prompt-too-long", ("solvent",))
    assert verdict.trail[0].rule == "solvent/context-too-long"
    assert verdict.trail[0].why_not == "matches, but yields to the provider's own rule"


def test_an_echo_of_the_callers_words_in_an_error_about_the_request_is_no_money_error() -> None:
    one = refusals.of_failure(Cause.UPSTREAM, Category.INVALID_REQUEST, "tools.0.name: 'Your credit balance is too low' is not allowed")
    for dialect in DialectName:
        body = DIALECTS[dialect].refusal(refusals.refusal(one, dialect, ID, None))
        verdict = desk.explain(f"400 {body.decode()}", engine.packaged(), "en").verdict
        assert (verdict.category, verdict.wallet) == (Category.INVALID_REQUEST, Wallet.NONE)


def test_an_address_for_readers_is_told_where_one_is_set(told: list[Told]) -> None:
    for one in told:
        for public_url in (None, "https://desk.example.org"):
            said = refusals.refusal(one, OPENAI, ID, public_url)
            assert said.doc_url == f"{public_url or ''}/e/rules/{page(one)}"
            assert json.loads(DIALECTS[OPENAI].refusal(said))["error"]["doc_url"] == said.doc_url
            assert json.loads(DIALECTS[ANTHROPIC].refusal(said))["error"]["doc_url"] == said.doc_url


def test_the_gate_and_the_surface_pass_the_address_on() -> None:
    doors, till, around = gate_and_till()
    till.change([key()], [])
    routes = replace(book(), public_url="https://desk.example.org")
    doors.use(routes, Planner(routes))
    job = doors.admit(arrived(OPENAI, asked(OPENAI)), Holder(key(), Purse()))
    assert isinstance(job, Job)
    assert job.public_url == "https://desk.example.org"
    face, wire = App(around, Ids(), lambda: Readiness(opened=True, journal=True, office=True)), Wire()  # type: ignore[arg-type]
    for gate_now, address in ((None, "/e/rules/solvent/starting"), (doors, "https://desk.example.org/e/rules/solvent/key-missing")):
        face.gate = gate_now
        face.handle(Request(b"POST", b"/v1/messages", {}, b"", True, False), wire)  # type: ignore[arg-type]
        assert json.loads(wire.body)["error"]["doc_url"] == address


def test_every_text_says_more_than_what_happened(told: list[Told]) -> None:
    """What, why, next step: a text of the gateway has at least two clauses, and names nobody of the operator's side."""
    for one in told:
        if one.category is not Category.INVALID_REQUEST or one.page:
            assert ";" in one.message or ":" in one.message, one.message
        assert not any(name in one.message for name in book().accounts), one.message


def scope_of(told: Told) -> str | None:
    """What a gateway closes that has this one as its upstream."""
    if told.page in ("balance-held", "budget-held") or told.category in REQUEST_AT_FAULT:
        return None
    if told.category is Category.CREDIT_EXHAUSTED:
        return "account"
    if told.category in (Category.BUDGET_LIMIT, Category.AUTH_INVALID):
        return "key"
    return "model:large"


def test_a_gateway_in_front_of_another_closes_what_the_error_is_about(told: list[Told]) -> None:
    wrong = []
    for one, dialect, status, body in bodies(told):
        headers = tuple((name.decode(), value.decode()) for name, value in (*refusals.id_headers(dialect, ID), *refusals.headers_of(one)))
        evidence = Evidence("inner", "solvent", relay=True, vendor=None, model="large", status=status, headers=headers, body=body)
        found = judge_attempt(evidence, engine.packaged())
        if (found.verdict.category, found.scope) != (one.category, scope_of(one)) or ID not in found.upstream_request_ids:
            wrong.append(f"{dialect.value} {one.message}: {found.verdict.category}, {found.scope}, {found.upstream_request_ids}")
    assert wrong == []
