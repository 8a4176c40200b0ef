"""Many sessions: a backward dynamic programme over sets of sessions, whatever their number."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import count
from typing import TypeVar

from plans.rules.scheduling.choice import Choice, First, Node, ones, time_price
from plans.rules.scheduling.levels import Change, Fill, Layer, Near, Reach, Spread, Stage
from plans.rules.scheduling.model import Anchor, Days, require
from plans.rules.scheduling.space import Classes, Space
from plans.rules.scheduling.supply import DAY, gaps

MAX_BITS = 32_000_000
"""Of all sets together: what is searched stays within a few hundred MB, whatever is asked."""
AnyLayer = TypeVar("AnyLayer", bound=Layer)


class Sweep:
    """The best series from every first session, in order of cost. Inside, costs are counted above `base`."""

    def __init__(self, choice: Choice, windows: list[Days]) -> None:
        self.choice, self.request = choice, choice.request
        self.space, self.windows = Space(choice), windows
        self.base = self.possible = 0
        self.stages: list[Stage] = []
        self._before_first: list[Stage] = []
        self._layers: list[Layer] = []
        self._ways: list[tuple[Reach, Spread, Fill]] = []
        self._rings: dict[int, list[tuple[int, int]]] = {}
        if all(first <= last for first, last in windows):
            days = sum(_length(window) for window in windows)
            enough = days * self.space.grid.day_bits <= MAX_BITS
            require(enough, "latest_first", "too much", "too many practitioners on too many days")
            self._build()

    def firsts(self) -> Iterator[First]:
        """Every possible first session with its best series, by cost, then date, start and practitioner."""
        seen = 0
        for cost in self.costs():
            now = self._within(cost)
            for node in self.space.nodes(self.windows[0], now & ~seen):
                yield First(self.base + cost, node)
            seen = now
            if seen == self.possible:
                return

    def begins_with(self, person: int) -> bool:
        """True when a series can begin with that practitioner."""
        return bool(self.possible and self.possible & self.space.everywhere(person, _length(self.windows[0])))

    def costs(self) -> Iterator[int]:
        """Costs above the base, in order, each when it is settled, until all are."""
        for cost in count():
            if not any(layer.waiting for layer in self._layers):
                return
            for layer in self._layers:
                layer.settle(cost)
            yield cost

    def series(self, first: First) -> list[Node]:
        """The cheapest series that begins so; of equals the first by date, start and practitioner."""
        nodes, rest = [first.node], self._after_first(first.node, first.cost - self.base)
        for index in range(1, self.request.n):
            node, rest = next(self._following(index, nodes[-1], rest))
            nodes.append(node)
        return nodes

    def count(self, cost: int) -> int:
        """How many series cost at most so much above the base, which must be settled."""

        @cache
        def walk(index: int, node: Node, rest: int) -> int:
            if index == self.request.n:
                return 1
            return sum(walk(index + 1, *following) for following in self._following(index, node, rest))

        firsts = self.space.nodes(self.windows[0], self._within(cost))
        return sum(walk(1, node, self._after_first(node, cost)) for node in firsts)

    def _within(self, cost: int) -> int:
        return self._before_first[0].at(cost) if self._before_first else 0

    def _after_first(self, node: Node, cost: int) -> int:
        return cost - self.choice.before_first(node)

    def _following(self, index: int, node: Node, rest: int) -> Iterator[tuple[Node, int]]:
        """The sessions at `index` that may follow a node if the series from the node on costs at most `rest`.

        In order of date, start and practitioner, each with what is left for the series from it on.
        """
        step, weight = gaps(self.request)[index - 1], self.request.weights.gap_day
        first, last = self.windows[index]
        rest -= self.stages[index - 1].price(self.space.bit(self.windows[index - 1], node))
        for gap in range(step.minimum, step.maximum + 1):
            day, left = node.day + gap * DAY, rest - weight * abs(gap - step.target)
            if left >= 0 and first <= day <= last:
                yield from sorted(self._on_day(index, node, day, left))

    def _on_day(self, index: int, node: Node, day: date, rest: int) -> Iterator[tuple[Node, int]]:
        stage, columns = self.stages[index], (1 << self.space.grid.width) - 1
        for person in range(len(self.choice.people)):
            left = rest
            if person != node.person:
                left = -1 if self.request.same_practitioner else rest - self.request.weights.change
            at = self.space.bit(self.windows[index], Node(day, self.space.minute(0), person))
            if left < 0 or not stage.at(left) >> at & columns:
                continue
            for price, ring in self._rings_around(self.space.column(node.start)):
                if price <= left:
                    for column in ones(stage.at(left - price) >> at & ring):
                        yield Node(day, self.space.minute(column), person), left - price

    def _rings_around(self, column: int) -> list[tuple[int, int]]:
        """Costs of a different time of day, each with the columns that pay it."""
        known = self._rings.get(column)
        if known is None:
            rings: dict[int, int] = {}
            for other in range(self.space.grid.width):
                price = time_price(self.request.weights, (other - column) * self.space.grid.unit)
                rings[price] = rings.get(price, 0) | 1 << other
            known = self._rings[column] = sorted(rings.items())
        return known

    def _build(self) -> None:
        """Make the layers, from the first session on, and let everything into the last session."""
        first = self._anchor_classes(self.request.anchor) if self.request.anchor else [self._delay_classes()]
        onward: Layer | None = None
        for classes in first:
            onward = self._add(Stage(classes, onward))
            self._before_first.append(onward)
        for index, window in enumerate(self.windows):
            if index:
                onward = self._between(index)
            stage = self._add(Stage(self._above_base(self.space.classes(window)), onward))
            self.stages.append(stage)
        self._layers.reverse()
        self.possible = self._possible()
        if self.possible:
            self.stages[-1].receive(0, self.space.grid.whole(_length(self.windows[-1])))

    def _between(self, index: int) -> Layer:
        """The layers that lead from the session at the index to the one before it."""
        weights, grid, before = self.request.weights, self.space.grid, self.windows[index - 1]
        fill, spread = Fill(grid, _length(before)), Spread(grid, _length(before))
        useful = fill(self.stages[-1].members)
        onward: Layer = self._add(Near(grid, weights, _length(before), self.stages[-1]))
        if not self.request.same_practitioner:
            useful = spread(useful)
            onward = self._add(Change(weights.change, spread, onward))
        shift = (self.windows[index][0] - before[0]).days
        reach = Reach(gaps(self.request)[index - 1], weights.gap_day, shift, useful, grid, onward)
        self._ways.append((reach, spread, fill))
        return self._add(reach)

    def _possible(self) -> int:
        """The first sessions from which any whole series can be had."""
        found = self.stages[-1].members
        for stage, (reach, spread, fill) in zip(self.stages[-2::-1], reversed(self._ways), strict=True):
            reached = reach.all(found)
            found = stage.members & fill(reached if self.request.same_practitioner else spread(reached))
        return found

    def _add(self, layer: AnyLayer) -> AnyLayer:
        self._layers.append(layer)
        return layer

    def _above_base(self, classes: Classes) -> Classes:
        least = classes[0][0] if classes else 0
        self.base += least
        return [(price - least, members) for price, members in classes]

    def _delay_classes(self) -> Classes:
        """Days that the first session starts after the earliest date."""
        first, last = self.windows[0]
        late = (first - self.request.earliest).days
        return self._day_classes(
            [(late + i) * self.request.weights.delay_day for i in range(_length((first, last)))]
        )

    def _anchor_classes(self, anchor: Anchor) -> list[Classes]:
        """Gap, practitioner and time of day against the last session done."""
        weights, step, space = self.request.weights, self.request.steps[0], self.space
        first, days = self.windows[0][0], _length(self.windows[0])
        ago = (first - anchor.day).days
        by_gap = [weights.gap_day * abs(ago + i - step.target) for i in range(days)]
        by_time: dict[int, int] = {}
        for column in range(space.grid.width):
            price = time_price(weights, space.minute(column) - anchor.start)
            by_time[price] = by_time.get(price, 0) | 1 << column
        same = space.everywhere(self.choice.person(anchor.practitioner), days)
        return [
            self._day_classes(by_gap),
            [(price, space.grid.per_person(columns, days)) for price, columns in by_time.items()],
            [(0, same), (weights.change, space.grid.whole(days) & ~same)],
        ]

    def _day_classes(self, prices: list[int]) -> Classes:
        return [(p, self.space.days_where(price == p for price in prices)) for p in sorted(set(prices))]


def _length(window: Days) -> int:
    return (window[1] - window[0]).days + 1
