"""Which names a pattern serves: what the upstreams themselves list, asked for when a caller asks, and kept for a while.

An upstream that does not answer in time is left out; what it listed before counts on. Listing costs nothing at a provider.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from solvent.exchange.ports import Clock, Upstreams
from solvent.model.call import UpstreamRequest
from solvent.model.failure import Transport
from solvent.model.route import DialectName, Endpoint, Routebook, Upstream

KEPT_MS = 600_000
AGAIN_MS = 30_000  # after an upstream listed nothing
WAIT_MS = 3_000  # how long a caller waits for lists
BYTES_MAX = 8 * 1024 * 1024
NAMES_MAX = 2_000
NAME_CHARS_MAX = 200

Listed = Mapping[str, tuple[str, ...]]
_Place = tuple[str, bytes]


class _Item(msgspec.Struct, gc=False):
    id: str = ""


class _Page(msgspec.Struct, gc=False):
    data: list[_Item]


_PAGE = msgspec.json.Decoder(_Page)


class Listing:
    """The lists of a worker's upstreams."""

    def __init__(self, upstreams: Upstreams, clock: Clock) -> None:
        self._upstreams = upstreams
        self._clock = clock
        self._names: dict[_Place, tuple[str, ...]] = {}
        self._due_ms: dict[_Place, int] = {}
        self._asked: dict[_Place, list[Callable[[], None]]] = {}

    def ask(self, book: Routebook, answer: Callable[[Listed], None]) -> None:
        """Calls `answer` with the names by account, at once where nothing is stale, else once the lists came or the wait is over."""
        places = {name: _place(book.accounts[name]) for name in _accounts(book)}
        now_ms = self._clock.monotonic_ms()
        stale = {name: place for name, place in places.items() if now_ms >= self._due_ms.get(place, 0)}
        waiting = set(stale.values())

        def tell() -> None:
            cancel()
            waiting.clear()
            answer({name: self._names.get(place, ()) for name, place in places.items()})

        def came(place: _Place) -> None:
            if place in waiting:
                waiting.discard(place)
                if not waiting:
                    tell()

        cancel = self._clock.later(WAIT_MS, tell) if waiting else _nothing
        if not waiting:
            tell()
        for name, place in stale.items():
            self._look_up(place, book.accounts[name], lambda place=place: came(place))  # type: ignore[misc]

    def _look_up(self, place: _Place, upstream: Upstream, came: Callable[[], None]) -> None:
        others = self._asked.get(place)
        if others is not None:
            others.append(came)
            return
        self._asked[place] = [came]
        url, lines = place
        request = UpstreamRequest(lines, b"", upstream.timeouts, stream=False, method=b"GET")
        lookup = _Lookup(lambda names: self._came(place, names))
        lookup.close = self._upstreams.call(url, request, lookup, fresh=False).close

    def _came(self, place: _Place, names: tuple[str, ...]) -> None:
        if names:
            self._names[place] = names
        self._due_ms[place] = self._clock.monotonic_ms() + (KEPT_MS if names else AGAIN_MS)
        for came in self._asked.pop(place, ()):
            came()


class _Lookup:
    """Listens to one list."""

    def __init__(self, done: Callable[[tuple[str, ...]], None]) -> None:
        self._done = done
        self._parts: list[bytes] = []
        self._bytes = 0
        self._good = False
        self.close: Callable[[], None] = _nothing

    def connected(self, *, reused: bool) -> None:
        """A connection is at hand."""

    def sent(self) -> None:
        """The request left."""

    def answered(self, status: int, headers: Mapping[bytes, bytes]) -> None:  # noqa: ARG002 - the port's signature
        """The head came."""
        self._good = status == 200

    def received(self, data: bytes) -> None:
        """A part of the list came."""
        self._parts.append(data)
        self._bytes += len(data)
        if self._bytes > BYTES_MAX:
            self.close()
            self._done(())

    def ended(self) -> None:
        """The list is whole."""
        self._done(names_in(b"".join(self._parts)) if self._good else ())

    def failed(self, problem: Transport) -> None:  # noqa: ARG002 - the port's signature
        """No list came."""
        self._done(())


def names_in(body: bytes) -> tuple[str, ...]:
    """The names in an upstream's list of models; none where it is no such list. OpenAI's and Anthropic's have the same shape in this."""
    try:
        page = _PAGE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    names = (item.id for item in page.data if 0 < len(item.id) <= NAME_CHARS_MAX and item.id.isprintable())
    return tuple(dict.fromkeys(names))[:NAMES_MAX]


def _accounts(book: Routebook) -> list[str]:
    """The accounts to which a pattern hands names on as they are asked for."""
    routes = (route for model in book.models if "*" in model.name for route in model.routes if route.model is None)
    return list(
        dict.fromkeys(route.account for route in routes if route.account in book.accounts and book.accounts[route.account].endpoints)
    )


def _place(upstream: Upstream) -> _Place:
    """Where an account lists its models, and the header lines that it asks for."""
    first = DialectName.ANTHROPIC if upstream.vendor == "anthropic" else DialectName.OPENAI
    dialect = first if first in upstream.endpoints else next(iter(upstream.endpoints))
    endpoint: Endpoint = upstream.endpoints[dialect]
    lines = b"".join(f"{name}: {value}\r\n".encode("latin-1", "replace") for name, value in endpoint.headers)
    url = endpoint.url.partition("?")[0]
    if dialect is DialectName.ANTHROPIC:
        # Its pages are short by default (https://platform.claude.com/docs/en/api/models-list; prior knowledge, unverified).
        return f"{url.removesuffix('/messages')}/models?limit=1000", lines + b"anthropic-version: 2023-06-01\r\n"
    return f"{url.removesuffix('/chat/completions')}/models", lines


def _nothing() -> None:
    """Nothing is to be done."""
