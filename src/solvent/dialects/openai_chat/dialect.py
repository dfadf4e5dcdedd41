"""The dialect as the gateway asks it."""

from __future__ import annotations

from typing import Any

import msgspec

from solvent.dialects.body import encoded
from solvent.dialects.dialect import Refusal, Tap, Whole
from solvent.dialects.openai_chat import answers, request
from solvent.dialects.openai_chat.stream import ChatTap
from solvent.dialects.openai_chat.usage import read_usage, text_of
from solvent.model.request import Asked
from solvent.model.route import DialectName


class _Choice(msgspec.Struct, gc=False):
    message: dict[str, Any] | None = None


class _Answer(msgspec.Struct, gc=False):
    choices: list[_Choice]
    usage: Any = None
    error: Any = None


_ANSWER = msgspec.json.Decoder(_Answer)
_NO_ANSWER = Whole(error=True, usage=None)


class OpenAIChat:
    """OpenAI's chat completions."""

    name = DialectName.OPENAI

    def read(self, body: bytes) -> Asked:
        """The facts of a request. Raises `BadRequestError`."""
        return request.read(body)

    def rewrite(self, asked: Asked, model: str, *, inject_usage: bool = False, output_tokens_max: int | None = None) -> bytes:
        """The body for an upstream: the very bytes that came where nothing changes."""
        return request.rewrite(asked, model, inject_usage=inject_usage, output_tokens_max=output_tokens_max)

    def tap(self, *, strip_usage: bool) -> Tap:
        """A reader for one stream."""
        return ChatTap(strip_usage=strip_usage)

    def whole(self, body: bytes) -> Whole:
        """Reads a whole JSON answer; one without any choice is no answer."""
        try:
            answer = _ANSWER.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _NO_ANSWER
        if answer.error or not answer.choices:
            return _NO_ANSWER
        messages = [choice.message for choice in answer.choices if choice.message]
        return Whole(
            error=False, usage=read_usage(answer.usage), delivered=lambda: "".join(map(text_of, messages)).encode("utf-8", "replace")
        )

    def refusal(self, refusal: Refusal) -> bytes:
        """The JSON body of an error."""
        return encoded(answers.refusal(refusal))

    def error_event(self, refusal: Refusal) -> bytes:
        """The bytes that end a stream with an error."""
        return answers.event(answers.refusal(refusal))

    def standing_in(self, text: str, model: str, request_id: str, *, stream: bool, created: int = 0) -> bytes:
        """A whole answer that says `text`."""
        told = answers.streamed_answer if stream else answers.whole_answer
        return told(text, model, request_id, created)

    def models(self, names: tuple[str, ...], created: int) -> bytes:
        """The list of models."""
        return answers.models(names, created)


OPENAI_CHAT = OpenAIChat()
