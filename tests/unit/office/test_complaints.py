from __future__ import annotations

from solvent.office.complaints import Complaints
from solvent.operations.folding import Contradiction
from solvent.operations.ledger import CaughtUp


def test_a_break_is_told_once_and_another_one_again() -> None:
    told: list[str] = []
    complaints = Complaints(told.append)
    for _ in range(3):
        complaints.notice(CaughtUp(0, (), {"worker-1": "segment 2: torn"}))
    complaints.notice(CaughtUp(0, (), {"worker-1": "segment 2: torn", "worker-2": "segment 1 is missing"}))
    assert told == [
        "journal `worker-1`: segment 2: torn; nothing behind it is in the books, `solvent audit` tells more",
        "journal `worker-2`: segment 1 is missing; nothing behind it is in the books, `solvent audit` tells more",
    ]


def test_what_the_books_refused_is_told_by_its_id_alone() -> None:
    told: list[str] = []
    Complaints(told.append).notice(CaughtUp(2, (Contradiction("worker-1", 7, "hold_unknown", "void:h"),), {}))
    assert told == ["journal `worker-1`, segment 7: `void:h` was not folded (hold_unknown); `solvent audit` tells more"]
