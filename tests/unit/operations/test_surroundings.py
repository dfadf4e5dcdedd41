from __future__ import annotations

import pytest

from tests.books import AT_US, PEPPER, World

pytestmark = pytest.mark.anyio


async def test_the_surroundings_tell_time_and_accounts_and_not_their_secret(world: World) -> None:
    assert world.around.now_us() == AT_US
    found = world.around.upstream("relay")
    assert found is not None
    assert found.name == "relay"
    assert world.around.upstream("nobody") is None
    assert PEPPER.decode() not in repr(world.around)
