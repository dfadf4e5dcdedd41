from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solvent.exchange import ceiling as ceilings
from solvent.exchange.ceiling import Ceiling, ceiling, no_price
from solvent.exchange.job import Job
from solvent.exchange.refusals import Told
from solvent.model.request import Asked
from solvent.model.route import DialectName
from solvent.pricing import count
from solvent.pricing.prompt import Unbounded, prompt
from tests.unit.exchange.stage import CONFIG, Stage


def job(stage: Stage, **more: Any) -> Job:
    stage.claude(**more)
    return stage.runs[-1].job


def of(stage: Stage, made: Job, room: int | None, *, clamp: bool = False) -> Ceiling | Told:
    prices = [stage.around.price(made.model, candidate) for candidate in made.plan.candidates]
    return ceiling(made, [price for price in prices if price is not None], room, clamp=clamp)


def test_text_is_bounded_by_its_bytes_while_the_money_suffices() -> None:
    stage = Stage(balance=None)
    made = job(stage)
    bound = count.bound(len(made.asked.body)) * 3_000 + 100 * 15_000
    found = of(stage, made, None)
    assert isinstance(found, Ceiling)
    assert found.amount >= bound
    assert of(stage, made, found.amount) == found


def test_where_the_bound_does_not_fit_the_prompt_is_counted() -> None:
    stage = Stage(balance=None)
    made = job(stage)
    bound = of(stage, made, None)
    assert isinstance(bound, Ceiling)
    counted = of(stage, made, bound.amount - 1)
    assert isinstance(counted, Ceiling)
    assert 100 * 15_000 < counted.amount < bound.amount


def test_a_prompt_is_counted_once_for_all_ways_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(balance=None)
    made = job(stage)
    counted: list[str] = []

    def counts(asked: Asked, dialect: DialectName, model: str, fields: dict[str, Any]) -> int | Unbounded:
        counted.append(model)
        return prompt(asked, dialect, model, fields)

    monkeypatch.setattr(ceilings, "prompt", counts)
    of(stage, made, 1)
    assert [candidate.model for candidate in made.plan.candidates] == ["claude-sonnet-4-5"] * 2
    assert counted == ["claude-sonnet-4-5"]


def test_a_picture_is_counted_however_much_money_there_is() -> None:
    stage = Stage(balance=None)
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": dot}}
    made = job(stage, messages=[{"role": "user", "content": [picture]}])
    assert of(stage, made, 10**15) != of(stage, made, None)


def test_what_cannot_be_counted_is_named() -> None:
    stage = Stage(balance=None)
    made = job(stage, metadata={"number": 1})
    asked = made.dialect.read(made.asked.body.replace(b'"number": 1', b'"number": 1e999'))
    told = of(stage, replace(made, asked=asked), 1)
    assert isinstance(told, Told)
    assert (told.status, told.param) == (400, "metadata")


def test_a_clamped_plan_asks_for_what_the_money_buys() -> None:
    stage = Stage(balance=None)
    made = job(stage, max_tokens=4_000)
    room = 10_000_000
    found = of(stage, made, room, clamp=True)
    assert isinstance(found, Ceiling)
    assert found.output_tokens_max is not None
    assert 0 < found.output_tokens_max < 4_000
    assert found.amount <= room


def test_a_route_that_clamps_sends_the_smaller_limit() -> None:
    config = CONFIG.replace('name = "claude"', 'name = "claude"\nshort_of_money = "clamp"')
    stage = Stage(balance=10_000_000, config=config)
    stage.claude(max_tokens=4_000)
    assert len(stage.calls) == 1
    assert stage.runs[0].job.asked.output_tokens_max == 4_000
    sent = stage.runs[0].job.dialect.read(stage.calls[0].request.body)
    assert sent.output_tokens_max is not None
    assert sent.output_tokens_max < 4_000


def test_a_model_without_a_price_names_who_must_act() -> None:
    told = no_price("m" * 500)
    assert told.status == 400
    assert "operator" in told.message
    assert "m" * 101 not in told.message
