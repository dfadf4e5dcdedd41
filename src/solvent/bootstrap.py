"""The composition root: the only module that builds adapters and hands them to those who need them."""

from __future__ import annotations

from functools import cache

from solvent.catalogue import load
from solvent.diagnosis.engine import Engine


@cache
def engine() -> Engine:
    """The diagnosis engine on the packaged catalogue, built once in a process."""
    return Engine(load.packaged())
