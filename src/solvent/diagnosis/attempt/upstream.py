"""The judgement on a failed attempt, on the gateway's own path: the desk's engine, given evidence instead of a paste.

What the config says (which provider, whether a relay) is told to the engine as a field of the text, so there is no second
classifier. A verdict that would close something counts only on words that the client did not send (see `echo`): either the
provider's whole sentence is one of the rule's examples, or the request does not hold what made the rule match. So a client cannot
close anything by its own words, and a provider's usual sentence is believed also where the prompt speaks of it; a sentence that
nobody has listed is not, where the request holds its words: then the next candidate is tried and nothing is closed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from msgspec import structs

from solvent.base.disguise import strike
from solvent.base.patterns import Pattern
from solvent.catalogue.rules import Rule
from solvent.diagnosis import fingerprint, judge
from solvent.diagnosis.attempt import answer, echo
from solvent.diagnosis.attempt.answer import STRUCK, Answer
from solvent.diagnosis.attempt.echo import Sent
from solvent.diagnosis.attempt.striking import for_caller
from solvent.diagnosis.attempt.transport import judge_transport
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.paste import quote, reader, request_ids
from solvent.diagnosis.paste.reading import Reading
from solvent.diagnosis.waiting import waits
from solvent.model.failure import MONEY, REQUEST_AT_FAULT, Evidence, Judgement
from solvent.model.verdict import Actor, Category, Layer, RequestId, Verdict, Wallet
from solvent.model.verdict import Evidence as Quoted

DOUBTFUL_BELOW_PERCENT = 50
MEMO_MAX = 256

# So often what the client sent is struck and the rest is judged; then only codes and the status count.
_ROUNDS_MAX = 3
_IDS_MAX, _HEADER_MAX = 8, 128
_TEXT_MAX = 400
# `fingerprint.template` keeps no more, so a longer message is never a whole one.
_SENTENCE_MAX = 600
_LETTERS_MIN = 4
_ID_HEADERS = ("request-id", "x-request-id", "x-oneapi-request-id", "x-amzn-requestid", "apim-request-id", "cf-ray")
# Headers that the engine reads; the others are none of its business, or are named by `_ID_HEADERS` and read here.
_TOLD_HEADERS = ("x-oneapi-request-id", "x-new-api-version", "request-id", "x-request-id", "retry-after", "date")
_SAFE_ID = re.compile(r"[A-Za-z0-9_.:=;@/-]{3,128}")
_DATE = re.compile(r"\bdate: [A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT\b")
_WORD = re.compile(r"[^\W_]+")
_NUMBER_MAX = 7
# A host that belongs to nobody: so the engine knows that a relay stands in between although the text names none.
_UNNAMED_HOST = "relay.invalid"
_NOT_OF_AN_UPSTREAM = frozenset({Category.CLIENT_CODE, Category.NOT_AN_ERROR, Category.OTHER})
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
# A caller may bring these about by what it asks for, so a rule that is not sure of them closes no last way.
_MAYBE_THE_CALLERS = frozenset({Category.PERMISSION_DENIED, Category.MODEL_NOT_FOUND})

_ABOUT_THE_REQUEST = frozenset({400, 422})
# Statuses that say by themselves what a weak rule says.
_CLEAR = {
    402: MONEY,
    429: frozenset({Category.RATE_LIMITED}),
    503: frozenset({Category.OVERLOADED}),
    529: frozenset({Category.OVERLOADED}),
}

_Key = tuple[str, bool, int, bytes]


class _Known(NamedTuple):
    """What a rule is known to say: templates of its whole sentences, and all its words."""

    sentences: frozenset[str]
    words: str


@dataclass(slots=True)
class Memo:
    """Verdicts by a digest of what they were judged on, ids cut, and what rules say: both bounded. It holds nobody's text but in quotes."""

    verdicts: dict[_Key, tuple[Verdict, tuple[RequestId, ...]]] = field(default_factory=dict)
    rules: dict[str, _Known] = field(default_factory=dict)

    def keep(self, key: _Key, verdict: Verdict, ids: tuple[RequestId, ...]) -> None:
        """Remembers a verdict; the oldest goes where there are too many."""
        if len(self.verdicts) >= MEMO_MAX:
            del self.verdicts[next(iter(self.verdicts))]
        self.verdicts[key] = verdict, ids

    def known(self, rule: Rule) -> _Known:
        """What a rule of the catalogue says; there are no more of these than rules."""
        found = self.rules.get(rule.id)
        if found is None:
            examples = [example.text for example in rule.examples]
            said = [error.message for text in examples for error in reader.read(text).errors]
            expressions = [source for match in rule.matches for source in (*match.text, *match.all, *match.code)]
            sentences = frozenset(filter(_has_letters, map(fingerprint.template, (*said, *examples))))
            found = self.rules[rule.id] = _Known(sentences, "\n".join((*examples, *expressions)).lower())
        return found


def judge_attempt(evidence: Evidence, engine: Engine, memo: Memo | None = None) -> Judgement:
    """What a failed attempt means and what follows. `memo` makes the second of two alike cheap. Never raises on any bytes."""
    memo = Memo() if memo is None else memo
    if evidence.problem is not None:
        verdict = judge_transport(evidence, engine)
        return Judgement(verdict, _scope(verdict, evidence), True, None, _ids(evidence, verdict), f"transport: {evidence.problem.value}")
    said = answer.read(evidence.body)
    sent = Sent(evidence.request)
    verdict, suspect = _believed(said, evidence, engine, memo, sent)
    rule = engine.catalogue.rules.get(verdict.rule or "")
    at_fault = verdict.category in REQUEST_AT_FAULT and not suspect
    return Judgement(
        verdict=verdict,
        scope=_scope(verdict, evidence),
        try_next=not (at_fault and (said.messages or not (verdict.rule or "").startswith("status/"))),
        retry_after_ms=_retry_after_ms(said, evidence, sent),
        upstream_request_ids=_ids(evidence, verdict),
        text=_private(said, evidence, verdict, None if rule is None else memo.known(rule)),
        caller_text=_for_caller(said, evidence, verdict) if at_fault else "",
        doubtful=_doubtful(verdict, rule, evidence),
    )


def _believed(said: Answer, evidence: Evidence, engine: Engine, memo: Memo, sent: Sent) -> tuple[Verdict, bool]:
    """The verdict on what the provider said itself, and whether too little of that is left to blame the request."""
    left = said
    for _ in range(_ROUNDS_MAX):
        verdict, reading = _judge(left.text, evidence, engine, memo)
        rule = engine.catalogue.rules.get(verdict.rule or "")
        if not evidence.request or rule is None or _scope(verdict, evidence) is None or _whole_sentence(said, rule, memo):
            break
        reading = reading or _read(_told(left.text, evidence), evidence)
        theirs = _theirs(reading, left, evidence, engine, sent)
        if not theirs:
            break
        struck = left.without(echo.striker(theirs))
        left = left.bare if struck is left else struck
    else:
        left = left.bare
        verdict, reading = _judge(left.text, evidence, engine, memo)
    if left is said:
        return verdict, False
    # A code such as `invalid_request_error` says nothing: Anthropic gives it to an empty wallet too.
    match = engine.decide(reading or _read(_told(left.text, evidence), evidence)).match
    return verdict, match is None or not match.text


def _theirs(reading: Reading, left: Answer, evidence: Evidence, engine: Engine, sent: Sent) -> tuple[bytes, ...]:
    """What the client wrote of that by which the rule matched."""
    match = engine.decide(reading).match
    if match is None:
        return ()
    flat = reading.flat
    needed = [_found(match.text, flat)] if match.text else []
    if match.code:
        lower, own = flat.lower(), {form for code in left.codes for form in (code.lower(), f"type:{code.lower()}")}
        written = [code.rpartition(":")[2] for code in match.code]
        needed.append([word for word in written if word in lower] if own.isdisjoint(match.code) else [])
    if not needed:
        # No client writes the status of an answer, but it may write a number that looks like one.
        own = {str(evidence.status), *left.codes}
        needed = [_found((source,), flat) for source in match.all]
        needed.append([word for word in map(str, match.status) if word in flat] if own.isdisjoint(map(str, match.status)) else [])
    return tuple(dict.fromkeys(piece for words in needed for one in words for piece in sent.shares(one, flat)))


def _found(sources: tuple[str, ...], flat: str) -> list[str]:
    """The places of those of the expressions that occur, without those that lie inside another."""
    spans = {span for span in (_compiled(source).span(flat) for source in sources) if span is not None}
    outer = [(start, end) for start, end in spans if not any(a <= start and end <= b for a, b in spans - {(start, end)})]
    return [flat[start:end] for start, end in sorted(outer)]


def _whole_sentence(said: Answer, rule: Rule, memo: Memo) -> bool:
    """Whether a whole message of the provider's own error is, ids and numbers aside, one of the rule's examples."""
    known = memo.known(rule)
    return any(_is_sentence(words, known) for words in said.messages)


def _is_sentence(words: str, known: _Known) -> bool:
    return len(words) <= _SENTENCE_MAX and fingerprint.template(words) in known.sentences


def _has_letters(template: str) -> bool:
    """Whether a template says something beside what is masked in it."""
    return sum(char.isalpha() for char in re.sub(r"<[a-z]{1,4}>", "", template)) >= _LETTERS_MIN


def _judge(body: str, evidence: Evidence, engine: Engine, memo: Memo) -> tuple[Verdict, Reading | None]:
    """The verdict on a body, and what was read for it, unless the verdict was remembered."""
    text = _told(body, evidence)
    ids, _ = request_ids.find(text, {})
    key = (evidence.provider, evidence.relay, evidence.status, _digest(text, ids))
    kept = memo.verdicts.get(key)
    if kept is not None:
        return _with_ids(kept[0], kept[1], ids), None
    reading = _read(text, evidence)
    verdict = _settled(judge.judge_reading(reading, engine), evidence, engine)
    if verdict.available_at is None:
        memo.keep(key, verdict, ids)
    return verdict, reading


def _digest(text: str, ids: tuple[RequestId, ...]) -> bytes:
    """Of the text without its ids and its date: all that can differ between two failures that mean the same."""
    masked = _DATE.sub("date", text)
    for found in sorted(ids, key=lambda one: -len(one.id)):
        masked = masked.replace(found.id, f"<{found.issuer} {len(found.times)}>")
    order = " ".join(found.issuer for found in ids)
    return hashlib.blake2b(f"{order}\n{masked}".encode(), digest_size=16).digest()


def _told(body: str, evidence: Evidence) -> str:
    """The evidence as the text that the engine reads: the status, the body, the headers that tell something, and who was called."""
    headers = dict(evidence.headers)
    lines = [f"HTTP {evidence.status}"] if evidence.status >= 400 else []
    # An empty line, so that the end of the body is not taken for the first half of a wrapped line.
    lines += [body, "", *(f"{name}: {headers[name][:_HEADER_MAX]}" for name in _TOLD_HEADERS if name in headers)]
    return "\n".join((*lines, f"provider: {evidence.provider}"))


def _read(text: str, evidence: Evidence) -> Reading:
    return structs.replace(reader.read(text), api_hosts=(_UNNAMED_HOST,) if evidence.relay else (), parts=())


def _settled(verdict: Verdict, evidence: Evidence, engine: Engine) -> Verdict:
    """The verdict with what the config and the wire know better than any text."""
    if verdict.category in _NOT_OF_AN_UPSTREAM:
        verdict = judge.judge_reading(_read(_told("", evidence), evidence), engine)
    if verdict.category in _NOT_OF_AN_UPSTREAM:
        # Neither words nor a status that says something: an answer of 2xx or 3xx that is none is the server's failure.
        category = Category.OTHER if 400 <= evidence.status < 500 else Category.SERVER_ERROR
        verdict = structs.replace(verdict, category=category, rule=None, retryable=category is Category.SERVER_ERROR, confidence=0.0)
    wallet = verdict.wallet
    if evidence.relay and wallet is Wallet.OWN_PROVIDER_ACCOUNT:
        wallet = Wallet.RELAY_USER if verdict.provider in (evidence.provider, "unknown") else Wallet.RELAY_UPSTREAM
    unnamed = verdict.provider == "unknown" and not evidence.relay
    return structs.replace(
        verdict,
        provider=evidence.provider if unnamed else verdict.provider,
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
    any_id = re.compile("|".join(map(re.escape, sorted(by_id, key=len, reverse=True))))

    def renamed(text: str | None) -> str | None:
        return None if text is None else any_id.sub(lambda found: by_id[found.group()].id, text)

    return structs.replace(
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
    if category in MONEY and verdict.actor is Actor.NOBODY:
        return None  # other requests hold the money, and give it back
    if category in MONEY:
        return inner if wallet is Wallet.RELAY_UPSTREAM else "key" if wallet is Wallet.KEY_BUDGET else "account"
    if category is Category.AUTH_INVALID:
        return inner if behind else "key"
    if category in (Category.ACCOUNT_SUSPENDED, Category.REGION_BLOCKED):
        return inner if behind else "account"
    if category is Category.NETWORK:
        # Where a status came, the network that failed lies behind the one who answered.
        return "account" if evidence.status == 0 else f"model:{evidence.model}"
    return f"model:{evidence.model}" if category in _OF_THE_MODEL else None


def _doubtful(verdict: Verdict, rule: Rule | None, evidence: Evidence) -> bool:
    """Whether this is too unsure to close the last way: a weak rule without a clear status, or a refusal of this one request perhaps."""
    if rule is not None and rule.smaller_may_pass:
        return True
    if verdict.category in _CLEAR.get(evidence.status, ()):
        return False
    # A firewall in front of a provider looks into the prompt: what it forbids one request it may let another say.
    weak = rule is not None and (rule.doubtful or rule.voice == "edge") and verdict.category in _MAYBE_THE_CALLERS
    # A word of the caller's may complete a sentence of the provider's about the request, which somebody's general rule takes for another.
    loose = rule is not None and rule.id.startswith("generic/") and evidence.status in _ABOUT_THE_REQUEST
    return weak or loose or round(verdict.confidence * 100) < DOUBTFUL_BELOW_PERCENT


def _ids(evidence: Evidence, verdict: Verdict) -> tuple[str, ...]:
    """The upstream's ids, those of its headers first; nothing that the client may have written itself."""
    headers = dict(evidence.headers)
    named = [headers[name].strip() for name in _ID_HEADERS if name in headers]
    said = [found.id for found in verdict.request_ids if found.id.encode("utf-8", "replace") not in evidence.request]
    return tuple(dict.fromkeys(value for value in (*named, *said) if _SAFE_ID.fullmatch(value)))[:_IDS_MAX]


def _private(said: Answer, evidence: Evidence, verdict: Verdict, known: _Known | None) -> str:
    """Status, codes and what the rule matched, of that only words which the rule itself says: none of the caller's, and no secret."""
    words = verdict.evidence[0].quote if known is not None and verdict.evidence else ""
    if known is not None:
        # The provider's whole sentence, where the catalogue has it: what matched may be half of it.
        words = next((whole for whole in said.messages if _is_sentence(whole, known)), words)
    if words == str(evidence.status) or '"' in words or "{" in words:
        words = ""  # no sentence, but the shape of the error
    if known is not None:
        words = _WORD.sub(lambda found: found.group() if _of_the_rule(found.group(), known) else STRUCK, words)
        words = words.removesuffix(f" (request id: {STRUCK})")  # the ids stand beside it
    status = str(evidence.status)
    parts = (status, *(code for code in said.codes if code != status), words)
    return strike(" ".join(filter(None, parts))).text[:_TEXT_MAX]


def _of_the_rule(word: str, known: _Known) -> bool:
    return word.lower() in known.words or (word.isdigit() and len(word) <= _NUMBER_MAX)


def _for_caller(said: Answer, evidence: Evidence, verdict: Verdict) -> str:
    """The innermost sentence of the provider's own error, or the one that the desk would quote, or a text that is no structure at all."""
    words = said.messages[-1] if said.messages else said.text if said.value is None and "<" not in said.text else ""
    if "{" in words or not words:
        quoted = verdict.evidence[0].quote if verdict.rule is not None and verdict.evidence else None
        reading = reader.read(words or said.text)
        words = reading.html_title or "" if "<" in said.text[:20] else quote.quoted(reading, quoted)
    return for_caller(words[: quote.QUOTE_MAX], evidence.account, tuple(found.id for found in verdict.request_ids))


def _retry_after_ms(said: Answer, evidence: Evidence, sent: Sent) -> int | None:
    """What the upstream asks to wait: of its headers, else in words that are its own; None where it says nothing."""
    asked_ms = waits.of_headers(dict(evidence.headers))
    if asked_ms is not None:
        return asked_ms
    found = waits.of_words(said.text)
    return None if found is None or sent.holds(found.words) else found.ms


@cache
def _compiled(source: str) -> Pattern:
    return Pattern(source)
