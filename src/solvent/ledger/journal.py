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
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

import msgspec

from solvent.base.money import ZERO, Money
from solvent.ledger import fields
from solvent.ledger.accounts import AMOUNT_MAX
from solvent.ledger.fields import write_charge, write_list, write_pairs, write_text, write_texts
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


class SegmentHeader(msgspec.Struct, frozen=True, gc=False):
    """The first record of a segment. `sha256` is that of all bytes of the segment before, in hex; empty in the first."""

    journal: str
    number: int
    sha256: str = NO_SEGMENT_BEFORE
    version: int = VERSION


class HoldPlaced(msgspec.Struct, frozen=True, gc=False):
    """`amount` of the account is set aside for a request; `hold_id` is the request's id. Instants are microseconds since 1970, UTC."""

    hold_id: str
    account: str
    amount: Money
    at_us: int

    def __post_init__(self) -> None:
        _check(self.amount)


class AttemptBegun(msgspec.Struct, frozen=True, gc=False):
    """A request is about to be sent to an account at an upstream, where it can cost up to `ceiling`."""

    attempt_id: str
    hold_id: str
    upstream: str
    ceiling: Money
    at_us: int

    def __post_init__(self) -> None:
        _check(self.ceiling)


class AttemptEnded(msgspec.Struct, frozen=True, gc=False):
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


class HoldPosted(msgspec.Struct, frozen=True, gc=False):
    """The caller pays `cost`, and `charge` says what it was computed from."""

    hold_id: str
    cost: Money
    charge: Charge
    at_us: int

    def __post_init__(self) -> None:
        _check(self.cost)


class HoldVoided(msgspec.Struct, frozen=True, gc=False):
    """The caller pays nothing."""

    hold_id: str
    at_us: int


class AttemptTold(msgspec.Struct, frozen=True, gc=False):
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


class RequestDone(msgspec.Struct, frozen=True, gc=False):
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
    if not 0 <= amount.nano_usd <= AMOUNT_MAX.nano_usd:
        raise ValueError(f"an amount in the journal is between zero and 64 bits, not {amount}")


# How every kind of record is written: JSON with sorted keys. Written out, because the hot path waits for it. Only ever added to: old
# journals must stay readable.


def _segment(it: SegmentHeader) -> str:
    order = f'"number":{it.number:d},"sha256":{write_text(it.sha256)},"version":{it.version:d}'
    return f'{{"journal":{write_text(it.journal)},"kind":"segment",{order}}}'


def _hold_placed(it: HoldPlaced) -> str:
    hold = f'"amount":{it.amount.nano_usd:d},"at_us":{it.at_us:d},"hold_id":{write_text(it.hold_id)}'
    return f'{{"account":{write_text(it.account)},{hold},"kind":"hold_placed"}}'


def _attempt_begun(it: AttemptBegun) -> str:
    attempt = f'"at_us":{it.at_us:d},"attempt_id":{write_text(it.attempt_id)},"ceiling":{it.ceiling.nano_usd:d}'
    return f'{{{attempt},"hold_id":{write_text(it.hold_id)},"kind":"attempt_begun","upstream":{write_text(it.upstream)}}}'


def _attempt_ended(it: AttemptEnded) -> str:
    attempt = (
        f'"at_us":{it.at_us:d},"attempt_id":{write_text(it.attempt_id)},"charge":{write_charge(it.charge)},"cost":{it.cost.nano_usd:d}'
    )
    ids = write_texts(it.upstream_request_ids)
    return f'{{{attempt},"kind":"attempt_ended","outcome":{write_text(it.outcome.value)},"upstream_request_ids":{ids}}}'


def _hold_posted(it: HoldPosted) -> str:
    cost = f'"charge":{write_charge(it.charge)},"cost":{it.cost.nano_usd:d}'
    return f'{{"at_us":{it.at_us:d},{cost},"hold_id":{write_text(it.hold_id)},"kind":"hold_posted"}}'


def _hold_voided(it: HoldVoided) -> str:
    return f'{{"at_us":{it.at_us:d},"hold_id":{write_text(it.hold_id)},"kind":"hold_voided"}}'


def _request_done(it: RequestDone) -> str:
    parts = (
        f'"at_us":{it.at_us:d},"attempts":{write_list(map(_attempt_told, it.attempts))},"category":{write_text(it.category)}',
        f'"cost":{it.cost.nano_usd:d},"cost_source":{write_text(it.cost_source)},"degraded":{write_text(it.degraded)}',
        f'"dialect":{write_text(it.dialect)},"key_id":{write_text(it.key_id)},"kind":"request_done","model":{write_text(it.model)}',
        f'"ms":{it.ms:d},"request_id":{write_text(it.request_id)},"route":{write_text(it.route)},"status":{it.status:d}',
    )
    return f'{{{",".join(parts)},"tokens":{write_pairs(it.tokens)}}}'


def _attempt_told(it: AttemptTold) -> str:
    ids = write_texts(it.upstream_request_ids)
    how = f"{write_text(it.account)},{write_text(it.model)},{it.status:d},{write_text(it.outcome.value)},{it.ms:d},{ids}"
    return f"[{how},{','.join(map(write_text, (it.category, it.rule, it.wallet, it.provider, it.text)))}]"


_WRITERS: dict[type[Record], Callable[[Any], str]] = {
    SegmentHeader: _segment,
    HoldPlaced: _hold_placed,
    AttemptBegun: _attempt_begun,
    AttemptEnded: _attempt_ended,
    HoldPosted: _hold_posted,
    HoldVoided: _hold_voided,
    RequestDone: _request_done,
}


_text, _whole, _money = fields.read_text, fields.read_whole, fields.read_money


def _outcome(value: Any) -> Outcome:
    return Outcome(_text(value))


def _attempts(value: Any) -> tuple[AttemptTold, ...]:
    told = []
    for account, model, status, outcome, ms, ids, *rest in fields.read_lists(value):
        category, rule, wallet, provider, words = map(_text, rest)
        how = (_whole(status), _outcome(outcome), _whole(ms), fields.read_texts(ids))
        told.append(AttemptTold(_text(account), _text(model), *how, category, rule, wallet, provider, words))
    return tuple(told)


_REQUEST_TEXTS = ("request_id", "key_id", "dialect", "model", "route", "cost_source", "category", "degraded")
_Readers = dict[str, Callable[[Any], Any]]

# How each is read, by the name of its kind: every field that it has, and how.
_READERS: dict[str, tuple[type[Record], _Readers]] = {
    "segment": (SegmentHeader, {"journal": _text, "number": _whole, "sha256": _text, "version": _whole}),
    "hold_placed": (HoldPlaced, {"hold_id": _text, "account": _text, "amount": _money, "at_us": _whole}),
    "attempt_begun": (AttemptBegun, {"attempt_id": _text, "hold_id": _text, "upstream": _text, "ceiling": _money, "at_us": _whole}),
    "attempt_ended": (
        AttemptEnded,
        {"attempt_id": _text, "outcome": _outcome, "cost": _money, "at_us": _whole}
        | {"upstream_request_ids": fields.read_texts, "charge": fields.read_charge_or_null},
    ),
    "hold_posted": (HoldPosted, {"hold_id": _text, "cost": _money, "charge": fields.read_charge, "at_us": _whole}),
    "hold_voided": (HoldVoided, {"hold_id": _text, "at_us": _whole}),
    "request_done": (
        RequestDone,
        {
            **dict.fromkeys(_REQUEST_TEXTS, _text),
            **dict.fromkeys(("at_us", "ms", "status"), _whole),
            "attempts": _attempts,
            "tokens": fields.read_pairs,
            "cost": _money,
        },
    ),
}


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"`{text}` is not a whole number")


# Made once: `json.loads` with options makes a new one for every call.
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)


def encode(record: Record) -> bytes:
    """The record's bytes. Amounts are whole nano-dollars. Raises `ValueError` above `PAYLOAD_BYTES_MAX`."""
    payload = _WRITERS[type(record)](record).encode("ascii")
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
    name = fields.read_text(values.pop("kind", None))
    if name not in _READERS:
        raise ValueError(f"no record is called `{name}`")
    record, readers = _READERS[name]
    if values.keys() != readers.keys():
        raise ValueError(f"`{name}` has the fields {sorted(readers)}, not {sorted(values)}")
    return record(**{field: read(values[field]) for field, read in readers.items()})


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
