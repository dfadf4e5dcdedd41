"""How an account of a party is called: base address, path, key header and what its streams tell, for each dialect that it speaks.

A party's `base` is what the vendor's own SDK takes as its base address. A dialect's path goes after it; where another dialect's
clients write the base with another ending (`/v1`, `/anthropic`), the ending is cut off first.
"""

from __future__ import annotations

from dataclasses import dataclass

from solvent.catalogue.tables import Source, Table
from solvent.model.route import DialectName, Endpoint, StreamUsage

_KEYS = ("bearer", "x-api-key", "both")


@dataclass(frozen=True, slots=True)
class Speech:
    """One dialect that a party speaks. `key` is how the key is sent: `bearer`, `x-api-key` or `both`."""

    path: str
    cut: tuple[str, ...]
    key: str
    stream_usage: StreamUsage

    def endpoint(self, base: str, key: str) -> Endpoint:
        """Where an account with this base address (without a slash at its end) and key answers."""
        root = next((base.removesuffix(ending) for ending in self.cut if base.endswith(ending)), base)
        headers = {"bearer": (("authorization", f"Bearer {key}"),), "x-api-key": (("x-api-key", key),)}
        sent = headers["bearer"] + headers["x-api-key"] if self.key == "both" else headers[self.key]
        return Endpoint(root + self.path, sent, self.stream_usage)


@dataclass(frozen=True, slots=True)
class Api:
    """How a party is called. `env` names the environment variable that its SDK reads the key from, None where there is none.

    `base` is None where each operator has an address of its own. `names` are patterns of the names that its models are asked for by.
    """

    env: str | None
    base: str | None
    names: tuple[str, ...]
    speaks: dict[DialectName, Speech]
    source: Source


def read_api(table: Table) -> Api:
    """The `[api]` table of a party. Raises `CatalogueError` with the file's name."""
    speaks: dict[DialectName, Speech] = {}
    for dialect in DialectName:
        inner = table.table(dialect.value)
        if inner is not None:
            speaks[dialect] = _read_speech(inner)
    if not speaks:
        raise table.fail(f"it must speak a dialect: give one of {', '.join(f'[api.{dialect}]' for dialect in DialectName)}")
    base = table.text("base", "") or None
    if base is not None and (not base.startswith("https://") or base.endswith("/")):
        raise table.fail(f"`base` is `{base}`; it must begin with https:// and end without a slash")
    found = Api(env=table.text("env", "") or None, base=base, names=table.texts("names"), speaks=speaks, source=table.source())
    table.done()
    return found


def _read_speech(table: Table) -> Speech:
    usage = table.member("stream_usage", StreamUsage)
    if usage is None:
        raise table.fail("`stream_usage` must be a text")
    speech = Speech(path=table.text("path"), cut=table.texts("cut"), key=table.choice("key", _KEYS), stream_usage=usage)
    if not all(text.startswith("/") for text in (speech.path, *speech.cut)):
        raise table.fail("`path` and what is `cut` must begin with a slash")
    table.done()
    return speech
