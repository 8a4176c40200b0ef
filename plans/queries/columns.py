"""The columns of the diary: visits in their places, when nobody is there, and what is free for whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from clinic.models import Membership
from clinic.rules.hours import Absence, patient_hours
from clinic.rules.intervals import intersect, merge, subtract
from clinic.rules.timegrid import CELL_MINUTES, Span, to_utc
from plans.queries.board import Busy, Entry, Offered, is_booked
from plans.queries.hours import Hours
from plans.queries.waiting import Waiting
from plans.rules import board
from plans.rules.scheduling.model import Slot


@dataclass(frozen=True, slots=True)
class Column:
    """One practitioner, one room, or one day of somebody's week."""

    key: str
    day: date
    title: str
    detail: str
    booked: int
    entries: tuple[Entry, ...]
    now_row: int | None = None
    member: int | None = None
    absent: str = ""  # closed or away, where nobody can be seen all day
    why: str = ""

    @property
    def has_visits(self) -> bool:
        """Whether anything is booked."""
        return any(entry.visit for entry in self.entries)

    @property
    def free_minutes(self) -> int:
        """How much of the day is free."""
        return sum(entry.minutes for entry in self.entries if entry.kind == "free")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of one day share: the hours that the board shows, opening hours, and the time of day."""

    day: date
    frame: board.Frame
    kept: Hours
    offered: tuple[Offered, ...] = ()
    busy: Busy = field(default_factory=Busy)
    at: datetime | None = None
    after: int = 0  # minutes of the day that have passed: nothing is free before
    waiting: tuple[Waiting, ...] = ()
    now_row: int | None = None

    def of_member(self, member: Membership, visits: Sequence[Entry], title: str, key: str) -> Column:
        """Fill a column with somebody's visits, when they are away, and what is free for whom."""
        here = member.is_active and member.user.is_active and member.is_practitioner
        opening = patient_hours(self.kept.opening, self.day)
        working = intersect(self.kept.working(member.pk, self.day), opening) if here else ()
        elsewhere = intersect(self.busy.elsewhere.get((member.pk, self.day), ()), working)
        placed, shown = self._placed(visits)
        blocks = [
            *self._closed(shown),
            *(
                Entry("away", span)
                for span in board.free(board.away(opening, working), shown, least=CELL_MINUTES)
            ),
            *(Entry("elsewhere", span) for span in subtract(elsewhere, shown)),
            *self._free(member, working, [*shown, *elsewhere]),
        ]
        column = self._column(key, title, member.title, placed, blocks)
        absent = "" if visits or working else "away" if opening else "closed"
        why = next((one.why for one in blocks if one.kind == absent and one.why), "")
        return replace(column, member=member.pk, absent=absent, why=why)

    def of_room(self, key: str, title: str, visits: Sequence[Entry], resource: int | None) -> Column:
        """Fill a column with what happens in a room, and when it cannot be used."""
        placed, shown = self._placed(visits)
        out = [
            Entry("out", span, why=absence.reason)
            for absence in self.kept.outages.get(resource or 0, ())
            for span in subtract(self._inside(absence), shown)
        ]
        covered = [*shown, *(one.span for one in out)]
        return self._column(key, title, "", placed, [*self._closed(covered), *out])

    def _placed(self, visits: Sequence[Entry]) -> tuple[list[Entry], list[Span]]:
        """Give each visit its place; return the visits and the minutes that their cards cover."""
        places = [board.place(self.frame, entry.span) for entry in visits]
        placed = [
            replace(entry, row=row, rows=rows, lane=lane, lanes=lanes)
            for entry, (row, rows), (lane, lanes) in zip(visits, places, board.lanes(places), strict=True)
        ]
        start = self.frame.start
        # Who did not come has left the time free; what stands on the board is not written over.
        cards = [(start + row * CELL_MINUTES, start + (row + rows) * CELL_MINUTES) for row, rows in places]
        return placed, [*cards, *(entry.span for entry in visits)]

    def _inside(self, absence: Absence) -> tuple[Span, ...]:
        return intersect(absence.on(self.day), [(self.frame.start, self.frame.end)])

    def _closed(self, shown: Sequence[Span]) -> list[Entry]:
        opening, blocks = self.kept.opening, []
        covered = list(shown)
        for closure in opening.closures:
            for span in subtract(self._inside(closure), covered):
                blocks.append(Entry("closed", span, why=closure.reason))
            covered += self._inside(closure)
        rest = subtract(board.closed(self.frame, patient_hours(opening, self.day)), covered)
        return blocks + [Entry("closed", span) for span in rest]

    def _free(self, member: Membership, working: Sequence[Span], shown: Sequence[Span]) -> list[Entry]:
        if not self.offered:
            return []
        busy = merge([*shown, *self.busy.here.get((member.pk, self.day), ())])
        found = []
        for span in board.free(working, busy, least=self.offered[-1].minutes, after=self.after):
            fits = [one for one in self.offered if one.fits(span[1] - span[0], member.pk)]
            if fits:
                waits = sum(self._helps(one, span, fits, member.user.resource_id) for one in self.waiting)
                found.append(Entry("free", span, fits=tuple(one.kind for one in fits), waits=waits))
        return found

    def _helps(self, one: Waiting, span: Span, fits: Sequence[Offered], resource: int | None) -> bool:
        """Say whether any start in a free stretch suits somebody who waits; rooms are looked at when it is offered."""
        minutes = next((kind.minutes for kind in fits if kind.kind == one.entry.kind), 0)
        if self.at is None or not minutes:
            return False
        clinic = one.entry.clinic
        first = -(-span[0] // clinic.grid_minutes) * clinic.grid_minutes
        for start in range(first, span[1] - minutes + 1, clinic.grid_minutes):
            starts_at = to_utc(self.day, start, clinic.zone)
            refused = (starts_at, resource) in one.refused
            if not refused and one.suits(Slot(self.day, resource, start), starts_at, minutes, at=self.at):
                return True
        return False

    def _column(self, key: str, title: str, detail: str, visits: list[Entry], blocks: list[Entry]) -> Column:
        booked = sum(is_booked(entry.visit) for entry in visits if entry.visit)
        placed = [
            replace(one, row=self.frame.row(one.span[0]), rows=self.frame.rows(one.span)) for one in blocks
        ]
        ordered = tuple(sorted([*visits, *placed], key=lambda entry: entry.span))
        return Column(key, self.day, title, detail, booked, ordered, self.now_row)
