"""The journal's records and their bytes.

A worker appends what it is about to do before it does it: the hold and the attempt before the first byte leaves, the end and the
cost when they are known. A record is a head of twelve bytes (length, CRC32 of the payload, CRC32 of those eight bytes) and a payload of
JSON. The head has a sum of its own because a damaged length would otherwise look like a torn end and hide all that follows.
Records lie in segments (`segments.py`), whose first record is their header.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import AMOUNT_MAX
from solvent.ledger.fields import CHARGE, CHARGE_OR_NULL, MONEY, PAIRS, TEXT, TEXTS, WHOLE, Field, lists, text, whole
from solvent.ledger.transfers import Charge

VERSION = 1
NO_SEGMENT_BEFORE = ""
PAYLOAD_BYTES_MAX = 1 << 20

_HEAD = struct.Struct(">III")
_LENGTH_AND_SUM = struct.Struct(">II")


class Outcome(StrEnum):
    """How an attempt at an upstream ended, as far as money goes."""

    NONE = "none"  # no request byte left, or the upstream refused it: it cost nothing
    USAGE = "usage"  # the cost is known
    UNKNOWN = "unknown"  # it was sent, and then nothing: it may have cost something


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """The first record of a segment. `sha256` is that of all bytes of the segment before, in hex; empty in the first."""

    journal: str
    number: int
    sha256: str = NO_SEGMENT_BEFORE
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """`amount` of the account is set aside for a request; `hold_id` is the request's id. Instants are microseconds since 1970, UTC."""

    hold_id: str
    account: str
    amount: Money
    at_us: int

    def __post_init__(self) -> None:
        _check(self.amount)


@dataclass(frozen=True, slots=True)
class AttemptBegun:
    """A request is about to be sent to an account at an upstream, where it can cost up to `ceiling`."""

    attempt_id: str
    hold_id: str
    upstream: str
    ceiling: Money
    at_us: int

    def __post_init__(self) -> None:
        _check(self.ceiling)


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """What the attempt took from the balance at the upstream: zero for *none*, known for *usage*, a careful guess for *unknown*."""

    attempt_id: str
    outcome: Outcome
    cost: Money
    at_us: int
    upstream_request_ids: tuple[str, ...] = ()
    charge: Charge | None = None

    def __post_init__(self) -> None:
        _check(self.cost)
        if self.outcome is Outcome.NONE and self.cost > ZERO:
            raise ValueError("an attempt that ended in `none` costs nothing")


@dataclass(frozen=True, slots=True)
class HoldPosted:
    """The caller pays `cost`, and `charge` says what it was computed from."""

    hold_id: str
    cost: Money
    charge: Charge
    at_us: int

    def __post_init__(self) -> None:
        _check(self.cost)


@dataclass(frozen=True, slots=True)
class HoldVoided:
    """The caller pays nothing."""

    hold_id: str
    at_us: int


@dataclass(frozen=True, slots=True)
class AttemptTold:
    """An attempt as a person is told of it. `status` 0: no head came. `category`, `rule`, `wallet`, `provider` and `text` are empty
    where it did not fail; `text` holds only what the rule names of the upstream's words, without secrets and the caller's words.
    """

    account: str
    model: str
    status: int
    outcome: Outcome
    ms: int
    upstream_request_ids: tuple[str, ...] = ()
    category: str = ""
    rule: str = ""
    wallet: str = ""
    provider: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class RequestDone:
    """A request as a person is told of it, once it is over. It moves no money.

    `tokens` by kind, sorted; `degraded` and `category` may be empty.
    """

    request_id: str
    key_id: str
    at_us: int
    ms: int
    dialect: str
    model: str
    route: str
    status: int
    attempts: tuple[AttemptTold, ...] = ()
    tokens: tuple[tuple[str, int], ...] = ()
    cost: Money = ZERO
    cost_source: str = ""
    category: str = ""
    degraded: str = ""

    def __post_init__(self) -> None:
        _check(self.cost)


Fact = HoldPlaced | AttemptBegun | AttemptEnded | HoldPosted | HoldVoided | RequestDone
Record = SegmentHeader | Fact


def _check(amount: Money) -> None:
    if not ZERO <= amount <= AMOUNT_MAX:
        raise ValueError(f"an amount in the journal is between zero and 64 bits, not {amount}")


def _told_out(told: tuple[AttemptTold, ...]) -> Any:
    return [
        [
            *(one.account, one.model, one.status, one.outcome.value, one.ms, list(one.upstream_request_ids)),
            *(one.category, one.rule, one.wallet, one.provider, one.text),
        ]
        for one in told
    ]


def _told_in(value: Any) -> tuple[AttemptTold, ...]:
    told = []
    for account, model, status, outcome, ms, ids, *rest in lists(value):
        category, rule, wallet, provider, words = map(text, rest)
        verdict = (category, rule, wallet, provider, words)
        how = (whole(status), Outcome(text(outcome)), whole(ms))
        told.append(AttemptTold(text(account), text(model), *how, TEXTS.read(ids), *verdict))
    return tuple(told)


_OUTCOME = Field(lambda outcome: outcome.value, lambda value: Outcome(text(value)))
_TOLD = Field(_told_out, _told_in)

# Every record's name and fields as they are written. Only ever added to: old journals must stay readable.
_FORMS: dict[type[Record], tuple[str, dict[str, Field]]] = {
    SegmentHeader: ("segment", {"journal": TEXT, "number": WHOLE, "sha256": TEXT, "version": WHOLE}),
    HoldPlaced: ("hold_placed", {"hold_id": TEXT, "account": TEXT, "amount": MONEY, "at_us": WHOLE}),
    AttemptBegun: (
        "attempt_begun",
        {"attempt_id": TEXT, "hold_id": TEXT, "upstream": TEXT, "ceiling": MONEY, "at_us": WHOLE},
    ),
    AttemptEnded: (
        "attempt_ended",
        {
            "attempt_id": TEXT,
            "outcome": _OUTCOME,
            "cost": MONEY,
            "at_us": WHOLE,
            "upstream_request_ids": TEXTS,
            "charge": CHARGE_OR_NULL,
        },
    ),
    HoldPosted: ("hold_posted", {"hold_id": TEXT, "cost": MONEY, "charge": CHARGE, "at_us": WHOLE}),
    HoldVoided: ("hold_voided", {"hold_id": TEXT, "at_us": WHOLE}),
    RequestDone: (
        "request_done",
        {
            **dict.fromkeys(("request_id", "key_id", "dialect", "model", "route", "cost_source", "category", "degraded"), TEXT),
            **dict.fromkeys(("at_us", "ms", "status"), WHOLE),
            "attempts": _TOLD,
            "tokens": PAIRS,
            "cost": MONEY,
        },
    ),
}
_BY_NAME = {name: (record, fields) for record, (name, fields) in _FORMS.items()}


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"`{text}` is not a whole number")


# Made once: `json.dumps` and `json.loads` with options make a new one for every call.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)


def encode(record: Record) -> bytes:
    """The record's bytes. Amounts are whole nano-dollars. Raises `ValueError` above `PAYLOAD_BYTES_MAX`."""
    name, fields = _FORMS[type(record)]
    values = {"kind": name} | {field: form.write(getattr(record, field)) for field, form in fields.items()}
    payload = _ENCODER.encode(values).encode("ascii")
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"a record of {len(payload)} bytes is too long for the journal")
    front = _LENGTH_AND_SUM.pack(len(payload), zlib.crc32(payload))
    return front + zlib.crc32(front).to_bytes(4, "big") + payload


def append(segment: bytes, record: Record) -> bytes:
    """The segment with one more record: nothing that stands is touched."""
    return segment + encode(record)


def _read_payload(payload: bytes) -> Record:
    """The record of a payload. Raises `ValueError` or `TypeError` if it is none of ours."""
    values = _DECODER.decode(payload.decode("ascii"))
    if type(values) is not dict:
        raise ValueError("the payload is not an object")
    name = text(values.pop("kind", None))
    if name not in _BY_NAME:
        raise ValueError(f"no record is called `{name}`")
    record, fields = _BY_NAME[name]
    if values.keys() != fields.keys():
        raise ValueError(f"`{name}` has the fields {sorted(fields)}, not {sorted(values)}")
    return record(**{field: form.read(values[field]) for field, form in fields.items()})


class Stop(StrEnum):
    """Why reading stopped."""

    END = "end"  # after a whole record
    TORN = "torn"  # in a last record that was never finished
    HEAD_DAMAGED = "head_damaged"
    TOO_LONG = "too_long"
    PAYLOAD_DAMAGED = "payload_damaged"
    UNREADABLE = "unreadable"  # the sums are right and the content is not ours: another version, or a bug
    HEADER_MISSING = "header_missing"
    HEADER_MISPLACED = "header_misplaced"
    VERSION_UNKNOWN = "version_unknown"
    OUT_OF_ORDER = "out_of_order"  # the segment's number does not follow
    HASH_DIFFERS = "hash_differs"  # the segment before was changed, cut or replaced


@dataclass(frozen=True, slots=True)
class End:
    """Where reading stopped: the first byte that belongs to no whole record, and why."""

    stop: Stop
    offset: int
    detail: str = ""

    @property
    def broken(self) -> bool:
        """Whether this is anything but a proper end or a torn last record."""
        return self.stop not in (Stop.END, Stop.TORN)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a segment holds up to where reading stopped. To read on when there is more, start at `end.offset`."""

    records: tuple[Record, ...]
    end: End


def _step(segment: bytes, at: int) -> tuple[Record, int] | End:
    """The record at an offset and the offset behind it, or why there is none."""
    rest = len(segment) - at
    if rest == 0:
        return End(Stop.END, at)
    if rest < _HEAD.size or not any(segment[at : at + _HEAD.size]):
        # A file that grew before a power cut may end in zeros; a head of zeros has a wrong sum, so it was never written.
        torn = rest < _HEAD.size or not any(segment[at:])
        return End(Stop.TORN if torn else Stop.HEAD_DAMAGED, at)
    length, payload_sum, head_sum = _HEAD.unpack_from(segment, at)
    if zlib.crc32(segment[at : at + _LENGTH_AND_SUM.size]) != head_sum:
        return End(Stop.HEAD_DAMAGED, at)
    if length > PAYLOAD_BYTES_MAX:
        return End(Stop.TOO_LONG, at, f"{length} bytes")
    start, behind = at + _HEAD.size, at + _HEAD.size + length
    if behind > len(segment):
        return End(Stop.TORN, at)
    payload = segment[start:behind]
    if zlib.crc32(payload) != payload_sum:
        return End(Stop.PAYLOAD_DAMAGED, at)
    try:
        return _read_payload(payload), behind
    except (ValueError, TypeError, RecursionError) as problem:
        return End(Stop.UNREADABLE, at, str(problem))


def decode(segment: bytes, start: int = 0) -> Decoded:
    """The records from `start` (the beginning, or where an earlier reading stopped) to the end or the first break. Never raises."""
    records: list[Record] = []
    at = start
    while True:
        found = _step(segment, at)
        if isinstance(found, End):
            return Decoded(tuple(records), found)
        record, behind = found
        if wrong := _misplaced(record, at):
            return Decoded(tuple(records), End(wrong, at))
        records.append(record)
        at = behind


def _misplaced(record: Record, at: int) -> Stop | None:
    """What is wrong with a record of this kind at this offset."""
    if not isinstance(record, SegmentHeader):
        return Stop.HEADER_MISSING if at == 0 else None
    if at != 0:
        return Stop.HEADER_MISPLACED
    return None if record.version == VERSION else Stop.VERSION_UNKNOWN
