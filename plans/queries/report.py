"""The events of a span of days, as the rules of a report count them; the same number of queries however many."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, Sum

from clinic.models import AuditEntry, Clinic, Membership
from clinic.rules import hours
from clinic.rules.intervals import intersect, subtract
from clinic.rules.timegrid import CELL_MINUTES, Span, day_range, local_day
from plans.models import Kind, Occupancy, Series, Visit
from plans.queries.hours import Hours, hours_between
from plans.rules import report as rules
from plans.rules.report import Days, Done, Ended, Gap, Held, Kept, Share

State = Visit.State


@dataclass(frozen=True, slots=True)
class Report:
    """What happened in a clinic in a span: by practitioner (a membership), by room and in all."""

    span: Days
    people: Mapping[int, str]  # who is named in it: membership to name, in the clinic's order
    rooms: Mapping[int, str]  # resource to name, in the clinic's order
    gaps: tuple[Gap, ...]
    ended: tuple[Ended, ...]
    kept: tuple[Kept, ...]
    room_use: Mapping[int, Share]  # by resource
    people_use: Mapping[int, Share]  # by membership


def report(clinic: Clinic, span: Days) -> Report:
    """Return the figures of a clinic for whole local days, the last included; nine queries."""
    sessions, completed = _sessions(clinic, span)
    members = _members(clinic)
    rooms = {room.resource_id: room for room in clinic.rooms.all()}
    times = hours_between(clinic, span.first, span.last)
    held = _held(clinic, span)
    people_use = {
        member.pk: rules.use(
            _there(times, span, times.leave.get(member.pk, ()), times.shifts.get(member.pk, ())),
            held[member.user.resource_id or 0],
        )
        for member in members
    }
    room_use = {
        room.resource_id: rules.use(
            _there(times, span, times.outages.get(room.resource_id, ())), held[room.resource_id]
        )
        for room in rooms.values()
        if room.is_active or held[room.resource_id].patients
    }
    return Report(
        span=span,
        people={member.pk: member.user.name for member in members},
        rooms={key: room.name for key, room in rooms.items()},
        gaps=rules.gaps(sessions, span),
        ended=(*completed, *_stopped(clinic, span)),
        kept=_kept(clinic, span),
        room_use=room_use,
        people_use=people_use,
    )


def _members(clinic: Clinic) -> list[Membership]:
    """Return everybody who treats here or ever did, in the clinic's order."""
    rows = Membership.objects.filter(clinic=clinic).exclude(user__resource=None)
    return list(rows.select_related("user").order_by("position", "user__name", "pk"))


def _sessions(clinic: Clinic, span: Days) -> tuple[list[Done], list[Ended]]:
    """Return the sessions done of every series with one in the span, and those series that it completed."""
    done = Visit.objects.filter(clinic=clinic, state=State.DONE, series__isnull=False)
    touched = done.filter(day__range=(span.first, span.last)).order_by().values("series_id")
    rows = (
        done.filter(series_id__in=touched)
        .order_by("series_id", "session_number")
        .values_list(
            "series_id",
            "session_number",
            "day",
            "practitioner_id",
            "series__state",
            "series__practitioner_id",
            "series__min_days",
            "series__max_days",
            "series__windows",
        )
    )
    sessions: list[Done] = []
    last: dict[Any, Ended] = {}
    before: tuple[Any, int] | None = None
    for series, numbered, day, by, state, owner, least, most, windows in rows:
        number = numbered or 0  # the database refuses a session of a series without one
        previous = before[1] if before and before[0] == series else number - 1
        window = windows.get(str(previous), (least, None, most))
        if day <= span.last:
            sessions.append(Done(str(series), number, day, by, window[0], window[2]))
        before = (series, number)
        if state == Series.State.COMPLETED:
            last[series] = Ended(day, owner, is_completed=True, reason="", done=number)
    return sessions, [one for one in last.values() if one.on in span]


def _stopped(clinic: Clinic, span: Days) -> list[Ended]:
    """Return the series that were stopped in the span, by the last line of the log that says so: others were undone."""
    start, end = day_range(span.first, clinic.zone)[0], day_range(span.last, clinic.zone)[1]
    log = AuditEntry.objects.filter(clinic=clinic, verb="stop", subject_kind="series", at__gte=start)
    last = dict(log.order_by("at", "pk").values_list("subject_id", "at"))
    days = {key: local_day(at, clinic.zone) for key, at in last.items() if at < end}
    rows = Series.objects.filter(pk__in=days, state=Series.State.STOPPED).annotate(
        done=Count("visits", filter=Q(visits__state=State.DONE))
    )
    return [
        Ended(
            days[str(row.pk)], row.practitioner_id, is_completed=False, reason=row.end_reason, done=row.done
        )
        for row in rows.order_by("created_at", "pk")
    ]


def _kept(clinic: Clinic, span: Days) -> tuple[Kept, ...]:
    """Return what became of visits; blocked time is never done and nobody fails to come to it."""
    rows = (
        Visit.objects.filter(clinic=clinic, day__range=(span.first, span.last))
        .filter(state__in=(State.DONE, State.NO_SHOW))
        .order_by()
        .values_list("practitioner_id")
        .annotate(
            done=Count("pk", filter=Q(state=State.DONE)), missed=Count("pk", filter=Q(state=State.NO_SHOW))
        )
    )
    return tuple(Kept(by, done, missed) for by, done, missed in rows)


def _held(clinic: Clinic, span: Days) -> Mapping[int, Held]:
    """Return what held each resource: minutes for patients summed by the database, blocked spans one by one."""
    rows = Occupancy.objects.filter(clinic=clinic, day__range=(span.first, span.last)).exclude(
        resource__kind__in=("patient", "device")
    )
    cells = (
        rows.exclude(visit__kind=Kind.BLOCKED)
        .order_by()
        .values_list("resource_id")
        .annotate(cells=Sum(F("cell_to") - F("cell_from")))
    )
    blocked: dict[int, dict[date, list[Span]]] = defaultdict(lambda: defaultdict(list))
    spans = rows.filter(visit__kind=Kind.BLOCKED).values_list("resource_id", "day", "cell_from", "cell_to")
    for resource, day, start, end in spans:
        blocked[resource][day].append((start * CELL_MINUTES, end * CELL_MINUTES))
    minutes = {resource: count * CELL_MINUTES for resource, count in cells}
    found = {key: Held(minutes.get(key, 0), blocked.get(key, {})) for key in minutes.keys() | blocked.keys()}
    return defaultdict(Held, found)


def _there(
    times: Hours, span: Days, absences: Any, shifts: Any = None
) -> Iterator[tuple[date, tuple[Span, ...]]]:
    """Yield the hours of each day in which patients can come: of a practitioner those of the shift alone."""
    for day in span:
        spans = hours.patient_hours(times.opening, day)
        if shifts is not None:
            spans = intersect(spans, hours.shift_spans(shifts, day))
        yield day, subtract(spans, hours.absent_spans(absences, day))
