"""The model-assisted stage, joined: the office's own key, the gateway's own address, and the acts between them."""

from __future__ import annotations

import asyncio
import os
import time

from solvent.adapters.asked_model import GatewayModel
from solvent.edge.upstream import Pool
from solvent.operations import desk_key
from solvent.operations.assistance import Assistance, Conditions
from solvent.operations.cases import Desk
from solvent.operations.ports import OpinionStore
from solvent.operations.surroundings import Surroundings
from solvent.settings import Assistance as Wanted


class ModelStage:
    """`assistance` are the acts; they can ask once `open` was awaited. The key is held here alone, and nothing shows it."""

    def __init__(self, wanted: Wanted, desk: Desk, store: OpinionStore, around: Surroundings, gateway_url: str) -> None:
        self._wanted = wanted
        self._around = around
        self._key = ""
        self._pool: Pool | None = None
        model = GatewayModel(self._connections, gateway_url, lambda: self._key, wanted.model)
        conditions = Conditions(wanted.model, wanted.automatic, wanted.at_once)
        self.assistance = Assistance(desk, store, model, conditions, around.clock, os.urandom)

    async def open(self) -> None:
        """Takes the key, made or amended where that is needed."""
        self._key = await desk_key.take(self._around, self._wanted.model, self._wanted.budget_day)

    def _connections(self) -> Pool:
        if self._pool is None:
            self._pool = Pool(asyncio.get_running_loop(), lambda: time.monotonic_ns() // 1_000_000)
        return self._pool
