"""Rules in order of rank, against one reading: which one decides, on what evidence, and why the others did not.

All expressions of all rules and parties run over the text in one pass; after that only rules of which something occurred are
looked at. So a verdict costs about the same with fifty rules or with a thousand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import islice
from typing import Any

from msgspec import Struct

from solvent.base import literals
from solvent.base.patterns import Occurrences, PatternSet
from solvent.catalogue.load import Catalogue
from solvent.catalogue.load import packaged as packaged_catalogue
from solvent.catalogue.parties import CODE_WEIGHT
from solvent.catalogue.rules import Match, Rule
from solvent.diagnosis import chain as chains
from solvent.diagnosis import defaults
from solvent.diagnosis.chain import Chain
from solvent.diagnosis.paste.reading import Reading, Status
from solvent.model.verdict import Category, Tried

# A rule that names a provider while the text clearly shows another one is probably somebody else's borrowed sentence.
CONTRADICTED = 15
# What a sentence gains that the innermost error itself says.
INNERMOST = 8
# What is left of a coarse match beside a sentence that ranks higher and tells of another fault.
COARSE = 51
# Any sentence asks for more than a code that names but a class.
_COARSE_LACKS = 20
# What a guess lacks against every other match.
GUESSED = 50
_CLEAR_WEIGHT = 4
_TRAIL_MAX = 8
# Folders whose sentences are nobody's in particular.
_FAMILIES = ("generic/", "client/")
# An expression may ask for a field's name so as not to match elsewhere; the name is no part of the words.
_FIELD_NAME = re.compile(r"(?:message|error|detail|msg|code|type|reason|status)[\"']?\s?[:=]\s?[\"']?", re.IGNORECASE)


class Decision(Struct, frozen=True):
    """The rule that decides (None where none matched), by which of its matches and what in the text, and the rules weighed beside it."""

    rule: Rule | None
    match: Match | None
    rank: int
    quote: str | None
    position: int
    chain: Chain
    status: Status | None
    contradicted: bool
    trail: tuple[Tried, ...]
    rival: Rule | None


@dataclass(frozen=True, slots=True)
class _Clause:
    rule: Rule
    match: Match
    text: frozenset[int]
    all: frozenset[int]
    unless: frozenset[int]
    code: frozenset[int]
    precision: int  # how much it asks for: of two rules of one rank the stricter decides


class Engine:
    """A catalogue compiled for matching. Build it once; it is immutable and holds no state between calls."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._sources: dict[str, int] = {}
        # Expressions that guesses ask for wait in a set of their own until nothing else explains a text.
        self._guessing: dict[str, int] = {}
        self._by_pattern: dict[int, list[_Clause]] = defaultdict(list)
        self._by_code: dict[str, list[_Clause]] = defaultdict(list)
        self._by_exception: dict[str, list[_Clause]] = defaultdict(list)
        self._by_status: dict[int, list[_Clause]] = defaultdict(list)
        self._by_shape: dict[str, list[_Clause]] = defaultdict(list)
        self._words: dict[str, frozenset[int]] = defaultdict(frozenset)
        self._guesses: list[_Clause] = []
        self._marks: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self._party_codes: dict[str, list[str]] = defaultdict(list)
        for party in catalogue.parties.values():
            for mark in party.marks:
                self._marks[_number(self._sources, mark.text)].append((party.name, mark.weight))
            for code in party.codes:
                self._party_codes[code].append(party.name)
        for rule in catalogue.rules.values():
            for match in rule.matches:
                self._add(rule, match)
        self._set = PatternSet(list(self._sources))
        self._guess_set = PatternSet(list(self._guessing))
        # What shows a party or brings a rule into play; the other expressions matter only to rules that are in play.
        self._told = frozenset(self._marks) | frozenset(self._by_pattern)

    def _add(self, rule: Rule, match: Match) -> None:
        number = partial(_number, self._guessing if match.guess else self._sources)
        clause = _Clause(
            rule,
            match,
            text=frozenset(map(number, match.text)),
            all=frozenset(map(number, match.all)),
            unless=frozenset(map(number, match.unless)),
            code=frozenset(number(_bare(code)) for code in match.code if _distinctive(code)),
            precision=_precision(match),
        )
        if match.guess:
            self._guesses.append(clause)
            return
        self._words[rule.id] |= clause.text | clause.all
        for index, names in self._places(clause):
            for name in names:
                index[name].append(clause)

    def _places(self, clause: _Clause) -> list[tuple[dict[Any, list[_Clause]], Iterable[Any]]]:
        """The indexes, and what in them, that bring the clause into play."""
        match = clause.match
        triggers = _triggers(match)
        if match.shape and "error" not in match.shape:
            # Few texts are anything but an error: what the rule looks for in these waits until one is.
            places: list[tuple[dict[Any, list[_Clause]], Iterable[Any]]] = [(self._by_shape, match.shape)]
        elif triggers:
            places = [(self._by_pattern, map(partial(_number, self._sources), triggers))]
        elif match.code:
            places = [(self._by_code, match.code), (self._by_pattern, clause.code)]
        elif match.exception:
            places = [(self._by_exception, match.exception)]
        elif match.status:
            places = [(self._by_status, match.status)]
        else:
            places = [(self._by_shape, match.shape)]
        return places

    def decide(self, reading: Reading) -> Decision:
        """The rule that decides on this reading, with the chain that it was judged in."""
        looked = self._set.look(reading.flat)
        found = looked.among(self._told)
        weights: dict[str, int] = defaultdict(int)
        for number in found:
            for name, weight in self._marks.get(number, ()):
                weights[name] += weight
        for code in reading.codes:
            for name in self._party_codes.get(code, ()):
                weights[name] += CODE_WEIGHT
        chain = chains.trace(reading, self.catalogue.parties, weights)
        statuses = frozenset(status.code for status in reading.statuses)
        unlikely = _unlikely(reading)
        holding: dict[str, tuple[int, int, _Clause]] = {}
        failed: dict[str, str] = {}
        for clause in self._candidates(reading, found, statuses):
            why_not = _fails(clause, reading, looked, chain, statuses)
            if why_not is not None:
                failed.setdefault(clause.rule.id, why_not)
                continue
            rank = clause.rule.rank - (CONTRADICTED if self._contradicts(clause.rule, chain) else 0)
            if unlikely and clause.rule.id.startswith(_FAMILIES):
                rank -= unlikely.get(clause.rule.category, 0)
            best = holding.get(clause.rule.id)
            score = (rank, clause.precision)
            if best is None or score > best[:2]:
                holding[clause.rule.id] = (*score, clause)
        self._prefer_innermost(reading, holding)
        _let_sentences_go_first(holding)
        if not holding:
            looked = self._guess(reading, chain, statuses, holding)
        return self._decision(reading, chain, holding, failed, looked)

    def _guess(self, reading: Reading, chain: Chain, statuses: frozenset[int], holding: dict[str, tuple[int, int, _Clause]]) -> Occurrences:
        """Words of a category near each other, in a text that nothing else explains; returns what of them occurs."""
        looked = self._guess_set.look(reading.flat)
        for clause in self._guesses:
            if _fails(clause, reading, looked, chain, statuses) is None:
                holding[clause.rule.id] = (clause.rule.rank - GUESSED, clause.precision, clause)
        return looked

    def _prefer_innermost(self, reading: Reading, holding: dict[str, tuple[int, int, _Clause]]) -> None:
        """Of sentences that nobody in particular uses, those count more that the innermost error says itself, not the text around it."""
        inner = reading.innermost
        if len(holding) < 2 or inner is None or not inner.message:
            return
        rivals = [item for item in holding.values() if _is_nobodys(item[2].rule)]
        if len({item[2].rule.category for item in rivals}) < 2:
            return
        inside, named = self._set.look(inner.message), {inner.code.lower(), inner.kind.lower()}
        for rank, precision, clause in rivals:
            if inside.any(self._words[clause.rule.id]) or any(not named.isdisjoint(match.code) for match in clause.rule.matches):
                holding[clause.rule.id] = (rank + INNERMOST, precision, clause)

    def _candidates(self, reading: Reading, found: set[int], statuses: frozenset[int]) -> list[_Clause]:
        clauses: dict[int, _Clause] = {}
        groups = [self._by_pattern.get(number, ()) for number in found]
        groups += [self._by_code.get(code, ()) for code in reading.codes]
        groups += [self._by_exception.get(name, ()) for name in set(reading.exceptions[-3:])]
        groups += [self._by_status.get(status, ()) for status in statuses]
        groups.append(self._by_shape.get(reading.shape, ()))
        for group in groups:
            for clause in group:
                clauses[id(clause)] = clause
        return list(clauses.values())

    def _contradicts(self, rule: Rule, chain: Chain) -> bool:
        named = rule.provider
        return (
            named is not None
            and rule.voice == "provider"
            and chain.provider is not None
            and chain.provider != named
            and chain.weights.get(chain.provider, 0) - chain.weights.get(named, 0) >= _CLEAR_WEIGHT
        )

    def _decision(
        self, reading: Reading, chain: Chain, holding: dict[str, tuple[int, int, _Clause]], failed: dict[str, str], looked: Occurrences
    ) -> Decision:
        ordered = _with_narrower_first(sorted(holding.values(), key=lambda item: (-item[0], -item[1], item[2].rule.id)))
        trail = [Tried(item[2].rule.id, _why_second(item[2].rule, item[0])) for item in ordered[1:]]
        others = (Tried(rule, why) for rule, why in failed.items() if rule not in holding)
        trail += islice(others, max(_TRAIL_MAX - len(trail), 0))
        if not ordered:
            return Decision(
                None, None, 0, None, len(reading.flat), chain, _status(reading, len(reading.flat)), False, tuple(trail[:_TRAIL_MAX]), None
            )
        clause, rank = ordered[0][2], max(item[0] for item in ordered)
        rivals = [item[2].rule for item in ordered[1:] if item[0] >= rank and item[2].rule.category is not clause.rule.category]
        quote, position = self._quote(clause, reading, looked)
        return Decision(
            rule=clause.rule,
            match=clause.match,
            rank=rank,
            quote=quote,
            position=position,
            chain=chain,
            status=_status(reading, position),
            contradicted=self._contradicts(clause.rule, chain),
            trail=tuple(trail[:_TRAIL_MAX]),
            rival=rivals[0] if rivals else None,
        )

    def _quote(self, clause: _Clause, reading: Reading, looked: Occurrences) -> tuple[str | None, int]:
        """The words that made the clause match, and where they begin in the flat text."""
        for number in (*sorted(looked.among(clause.text)), *sorted(looked.among(clause.all))):
            span = looked.span(number)
            if span is not None:
                return _excerpt(reading.flat, *span), span[0]
        lower = reading.flat.lower()
        for code in clause.match.code:
            place = lower.find(code.split(":", 1)[-1])
            if place >= 0:
                return reading.flat[place : place + len(code.split(":", 1)[-1])], place
        for name in clause.match.exception:
            place = reading.flat.rfind(name)
            if place >= 0:
                return _excerpt(reading.flat, place, place + len(name)), place
        for status in reading.statuses:
            if status.code in clause.match.status:
                return str(status.code), status.position
        return None, len(reading.flat)


def _let_sentences_go_first(holding: dict[str, tuple[int, int, _Clause]]) -> None:
    """Where the code names but a class of faults and a sentence tells of another fault, the sentence decides."""
    said = {
        clause.rule.category for rank, _, clause in holding.values() if rank > COARSE and clause.match.text and _is_nobodys(clause.rule)
    }
    if not said:
        return
    for rank, precision, clause in list(holding.values()):
        if clause.match.coarse and said - {clause.rule.category}:
            holding[clause.rule.id] = (min(rank, COARSE), precision, clause)


def _is_nobodys(rule: Rule) -> bool:
    return rule.id.startswith(_FAMILIES[0])


def _number(sources: dict[str, int], source: str) -> int:
    """The place of an expression among those that are matched together; a new one comes last."""
    return sources.setdefault(source, len(sources))


def _triggers(match: Match) -> tuple[str, ...]:
    """The expressions of which one occurs wherever the match holds, those that the fewest texts hold."""
    groups = [(source,) for source in match.all] + ([match.text] if match.text else [])
    return max(groups, key=lambda group: min(map(literals.rarity, group)), default=())


def _with_narrower_first(ordered: list[tuple[int, int, _Clause]]) -> list[tuple[int, int, _Clause]]:
    """A rule that yields leaves the case to the best rule of its category that knows a provider's own sentence."""
    if not ordered or not ordered[0][2].rule.yields:
        return ordered
    category = ordered[0][2].rule.category
    fitting = (index for index, item in enumerate(ordered) if item[2].rule.category is category and _knows_a_sentence(item[2]))
    index = next(fitting, 0)
    return [ordered[index], *ordered[:index], *ordered[index + 1 :]]


def _knows_a_sentence(clause: _Clause) -> bool:
    return bool(clause.match.text) and clause.rule.voice == "provider" and not clause.rule.general


def _why_second(rule: Rule, rank: int) -> str:
    return "matches, but yields to the provider's own rule" if rule.yields else f"matches, but ranks {rank} below the rule that decides"


@cache
def packaged() -> Engine:
    """The engine on the packaged catalogue, built once in a process."""
    return Engine(packaged_catalogue())


def _distinctive(code: str) -> bool:
    """Whether a code is unlikely to be an ordinary word, so that it counts outside a field too."""
    return ("_" in code and len(code) > 6) or (len(code) > 12 and code.isalpha())


def _bare(code: str) -> str:
    escaped = code.replace(".", r"\.").replace("-", r"\-")
    return rf"(?:^|[^a-z0-9_]){escaped}(?:[^a-z0-9_]|$)"


def _precision(match: Match) -> int:
    asked = 2 * (len(match.all) + bool(match.text) + bool(match.code)) + bool(match.party) + bool(match.status) + bool(match.exception)
    return asked - _COARSE_LACKS if match.coarse else asked


def _fails(clause: _Clause, reading: Reading, looked: Occurrences, chain: Chain, statuses: frozenset[int]) -> str | None:
    """Why the clause does not hold, or None where it does."""
    match = clause.match
    if clause.text and not looked.any(clause.text):
        return "its sentence does not occur"
    if clause.all and not looked.all(clause.all):
        return "one of its expressions does not occur"
    if clause.unless and looked.any(clause.unless):
        return "an expression occurs that rules it out"
    if match.code and not looked.any(clause.code) and reading.codes.isdisjoint(match.code):
        return "its code does not occur in a field"
    if match.exception and not set(match.exception) & set(reading.exceptions[-3:]):
        return "its exception was not raised last"
    if match.status and statuses.isdisjoint(match.status):
        return "its status was not seen"
    if match.party and not any(chain.has(name) for name in match.party):
        return f"nothing shows {' or '.join(match.party)}"
    if match.not_party and any(chain.has(name) for name in match.not_party):
        return f"the text shows {next(name for name in match.not_party if chain.has(name))}"
    if match.shape and reading.shape not in match.shape:
        return f"the text is not {' or '.join(match.shape)}"
    if match.traceback is not None and match.traceback is not reading.traceback:
        return "there is no traceback" if match.traceback else "there is a traceback"
    return None


def _unlikely(reading: Reading) -> Mapping[Category, int]:
    """What the statuses of a text speak against, with how much.

    Where the last of them refuses, a server error before it is a wrapper's or an earlier attempt's.
    """
    told = [status.code for status in reading.statuses if status.strong and status.code >= 400]
    return _against(frozenset(code for code in told if code < 500 or told[-1] >= 500)) if told else {}


@lru_cache(maxsize=256)
def _against(codes: frozenset[int]) -> Mapping[Category, int]:
    against: dict[Category, int] = {}
    for statuses, categories, much in defaults.UNLIKELY:
        if codes and codes <= statuses:
            against.update({category: max(much, against.get(category, 0)) for category in categories})
    return against


def _status(reading: Reading, position: int) -> Status | None:
    """The status that belongs to the words at `position`: the nearest clear one before them, else the first clear one."""
    failing = [status for status in reading.statuses if status.code >= 400] or list(reading.statuses)
    strong = [status for status in failing if status.strong] or failing
    before = [status for status in strong if status.position <= position]
    if before:
        return before[-1]
    return strong[0] if strong else None


def _excerpt(flat: str, start: int, end: int) -> str:
    """The matched words, whole at both ends and at most 200 characters."""
    while start > 0 and flat[start - 1].isalnum() and flat[start - 1].isascii() and flat[start].isalnum():
        start -= 1
    while end < len(flat) and flat[end].isalnum() and flat[end].isascii() and end - start < 200:
        end += 1
    words = flat[start : min(end, start + 200)].strip(" \"'{}[](),:;")
    field = _FIELD_NAME.match(words)
    return words if field is None else words[field.end() :]
