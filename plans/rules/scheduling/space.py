"""The sessions of a choice as sets of bits over a window of days."""

from collections.abc import Iterable, Iterator
from datetime import date

from clinic.rules.timegrid import CELL_MINUTES, Span
from plans.rules.scheduling.choice import QUARTER, Choice, Node, ones
from plans.rules.scheduling.levels import Grid
from plans.rules.scheduling.masks import busy_mask, cells
from plans.rules.scheduling.model import Days
from plans.rules.scheduling.supply import DAY, Supply

Classes = list[tuple[int, int]]
"""Costs, each with the set of sessions that pay it by themselves."""


class Space:
    """Turns starts of a day into columns: quarter hours if the start grid allows it, else cells of 5 minutes."""

    def __init__(self, choice: Choice) -> None:
        self.choice, self.request = choice, choice.request
        unit = CELL_MINUTES if self.request.treatment.grid % QUARTER else QUARTER
        self._cells = unit // CELL_MINUTES
        used = busy_mask(_opening_spans(choice.supply))
        lowest = (used & -used).bit_length() - 1 if used else 0
        self._first_cell = lowest // self._cells * self._cells
        columns = (used.bit_length() - self._first_cell) // self._cells + 1
        self.grid = Grid(unit, -(-columns // 8) * 8, max(1, len(choice.people)))
        self._columns: dict[int, int] = {0: 0}
        self._days: dict[date, tuple[bytes, bytes, bytes]] = {}

    def minute(self, column: int) -> int:
        """The minute of day at which a column begins."""
        return (self._first_cell + column * self._cells) * CELL_MINUTES

    def column(self, minute: int) -> int:
        """The column that begins at a minute of day."""
        return (minute // CELL_MINUTES - self._first_cell) // self._cells

    def before(self, minute: int) -> int:
        """The mask of the columns that begin before that minute of day."""
        return self.columns(cells(0, -(-minute // CELL_MINUTES)))

    def columns(self, mask: int) -> int:
        """A mask of cells as a mask of columns."""
        known = self._columns.get(mask)
        if known is None:
            span = self.grid.width * self._cells
            wanted = mask >> self._first_cell & (1 << span) - 1
            # With columns of three cells every third binary digit counts, from the last one on.
            known = int(format(wanted, f"0{span}b")[self._cells - 1 :: self._cells], 2)
            self._columns[mask] = known
        return known

    def bit(self, window: Days, node: Node) -> int:
        """Which bit of a set over the window stands for the session."""
        days = (node.day - window[0]).days
        return (days * self.grid.people + node.person) * self.grid.width + self.column(node.start)

    def nodes(self, window: Days, found: int) -> Iterator[Node]:
        """The sessions of a set over the window, by day, start and practitioner."""
        bits, day = self.grid.day_bits, window[0]
        while found:
            empty = ((found & -found).bit_length() - 1) // bits
            found >>= empty * bits
            day += empty * DAY
            today = found & (1 << bits) - 1
            yield from sorted(self._node(day, bit) for bit in ones(today))
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
                classes, self.everywhere(self.choice.preferred, len(days)), weights.not_preferred
            )
        return sorted(classes.items())

    def days_where(self, chosen: Iterable[bool]) -> int:
        """Every session on the days of a window for which it holds."""
        whole = self.grid.whole(1)
        return sum(whole << index * self.grid.day_bits for index, holds in enumerate(chosen) if holds)

    def everywhere(self, person: int | None, days: int) -> int:
        """Every session of a practitioner over so many days; none if it is nobody."""
        if person is None:
            return 0
        columns = (1 << self.grid.width) - 1
        return self.grid.per_day(columns << person * self.grid.width, days)

    def _node(self, day: date, bit: int) -> Node:
        person, column = divmod(bit, self.grid.width)
        return Node(day, self.minute(column), person)

    def _pack(self, day: date) -> tuple[bytes, bytes, bytes]:
        """The day's sessions that leave no, one and two short gaps."""
        known = self._days.get(day)
        if known is None:
            none = one = two = 0
            for person, (free, before, after) in self.choice.on(day):
                shift = person * self.grid.width
                none |= self.columns(free & ~(before | after)) << shift
                one |= self.columns(before ^ after) << shift
                two |= self.columns(before & after) << shift
            size = self.grid.day_bits // 8
            known = none.to_bytes(size, "little"), one.to_bytes(size, "little"), two.to_bytes(size, "little")
            self._days[day] = known
        return known


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
