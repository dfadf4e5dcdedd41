"""Every sequence of happenings up to a length, walked breadth first; two that lead to the same breaker in the same world are one."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from solvent.routing.breaker import NEW, TABLE, Breaker, Event, Gate, Kind, State, Table, gate, step
from tests.unit.routing import world as around
from tests.unit.routing.world import ALL, Told, World

Node = tuple[Breaker, World]
Gates = Callable[[Breaker, int], Gate]

RARELY = 0.05


@dataclass(slots=True)
class Walk:
    """`nodes` counts what was reached, `steps` what was tried, `taken` tells the rows that were used and where they led."""

    nodes: int = 0
    steps: int = 0
    taken: dict[tuple[State, Kind], set[State]] = field(default_factory=lambda: defaultdict(set))


def advance(breaker: Breaker, world: World, event: Event | None, table: Table = TABLE, gates: Gates = gate) -> Breaker:
    """The breaker after a happening that led to this world. Raises `BrokenInvariantError`, or `ImpossibleError` from the table."""
    after = breaker if event is None else step(breaker, event, table)
    around.check_gate(world, after, gates)
    around.check_told(world, after)
    return after


def walk(length: int, told: tuple[Told, ...] = ALL, *, table: Table = TABLE, gates: Gates = gate, drill: bool = False) -> Walk:
    """All of it. Raises at the first step that breaks an invariant."""
    walked = Walk()
    seen: set[Node] = set()
    edge: list[Node] = [(NEW, World())]
    for _ in range(length):
        following: list[Node] = []
        for breaker, world in edge:
            open_ = gates(breaker, world.now_us)
            happenings = around.possible_in_a_drill(world, open_) if drill else around.possible(world, open_, told)
            for next_world, event in happenings:
                after = advance(breaker, next_world, event, table, gates)
                walked.steps += 1
                if event is not None:
                    walked.taken[breaker.state, event.kind].add(after.state)
                node = after, next_world
                if node not in seen:
                    seen.add(node)
                    following.append(node)
        edge = following
    walked.nodes = len(seen)
    return walked


def stroll(seed: int, length: int, told: tuple[Told, ...], *, table: Table = TABLE, gates: Gates = gate, drill: bool = False) -> World:
    """One long sequence by chance, the same for the same seed."""
    chance = random.Random(seed)
    breaker, world = NEW, World()
    for _ in range(length):
        open_ = gates(breaker, world.now_us)
        happenings = list(around.possible_in_a_drill(world, open_) if drill else around.possible(world, open_, told))
        # Somebody who acts all the time would let nothing else come about.
        happenings = [one for one in happenings if one[1] is None or one[1].kind is not Kind.REARMED or chance.random() < RARELY]
        if happenings:
            world, event = chance.choice(happenings)
            breaker = advance(breaker, world, event, table, gates)
    return world
