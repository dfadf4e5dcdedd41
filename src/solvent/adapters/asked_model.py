"""Asks a model through the gateway itself, as any caller does: with a key, over its address, in OpenAI's way of speaking.

So the question is held, routed, failed over, billed and listed like every other, and the gateway's own refusals say why there is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import msgspec

from solvent.diagnosis.opinion.briefing import Briefing
from solvent.dialects import sse
from solvent.exchange.ports import Upstreams
from solvent.model.call import UpstreamRequest
from solvent.model.failure import Transport
from solvent.model.opinion import Trouble
from solvent.model.route import Timeouts

PATH = "/v1/chat/completions"
ANSWER_TOKENS_MAX = 1_500
_LASTS_S = 90.0
_BODY_BYTES_MAX = 1024 * 1024
_VERDICTS = {"budget_limit": Trouble.BUDGET, "credit_exhausted": Trouble.BUDGET, "auth_invalid": Trouble.NO_KEY}
_LATE = (Transport.CONNECT_TIMEOUT, Transport.FIRST_BYTE_TIMEOUT, Transport.IDLE_TIMEOUT)
_TIMEOUTS = Timeouts()


class GatewayModel:
    """`url` is where the gateway answers, without a slash at its end; `key` tells the key to ask with."""

    def __init__(
        self, upstreams: Callable[[], Upstreams], url: str, key: Callable[[], str], model: str, *, lasts_s: float = _LASTS_S
    ) -> None:
        self._upstreams = upstreams
        self._url = url + PATH
        self._key = key
        self._model = model
        self._lasts_s = lasts_s

    async def say(self, briefing: Briefing) -> AsyncGenerator[str | Trouble, None]:
        """The text as it comes, at last a trouble where there is one. What takes longer than `lasts_s` in all is broken off."""
        ends_at = asyncio.get_running_loop().time() + self._lasts_s
        for plain in (False, True):
            ear = _Ear()
            call = self._upstreams().call(self._url, self._request(briefing, plain=plain), ear, fresh=True)
            try:
                while isinstance(part := await self._next(ear, ends_at), str) and not isinstance(part, Trouble):
                    yield part
            finally:
                call.close()
            if isinstance(part, Trouble):
                yield part
            # A model that does not know the form of an answer or its limit is asked once more without them.
            if part is not _UNFIT:
                return
        yield Trouble.REFUSED

    async def _next(self, ear: _Ear, ends_at: float) -> str | Trouble | object | None:
        try:
            async with asyncio.timeout_at(ends_at):
                return await ear.heard.get()
        except TimeoutError:
            return Trouble.LATE

    def _request(self, briefing: Briefing, *, plain: bool) -> UpstreamRequest:
        messages = [{"role": "system", "content": briefing.system}, {"role": "user", "content": briefing.user}]
        fields: dict[str, Any] = {"model": self._model, "messages": messages, "stream": True}
        if plain:
            fields |= {"max_completion_tokens": ANSWER_TOKENS_MAX}
        else:
            schema = {"name": "report", "strict": True, "schema": briefing.schema}
            fields |= {"max_tokens": ANSWER_TOKENS_MAX, "response_format": {"type": "json_schema", "json_schema": schema}}
        lines = f"authorization: Bearer {self._key()}\r\ncontent-type: application/json\r\nconnection: close\r\n"
        return UpstreamRequest(lines.encode("ascii"), msgspec.json.encode(fields), _TIMEOUTS, stream=True)


# The model refused the request for how it is made.
_UNFIT = object()


class _Ear:
    """Hears one call: what it makes of it waits in `heard`, and None ends it."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str | Trouble | object | None] = asyncio.Queue()
        self._rest = bytearray()
        self._bytes = 0
        self._trouble: Trouble | object | None = None

    def connected(self, *, reused: bool) -> None:
        """Nothing to do."""

    def sent(self) -> None:
        """Nothing to do."""

    def answered(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        """A refusal of the gateway says in its head what it is."""
        if status == 400:
            self._trouble = _UNFIT
        elif status != 200:
            self._trouble = _VERDICTS.get(headers.get(b"x-solvent-verdict", b"").decode("latin-1"), Trouble.REFUSED)

    def received(self, data: bytes) -> None:
        """Takes whole events for what they say."""
        self._bytes += len(data)
        if self._trouble is not None:
            return
        if self._bytes > _BODY_BYTES_MAX:
            self._trouble = Trouble.LONG
            return
        self._rest += data
        *events, rest = bytes(self._rest).replace(b"\r\n", b"\n").split(b"\n\n")
        self._rest = bytearray(rest)
        for event in events:
            self._take(sse.fields(event)[1])

    def _take(self, data: bytes) -> None:
        try:
            fields = msgspec.json.decode(data)
        except msgspec.DecodeError:
            return  # `[DONE]`, or a comment
        if not isinstance(fields, dict):
            return
        if fields.get("error"):
            self._trouble = Trouble.REFUSED
            return
        for choice in fields.get("choices") or ():
            delta = choice.get("delta") if isinstance(choice, dict) else None
            text = delta.get("content") if isinstance(delta, dict) else None
            if isinstance(text, str) and text:
                self.heard.put_nowait(text)

    def ended(self) -> None:
        """All is said."""
        if self._trouble is not None:
            self.heard.put_nowait(self._trouble)
        self.heard.put_nowait(None)

    def failed(self, problem: Transport) -> None:
        """The gateway is not there, or went away."""
        self.heard.put_nowait(self._trouble or (Trouble.LATE if problem in _LATE else Trouble.DOWN))
        self.heard.put_nowait(None)
