"""Every sequence of events that an honest runner can report, walked breadth first.

Two sequences that lead to the same exchange in the same world are continued once: whatever can follow is the same. So the walk
ends, though the sequences (a stream has any number of deltas) do not, and it leaves none out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from solvent.exchange.events import Event, Kind
from solvent.exchange.machine import TABLE, Row, Table, step
from solvent.exchange.state import Exchange, Policy, State
from tests.unit.exchange import world as around
from tests.unit.exchange.world import BrokenInvariantError, World, check

Node = tuple[Exchange, World]
Plans = tuple[tuple[int, ...], ...]

PLANS: Plans = ((), (1,), (2,), (3,), (2, 1), (1, 1, 1))


@dataclass(slots=True)
class Walk:
    """What was walked: each node with the nodes that follow it, one entry an event."""

    edges: dict[Node, list[Node]] = field(default_factory=dict)
    taken: dict[tuple[State, Kind], set[State]] = field(default_factory=lambda: defaultdict(set))

    def sequences(self, start: Node, length: int) -> int:
        """The number of different sequences of at most so many events from the start."""
        at, total = {start: 1}, 0
        for _ in range(length):
            following: dict[Node, int] = defaultdict(int)
            for node, ways in at.items():
                for next_ in self.edges[node]:
                    following[next_] += ways
            at = following
            total += sum(at.values())
        return total


def advance(node: Node, event: Event, table: Table = TABLE) -> Node:
    """The exchange and the world after the event. Raises `BrokenInvariantError`, or `ImpossibleError` from the machine."""
    exchange, world = node
    world = around.hear(world, event)
    after, commands = step(exchange, event, table)
    for command in commands:
        world = around.obey(world, command)
    check((after.state is State.DONE) == world.finished, "DONE is where Finish was")
    cell = table[exchange.state, type(event)]
    assert isinstance(cell, Row)
    check(after.state in cell.to, f"the row does not name {after.state}")
    return after, around.rest(world)


def start(policy: Policy) -> Node:
    return Exchange(policy), World(policy)


def walk(policies: Iterable[Policy], plans: Plans = PLANS, table: Table = TABLE) -> Walk:
    """All of it. Raises at the first step that breaks an invariant."""
    walked = Walk()
    for policy in policies:
        edge = [start(policy)]
        while edge:
            following: list[Node] = []
            for node in edge:
                if node in walked.edges:
                    continue
                walked.edges[node] = []
                for event in around.possible(node[1], plans):
                    next_ = advance(node, event, table)
                    walked.edges[node].append(next_)
                    walked.taken[node[0].state, type(event)].add(next_[0].state)
                    following.append(next_)
            edge = following
    return walked


def check_ends(walked: Walk) -> None:
    """From everywhere there is a way to the end."""
    before: dict[Node, list[Node]] = defaultdict(list)
    for node, following in walked.edges.items():
        for next_ in following:
            before[next_].append(node)
    reached = {node for node in walked.edges if node[1].finished}
    edge = list(reached)
    while edge:
        edge = list({node for next_ in edge for node in before[next_]} - reached)
        reached.update(edge)
    if len(reached) != len(walked.edges):
        raise BrokenInvariantError("some request never ends")
