"""The dialect as the gateway asks it."""

from __future__ import annotations

from typing import Any

import msgspec

from solvent.dialects.anthropic_messages import answers, request
from solvent.dialects.anthropic_messages.stream import MessagesTap
from solvent.dialects.anthropic_messages.usage import read_usage, text_of
from solvent.dialects.body import encoded
from solvent.dialects.dialect import Refusal, Tap, Whole
from solvent.model.request import Asked
from solvent.model.route import DialectName


class _Answer(msgspec.Struct, gc=False):
    content: list[dict[str, Any]]
    type: Any = None
    usage: Any = None
    error: Any = None


_ANSWER = msgspec.json.Decoder(_Answer)
_NO_ANSWER = Whole(error=True, usage=None)


class AnthropicMessages:
    """Anthropic's messages."""

    name = DialectName.ANTHROPIC

    def read(self, body: bytes) -> Asked:
        """The facts of a request. Raises `BadRequestError`."""
        return request.read(body)

    def rewrite(self, asked: Asked, model: str, *, inject_usage: bool = False, output_tokens_max: int | None = None) -> bytes:  # noqa: ARG002
        """The body for an upstream: the very bytes that came where nothing changes."""
        return request.rewrite(asked, model, output_tokens_max=output_tokens_max)

    def tap(self, *, strip_usage: bool) -> Tap:  # noqa: ARG002
        """A reader for one stream. Usage is part of every stream and never stripped."""
        return MessagesTap()

    def whole(self, body: bytes) -> Whole:
        """Reads a whole JSON answer. An empty content is an answer: the model may have nothing to say."""
        try:
            answer = _ANSWER.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _NO_ANSWER
        if answer.error or answer.type == "error":
            return _NO_ANSWER
        content = answer.content
        return Whole(
            error=False, usage=read_usage(answer.usage), delivered=lambda: "".join(map(text_of, content)).encode("utf-8", "replace")
        )

    def refusal(self, refusal: Refusal) -> bytes:
        """The JSON body of an error."""
        return encoded(answers.refusal(refusal))

    def error_event(self, refusal: Refusal) -> bytes:
        """The bytes that end a stream with an error."""
        return answers.event(answers.refusal(refusal))

    def standing_in(self, text: str, model: str, request_id: str, *, stream: bool, created: int = 0) -> bytes:  # noqa: ARG002
        """A whole answer that says `text`; a message bears no time."""
        told = answers.streamed_answer if stream else answers.whole_answer
        return told(text, model, request_id)

    def models(self, names: tuple[str, ...], created: int) -> bytes:
        """The list of models."""
        return answers.models(names, created)


ANTHROPIC_MESSAGES = AnthropicMessages()
