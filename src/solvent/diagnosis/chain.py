"""Who spoke, and who passed it on: the chain from the reader's app to the innermost speaker, and whose wallet each holds.

Facts about the one-api family were read in its sources: every layer of one-api and of new-api's Claude route appends its own
`(request id: …)`, so the count of suffixes is a lower bound of the layers and the leftmost is the innermost; `"type":"<nil>"` is
new-api's rendering of an upstream error without a `code`; `https://***` is its masking; `"param":""` is an empty Go string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from solvent.catalogue.parties import CODE_WEIGHT, NAMED_WEIGHT, Party
from solvent.catalogue.rules import Rule
from solvent.diagnosis.paste import request_ids
from solvent.diagnosis.paste.reading import Reading
from solvent.model.failure import MONEY
from solvent.model.verdict import Category, Layer, Role, Wallet

_FAMILY = ("new-api", "one-api")
# Relays that are no forks of the family: beside its signs they are layers of their own.
_BESIDE = ("litellm-proxy", "openrouter")
SOLVENT = request_ids.SOLVENT
UNNAMED_RELAY = "relay"
_HOPS_MAX = 8
# With these the relays of the one-api family refuse in their own name.
_OF_THE_FAMILY = frozenset({401, 403, 429})
# An address where credit is bought: whose host it is, sells it.
_SHOP = re.compile(
    r"https?://(?P<host>[A-Za-z0-9.-]{4,120})(?::\d{1,5})?/[^\s\"'<>]{0,120}?(?:credit|billing|top-?up|recharge|wallet|pricing|upgrade|purchase|plans?\b)",
    re.IGNORECASE,
)
_BOX = re.compile(r"(?:^|\s)(?P<host>(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,10}) says\s", re.IGNORECASE)
# A server names its own refusal `…_error` (or `…_panic`, or, as Anthropic does, `request_too_large`); any other word in the `type` of
# a Claude-shaped error is another server's `code`, which new-api puts there.
_OWN_TYPE_ENDINGS = ("error", "panic", "forbidden", "too_large")


# What a relay writes before words that somebody further in wrote.
_HANDED_ON = re.compile(
    r"provider returned error|provider response failed|provider api error: |upstream error: \d{3}|api error response: "
    r"|channel error \(channel #|[渠通]道测试失败",
    re.IGNORECASE,
)
_HANDS_ON = ("rovider ", "ROVIDER ", "pstream error", "PSTREAM ERROR", "API error response", "hannel error (", "道测试失败")


class Chain(Struct, frozen=True):
    """The parties that the text shows, before any rule: weights by name, relay hops (innermost first), and the rest by role."""

    weights: Mapping[str, int]
    provider: str | None
    relays: tuple[tuple[str, str | None], ...]  # (party name, request id)
    gateways: tuple[str, ...]
    edges: tuple[str, ...]
    sdks: tuple[str, ...]
    apps: tuple[str, ...]

    @property
    def via(self) -> tuple[str, ...]:
        """Everything that wrapped the error, innermost first."""
        return (*(name for name, _ in self.relays), *self.gateways, *self.edges, *self.sdks, *self.apps)

    def has(self, name: str) -> bool:
        """Whether the text shows this party."""
        return self.weights.get(name, 0) > 0 or name == self.provider or name in self.via


def trace(reading: Reading, parties: Mapping[str, Party], marked: Mapping[str, int]) -> Chain:
    """The chain of a text. `marked` holds the weights of the parties whose marks or codes occur in it."""
    weights = dict(marked)
    for found in reading.request_ids:
        if found.issuer in parties and parties[found.issuer].role is Role.PROVIDER:
            weights[found.issuer] = weights.get(found.issuer, 0) + CODE_WEIGHT

    by_role: dict[Role, list[str]] = {}
    for name in sorted(weights, key=lambda name: (-weights[name], name)) if len(weights) > 1 else weights:
        by_role.setdefault(parties[name].role, []).append(name)

    def strong(role: Role, weak: int = 0) -> list[str]:
        """Those with strong marks; where none has, so many of those with weak ones (weight 1)."""
        if role not in by_role:
            return []
        return [name for name in by_role[role] if weights[name] > 1] or by_role[role][:weak]

    provider = by_role[Role.PROVIDER][0] if Role.PROVIDER in by_role else None
    return Chain(
        weights=weights,
        provider=provider,
        relays=_relays(reading, parties, strong(Role.RELAY), writes_empty_param=provider is not None and parties[provider].empty_param),
        gateways=tuple(strong(Role.GATEWAY)),
        edges=tuple(strong(Role.EDGE)),
        sdks=tuple(strong(Role.SDK, weak=1)),
        apps=tuple(strong(Role.APP, weak=1)),
    )


def _relays(
    reading: Reading, parties: Mapping[str, Party], marked: list[str], *, writes_empty_param: bool
) -> tuple[tuple[str, str | None], ...]:
    """The relay hops, innermost first, each with its own request id where it left one."""
    stamped = request_ids.stamped(reading.request_ids) if reading.request_ids else []
    shows_family = _shows_family(reading, writes_empty_param=writes_empty_param)
    if not (stamped or marked or shows_family or reading.own_suffixes or reading.api_hosts):
        return ()
    # A relay without a name is no second one beside those that the text names or that left their id.
    known = bool(stamped) or any(name != UNNAMED_RELAY for name in marked)
    named = [name for name in marked if name not in (*_FAMILY, SOLVENT) and not (known and name == UNNAMED_RELAY)]
    hops: list[tuple[str, str | None]] = [(_software(found.issuer), found.id) for found in stamped[: max(reading.own_suffixes, 1)]]
    of_family = [index for index, (name, _) in enumerate(hops) if name != SOLVENT]
    # A fork of the family that names itself: the layer is the fork's.
    of_fork = bool(named) and parties[named[0]].own_account and named[0] not in _BESIDE
    shown = shows_family and not (of_fork and named[0] != UNNAMED_RELAY)
    if of_family and of_fork:
        hops[of_family[-1]] = (named[0], hops[of_family[-1]][1])
        named = named[1:]
    family = [name for name in marked if name in _FAMILY]
    unmarked_hop = reading.own_suffixes > len(hops) or (not of_family and (family or shown))
    if unmarked_hop:
        hops.extend([(family[0] if family else "new-api", None)] * max(reading.own_suffixes - len(hops), 1))
    if SOLVENT in marked and all(name != SOLVENT for name, _ in hops):
        # It wrote no words, or they were cut: its headers or the rest of its words are those of whoever answered.
        hops.append((SOLVENT, next((found.id for found in stamped if found.issuer == SOLVENT), None)))
    hops.extend((name, None) for name in named)
    hops = hops[-_HOPS_MAX:]
    if not hops and any(_nobodys(host, parties) for host in reading.api_hosts):
        # The API is called at an address that belongs to nobody we know: somebody stands in between.
        hops.append((UNNAMED_RELAY, None))
    return tuple(hops)


def _software(issuer: str) -> str:
    return issuer if issuer in ("one-api", SOLVENT) else "new-api"


def _nobodys(host: str, parties: Mapping[str, Party]) -> bool:
    return not any(host == known or host.endswith(f".{known}") for party in parties.values() for known in party.hosts)


def _shows_family(reading: Reading, *, writes_empty_param: bool) -> bool:
    """Signs that a layer of new-api left without an id; an empty `param` is none where the provider writes it itself."""
    if reading.nil_type or reading.masked:
        return True
    return any(error.map_order or (error.empty_param and not writes_empty_param) for error in reading.errors)


def hops_above_speaker(reading: Reading, chain: Chain, speaker: str | None = None) -> int:
    """How many relay layers lie between the relay that spoke about its customer and the reader; 0 where the reader is the customer.

    A relay's own refusal says its own type. A `<nil>` or another server's code in the `type` of a Claude-shaped error, or a second
    suffix, means that the text came from one relay further in. A `speaker` outside that family puts words of its own there. Whatever
    stands around words that Solvent signed passed them on.
    """
    passed_on = (
        reading.nil_type
        or (any(sign in reading.flat for sign in _HANDS_ON) and _HANDED_ON.search(reading.flat) is not None)
        or (
            speaker in (None, *_FAMILY)
            and any(
                error.claude_shape and error.kind != "" and not error.kind.lower().endswith(_OWN_TYPE_ENDINGS) for error in reading.errors
            )
        )
    )
    around_solvent = len(chain.relays) - 1 if chain.relays and chain.relays[0][0] == SOLVENT else 0
    return max(reading.own_suffixes - 1, 1 if passed_on else 0, around_solvent)


def wallet_of(rule: Rule, reading: Reading, chain: Chain, parties: Mapping[str, Party]) -> Wallet:
    """Whose money or limit ran out, from who speaks and how many accounts lie between the speaker and the reader."""
    if rule.wallet is not None:
        return rule.wallet
    category = rule.category
    money = category in MONEY
    if not money and not (category is Category.ACCOUNT_SUSPENDED and rule.voice in ("provider", "any")):
        return Wallet.NONE
    if rule.voice == "relay":
        if hops_above_speaker(reading, chain, rule.provider) > 0:
            return Wallet.RELAY_UPSTREAM
        return Wallet.KEY_BUDGET if category is Category.BUDGET_LIMIT else Wallet.RELAY_USER
    if operated(reading, chain, parties, rule.provider):
        # A sentence of nobody in particular, from a relay that shows no sign of passing it on, is the relay's own.
        if rule.voice == "any" and not _passed_on(reading, chain, parties):
            return _own_words(category, chain, parties)
        return Wallet.RELAY_UPSTREAM
    nobodys = category is Category.CREDIT_EXHAUSTED and rule.voice == "any"
    if nobodys and (_own_credit(reading, chain, parties) or (chain.provider is None and _sells(reading, parties))):
        return Wallet.RELAY_USER
    return Wallet.KEY_BUDGET if category is Category.BUDGET_LIMIT else Wallet.OWN_PROVIDER_ACCOUNT


_OWN_WORDS = {Category.CREDIT_EXHAUSTED: Wallet.RELAY_USER, Category.BUDGET_LIMIT: Wallet.KEY_BUDGET}


def _own_words(category: Category, chain: Chain, parties: Mapping[str, Party]) -> Wallet:
    """Whose it is where a relay speaks of an account that is held with itself."""
    if category is Category.CREDIT_EXHAUSTED and _sells_direct(chain, parties):
        return Wallet.OWN_PROVIDER_ACCOUNT
    return _OWN_WORDS.get(category, Wallet.NONE)


def _sells_direct(chain: Chain, parties: Mapping[str, Party]) -> bool:
    return len(chain.relays) == 1 and all(name in parties and parties[name].sells_direct for name, _ in chain.relays)


def _passed_on(reading: Reading, chain: Chain, parties: Mapping[str, Party]) -> bool:
    """Whether a relay shows that money words of nobody in particular came from further in.

    A relay of the family says its own `…_api_error`, or a code that is known to be its own, with 401, 403 or 429; any other type or
    status beside its id is the upstream's.
    """
    speaks_for_provider = chain.provider is not None and chain.weights[chain.provider] >= CODE_WEIGHT
    if speaks_for_provider or reading.masked or hops_above_speaker(reading, chain) > 0:
        return True
    if not reading.own_suffixes:
        return False
    kinds = [error.kind.lower() for error in reading.errors if error.kind]
    if kinds:
        own = {code for name, _ in chain.relays if name in parties for code in parties[name].codes}
        return not any(kind.endswith("_api_error") or kind in own for kind in kinds)
    return bool(reading.statuses) and all(status.code not in _OF_THE_FAMILY for status in reading.statuses)


def own_speaker(rule: Rule | None, reading: Reading, chain: Chain, parties: Mapping[str, Party]) -> str:
    """Whose own words these are, where a sentence of nobody in particular comes from a relay or an app that shows its name."""
    if rule is not None and rule.voice == "any" and rule.category is Category.CREDIT_EXHAUSTED:
        app = _own_credit(reading, chain, parties)
        if app is not None:
            return app
    service = _service(chain, parties)
    if rule is not None and rule.voice == "any" and service is not None:
        return service
    named = [name for name, _ in chain.relays if name != UNNAMED_RELAY]
    if rule is None or rule.voice != "any" or not named or _passed_on(reading, chain, parties) or rule.id.startswith("status/"):
        return "unknown"
    return named[0]


def _service(chain: Chain, parties: Mapping[str, Party]) -> str | None:
    """Who answers the app's calls by itself, where no more than a model's name, or less than the app's, speaks for anybody further in."""
    if chain.relays or chain.gateways:
        return None
    others = 0 if chain.provider is None else chain.weights[chain.provider]
    serving = (name for name in chain.apps if parties[name].service is not None)
    return next((parties[name].service for name in serving if others < max(NAMED_WEIGHT, chain.weights[name])), None)


def _own_credit(reading: Reading, chain: Chain, parties: Mapping[str, Party]) -> str | None:
    """The app that the text says the empty account is held with: `your Acme account`, `Acme credits`."""
    if chain.relays or chain.gateways:
        return None
    for name in chain.apps:
        if re.search(rf"\b{re.escape(parties[name].label)}(?:.s)? (?:account|credits?|balance|wallet)\b", reading.flat, re.IGNORECASE):
            return name
    return None


def _sells(reading: Reading, parties: Mapping[str, Party]) -> bool:
    """Whether somebody who is no provider that we know sells credit: a page for buying it, or a site that says so in a browser's box."""
    hosts = [found.group("host").lower() for found in _SHOP.finditer(reading.flat)] if "://" in reading.flat else []
    if " says" in reading.flat:
        hosts += [found.group("host").lower() for found in _BOX.finditer(reading.flat)]
    return any(_nobodys(host, parties) for host in hosts)


def operated(reading: Reading, chain: Chain, parties: Mapping[str, Party], speaker: str | None) -> bool:
    """Whether a party stands between the speaker and the reader that made this call from an account of its own."""
    return any(
        name != speaker and (name not in parties or (parties[name].own_account and not _with_callers_key(parties[name], reading)))
        for name in (*(name for name, _ in chain.relays), *chain.gateways)
    )


def _with_callers_key(party: Party, reading: Reading) -> bool:
    return party.callers_key is not None and re.search(party.callers_key, reading.flat, re.IGNORECASE) is not None


def layers(chain: Chain, parties: Mapping[str, Party], provider: str, wallet: Wallet, quote: str | None, voice: str) -> tuple[Layer, ...]:
    """The chain as it is drawn, from the reader's app inwards, with who spoke which words and where the empty wallet lies."""

    def label(name: str) -> str:
        return parties[name].label if name in parties else name

    drawn: list[Layer] = []
    for role, names in ((Role.APP, chain.apps), (Role.SDK, chain.sdks), (Role.EDGE, chain.edges)):
        drawn.extend(Layer(role, name, label(name)) for name in reversed(names) if name != provider)
    outer = [*((name, None) for name in chain.gateways), *chain.relays[::-1]]
    for name, request_id in outer:
        if name == provider and voice != "relay":
            continue
        role = parties[name].role if name in parties else Role.RELAY
        drawn.append(
            Layer(role, name, label(name), request_id=request_id, spoke=request_ids.suffix(name, request_id) if request_id else None)
        )
    speaks_relay = (
        provider in parties and parties[provider].role in (Role.RELAY, Role.GATEWAY) and any(name == provider for name, _ in outer)
    )
    if not speaks_relay:
        role = parties[provider].role if provider in parties else Role.PROVIDER
        # What nobody in particular says about the reader's balance at a relay was said by that relay, not by somebody behind it.
        theirs = wallet is Wallet.RELAY_USER or (wallet is Wallet.OWN_PROVIDER_ACCOUNT and _sells_direct(chain, parties))
        own = provider == "unknown" and theirs and outer
        if provider in parties or (provider == "unknown" and not own):
            drawn.append(Layer(role, provider, label(provider)))
    return _with_words(drawn, wallet, quote)


def _with_words(drawn: list[Layer], wallet: Wallet, quote: str | None) -> tuple[Layer, ...]:
    if not drawn:
        return ()
    done = list(drawn)
    last = done[-1]
    done[-1] = Layer(last.role, last.name, last.label, quote or last.spoke, last.request_id, empty=wallet is not Wallet.NONE)
    return tuple(done)
