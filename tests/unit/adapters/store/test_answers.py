from __future__ import annotations

import pytest

from solvent.operations.asking import Kept, Wish
from tests.books import World

pytestmark = pytest.mark.anyio


async def test_the_first_answer_stays(world: World) -> None:
    wish, other = Wish.of("once", "x", 1), Wish.of("once", "y", 2)
    assert await world.answers.find(wish) is None
    assert await world.answers.first(wish, {"id": "1", "text": "é\ud800"}) is None
    kept = Kept(wish.content, {"id": "1", "text": "é\ud800"})
    assert await world.answers.find(other) == kept
    assert await world.answers.first(other, {"id": "2"}) == kept
    assert await world.answers.find(Wish.of("twice", "x", 1)) is None
