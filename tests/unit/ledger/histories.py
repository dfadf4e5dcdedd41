"""Made-up journals: any record at all, any sequence over few ids, and requests as a worker would write them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import strategies as st

from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import AMOUNT_MAX
from solvent.ledger.journal import (
    AttemptBegun,
    AttemptEnded,
    AttemptTold,
    Fact,
    HoldPlaced,
    HoldPosted,
    HoldVoided,
    Outcome,
    Record,
    RequestDone,
    SegmentHeader,
    append,
)
from solvent.ledger.segments import begin_segment
from solvent.ledger.transfers import Charge, CostSource
from tests.unit.ledger.bookkeeping import CHARGE

amounts = st.integers(0, AMOUNT_MAX.nano_usd).map(Money)
instants = st.integers(0, 2**60)
inputs = st.dictionaries(st.text(), st.integers()).map(lambda those: tuple(sorted(those.items())))
charges = st.builds(Charge, st.text(), inputs, st.sampled_from(CostSource), st.text())

_ids = st.lists(st.text(st.characters()), max_size=3).map(tuple)
_told = st.builds(
    AttemptTold, st.text(), st.text(), st.integers(), st.sampled_from(Outcome), st.integers(), _ids, *[st.text(st.characters())] * 5
)

# Any text, lone surrogates included: an upstream's ids are whatever it sends.
any_facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(HoldPlaced, st.text(), st.text(), amounts, instants),
    st.builds(AttemptBegun, st.text(), st.text(), st.text(), amounts, instants),
    st.builds(
        AttemptEnded,
        st.text(),
        st.sampled_from((Outcome.USAGE, Outcome.UNKNOWN)),
        amounts,
        instants,
        _ids,
        st.none() | charges,
    ),
    st.builds(AttemptEnded, st.text(), st.just(Outcome.NONE), st.just(ZERO), instants),
    st.builds(HoldPosted, st.text(), amounts, charges, instants),
    st.builds(HoldVoided, st.text(), instants),
    st.builds(
        RequestDone,
        *(st.text(), st.text(), instants, st.integers(), st.text(), st.text(), st.text(), st.integers()),
        *(st.lists(_told, max_size=3).map(tuple), inputs, amounts, st.text(), st.text(), st.text()),
    ),
)
any_records: st.SearchStrategy[Record] = st.one_of(any_facts, st.builds(SegmentHeader, st.text(), st.integers(0, 99), st.text()))

KEYS = ("key:prepaid", "key:credit", "key:unlimited", "key:unopened")
FLOORS: dict[str, Money | None] = {"key:prepaid": ZERO, "key:credit": Money(-5), "key:unlimited": None}
_few_holds = st.sampled_from(("h1", "h2", "h3"))
_few_attempts = st.sampled_from(("a1", "a2", "a3", "a4"))
_small = st.integers(0, 12).map(Money)

# Contradictions included: the fold must survive whatever a journal says.
few_facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(HoldPlaced, _few_holds, st.sampled_from(KEYS), _small, st.just(0)),
    st.builds(AttemptBegun, _few_attempts, _few_holds, st.sampled_from(("one", "two")), _small, st.just(0)),
    st.builds(AttemptEnded, _few_attempts, st.sampled_from((Outcome.USAGE, Outcome.UNKNOWN)), _small, st.just(0)),
    st.builds(AttemptEnded, _few_attempts, st.just(Outcome.NONE), st.just(ZERO), st.just(0)),
    st.builds(HoldPosted, _few_holds, _small, st.just(CHARGE), st.just(0)),
    st.builds(HoldVoided, _few_holds, st.just(0)),
)


def request(draw: random.Random, name: str, account: str, ceiling: Money) -> list[Fact]:
    """The records of one request in the order in which a worker writes them: some attempts, then a post or a void."""
    facts: list[Fact] = [HoldPlaced(name, account, ceiling, 0)]
    billable, cost = False, ZERO
    for number in range(draw.randint(0, 3)):
        attempt = f"{name}/{number}"
        facts.append(AttemptBegun(attempt, name, draw.choice(("one", "two")), ceiling, 0))
        outcome = draw.choice(tuple(Outcome))
        taken = ZERO if outcome is Outcome.NONE else Money(draw.randint(0, ceiling.nano_usd * 2))
        charge = CHARGE if outcome is Outcome.USAGE else None
        facts.append(AttemptEnded(attempt, outcome, taken, 0, (f"req_{attempt}",), charge))
        if outcome is Outcome.USAGE:
            billable, cost = True, taken
            break
    facts.append(HoldPosted(name, cost, CHARGE, 0) if billable else HoldVoided(name, 0))
    return facts


def segment_of(facts: Sequence[Record], number: int = 1, before: bytes | None = None) -> bytes:
    """A segment of the journal `edge-1` with these records behind its header."""
    segment = begin_segment("edge-1", number, before)
    for fact in facts:
        segment = append(segment, fact)
    return segment
