"""What the reader found in a text, before any judgement."""

from __future__ import annotations

from msgspec import Struct

from solvent.model.verdict import RequestId


class ErrorObject(Struct, frozen=True):
    """One error as a program wrote it: an object with a message, a code or a type.

    `depth` counts the strings and wrappers that it was found inside, so the largest depth is the innermost speaker.
    `claude_shape` tells `{"type": "error", "error": {…}}`; `empty_param` tells `"param": ""`, which only Go relays write, and
    `map_order` the order of keys that new-api gives such an error.
    """

    message: str
    code: str
    kind: str
    status: int | None
    depth: int
    claude_shape: bool = False
    empty_param: bool = False
    map_order: bool = False


class Status(Struct, frozen=True):
    """An HTTP status that the text names; `strong` where the words leave no doubt that the number is one."""

    code: int
    position: int
    strong: bool


class Reading(Struct, frozen=True):
    """A paste taken apart.

    `clean` keeps lines, `flat` is the single line that rules search. `codes` holds every lower-cased value of a code-like field,
    `exceptions` the exception names in order with the last one decisive. `api_hosts` are hosts that the text
    names as the address of the API. `parts` are the pieces of a text that
    holds several different errors, one a piece. `own_suffixes` counts the `(request id: …)` suffixes, those of Solvent too.
    `shape` is what the whole text is: `error`, `answer` (a successful response), `log` (a log of successes), `documentation`
    (source code or a table about errors) or `prose` (nothing in it looks like a program's output).
    """

    clean: str
    flat: str
    errors: tuple[ErrorObject, ...] = ()
    statuses: tuple[Status, ...] = ()
    codes: frozenset[str] = frozenset()
    exceptions: tuple[str, ...] = ()
    request_ids: tuple[RequestId, ...] = ()
    own_suffixes: int = 0
    nil_type: bool = False
    masked: bool = False
    api_hosts: tuple[str, ...] = ()
    language: str = "en"
    traceback: bool = False
    html_title: str | None = None
    shape: str = "error"
    parts: tuple[str, ...] = ()

    @property
    def innermost(self) -> ErrorObject | None:
        """The error that was wrapped most often, else None."""
        speakers = [error for error in self.errors if error.message] or list(self.errors)
        return max(speakers, key=lambda error: error.depth) if speakers else None
