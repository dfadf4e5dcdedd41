from __future__ import annotations

from collections.abc import Callable

import pytest

from solvent.access import keys as access
from solvent.adapters.memory import MemoryCaseStore
from solvent.base.money import Money
from solvent.bootstrap.stage import ModelStage
from solvent.diagnosis.engine import Engine
from solvent.operations import desk_key
from solvent.operations.cases import Desk
from solvent.settings import Assistance
from tests.books import opened
from tests.conftest import FixedClock
from tests.opinions import OpinionRows

pytestmark = pytest.mark.anyio


async def test_the_stage_takes_its_key_and_shows_it_nowhere(
    tmp_path: object, clock: FixedClock, small_engine: Engine, random_bytes: Callable[[int], bytes]
) -> None:
    async with opened(tmp_path, clock) as world:  # type: ignore[arg-type]
        desk = Desk(small_engine, MemoryCaseStore(), clock, random_bytes, lambda: 0)
        wanted = Assistance("tapir", Money.parse("0.50"), automatic=True, at_once=3)
        stage = ModelStage(wanted, desk, OpinionRows(), world.around, "http://127.0.0.1:8400")
        assert await world.keys.all() == ()
        await stage.open()
        (key,) = await world.keys.all()
        assert (key.name, key.models, key.budgets[0].amount) == (desk_key.NAME, ("tapir",), Money.parse("0.50"))
        text = await desk_key.take(world.around, "tapir", Money.parse("0.50"))
        assert access.digest(text, world.around.pepper) == key.digest
        assert text not in repr(stage) + repr(stage.assistance)
        conditions = stage.assistance.conditions
        assert (conditions.model, conditions.automatic, conditions.at_once) == ("tapir", True, 3)
        assert stage._connections() is stage._connections()
