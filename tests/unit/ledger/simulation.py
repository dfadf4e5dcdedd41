"""A machine that crashes: one worker that journals and may stop at any byte, and an office that folds what it finds.

Everything follows from the seed. The simulation keeps count by itself, in plain integers, of what each whole record must have done.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.books import Books, apply, decide
from solvent.ledger.fold import effects, fold_all
from solvent.ledger.journal import AttemptEnded, Fact, HoldPosted, HoldVoided, Outcome, Record, decode, encode
from solvent.ledger.segments import begin_segment, decode_chain
from solvent.ledger.transfers import Refusal
from tests.unit.ledger.bookkeeping import CHARGE
from tests.unit.ledger.histories import FLOORS, request


@dataclass
class Machine:
    seed: int
    draw: random.Random = field(init=False)
    segments: list[bytes] = field(default_factory=list)
    office: Books = field(default_factory=lambda: Books.opened(FLOORS))
    worker: Books = field(default_factory=Books)
    running: list[list[Fact]] = field(default_factory=list)
    acknowledged: list[Fact] = field(default_factory=list)  # records whose write came back
    requests: int = 0
    refused: int = 0
    crashes: int = 0
    torn: int = 0
    paid_in: int = 0

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.start()

    def start(self) -> None:
        """The worker begins: a new segment, and the books as the office has them after folding everything."""
        self.read(len(self.segments))
        self.segments.append(begin_segment("edge-1", len(self.segments) + 1, self.segments[-1] if self.segments else None))
        self.worker, self.running = self.office.copy(), []

    def read(self, whole: int) -> None:
        """The office folds the first segments, from the beginning or from any that it had begun to read: what it has read already does not matter."""
        first = self.draw.randint(0, whole - 1) if whole else 0
        before = self.segments[first - 1] if first else None
        if self.draw.random() < 0.5:
            first, before = 0, None
        for read in decode_chain(self.segments[first:whole], before):
            assert not read.decoded.end.broken
            self.office, _ = fold_all(self.office, read.decoded.records)

    def follow(self) -> None:
        """The office folds as far as the segment that is being written goes."""
        self.office, _ = fold_all(self.office, decode(self.segments[-1]).records)

    def top_up(self) -> None:
        """Money is paid in, sometimes told twice; it stands in the books before the worker hears of it."""
        account, amount = self.draw.choice(list(FLOORS)), self.draw.randint(1, 200)
        paid = transfers.top_up(f"t{self.draw.getrandbits(64)}", account, Money(amount))
        for _ in range(self.draw.randint(1, 2)):
            self.office, _ = apply(self.office, paid)
        self.worker, _ = apply(self.worker, paid)
        self.paid_in += amount

    def take_back(self) -> None:
        """The office corrects a balance while the worker still spends from it."""
        account = self.draw.choice(list(FLOORS))
        asked = transfers.correction(f"c{self.draw.getrandbits(64)}", (account, "house:correction"), Money(self.draw.randint(1, 60)))
        self.office, done = apply(self.office, asked)
        if not isinstance(done, Refusal):
            self.paid_in -= asked.amount.nano_usd

    def admit(self) -> None:
        self.requests += 1
        facts = request(self.draw, f"r{self.requests}", self.draw.choice(list(FLOORS)), Money(self.draw.randint(0, 60)))
        placed = effects(self.worker, facts[0])
        assert not isinstance(placed, Refusal)
        assert placed.entry is not None
        if isinstance(decide(self.worker, placed.entry.transfer), Refusal):
            self.refused += 1
        else:
            self.running.append(facts)

    def write(self) -> bool:
        """One record of some running request; `False` if the machine stopped in the middle of it."""
        facts = self.draw.choice(self.running)
        fact = facts.pop(0)
        self.running = [left for left in self.running if left]
        written = encode(fact)
        if self.draw.random() < 0.04:
            self.segments[-1] += written[: self.draw.randint(0, len(written) - 1)]
            return False
        self.segments[-1] += written
        self.acknowledged.append(fact)
        done = effects(self.worker, fact)
        assert not isinstance(done, Refusal)
        self.worker.take(done.change)
        return True

    def crash(self) -> None:
        self.crashes += 1
        # It may also die in the first bytes of a segment that it has just begun.
        if len(decode(self.segments[-1]).records) == 1 and self.draw.random() < 0.5:
            self.segments[-1] = self.segments[-1][: self.draw.randint(0, len(self.segments[-1]))]
        self.torn += decode(self.segments[-1]).end.stop == "torn"
        self.start()

    def run(self, steps: int) -> None:
        for _ in range(steps):
            what = self.draw.random()
            if what < 0.08:
                self.top_up()
            elif what < 0.10:
                self.take_back()
            elif what < 0.15:
                self.follow()
            elif what < 0.35 or not self.running:
                self.admit()
            elif not self.write():
                self.crash()
        self.crash()

    def records(self) -> list[Record]:
        return [record for read in decode_chain(self.segments) for record in read.decoded.records]

    def settle_orphans(self) -> list[Fact]:
        """What the office does with the holds of dead requests in the end: the attempt is unknown, the caller is asked for an estimate."""
        written: list[Fact] = []
        for hold in self.office.open_holds():
            attempts = [self.office.attempts[attempt] for attempt in hold.attempts]
            still_open = [attempt for attempt in attempts if attempt.ended is None]
            written += [AttemptEnded(one.begun.attempt_id, Outcome.UNKNOWN, one.begun.ceiling, 0) for one in still_open]
            known = [one.ended.cost for one in attempts if one.ended and one.ended.outcome is Outcome.USAGE]
            if known or still_open:
                written.append(HoldPosted(hold.id, known[0] if known else ZERO, CHARGE, 0))
            else:
                written.append(HoldVoided(hold.id, 0))
        self.office, outcomes = fold_all(self.office, written)
        assert not any(isinstance(outcome, Refusal) for outcome in outcomes)
        return written
