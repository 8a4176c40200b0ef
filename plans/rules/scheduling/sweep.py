"""A backward dynamic programme over sets of sessions: from which first sessions a series is how cheap."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from plans.rules.scheduling.levels import Layer, Near, Reach, Stage
from plans.rules.scheduling.model import Anchor, Days, Request
from plans.rules.scheduling.space import Classes, Node, Space
from plans.rules.scheduling.supply import DAY, gaps, windows

NOON = 13 * 60


class First(NamedTuple):
    """The best series with one first appointment: its cost above the base, and its first session."""

    cost: int
    node: Node


class Sweep:
    """The sets of one request. A `bound` narrows the windows to what a series of that cost can use."""

    def __init__(self, space: Space, bound: int | None = None) -> None:
        self.space, self.request = space, space.request
        hard = windows(self.request)
        self.windows = (
            hard if bound is None else [_narrow(self.request, hard, i, bound) for i in range(len(hard))]
        )
        self.complete = self.windows == hard
        self.base = 0
        self.stages: list[Stage] = []
        self.nears: list[Near] = []
        self.before_first: list[Stage] = []
        self._layers: list[Layer] = []
        self.possible = 0
        if all(first <= last for first, last in self.windows):
            self._build()
        self.limit = sum(layer.most for layer in self._layers)
        if bound is not None and not self.complete:
            self.limit = min(self.limit, bound + self._least() - self.base)

    def firsts(self, wanted: int) -> tuple[list[First], bool]:
        """The best series of each distinct first appointment, cheapest first; and whether these are enough.

        Distinct are date, practitioner and half-day. One with the preferred practitioner is always looked for.
        """
        if not self.possible:
            return [], self.complete
        enough = False
        found: dict[tuple[date, int, bool], First] = {}
        noon = self.space.before(NOON)
        preferred = self._preferred()
        for cost, new in self.new_sets():
            for node in self.space.nodes(self.windows[0], new):
                early = bool(noon >> node.column & 1)
                found.setdefault((node.day, node.person, early), First(cost, node))
            enough = len(found) >= wanted and (
                preferred is None or any(group[1] == preferred for group in found)
            )
            if enough:
                break
        return sorted(found.values()), enough or self.complete

    def new_sets(self) -> Iterator[tuple[int, int]]:
        """For each cost above the base, in order, the first sessions whose best series costs just that."""
        seen = 0
        for cost in self.costs():
            goal = self.goal[cost]
            if goal != seen:
                yield cost, goal & ~seen
            seen = goal
            if seen == self.possible:
                return

    def costs(self) -> Iterator[int]:
        """Costs above the base, in order up to the limit, each when its level is built."""
        for cost in range(self.limit + 1 if self.possible else 0):
            for layer in self._layers:
                layer.grow()
            yield cost

    @property
    def goal(self) -> list[int]:
        """The levels of the whole series: first sessions by what the series costs above the base."""
        return self._layers[-1].levels

    def _preferred(self) -> int | None:
        """The preferred practitioner's position, if any series can begin there."""
        if self.request.preferred not in self.space.people:
            return None
        position = self.space.people.index(self.request.preferred)
        days = _length(self.windows[0])
        beginning = self.possible & self.space.person_everywhere(self.request.preferred, days)
        return position if beginning or not self.complete else None

    def _build(self) -> None:
        request, steps = self.request, gaps(self.request)
        reach: Reach | None = None
        possible = 0
        for index in reversed(range(request.n)):
            window = self.windows[index]
            classes = self._above_base(self.space.classes(window))
            allowed = sum(members for _, members in classes)
            possible = allowed & reach.all(possible) if reach else allowed
            stage = self._add(Stage(reach, classes))
            self.stages.insert(0, stage)
            if not index:
                break
            near = Near(stage, self.space.grid, request.weights, _length(window))
            shift = (window[0] - self.windows[index - 1][0]).days
            days = _length(self.windows[index - 1])
            reach = Reach(near, steps[index - 1], shift, days, request.weights, request.same_practitioner)
            self.nears.insert(0, near)
            self._layers += [near, reach]
        self.possible = possible
        first = self._anchor_classes(request.anchor) if request.anchor else [self._delay_classes()]
        for classes in first:
            self.before_first.append(self._add(Stage(self._layers[-1], classes)))

    def _add(self, stage: Stage) -> Stage:
        self._layers.append(stage)
        return stage

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
            apart = abs(space.minute(column) - anchor.start) // 15
            price = weights.tod * min(apart, weights.tod_cap)
            by_time[price] = by_time.get(price, 0) | 1 << column
        same = space.person_everywhere(anchor.practitioner, days)
        return [
            self._day_classes(by_gap),
            [(price, space.grid.per_person(columns, days)) for price, columns in by_time.items()],
            [(0, same), (weights.change, space.grid.whole(days) & ~same)],
        ]

    def _day_classes(self, prices: list[int]) -> Classes:
        return [(p, self.space.days_where(price == p for price in prices)) for p in sorted(set(prices))]

    def _least(self) -> int:
        """What every session of any window costs at least by itself."""
        request, weights = self.request, self.request.weights
        least = 0
        if request.preferred is not None and request.preferred not in self.space.people:
            least += weights.not_preferred
        return least * request.n


def _narrow(request: Request, hard: list[Days], index: int, bound: int) -> Days:
    """The part of the window that a series within the bound can use."""
    weights, (first, last) = request.weights, hard[index]
    lo, hi = request.earliest, request.latest_first
    targets = [step.target for step in gaps(request)[:index]]
    if request.anchor:
        lo = hi = request.anchor.day
        targets.append(request.steps[0].target)
    elif weights.delay_day:
        hi = min(hi, lo + bound // weights.delay_day * DAY)
    if not weights.gap_day and targets:
        return first, last
    slack = bound // weights.gap_day if targets else 0
    shift = sum(targets)
    return max(first, lo + (shift - slack) * DAY), min(last, hi + (shift + slack) * DAY)


def _length(window: Days) -> int:
    return (window[1] - window[0]).days + 1
