"""The sessions that a request allows, as sets of bits over a window of days."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from clinic.rules.timegrid import CELL_MINUTES, Span
from plans.rules.scheduling.levels import QUARTER, Grid
from plans.rules.scheduling.masks import busy_mask, cells
from plans.rules.scheduling.model import Days, Request
from plans.rules.scheduling.supply import DAY, Supply, Wishes

Classes = list[tuple[int, int]]
"""Costs, each with the set of sessions that pay it by themselves."""


class Node(NamedTuple):
    """A session in the search: its day, its start column, and its practitioner's place in the clinic's order."""

    day: date
    column: int
    person: int


class Space:
    """Turns starts of a day into columns: quarter hours if the start grid allows it, else cells of 5 minutes."""

    def __init__(self, supply: Supply, request: Request) -> None:
        self.supply, self.request = supply, request
        self.wishes = Wishes.of(request)
        self.people = self.wishes.practitioners(supply)
        self._position = {one: index for index, one in enumerate(self.people)}
        unit = CELL_MINUTES if request.treatment.grid % QUARTER else QUARTER
        self._cells = unit // CELL_MINUTES
        used = busy_mask(_opening_spans(supply))
        lowest = (used & -used).bit_length() - 1 if used else 0
        self._first_cell = lowest // self._cells * self._cells
        columns = (used.bit_length() - self._first_cell) // self._cells + 1
        self.grid = Grid(unit, -(-columns // 8) * 8, max(1, len(self.people)))
        self._columns: dict[int, int] = {0: 0}
        self._days: dict[date, tuple[bytes, bytes, bytes]] = {}

    @property
    def least(self) -> int:
        """What every session costs at least by itself, wherever it is."""
        preferred = self.request.preferred
        return 0 if preferred is None or preferred in self._position else self.request.weights.not_preferred

    def minute(self, column: int) -> int:
        """The minute of day at which a column begins."""
        return (self._first_cell + column * self._cells) * CELL_MINUTES

    def before(self, minute: int) -> int:
        """The mask of the columns that begin before that minute of day."""
        return self.columns(cells(0, -(-minute // CELL_MINUTES)))

    def columns(self, mask: int) -> int:
        """A mask of cells as a mask of columns."""
        known = self._columns.get(mask)
        if known is None:
            span = self.grid.width * self._cells
            wanted = mask >> self._first_cell & (1 << span) - 1
            # Every third binary digit, counted from the last.
            known = int(format(wanted, f"0{span}b")[self._cells - 1 :: self._cells], 2)
            self._columns[mask] = known
        return known

    def bit(self, window: Days, node: Node) -> int:
        """Which bit of a set over the window stands for the session."""
        return ((node.day - window[0]).days * self.grid.people + node.person) * self.grid.width + node.column

    def nodes(self, window: Days, found: int) -> Iterator[Node]:
        """The sessions of a set over the window, by day, start and practitioner."""
        bits, day = self.grid.day_bits, window[0]
        while found:
            empty = ((found & -found).bit_length() - 1) // bits
            found >>= empty * bits
            day += empty * DAY
            today = found & (1 << bits) - 1
            yield from sorted(Node(day, *self._place(bit)) for bit in ones(today))
            found ^= today

    def classes(self, window: Days) -> Classes:
        """The sessions allowed in the window, by what each costs by itself."""
        days = [window[0] + offset * DAY for offset in range((window[1] - window[0]).days + 1)]
        packed = [self._pack(day) for day in days]
        sets = [int.from_bytes(b"".join(part), "little") for part in zip(*packed, strict=True)]
        weights, request = self.request.weights, self.request
        classes = _merged((index * weights.frag, found) for index, found in enumerate(sets))
        if request.weekdays_pref is not None:
            liked = self.days_where([day.weekday() in request.weekdays_pref for day in days])
            classes = _split(classes, liked, weights.weekday)
        if request.daytime_pref is not None:
            early, late = request.daytime_pref
            liked = self.grid.per_person(self.before(late) & ~self.before(early), len(days))
            classes = _split(classes, liked, weights.daytime)
        if request.preferred is not None:
            classes = _split(
                classes, self.person_everywhere(request.preferred, len(days)), weights.not_preferred
            )
        return sorted(classes.items())

    def days_where(self, chosen: Iterable[bool]) -> int:
        """Every session on the days of a window for which it holds."""
        whole = self.grid.whole(1)
        return sum(whole << index * self.grid.day_bits for index, holds in enumerate(chosen) if holds)

    def person_everywhere(self, practitioner: object, days: int) -> int:
        """Every session with that practitioner, over so many days."""
        if practitioner not in self._position:
            return 0
        columns = (1 << self.grid.width) - 1
        return self.grid.per_day(columns << self._position[practitioner] * self.grid.width, days)

    def _place(self, bit: int) -> tuple[int, int]:
        person, column = divmod(bit, self.grid.width)
        return column, person

    def _pack(self, day: date) -> tuple[bytes, bytes, bytes]:
        """The day's sessions that leave no, one and two short gaps."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._pack_sets(self._day_sets(day))
        return known

    def _pack_sets(self, sets: tuple[int, int, int]) -> tuple[bytes, bytes, bytes]:
        size = self.grid.day_bits // 8
        none, one, two = (found.to_bytes(size, "little") for found in sets)
        return none, one, two

    def _day_sets(self, day: date) -> tuple[int, int, int]:
        none = one = two = 0
        if not self.wishes.allow(day):
            return none, one, two
        for practitioner, (free, before, after) in self.supply.on(day):
            position = self._position.get(practitioner)
            if position is None:
                continue
            shift = position * self.grid.width
            free &= self.wishes.daytime
            none |= self.columns(free & ~(before | after)) << shift
            one |= self.columns(free & (before ^ after)) << shift
            two |= self.columns(free & before & after) << shift
        return none, one, two


def ones(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _opening_spans(supply: Supply) -> Iterator[Span]:
    opening = supply.masks.calendar.opening
    for spans in opening.week.values():
        yield from spans
    for special in opening.special:
        yield from special.spans


def _merged(classes: Iterable[tuple[int, int]]) -> dict[int, int]:
    merged: dict[int, int] = {}
    for price, found in classes:
        if found:
            merged[price] = merged.get(price, 0) | found
    return merged


def _split(classes: dict[int, int], liked: int, price: int) -> dict[int, int]:
    pairs = [(cost, found & liked) for cost, found in classes.items()]
    pairs += [(cost + price, found & ~liked) for cost, found in classes.items()]
    return _merged(pairs)
