"""Tables that a bookkeeper can read: one line a transfer or record and what it comes to, then the balances.

    open  key:a 0.00                        floor (`-` is without one)
    topup t1 key:a 10.00            -> ok
    hold  h1 key:a 4.00             -> ok
    begin a1 h1 openai 4.00         -> ok
    end   a1 usage 2.00             -> ok
    post  h1 2.00                   -> ok
    void  h1                        -> hold_already_posted
    correct c1 key:a house:correction 1.00 -> ok
    is    key:a 8.00 0.00 8.00              settled, held, available

`hold!`, `begin`, `end`, `post` and `void` are folded as records of a journal; `hold` is asked for, as a worker asks.
"""

from __future__ import annotations

from solvent.base.money import Money
from solvent.ledger import transfers
from solvent.ledger.accounts import Account
from solvent.ledger.books import Books, Done, apply, opening
from solvent.ledger.fold import fold
from solvent.ledger.journal import AttemptBegun, AttemptEnded, HoldPlaced, HoldPosted, HoldVoided, Outcome, Record
from solvent.ledger.transfers import Charge, CostSource, Refusal, Transfer

CHARGE = Charge("2026-11-25", (("input_tokens", 120), ("output_tokens", 40)), CostSource.REPORTED)


def transfer_of(word: str, cells: list[str]) -> Transfer | None:
    match word, cells:
        case "topup", [key, account, amount]:
            return transfers.top_up(key, account, Money.parse(amount))
        case "hold", [hold_id, account, amount]:
            return transfers.hold(hold_id, account, Money.parse(amount))
        case "correct", [key, debit, credit, amount]:
            return transfers.correction(key, (debit, credit), Money.parse(amount))
    return None


def record_of(word: str, cells: list[str]) -> Record:
    match word, cells:
        case "hold!", [hold_id, account, amount]:
            return HoldPlaced(hold_id, account, Money.parse(amount), 0)
        case "begin", [attempt_id, hold_id, upstream, ceiling]:
            return AttemptBegun(attempt_id, hold_id, upstream, Money.parse(ceiling), 0)
        case "end", [attempt_id, outcome, cost]:
            return AttemptEnded(attempt_id, Outcome(outcome), Money.parse(cost), 0, (f"req-{attempt_id}",))
        case "post", [hold_id, cost]:
            return HoldPosted(hold_id, Money.parse(cost), CHARGE, 0)
        case "void", [hold_id]:
            return HoldVoided(hold_id, 0)
    raise AssertionError(f"no line begins `{word} {cells}`")


def told(outcome: Done | Refusal) -> str:
    if isinstance(outcome, Refusal):
        waits = f" transient affordable {outcome.affordable} holds {outcome.holds}" if outcome.transient else ""
        return outcome.reason + waits
    if outcome.exists:
        return "exists"
    return "ok flagged" if outcome.entry and outcome.entry.flagged else "ok"


def total_nano(books: Books) -> int:
    return sum(account.settled.nano_usd for account in books.accounts.values())


def play(table: str, books: Books | None = None) -> Books:
    books = books or Books()
    for line in filter(None, map(str.strip, table.splitlines())):
        asked, _, expected = (part.strip() for part in line.partition("->"))
        word, *cells = asked.split()
        if word == "open":
            books.take(opening(books, cells[0], None if cells[1] == "-" else Money.parse(cells[1])))
        elif word == "is":
            account = books.account(cells[0]) or Account()
            assert [str(account.settled), str(account.held), str(account.available)] == cells[1:], line
        else:
            transfer = transfer_of(word, cells)
            books, outcome = apply(books, transfer) if transfer else fold(books, record_of(word, cells))
            assert told(outcome) == expected, line
        assert total_nano(books) == 0, line
        assert all(account.floor is None or account.available >= account.floor for account in books.accounts.values()), line
    return books
