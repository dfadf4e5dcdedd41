"""The port that every dialect keeps: what the gateway asks of a way to speak."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from solvent.model.request import Asked
from solvent.model.route import DialectName
from solvent.model.usage import Usage


class Fed(NamedTuple):
    """What became of some bytes of an upstream's stream.

    `data`: whole events for the client, in their order, without a usage event that only we asked for. `content`: content has begun,
    with them or before. `ended`: the stream's last event was among them. `error`: the JSON of an error event; what came before it is
    in `data`.
    """

    data: bytes = b""
    content: bool = False
    ended: bool = False
    error: bytes | None = None


class Tap(Protocol):
    """Reads along an upstream's event stream, whatever way its bytes are cut.

    `usage`: what the whole answer used, once it was told. `prompt_usage`: what was told of the prompt at the beginning of a stream,
    where that is all; its output tokens are no count of the answer. `cost_of`, where it is set, says what a usage costs in USD, and
    events that tell the usage then tell that, too, as `x-solvent-cost-usd`.
    """

    usage: Usage | None
    prompt_usage: Usage | None
    cost_of: Callable[[Usage], str] | None

    def feed(self, data: bytes) -> Fed:
        """The next bytes as they came."""
        ...

    def close(self) -> Fed:
        """The stream's body ended in good order: what an unfinished last event says, and the end of an answer that was whole without it."""
        ...

    def delivered(self) -> bytes:
        """The text that was passed on so far, in UTF-8 and good enough to be counted: deltas of text, reasoning and tool arguments."""
        ...


class Whole(NamedTuple):
    """A whole JSON answer. `error`: it is an error, or no answer of this dialect at all (`usage` is None then).

    `delivered` puts its text together, in UTF-8 and good enough to be counted; few want it, so only a call makes it.
    """

    error: bool
    usage: Usage | None
    delivered: Callable[[], bytes] = bytes


class Refusal(NamedTuple):
    """What an error for a caller says. `kind` is the category's value, `param` the field at fault or empty, `doc_url` may be empty."""

    status: int
    kind: str
    message: str
    request_id: str
    param: str = ""
    doc_url: str = ""


class Dialect(Protocol):
    """One dialect."""

    name: DialectName

    def read(self, body: bytes) -> Asked:
        """The facts of a request. Raises `BadRequestError`."""
        ...

    def rewrite(self, asked: Asked, model: str, *, inject_usage: bool = False, output_tokens_max: int | None = None) -> bytes:
        """The body for an upstream: the very bytes that came where nothing changes, else those of the fields untouched."""
        ...

    def tap(self, *, strip_usage: bool) -> Tap:
        """A reader for one stream; `strip_usage`: the caller did not ask for the usage event that we asked for."""
        ...

    def whole(self, body: bytes) -> Whole:
        """Reads a whole JSON answer."""
        ...

    def refusal(self, refusal: Refusal) -> bytes:
        """The JSON body of an error."""
        ...

    def error_event(self, refusal: Refusal) -> bytes:
        """The bytes that end a stream with an error."""
        ...

    def standing_in(self, text: str, model: str, request_id: str, *, stream: bool, created: int = 0) -> bytes:
        """A whole answer that says `text`: JSON, or the events of a stream. `created` in seconds since 1970."""
        ...

    def models(self, names: tuple[str, ...], created: int) -> bytes:
        """The list of models as this dialect tells it; `created` in seconds since 1970."""
        ...
