from __future__ import annotations

import json

from solvent.base.money import Money
from solvent.dialects.known import DIALECTS
from solvent.exchange.gate import Arrived, Turned
from solvent.exchange.refusals import told
from solvent.exchange.tell import tell_turned
from solvent.ledger.journal import Outcome, RequestDone
from solvent.model.route import DialectName
from solvent.model.verdict import Category
from tests.unit.exchange.stage import Stage

ANSWER = {"type": "message", "content": [], "usage": {"input_tokens": 10, "output_tokens": 20}}
DRY = {
    "type": "error",
    "error": {"type": "invalid_request_error", "message": "Your credit balance is too low to access the Anthropic API."},
    "request_id": "req_dry",
}


def test_a_request_is_told_with_its_attempts_and_its_money() -> None:
    stage = Stage()
    stage.claude()
    stage.clock.pass_ms(30)
    stage.calls[0].answers(400, DRY)
    stage.clock.pass_ms(70)
    stage.calls[1].answers(200, ANSWER, {b"request-id": b"req_good"})
    done = stage.done
    assert (done.request_id, done.key_id, done.dialect, done.model, done.ms) == ("slv-1", "caller", "anthropic", "claude", 100)
    assert done.tokens == (("input_tokens", 10), ("output_tokens", 20))
    assert done.cost == Money(10 * 3_000 + 20 * 15_000)
    first, second = done.attempts
    assert (first.account, first.status, first.outcome, first.ms) == ("main", 400, Outcome.NONE, 30)
    assert (first.category, first.wallet, first.upstream_request_ids) == ("credit_exhausted", "own_provider_account", ("req_dry",))
    assert first.rule == "anthropic/credit-balance-too-low"
    assert (second.account, second.outcome, second.ms, second.category) == ("spare", Outcome.USAGE, 70, "")
    assert second.upstream_request_ids == ("req_good",)


def test_nothing_of_what_was_said_is_told() -> None:
    stage = Stage()
    stage.claude(messages=[{"role": "user", "content": "the caller's secret words"}])
    stage.calls[0].answers(400, json.dumps(DRY).replace("too low", "too low for: the caller's secret words").encode())
    stage.calls[1].answers(200, ANSWER)
    assert b"secret words" not in stage.journal.data


def test_a_request_that_does_not_come_in_is_told_without_attempts() -> None:
    arrived = Arrived("slv-1", 5, DIALECTS[DialectName.OPENAI], {}, b"")
    done = tell_turned(Turned(told(Category.MODEL_NOT_FOUND), "nobody"), arrived, "caller", ms=1)
    assert isinstance(done, RequestDone)
    assert (done.status, done.category, done.model, done.attempts, done.cost) == (404, "model_not_found", "nobody", (), Money(0))
