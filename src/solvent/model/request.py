"""What the gateway must know of a request, whatever dialect it came in."""

from __future__ import annotations

from typing import Any, NamedTuple


class Asked(NamedTuple):
    """The facts of one request.

    `output_tokens_max` is what the caller allows for one answer (None: the model's own limit), `answers` how many it asks for,
    `wants_usage` whether a stream shall tell its usage to the caller. `unbounded` names the part whose cost no count can bound
    (a remote file, a tool that the provider runs), or is empty. `fields` are the body's fields as they came. `words_only`: it was
    seen already that the prompt is text and nothing else; False says nothing.
    """

    model: str
    stream: bool
    output_tokens_max: int | None
    answers: int
    wants_usage: bool
    unbounded: str
    fields: dict[str, Any]
    body: bytes
    words_only: bool = False


class BadRequestError(ValueError):
    """A body that cannot be served. `field` names what is wrong, or is empty where it is the whole."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
