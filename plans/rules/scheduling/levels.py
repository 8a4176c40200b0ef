"""Sets of sessions by cost: how a whole series is searched without looking at single starts.

A set is one integer. Its bits stand for (day, practitioner, start column), from the lowest bit on, over the
window of one session. A layer knows the set from which the rest of the series costs at most what is settled. Each
kind of cost is one layer; what is new in it goes onward, towards the first session, and becomes due there at the
cost that it then has.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from plans.rules.scheduling.model import Step, Weights

QUARTER = 15


@dataclass(frozen=True, slots=True)
class Grid:
    """How sets are laid out: `unit` minutes a column, `width` columns a practitioner, `people` a day."""

    unit: int
    width: int
    people: int

    @property
    def day_bits(self) -> int:
        """Bits of one day."""
        return self.width * self.people

    def per_person(self, columns: int, days: int) -> int:
        """A pattern of columns, for every practitioner on every day."""
        return repeat(columns, self.width, self.people * days)

    def per_day(self, pattern: int, days: int) -> int:
        """A pattern of one day, on every day."""
        return repeat(pattern, self.day_bits, days)

    def whole(self, days: int) -> int:
        """Every bit."""
        return (1 << self.day_bits * days) - 1


def repeat(pattern: int, bits: int, times: int) -> int:
    """The pattern of so many bits, so many times."""
    return pattern * (((1 << bits * times) - 1) // ((1 << bits) - 1))


class Layer:
    """Sets by cost. What comes in becomes due at what it costs here; `settle` is called for cost after cost."""

    def __init__(self, onward: "Layer | None" = None) -> None:
        self.onward = onward
        self.settled = 0
        self._due: dict[int, int] = {}

    @property
    def waiting(self) -> bool:
        """True when something becomes due later."""
        return bool(self._due)

    def receive(self, cost: int, found: int) -> None:
        """Let a set in that costs so much before it pays here."""
        raise NotImplementedError

    def due(self, cost: int, found: int) -> None:
        """Have the members of a set, if there are any, cost so much here."""
        if found:
            self._due[cost] = self._due.get(cost, 0) | found

    def settle(self, cost: int) -> int:
        """Take in what is due at that cost and hand on what of it is new."""
        if cost not in self._due:
            return 0
        new = self._due.pop(cost) & ~self.settled
        if new:
            self.settled |= new
            if self.onward:
                self.onward.receive(cost, new)
        return new


class Stage(Layer):
    """What a session costs by itself: each class is a cost and the set of those that pay it; no others pass.

    Remembers what was settled at every cost, for those who walk a series back.
    """

    def __init__(self, classes: Sequence[tuple[int, int]], onward: Layer | None = None) -> None:
        super().__init__(onward)
        self.classes = classes
        self.members = sum(members for _, members in classes)
        self._costs: list[int] = []
        self._sets: list[int] = [0]

    def at(self, cost: int) -> int:
        """The set of those that cost at most so much."""
        return self._sets[bisect_right(self._costs, cost)]

    def receive(self, cost: int, found: int) -> None:
        """Each member pays by its class."""
        for price, members in self.classes:
            self.due(cost + price, found & members)

    def settle(self, cost: int) -> int:
        """As every layer, and remember it."""
        new = super().settle(cost)
        if new:
            self._costs.append(cost)
            self._sets.append(self.settled)
        return new

    def price(self, bit: int) -> int:
        """What the session at that bit pays here."""
        return next(price for price, members in self.classes if members >> bit & 1)


class Near(Layer):
    """What another time of day costs: leads from starts to the starts before them."""

    def __init__(self, grid: Grid, weights: Weights, days: int, onward: Layer) -> None:
        super().__init__(onward)
        self._fill = Fill(grid, days)
        self._price, self._most = weights.tod, weights.tod * weights.tod_cap
        self._quarter = QUARTER // grid.unit
        columns = (1 << grid.width) - 1
        self._inside = {
            by: (grid.per_person(columns >> by << by, days), grid.per_person(columns >> by, days))
            for by in range(1, self._quarter + 1)
        }

    def receive(self, cost: int, found: int) -> None:
        """Nearer than a quarter of an hour is free, anything on the same day costs the most."""
        self.due(cost + self._most, self._fill(found))
        if self._most:
            self.due(cost, found)
            for by in range(1, self._quarter):
                self.due(cost, self._aside(found, by))

    def settle(self, cost: int) -> int:
        """From what is new it is one price to all that is a quarter of an hour away."""
        new = super().settle(cost)
        if new and self._most:
            self.due(cost + self._price, self._aside(new, self._quarter))
        return new

    def _aside(self, found: int, by: int) -> int:
        above, below = self._inside[by]
        return found << by & above | found >> by & below


class Change(Layer):
    """What another practitioner on the same day costs."""

    def __init__(self, price: int, spread: "Spread", onward: Layer) -> None:
        super().__init__(onward)
        self._price, self._spread = price, spread

    def receive(self, cost: int, found: int) -> None:
        """The same practitioner is free."""
        self.due(cost, found)
        self.due(cost + self._price, self._spread(found))


class Reach(Layer):
    """What the length of a gap costs: leads from the window of a session into that of the session before."""

    def __init__(self, step: Step, gap_day: int, shift: int, useful: int, grid: Grid, onward: Layer) -> None:
        """`shift` is by how many days the later window begins after the earlier, of which `useful` days matter."""
        super().__init__(onward)
        self._useful = useful
        self._gaps = [
            (gap_day * abs(gap - step.target), (shift - gap) * grid.day_bits)
            for gap in range(step.minimum, step.maximum + 1)
        ]

    def receive(self, cost: int, found: int) -> None:
        """Every gap has its price."""
        for price, shift in self._gaps:
            self.due(cost + price, (found << shift if shift >= 0 else found >> -shift) & self._useful)

    def all(self, found: int) -> int:
        """Every day and practitioner from which the set can be reached, at any cost."""
        reached = 0
        for _, shift in self._gaps:
            reached |= found << shift if shift >= 0 else found >> -shift
        return reached & self._useful


class Fill:
    """All starts of every practitioner and day that has any."""

    def __init__(self, grid: Grid, days: int) -> None:
        self._width = grid.width
        self._top = grid.per_person(1 << grid.width - 1, days)
        self._low = grid.per_person((1 << grid.width - 1) - 1, days)

    def __call__(self, found: int) -> int:
        """The set with every column of the practitioners' days that are in it."""
        some = (((found & self._low) + self._low | found) & self._top) >> self._width - 1
        return (some << self._width) - some


class Spread:
    """The same starts for every practitioner of a day."""

    def __init__(self, grid: Grid, days: int) -> None:
        self._grid = grid
        self._first = grid.per_day((1 << grid.width) - 1, days)

    def __call__(self, found: int) -> int:
        """The set with every practitioner at the starts that are in it."""
        return self._doubled(self._doubled(found, down=True) & self._first, down=False)

    def _doubled(self, found: int, down: bool) -> int:
        """Every practitioner's starts laid over those of all before, or after, in log steps."""
        have, people = 1, self._grid.people
        while have < people:
            step = min(have, people - have)
            shift = step * self._grid.width
            found |= found >> shift if down else found << shift
            have += step
        return found
