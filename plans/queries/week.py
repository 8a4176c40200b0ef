"""One week of a clinic: everybody's, or one practitioner's. Five queries, however long the history."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clinic.models import Clinic, Membership
from clinic.rules.hours import patient_hours
from clinic.rules.roles import Actor
from plans.queries.board import (
    Entry,
    busy_between,
    entries_of,
    offered_by,
    visits_between,
    who_stands,
)
from plans.queries.columns import Column, Layout
from plans.queries.day import laid_out
from plans.queries.hours import Hours, hours_between
from plans.rules import board

DAYS = 7
WORKDAYS = range(5)


@dataclass(frozen=True, slots=True)
class Week:
    """The days that are shown, and for each practitioner a column a day."""

    monday: date
    days: tuple[date, ...]
    rows: tuple[tuple[Membership, tuple[Column, ...]], ...]
    members: tuple[Membership, ...]
    frame: board.Frame
    booked: int
    now_row: int | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The days of one practitioner."""
        return self.rows[0][1] if self.rows else ()


def week_of(
    actor: Actor, clinic: Clinic, day: date, *, at: datetime, whose: int | None = None
) -> Week | None:
    """Return the week around a day as one person may see it; None where nobody here is called `whose`."""
    monday = day - timedelta(days=day.weekday())
    every = tuple(monday + timedelta(days=number) for number in range(DAYS))
    visits = visits_between(actor, clinic, every[0], every[-1], whose=whose)
    members = tuple(who_stands(clinic, [visit.practitioner_id for visit in visits]))
    asked = [member for member in members if whose in (None, member.pk)]
    if whose is not None and not asked:
        return None
    kept = hours_between(clinic, every[0], every[-1])
    booked: dict[tuple[int, date], list[Entry]] = defaultdict(list)
    for entry in entries_of(visits, clinic, at=at):
        if entry.visit is not None:
            booked[entry.visit.practitioner_id, entry.visit.day].append(entry)
    busy_days = {visit.day for visit in visits}
    days = tuple(one for one in every if _is_shown(kept, one, busy_days))
    spans = [span for one in days for span in patient_hours(kept.opening, one)]
    spans += [entry.span for found in booked.values() for entry in found]
    offered, busy = offered_by(clinic), busy_between(clinic, asked, every[0], every[-1])
    lays = [replace(laid_out(one, spans, kept, clinic, at), offered=offered, busy=busy) for one in days]
    rows = tuple((member, tuple(_column(lay, member, booked) for lay in lays)) for member in asked)
    return Week(
        monday=monday,
        days=days,
        rows=rows,
        members=members,
        frame=board.frame(spans),
        booked=sum(column.booked for _member, columns in rows for column in columns),
        now_row=next((lay.now_row for lay in lays if lay.now_row is not None), None),
    )


def _is_shown(kept: Hours, day: date, busy: set[date]) -> bool:
    """Show every weekday, and a Saturday or Sunday on which the clinic opens or something is booked."""
    weekly = kept.opening.week.get(day.weekday())
    return day.weekday() in WORKDAYS or day in busy or bool(weekly or patient_hours(kept.opening, day))


def _column(lay: Layout, member: Membership, booked: dict[tuple[int, date], list[Entry]]) -> Column:
    return lay.of_member(member, booked[member.pk, lay.day], "", f"d{lay.day.isoformat()}")
