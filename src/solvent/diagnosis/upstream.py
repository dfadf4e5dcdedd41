"""The judgement on a failed attempt, on the gateway's own path: the desk's engine, given evidence instead of a paste.

What the config says (which provider, whether a relay) is told to the engine as a field of the text, so there is no second
classifier. A verdict that would close something counts only on words that the client did not send (see `echo`): either the
provider's whole sentence is one of the rule's examples, or what is left without the echoes still says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from solvent.base.secret import redact
from solvent.diagnosis import echo, fingerprint, judge, quote, reader, request_ids
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.reading import Reading
from solvent.diagnosis.striking import for_caller
from solvent.diagnosis.transport import judge_transport
from solvent.model.failure import BODY_BYTES_MAX, REQUEST_AT_FAULT, Evidence, Judgement, Transport
from solvent.model.verdict import Actor, Category, Layer, RequestId, Verdict, Wallet
from solvent.model.verdict import Evidence as Quoted

DOUBTFUL_BELOW_PERCENT = 50
MEMO_MAX = 256

_IDS_MAX, _ID_CHARS_MAX = 8, 128
_WAIT_MAX_MS = 24 * 3_600_000
_TEXT_MAX = 400
# `fingerprint.template` reads no more, so a longer message is never a whole one.
_SENTENCE_MAX = 600
_ID_HEADERS = ("request-id", "x-request-id", "x-oneapi-request-id", "x-amzn-requestid", "apim-request-id", "cf-ray")
# Headers that the engine reads; the others are none of its business, or are named by `_ID_HEADERS` and read here.
_TOLD_HEADERS = ("x-oneapi-request-id", "x-new-api-version", "request-id", "x-request-id", "retry-after", "date")
_SAFE_ID = re.compile(r"[A-Za-z0-9_.:=;@/-]{3,128}")
_LONG_NUMBER = re.compile(r"\d{5,}")
_SAID_WAIT = re.compile(
    r"(?:try again in|retry after|retry in|retrydelay\"?\s{0,3}:\s{0,3}\"?)\s{0,3}"
    r"(?:(\d{1,3})m(?!s))?\s?(\d{1,6})(?:\.(\d{1,9}))?\s?(ms|s)",
    re.IGNORECASE,
)
# A host that belongs to nobody: so the engine knows that a relay stands in between although the text names none.
_UNNAMED_HOST = "relay.invalid"
_NOT_OF_AN_UPSTREAM = frozenset({Category.CLIENT_CODE, Category.NOT_AN_ERROR, Category.OTHER})
_MONEY = frozenset({Category.CREDIT_EXHAUSTED, Category.BUDGET_LIMIT})
_OF_THE_MODEL = frozenset(
    {
        Category.PERMISSION_DENIED,
        Category.MODEL_NOT_FOUND,
        Category.NO_CHANNEL,
        Category.RATE_LIMITED,
        Category.OVERLOADED,
        Category.SERVER_ERROR,
        Category.TIMEOUT,
    },
)

_Key = tuple[str, bool, int, str]


@dataclass(slots=True)
class Memo:
    """Verdicts by what they were judged on, ids and long numbers cut, and the templates of rules' examples: both bounded."""

    verdicts: dict[_Key, tuple[Verdict, tuple[RequestId, ...]]] = field(default_factory=dict)
    templates: dict[str, frozenset[str]] = field(default_factory=dict)

    def keep(self, key: _Key, verdict: Verdict, ids: tuple[RequestId, ...]) -> None:
        """Remembers a verdict; the oldest goes where there are too many."""
        if len(self.verdicts) >= MEMO_MAX:
            del self.verdicts[next(iter(self.verdicts))]
        self.verdicts[key] = verdict, ids


def judge_attempt(evidence: Evidence, engine: Engine, memo: Memo | None = None) -> Judgement:
    """What a failed attempt means and what follows. `memo` makes the second of two alike cheap. Never raises on any bytes."""
    memo = Memo() if memo is None else memo
    if evidence.problem is not None:
        verdict = judge_transport(evidence, engine)
        return Judgement(verdict, _scope(verdict, evidence), True, None, _ids(evidence, verdict), f"transport: {evidence.problem.value}")
    body = evidence.body[:BODY_BYTES_MAX].decode("utf-8", "replace")
    sent = echo.Sent(evidence.request)
    verdict, suspect, own = _without_echo(body, evidence, engine, memo, sent)
    messages, codes = echo.own_words(body)
    at_fault = verdict.category in REQUEST_AT_FAULT and not suspect
    try_next = not (at_fault and (messages or not (verdict.rule or "").startswith("status/")))
    clear = evidence.status == 402 and verdict.category in _MONEY
    return Judgement(
        verdict=verdict,
        scope=_scope(verdict, evidence),
        try_next=try_next,
        retry_after_ms=_retry_after_ms(dict(evidence.headers), body),
        upstream_request_ids=_ids(evidence, verdict),
        text=_private(evidence.status, codes, verdict, None if own else sent),
        caller_text=_for_caller(body, messages, evidence, verdict) if at_fault else "",
        doubtful=not clear and round(verdict.confidence * 100) < DOUBTFUL_BELOW_PERCENT,
    )


def _without_echo(body: str, evidence: Evidence, engine: Engine, memo: Memo, sent: echo.Sent) -> tuple[Verdict, bool, bool]:
    """The verdict on what the provider said itself; whether too little was left to blame the request; whether the words are its own."""
    verdict = _judge(body, evidence, engine, memo)
    if _scope(verdict, evidence) is None:
        return verdict, False, False
    if not evidence.request or _whole_sentence(body, verdict.rule, engine, memo):
        return verdict, False, True
    struck = echo.strike_answer(body, sent)
    if struck == body:
        return verdict, False, True
    left = _judge(struck, evidence, engine, memo)
    if (left.category, left.wallet) == (verdict.category, verdict.wallet):
        return verdict, False, False
    return left, sent.beyond or (left.rule or "status/").startswith("status/"), False


def _whole_sentence(body: str, rule_id: str | None, engine: Engine, memo: Memo) -> bool:
    """Whether a whole message of the provider's own error is, ids and numbers aside, one of the rule's examples."""
    rule = engine.catalogue.rules.get(rule_id or "")
    if rule is None:
        return False
    known = memo.templates.get(rule.id)
    if known is None:
        said = [error.message for example in rule.examples for error in reader.read(example.text).errors]
        known = memo.templates[rule.id] = frozenset(
            fingerprint.template(words) for words in (*said, *(item.text for item in rule.examples))
        )
    return any(len(words) <= _SENTENCE_MAX and fingerprint.template(words) in known for words in echo.own_words(body)[0])


def _judge(body: str, evidence: Evidence, engine: Engine, memo: Memo) -> Verdict:
    text = _told(body, evidence)
    ids, _ = request_ids.find(text, {})
    masked = text
    for found in ids:
        masked = masked.replace(found.id, f"<{found.issuer}>")
    key = (evidence.provider, evidence.relay, evidence.status, _LONG_NUMBER.sub("<n>", masked))
    kept = memo.verdicts.get(key)
    if kept is not None and len(kept[1]) == len(ids):
        return _with_ids(kept[0], kept[1], ids)
    verdict = _settled(judge.judge_reading(_read(text, evidence), engine), evidence, engine)
    if verdict.available_at is None:
        memo.keep(key, verdict, ids)
    return verdict


def _told(body: str, evidence: Evidence) -> str:
    """The evidence as the text that the engine reads: the status, the body, the headers that tell something, and who was called."""
    headers = dict(evidence.headers)
    lines = [f"HTTP {evidence.status}"] if evidence.status >= 400 else []
    lines += [body, *(f"{name}: {headers[name][:_ID_CHARS_MAX]}" for name in _TOLD_HEADERS if name in headers)]
    return "\n".join((*lines, f"provider: {evidence.provider}"))


def _read(text: str, evidence: Evidence) -> Reading:
    return replace(reader.read(text), api_hosts=(_UNNAMED_HOST,) if evidence.relay else (), parts=())


def _settled(verdict: Verdict, evidence: Evidence, engine: Engine) -> Verdict:
    """The verdict with what the config and the wire know better than any text."""
    if verdict.category in _NOT_OF_AN_UPSTREAM:
        verdict = judge.judge_reading(_read(_told("", evidence), evidence), engine)
    if verdict.category in _NOT_OF_AN_UPSTREAM:
        # Neither words nor a status that says something: an answer of 2xx or 3xx that is none is the server's failure.
        category = Category.OTHER if 400 <= evidence.status < 500 else Category.SERVER_ERROR
        verdict = replace(verdict, category=category, rule=None, retryable=category is Category.SERVER_ERROR, confidence=0.0)
    wallet = verdict.wallet
    if evidence.relay and wallet is Wallet.OWN_PROVIDER_ACCOUNT:
        wallet = Wallet.RELAY_USER if verdict.provider in (evidence.provider, "unknown") else Wallet.RELAY_UPSTREAM
    return replace(
        verdict,
        wallet=wallet,
        http_status=evidence.status or None,
        http_status_source="seen" if evidence.status else None,
        via=tuple(evidence.provider if name == "relay" else name for name in verdict.via),
    )


def _with_ids(verdict: Verdict, old: tuple[RequestId, ...], new: tuple[RequestId, ...]) -> Verdict:
    """A remembered verdict for an attempt that differs from its own only in its ids."""
    if old == new:
        return verdict
    by_id = {before.id: after for before, after in zip(old, new, strict=True)}

    def renamed(text: str | None) -> str | None:
        for before, after in by_id.items():
            text = None if text is None else text.replace(before, after.id)
        return text

    return replace(
        verdict,
        request_ids=tuple(by_id.get(found.id, found) for found in verdict.request_ids),
        layers=tuple(
            Layer(layer.role, layer.name, layer.label, renamed(layer.spoke), renamed(layer.request_id), layer.empty)
            for layer in verdict.layers
        ),
        evidence=tuple(Quoted(renamed(item.quote) or "", item.says) for item in verdict.evidence),
    )


def _scope(verdict: Verdict, evidence: Evidence) -> str | None:
    """What the failure speaks about, or None where it says nothing of the account."""
    category, wallet = verdict.category, verdict.wallet
    inner = f"vendor:{evidence.vendor}" if evidence.vendor else f"model:{evidence.model}"
    behind = wallet is Wallet.RELAY_UPSTREAM or (evidence.relay and verdict.actor.value == "relay_operator")
    if category in _MONEY and verdict.actor is Actor.NOBODY:
        return None  # other requests hold the money, and give it back
    if category in _MONEY:
        return inner if wallet is Wallet.RELAY_UPSTREAM else "key" if wallet is Wallet.KEY_BUDGET else "account"
    if category is Category.AUTH_INVALID:
        return inner if behind else "key"
    if category in (Category.ACCOUNT_SUSPENDED, Category.REGION_BLOCKED):
        return inner if behind else "account"
    if category is Category.NETWORK or evidence.problem is Transport.CONNECT_TIMEOUT:
        # Where a status came, the network that failed lies behind the one who answered.
        return "account" if evidence.status == 0 else f"model:{evidence.model}"
    return f"model:{evidence.model}" if category in _OF_THE_MODEL else None


def _ids(evidence: Evidence, verdict: Verdict) -> tuple[str, ...]:
    """The upstream's ids, those of its headers first; nothing that the client may have written itself."""
    headers = dict(evidence.headers)
    named = [headers[name].strip() for name in _ID_HEADERS if name in headers]
    said = [found.id for found in verdict.request_ids if found.id.encode() not in evidence.request]
    return tuple(dict.fromkeys(value for value in (*named, *said) if _SAFE_ID.fullmatch(value)))[:_IDS_MAX]


def _private(status: int, codes: tuple[str, ...], verdict: Verdict, sent: echo.Sent | None) -> str:
    """Status, codes and the words that the rule matched: no word of the caller's (`sent`, None where none can be in it), no secret."""
    words = verdict.evidence[0].quote if verdict.rule is not None and verdict.evidence else ""
    if words == str(status) or '"' in words or "{" in words:
        words = ""  # no sentence, but the shape of the error
    parts = (str(status), " ".join(dict.fromkeys(codes)), words if sent is None else sent.strike(words))
    return redact(" ".join(filter(None, parts))).text[:_TEXT_MAX]


def _for_caller(body: str, messages: tuple[str, ...], evidence: Evidence, verdict: Verdict) -> str:
    """The innermost sentence of the provider's own error, or the one that the desk would quote."""
    said = verdict.evidence[0].quote if verdict.rule is not None and verdict.evidence else None
    words = messages[-1] if messages and "{" not in messages[-1] else quote.quoted(reader.read(body), said)
    return for_caller(words[: quote.QUOTE_MAX], evidence.account, tuple(found.id for found in verdict.request_ids))


def _retry_after_ms(headers: dict[str, str], body: str) -> int | None:
    """What the upstream asks to wait: of its headers, else in its words; None where it says nothing that can be read."""
    exact = headers.get("retry-after-ms", "").strip()
    if exact.isascii() and exact.replace(".", "", 1).isdigit():
        return min(int(exact.split(".")[0] or 0), _WAIT_MAX_MS)
    plain = headers.get("retry-after", "").strip()
    if plain.isascii() and plain.replace(".", "", 1).isdigit() and len(plain) < 20:
        whole, _, part = plain.partition(".")
        return min(int(whole or 0) * 1000 + int(part[:3].ljust(3, "0") if part else 0), _WAIT_MAX_MS)
    until, now = _date(plain), _date(headers.get("date", ""))
    if until is not None and now is not None:
        return min(max(int((until - now).total_seconds()) * 1000, 0), _WAIT_MAX_MS)
    said = _SAID_WAIT.search(body)
    if said is None:
        return None
    minutes, number, part, unit = said.groups()
    scale = 1 if unit.lower() == "ms" else 1000
    return min(int(minutes or 0) * 60_000 + int(number) * scale + (scale if part else 0), _WAIT_MAX_MS)


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError):
        # No date: the caller takes that as "nothing was said".
        return None
