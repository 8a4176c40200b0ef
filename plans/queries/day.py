"""One day of a clinic: who is seen by whom, where, and what is free between. A fixed number of queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from clinic.models import Clinic, Device, Room
from clinic.rules.hours import absent_spans, patient_hours
from clinic.rules.roles import Actor
from clinic.rules.timegrid import DAY_MINUTES, Span, to_local
from plans.models import Kind, Visit
from plans.queries.board import (
    Entry,
    busy_between,
    entries_of,
    offered_by,
    visits_between,
    who_stands,
)
from plans.queries.columns import Column, Layout
from plans.queries.hours import Hours, hours_between
from plans.queries.waiting import Waiting
from plans.rules import board
from plans.rules.visiting import State


@dataclass(frozen=True, slots=True)
class Day:
    """The whole day."""

    day: date
    frame: board.Frame
    columns: tuple[Column, ...]
    counts: dict[str, int] = field(default_factory=dict)
    now_row: int | None = None
    is_open: bool = True
    why_closed: str = ""
    out: tuple[tuple[str, Span], ...] = ()  # devices that cannot be used, and when

    @property
    def in_order(self) -> list[Entry]:
        """Every visit of the day, by time, whoever gives it."""
        found = [entry for column in self.columns for entry in column.entries if entry.visit]
        return sorted(found, key=lambda entry: (entry.span, entry.visit.reference if entry.visit else ""))


def day_of(
    actor: Actor, clinic: Clinic, day: date, *, by: str, at: datetime, waiting: Iterable[Waiting] = ()
) -> Day:
    """Return a day by practitioner or by room, as one person may see it; five queries however full it is.

    Free time of a practitioner counts those among `waiting` whom it would help.
    """
    visits = visits_between(actor, clinic, day, day)
    kept = hours_between(clinic, day, day)
    entries = entries_of(visits, clinic, at=at)
    opening = patient_hours(kept.opening, day)
    lay = laid_out(day, [*opening, *(entry.span for entry in entries)], kept, clinic, at)
    lay = replace(lay, waiting=tuple(waiting))
    columns = tuple((_by_room if by == "room" else _by_practitioner)(clinic, entries, lay))
    closures = [one.reason for one in kept.opening.closures if one.on(day)]
    return Day(
        day=day,
        frame=lay.frame,
        columns=columns,
        counts=_counts(visits, columns),
        now_row=lay.now_row,
        is_open=bool(opening),
        why_closed="" if opening else next(filter(None, closures), ""),
        out=tuple(_out(kept, day)),
    )


def laid_out(day: date, spans: Iterable[Span], kept: Hours, clinic: Clinic, at: datetime) -> Layout:
    """Return the layout of a day whose board shows all of the spans."""
    today, minute = to_local(at, clinic.zone)
    shown = board.frame(spans)
    return Layout(
        day=day,
        frame=shown,
        kept=kept,
        at=at,
        after=minute if day == today else (0 if day > today else DAY_MINUTES),
        now_row=shown.row(minute) if day == today and shown.start <= minute < shown.end else None,
    )


def _by_practitioner(clinic: Clinic, entries: list[Entry], lay: Layout) -> Iterable[Column]:
    members = who_stands(clinic, [entry.visit.practitioner_id for entry in entries if entry.visit])
    lay = replace(lay, offered=offered_by(clinic), busy=busy_between(clinic, members, lay.day, lay.day))
    for member in members:
        mine = _where(entries, lambda visit, pk=member.pk: visit.practitioner_id == pk)
        yield lay.of_member(member, mine, member.user.name, f"p{member.pk}")


def _by_room(clinic: Clinic, entries: list[Entry], lay: Layout) -> Iterable[Column]:
    booked = {entry.visit.room_id for entry in entries if entry.visit}
    for room in Room.objects.filter(Q(is_active=True) | Q(pk__in=booked - {None}), clinic=clinic):
        mine = _where(entries, lambda visit, pk=room.pk: visit.room_id == pk)
        yield lay.of_room(f"r{room.pk}", room.name, mine, room.pk)
    if None in booked:
        mine = _where(entries, lambda visit: visit.room_id is None)
        yield lay.of_room("r0", gettext("No room"), mine, None)


def _where(entries: list[Entry], test: Callable[..., bool]) -> list[Entry]:
    return [entry for entry in entries if entry.visit is not None and test(entry.visit)]


def _out(kept: Hours, day: date) -> Iterable[tuple[str, Span]]:
    """Return the devices that are out of use and when; a query more only on a day that has any."""
    spans = {resource: absent_spans(found, day) for resource, found in kept.outages.items()}
    out = [resource for resource, found in spans.items() if found]
    for device in Device.objects.filter(pk__in=out, is_active=True) if out else ():
        for span in spans[device.pk]:
            yield device.name, span


def _counts(visits: list[Visit], columns: Iterable[Column]) -> dict[str, Any]:
    states = [visit.state for visit in visits if visit.kind != Kind.BLOCKED]
    return {
        "booked": sum(state != State.NO_SHOW for state in states),
        "seen": states.count(State.DONE),
        "in_room": states.count(State.IN_ROOM) + states.count(State.IN_TREATMENT),
        "waiting": states.count(State.ARRIVED),
        "no_show": states.count(State.NO_SHOW),
        "free": sum(entry.kind == "free" for column in columns for entry in column.entries),
    }
