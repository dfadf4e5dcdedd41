"""Many requests at once, whatever happens to them in whatever order: in the end everybody was answered once and the books are even."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from solvent.ledger.accounts import key_account
from solvent.ledger.journal import RequestDone
from solvent.model.failure import Transport
from tests.unit.exchange.stage import FakeCall, FakeClient, Stage

MESSAGE = json.dumps({"type": "message", "content": [{"type": "text", "text": "Hi"}], "usage": {"input_tokens": 9, "output_tokens": 7}})
COMPLETION = json.dumps(
    {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16},
    }
)
DRY = {
    "type": "error",
    "error": {"type": "invalid_request_error", "message": "Your credit balance is too low to access the Anthropic API."},
}
BUSY = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
WRONG = {"type": "error", "error": {"type": "invalid_request_error", "message": "messages.0: text content blocks must be non-empty"}}


class Campaign:
    """One worker, a few accounts, and a random hand that plays clients, upstreams, clock and disk."""

    def __init__(self, seed: int, *, disk_fails: bool) -> None:
        self.hand = random.Random(seed)
        self.stage = Stage(balance=self.hand.choice([3_000_000, 40_000_000, 10**9]))
        self.stage.journal.later = self.hand.random() < 0.3
        self.disk_fails = disk_fails
        self.clients: list[FakeClient] = []
        self.live: list[FakeCall] = []
        self.seen = 0

    def calls(self) -> list[FakeCall]:
        """Calls that were neither ended nor broken off."""
        self.live += self.stage.calls[self.seen :]
        self.seen = len(self.stage.calls)
        self.live = [call for call in self.live if "closed" not in call.log and "left" not in call.log]
        return self.live

    def ask(self) -> None:
        more = {"stream": self.hand.random() < 0.5, "max_tokens": self.hand.choice([5, 100, 3_000])}
        ask = self.stage.gpt if self.hand.random() < 0.4 else self.stage.claude
        model = self.hand.choice(["gpt", "careful"]) if ask == self.stage.gpt else self.hand.choice(["claude", "through-relay", "kept-up"])
        client = ask(model, **more)
        if self.stage.turned is None:
            self.clients.append(client)

    def play(self) -> None:
        calls = self.calls()
        if not calls:
            return
        call = self.hand.choice(calls)
        if not call.log:
            self.live.remove(call)
            self.hand.choice(self._plays(call))()

    def _plays(self, call: FakeCall) -> list[Callable[[], None]]:
        openai = (b"chat" in call.request.body and b"max_completion" in call.request.body) or call.account == "openai"
        whole = (COMPLETION if openai else MESSAGE).encode()
        stream = self._stream(openai=openai)
        cut = self.hand.randrange(1, len(stream))
        plays: list[Callable[[], None]] = [
            lambda: call.answers(self.hand.choice([400, 500]), DRY),
            lambda: call.answers(529, BUSY),
            lambda: call.answers(200, BUSY),
            lambda: call.answers(400, WRONG),
            lambda: call.answers(200, b"<html>"),
            lambda: call.fails(self.hand.choice(list(Transport)), sent=self.hand.random() < 0.5),
        ]
        if call.request.stream:
            plays += [
                lambda: call.streams(stream[:cut], stream[cut:]),
                lambda: call.streams(stream),
                lambda: call.streams(stream[:cut]),
                lambda: self._hang(call, stream[:cut]),
            ]
        else:
            plays += [lambda: call.answers(200, whole), lambda: call.answers(200, whole), lambda: self._hang(call, b"")]
        return plays

    def _hang(self, call: FakeCall, begun: bytes) -> None:
        """A part comes, and then nothing, until somebody else ends it."""
        call.takes()
        if begun:
            call.streams(begun, end=False)

    @staticmethod
    def _stream(*, openai: bool) -> bytes:
        if openai:
            return (
                b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
                b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
                b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
                b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16}}\n\n'
                b"data: [DONE]\n\n"
            )
        return (
            b'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}}\n\n'
            b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}\n\n'
            b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}\n\n'
            b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
        )

    def leave(self) -> None:
        if self.stage.runs:
            self.hand.choice(self.stage.runs).client_left()

    def be_late(self) -> None:
        if self.stage.runs:
            self.hand.choice(self.stage.runs).late()

    def pass_time(self) -> None:
        self.stage.clock.pass_ms(self.hand.choice([1, 500, 2_500, 61_000]))

    def sync(self) -> None:
        self.stage.journal.sync()

    def rearm(self) -> None:
        self.stage.health.rearmed(self.hand.choice(["main", "spare", "relay", "openai"]), self.stage.clock.now_us())

    def disk(self) -> None:
        if self.disk_fails:
            self.stage.journal.works = not self.stage.journal.works
            if not self.stage.journal.works:
                waiting, self.stage.journal.waiting = self.stage.journal.waiting, []
                for done in waiting:
                    done(False)

    def run(self, steps: int) -> None:
        moves = [self.ask] * 4 + [self.play] * 6 + [self.leave, self.be_late, self.pass_time, self.sync, self.sync, self.rearm, self.disk]
        for _ in range(steps):
            self.hand.choice(moves)()
        self.stage.journal.works = self.stage.journal.works or not self.disk_fails
        while self.stage.runs:
            self.stage.journal.sync()
            for run in list(self.stage.runs):
                run.late()
            self.stage.journal.sync()
            self.stage.clock.pass_ms(3_000)


def answered_once(client: FakeClient) -> bool:
    """One answer, whole or in parts and then ended or cut; or none, where nobody was there any more."""
    events = client.events
    if "begin" in events:
        return events[0] == "begin" and set(events[1:-1]) <= {"send"} and events[-1] in ("end", "cut", "send", "begin")
    return events in ([], ["whole"])


@pytest.mark.parametrize("seed", range(150))
def test_whatever_happens_everybody_is_answered_once_and_the_books_are_even(seed: int) -> None:
    campaign = Campaign(seed, disk_fails=False)
    campaign.run(120)
    assert all(answered_once(client) for client in campaign.clients)
    books = campaign.stage.check_even()
    told = [fact for fact in campaign.stage.journal.facts if isinstance(fact, RequestDone)]
    assert len(told) == len(campaign.clients)
    assert sum(done.cost.nano_usd for done in told) == books.accounts[key_account("caller")].debited.nano_usd
    assert all(done.cost.nano_usd > 0 for done in told if done.status == 200 and not done.degraded)
    assert all(call.log in (["closed"], ["left"], []) for call in campaign.stage.calls)


@pytest.mark.parametrize("seed", range(50))
def test_a_disk_that_fails_leaves_holds_open_and_never_a_call_without_a_record(seed: int) -> None:
    campaign = Campaign(1_000 + seed, disk_fails=True)
    campaign.run(120)
    stage = campaign.stage
    assert not stage.faults
    assert all(answered_once(client) for client in campaign.clients)
    books = stage.books()
    assert len(stage.calls) <= len(books.attempts)
    unsettled = [attempt for attempt in books.attempts.values() if attempt.ended is None]
    open_holds = {hold.id for hold in books.open_holds()}
    assert {attempt.begun.hold_id for attempt in unsettled} <= open_holds
    assert books.accounts[key_account("caller")].available.nano_usd >= 0
