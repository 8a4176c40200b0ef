"""Finds the best series and walks through the sets of a sweep to name its sessions.

The bound on cost is raised step by step: under a low one only few days near the targets have to be looked at.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from plans.rules.scheduling.levels import QUARTER
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Calendar, Option, Request, Slot
from plans.rules.scheduling.price import price_series
from plans.rules.scheduling.space import Node, Space, ones
from plans.rules.scheduling.supply import DAY, Supply, gaps
from plans.rules.scheduling.sweep import First, Sweep

BOUNDS = (60, 240, 900, None)
"""Costs above what every series of the request must pay; None is no bound."""


def find(supply: Supply, request: Request, wanted: int) -> list[Option]:
    """The best series and the best others that differ in their first appointment, cheapest first.

    At most `wanted`. From two on, one of them begins with the preferred practitioner if any series can.
    """
    space = Space(supply, request)
    for bound in BOUNDS:
        sweep = Sweep(space, bound)
        firsts, enough = sweep.firsts(wanted)
        if enough:
            paths = Paths(sweep)
            return [paths.option(first) for first in _with_preferred(firsts, space, wanted)]
    return []


def cheapest(calendar: Calendar, request: Request, wanted: int = 3) -> tuple[list[int], int]:
    """The costs of the strictly cheapest series, near-duplicates included, and how many cost the least.

    Counts series one by one where they tie, so it is meant for checking, not for serving.
    """
    return counted(Supply(Masks(calendar), request), request, wanted)


def counted(supply: Supply, request: Request, wanted: int) -> tuple[list[int], int]:
    """As `cheapest`, on a supply that is known."""
    sweep = Sweep(Space(supply, request))
    paths = Paths(sweep)
    costs: list[int] = []
    optimal = 0
    for cost in sweep.costs():
        costs += [sweep.base + cost] * min(wanted, paths.count(cost) - len(costs))
        optimal = optimal or paths.count(cost)
        if len(costs) >= wanted:
            break
    return costs[:wanted], optimal


class Paths:
    """Series within a cost, session by session. Costs are counted above the sweep's base."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep, self.space, self.request = sweep, sweep.space, sweep.request
        self._rings: dict[int, list[tuple[int, int]]] = {}

    def option(self, first: First) -> Option:
        """The cheapest series that begins so; of equals the first by date, start and practitioner."""
        nodes, rest = [first.node], self._after_first(first.node, first.cost)
        for index in range(1, self.request.n):
            node, rest = next(self._following(index, nodes[-1], rest))
            nodes.append(node)
        slots = tuple(self._slot(node) for node in nodes)
        parts = price_series(self.space.supply.visits, self.request, slots)
        return Option(slots, self.sweep.base + first.cost, parts)

    def count(self, cost: int) -> int:
        """How many series cost at most so much; as many levels must have been grown."""
        walk = self._counter()
        firsts = self.space.nodes(self.sweep.windows[0], self.sweep.within(cost))
        return sum(walk(1, node, self._after_first(node, cost)) for node in firsts)

    def _counter(self) -> Callable[[int, Node, int], int]:
        @cache
        def walk(index: int, node: Node, rest: int) -> int:
            if index == self.request.n:
                return 1
            return sum(
                walk(index + 1, following, left) for following, left in self._following(index, node, rest)
            )

        return walk

    def _after_first(self, node: Node, cost: int) -> int:
        bit = self.space.bit(self.sweep.windows[0], node)
        return cost - sum(stage.price(bit) for stage in self.sweep.before_first)

    def _following(self, index: int, node: Node, rest: int) -> Iterator[tuple[Node, int]]:
        """The sessions at `index` that may follow a node if the series from the node on costs at most `rest`.

        In order of date, start and practitioner, each with what is left for the series from it on.
        """
        step, weight = gaps(self.request)[index - 1], self.request.weights.gap_day
        first, last = self.sweep.windows[index]
        rest -= self.sweep.stages[index - 1].price(self.space.bit(self.sweep.windows[index - 1], node))
        for gap in range(step.minimum, step.maximum + 1):
            day, left = node.day + gap * DAY, rest - weight * abs(gap - step.target)
            if left >= 0 and first <= day <= last:
                yield from sorted(self._on_day(index, node, day, left))

    def _on_day(self, index: int, node: Node, day: date, rest: int) -> Iterator[tuple[Node, int]]:
        stage, columns = self.sweep.stages[index], (1 << self.space.grid.width) - 1
        for person in range(len(self.space.people)):
            left = rest
            if person != node.person:
                left = -1 if self.request.same_practitioner else rest - self.request.weights.change
            at = self.space.bit(self.sweep.windows[index], Node(day, 0, person))
            if left < 0 or not stage.at(left) >> at & columns:
                continue
            for price, ring in self._rings_around(node.column):
                if price <= left:
                    for column in ones(stage.at(left - price) >> at & ring):
                        yield Node(day, column, person), left - price

    def _rings_around(self, column: int) -> list[tuple[int, int]]:
        """Costs of a different time of day, each with the columns that pay it."""
        known = self._rings.get(column)
        if known is None:
            weights, rings = self.request.weights, dict[int, int]()
            for other in range(self.space.grid.width):
                quarters = abs(other - column) * self.space.grid.unit // QUARTER
                price = weights.tod * min(quarters, weights.tod_cap)
                rings[price] = rings.get(price, 0) | 1 << other
            known = self._rings[column] = sorted(rings.items())
        return known

    def _slot(self, node: Node) -> Slot:
        start = self.space.minute(node.column)
        return self.space.supply.visits.place(node.day, self.space.people[node.person], start)


def _with_preferred(firsts: list[First], space: Space, wanted: int) -> list[First]:
    chosen, others = firsts[:wanted], firsts[wanted:]
    preferred = space.request.preferred
    begins = [first for first in firsts if space.people[first.node.person] == preferred]
    if wanted > 1 and begins and begins[0] in others:
        chosen[-1] = begins[0]
    return chosen
