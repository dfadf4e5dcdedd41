"""What the client is told: gathered while one step's commands are performed, and sent in as few writes as it takes."""

from __future__ import annotations

from solvent.exchange.ports import Client, Headers


class Answer:
    """The answer to one request. `status` is what was sent last, 0 before anything was."""

    __slots__ = ("_begun", "_body", "_client", "_end", "_head", "status")

    def __init__(self, client: Client) -> None:
        self.status = 0
        self._client = client
        self._head: Headers | None = None
        self._body: list[bytes] = []
        self._end = False
        self._begun = False

    @property
    def due(self) -> bool:
        """Whether anything waits to be delivered."""
        return self._head is not None or bool(self._body) or self._end

    def head(self, status: int, headers: Headers) -> None:
        """How it begins."""
        self.status, self._head = status, headers

    def add(self, data: bytes) -> None:
        """A part of its body."""
        self._body.append(data)

    def end(self) -> None:
        """Nothing follows."""
        self._end = True

    def replace(self, status: int, headers: Headers, body: bytes) -> None:
        """Another answer than what was gathered, or, where something was sent already, a cut."""
        self._head, self._body, self._end = None, [], False
        if self._begun:
            self._client.cut()
        else:
            self.status = status
            self._client.whole(status, headers, body)

    def cut(self) -> None:
        """It breaks off where it is."""
        self.deliver()
        self._client.cut()

    def deliver(self, last_headers: Headers = ()) -> None:
        """Sends what was gathered; `last_headers` are known only now, and reach the client if the whole answer leaves at once."""
        head, self._head = self._head, None
        body, self._body = self._body, []
        end, self._end = self._end, False
        if head is not None and end:
            self._client.whole(self.status, (*head, *last_headers), b"".join(body))
            return
        if head is not None:
            self._begun = True
            self._client.begin(self.status, head)
        if body:
            self._client.send(body[0] if len(body) == 1 else b"".join(body))
        if end and self._begun:
            self._client.end()
