"""Text in, verdict out: the one judgement that the desk, the gateway, the alerts and the cases share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from solvent.catalogue.load import Catalogue
from solvent.catalogue.parties import Party
from solvent.catalogue.rules import Rule
from solvent.diagnosis import chain as chains
from solvent.diagnosis import defaults, fingerprint, phrases
from solvent.diagnosis.chain import Chain
from solvent.diagnosis.engine import Decision, Engine
from solvent.diagnosis.paste import quote, reader, request_ids
from solvent.diagnosis.paste.reading import Reading
from solvent.diagnosis.request import refused
from solvent.diagnosis.request.rewriting import Hops
from solvent.diagnosis.waiting import recovery
from solvent.model.failure import PASSING
from solvent.model.verdict import Actor, Category, Evidence, Layer, Role, Verdict, Wallet

_UNVERIFIED_CAP = 0.6
_PARTS_MAX = 6
_WORD, _WORDS_MIN = re.compile(r"[a-z]{2,}|[\u4e00-\u9fff]"), 3


def judge(raw: str, engine: Engine, lang: str = "en") -> Verdict:
    """The verdict on a text; `lang` (`en`, `zh`) is the language of what the evidence says. Never raises on any string."""
    return judge_reading(reader.read(raw), engine, lang)


def judge_reading(reading: Reading, engine: Engine, lang: str = "en") -> Verdict:
    """The verdict on a text already taken apart."""
    decision, reading, others = _decide(reading, engine)
    rule, parties = decision.rule, engine.catalogue.parties
    chain = _with_inner_hop(decision, reading)
    category = Category.OTHER if rule is None else rule.category
    wallet = Wallet.NONE if rule is None else chains.wallet_of(rule, reading, chain, parties)
    provider = _provider(decision, chain, reading, parties)
    behind = rule is not None and rule.voice in ("provider", "any") and chains.operated(reading, chain, parties, provider)
    status, status_source = _status(decision)
    retryable = rule.retryable if rule is not None and rule.retryable is not None else category in PASSING
    begins = parties[provider].resets if provider in parties else ()
    back = recovery.of(reading, decision, category, passes=retryable or wallet is Wallet.KEY_BUDGET, party_resets=begins)
    passes = retryable and not back.hopeless
    actor = _actor(rule, category, wallet, behind=behind)
    if actor is Actor.NOBODY and category is Category.RATE_LIMITED and not passes:
        actor = Actor.YOU  # a limit that does not open by itself
    voice = "any" if rule is None else rule.voice
    drawn = chains.layers(chain, parties, provider, wallet, decision.quote, voice)
    if category in (Category.CLIENT_CODE, Category.NOT_AN_ERROR):
        drawn = _local(drawn, decision.quote)
    elif category in (Category.NETWORK, Category.TIMEOUT) and status is None and voice != "relay":
        named = any(host in reading.flat for host in (parties[provider].hosts if provider in parties else ()))
        drawn = _unanswered(drawn, decision.quote, named=named)
    return Verdict(
        category=category,
        wallet=wallet,
        actor=actor,
        provider=provider,
        via=tuple(name for name in chain.via if name != provider or voice == "relay"),
        layers=drawn,
        http_status=status,
        http_status_source=status_source,
        http_status_should_be=_should_be(rule, category, provider, status),
        retryable=passes,
        available_at=back.available_at,
        window=back.window,
        confidence=_confidence(decision, provider, wallet),
        rule=None if rule is None else rule.id,
        language=reading.language,
        request_ids=reading.request_ids,
        evidence=_evidence(decision, reading, others, engine.catalogue, lang),
        trail=decision.trail,
        fingerprint=_fingerprint(decision, reading, provider, wallet),
        retry_after_s=back.retry_after_s,
        request=refused.of(reading.flat, decision.position, category, Hops(chain, parties, lang)),
    )


def _with_inner_hop(decision: Decision, reading: Reading) -> Chain:
    """Adds the inner relay that only its words show: a relay's own refusal that another relay passed on without its id."""
    chain, rule = decision.chain, decision.rule
    if rule is None or rule.voice != "relay":
        return chain
    needed = chains.hops_above_speaker(reading, chain, rule.provider) + 1
    missing = needed - len(chain.relays) - (rule.provider in chain.gateways)
    if missing <= 0:
        return chain
    speaker = rule.provider or (chain.relays[0][0] if chain.relays else None)
    if speaker is None:
        return chain
    extra = tuple((speaker, None) for _ in range(missing))
    return Chain(chain.weights, chain.provider, (*extra, *chain.relays), chain.gateways, chain.edges, chain.sdks, chain.apps)


def _provider(decision: Decision, chain: Chain, reading: Reading, parties: Mapping[str, Party]) -> str:
    """Who produced the words, by the catalogue's name; `unknown` where nothing tells."""
    rule = decision.rule
    if rule is not None and rule.category in (Category.CLIENT_CODE, Category.NOT_AN_ERROR):
        return "client" if rule.category is Category.CLIENT_CODE else "none"
    if rule is not None and rule.voice == "relay":
        return chain.relays[0][0] if chain.relays else rule.provider or "unknown"
    if rule is not None and rule.provider is not None and not decision.contradicted:
        return rule.provider
    speaker = chains.own_speaker(rule, reading, chain, parties)
    if speaker != "unknown":
        return speaker
    if chain.provider is not None:
        return chain.provider
    return chain.edges[0] if rule is not None and rule.voice == "edge" and chain.edges else "unknown"


def _actor(rule: Rule | None, category: Category, wallet: Wallet, *, behind: bool) -> Actor:
    if rule is not None and rule.actor is not None and not (behind and wallet is Wallet.RELAY_UPSTREAM):
        return rule.actor
    return defaults.actor_of(category, wallet, provider_spoke_through_relay=behind)


def _status(decision: Decision) -> tuple[int | None, str | None]:
    if decision.status is not None:
        return decision.status.code, "seen"
    if decision.rule is not None and decision.rule.status is not None:
        return decision.rule.status, "documented"
    return None, None


def _should_be(rule: Rule | None, category: Category, provider: str, seen: int | None) -> int | None:
    if seen in defaults.ALSO_TRUE.get(category, ()):
        return seen
    if rule is not None and rule.status_should_be is not None:
        return rule.status_should_be
    if category is Category.OVERLOADED and provider == "anthropic":
        return 529
    return defaults.STATUS_SHOULD_BE[category]


def _confidence(decision: Decision, provider: str, wallet: Wallet) -> float:
    rule = decision.rule
    if rule is None:
        return 0.0
    folder = rule.id.split("/", 1)[0]
    percent = 60 if folder == "status" else 85 if folder in ("generic", "client") else 97
    if decision.contradicted:
        percent -= 20
    if rule.doubtful:
        percent -= 30
    if decision.match is not None and decision.match.guess:
        percent -= 40
    if decision.rival is not None:
        percent -= 10
    if wallet is not Wallet.NONE and provider == "unknown":
        percent -= 15
    if not rule.source.verified:
        percent = min(percent, int(_UNVERIFIED_CAP * 100))
    return max(percent, 5) / 100


def _decide(reading: Reading, engine: Engine) -> tuple[Decision, Reading, int]:
    """The decision, the part of the text that it was made on, and how many other errors the text holds.

    Where a text holds several errors, the parties and ids of one must not be taken for those of another: each is judged alone, and
    the one whose rule ranks highest decides, the later of two equals.
    """
    whole = engine.decide(reading)
    if len(reading.parts) < 2:
        return whole, reading, 0
    best, chosen = whole, reading
    for part in reading.parts[-_PARTS_MAX:]:
        alone = reader.read(part)
        decision = engine.decide(alone)
        if decision.rule is not None and (chosen is reading or decision.rank >= best.rank) and decision.rank >= whole.rank:
            best, chosen = decision, alone
    return best, chosen, len(reading.parts) - 1


def _evidence(decision: Decision, reading: Reading, others: int, catalogue: Catalogue, lang: str) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    rule = decision.rule
    if rule is not None and decision.quote:
        says = rule.says or rule.title
        found.append(Evidence(decision.quote, says.of(lang)))
    if reading.nil_type:
        found.append(Evidence('"type":"<nil>"', phrases.NIL_TYPE.of(lang)))
    ids = request_ids.stamped(reading.request_ids)
    if ids:
        words = phrases.ONE_SUFFIX if len(ids) == 1 else phrases.MANY_SUFFIXES
        quote = " ".join(request_ids.suffix(item.issuer, item.id) for item in ids)
        software = decision.chain.relays[0][0] if decision.chain.relays else ids[0].issuer
        found.append(Evidence(quote[:300], words.of(lang).format(count=len(ids), software=catalogue.label(software))))
    if others:
        found.append(Evidence("…", phrases.OTHER_ERRORS.of(lang).format(count=others)))
    if reading.masked:
        found.append(Evidence("https://***", phrases.MASKED.of(lang)))
    return tuple(found)


def _fingerprint(decision: Decision, reading: Reading, provider: str, wallet: Wallet) -> str:
    if decision.rule is not None:
        return fingerprint.of(decision.rule.id, provider, wallet.value)
    masked = fingerprint.template(quote.quoted(reading, None))
    if len(_WORD.findall(masked)) < _WORDS_MIN:
        masked = fingerprint.template(reading.flat)  # the sentence alone says too little: it may begin any error
    return fingerprint.of("unmatched", provider, masked)


def _unanswered(drawn: tuple[Layer, ...], quote: str | None, *, named: bool) -> tuple[Layer, ...]:
    """Nobody answered, so the words are those of the reader's own side, if the text shows it.

    Where the text does not name the address that was called (`named`), the far end is unknown: an SDK serves many.
    """
    silent = [Layer(layer.role, layer.name, layer.label, None, layer.request_id) for layer in drawn]
    if silent and silent[-1].role is Role.PROVIDER and not named:
        silent[-1] = Layer(Role.PROVIDER, "unknown", "unknown")
    own = [index for index, layer in enumerate(silent) if layer.role in (Role.APP, Role.SDK)]
    if own:
        speaker = silent[own[-1]]
        silent[own[-1]] = Layer(speaker.role, speaker.name, speaker.label, quote)
    return tuple(silent)


def _local(drawn: tuple[Layer, ...], quote: str | None) -> tuple[Layer, ...]:
    """The chain ends at the reader's own program: nobody else spoke."""
    own = tuple(layer for layer in drawn if layer.role in (Role.APP, Role.SDK))
    return (*own[:-1], Layer(own[-1].role, own[-1].name, own[-1].label, quote)) if own else ()
