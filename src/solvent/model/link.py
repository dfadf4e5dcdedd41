"""What a worker and the office say to each other, and its bytes: one for the kind of message, then its fields as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from solvent.model.change import Change, Opening
from solvent.model.health import Health


@dataclass(frozen=True, slots=True)
class Hello:
    """The worker's first word. `fresh`: it has just started and knows nothing; else it only lost the office and goes on with its leases."""

    worker: str
    pid: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A change; the worker answers with `Done` of the same number once it is in force."""

    number: int
    change: Change


@dataclass(frozen=True, slots=True)
class Done:
    """The change of this number is in force, or `problem` says why not."""

    number: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Healths:
    """How the accounts fare."""

    healths: tuple[Health, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The office's answer to `Hello`."""

    opening: Opening


FromWorker: TypeAlias = Hello | Done | Healths
FromOffice: TypeAlias = Opened | Told
Message: TypeAlias = FromWorker | FromOffice

_KINDS: tuple[type[Message], ...] = (Hello, Done, Healths, Opened, Told)
_DECODERS = {number: msgspec.json.Decoder(kind) for number, kind in enumerate(_KINDS)}
_NUMBERS = {kind: bytes((number,)) for number, kind in enumerate(_KINDS)}


def encode(message: Message) -> bytes:
    """The message's bytes."""
    return _NUMBERS[type(message)] + msgspec.json.encode(message)


def decode(data: bytes) -> Message:
    """The message of these bytes. Raises `ValueError` on any other."""
    decoder = _DECODERS.get(data[0]) if data else None
    if decoder is None:
        raise ValueError("a message of an unknown kind: office and worker are of different versions")
    message: Message = decoder.decode(data[1:])
    return message
