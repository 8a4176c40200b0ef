"""The hours as those who set them see them: every week, days of their own, and each practitioner's shifts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from django.utils.functional import Promise

from clinic.models import Clinic, Membership, Shift
from clinic.models.hours import WEEKDAYS
from clinic.rules import hours
from clinic.rules.intervals import merge
from clinic.rules.roles import Actor
from clinic.rules.timegrid import Span, local_day
from plans.models import Absence
from plans.rules.away import read_patterns

Week = dict[int, tuple[Span, ...]]
Words: TypeAlias = str | Promise


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day with hours of its own."""

    day: date
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hours that repeat, with a row for each weekday on which any are: its name, and the spans of each week."""

    shift: hours.Shift
    rows: tuple[tuple[Words, tuple[tuple[Span, ...], ...]], ...]

    @property
    def since(self) -> date | None:
        """The first day."""
        return self.shift.since


@dataclass(frozen=True, slots=True)
class Worker:
    """A practitioner with the pattern that holds today, None without one, and those that begin later."""

    member: Membership
    now: Pattern | None
    later: tuple[Pattern, ...]


def opening_week(clinic: Clinic) -> Week:
    """Return the weekly opening hours; one query."""
    week: Week = {}
    for row in clinic.opening_hours.order_by("weekday", "start_minute"):
        week[row.weekday] = (*week.get(row.weekday, ()), (row.start_minute, row.end_minute))
    return week


def special_days(clinic: Clinic, *, at: datetime) -> list[SpecialDay]:
    """Return the days to come that have hours of their own; one query."""
    found: dict[date, list[Span]] = defaultdict(list)
    rows = clinic.special_openings.filter(day__gte=local_day(at, clinic.zone))
    for row in rows.order_by("day", "start_minute"):
        found[row.day].append((row.start_minute, row.end_minute))
    return [SpecialDay(day, tuple(spans)) for day, spans in found.items()]


def workers(clinic: Clinic, *, at: datetime) -> list[Worker]:
    """Return those who treat, in the clinic's order; two queries."""
    members = list(
        Membership.objects.practitioners()
        .filter(clinic=clinic)
        .exclude(user__resource=None)
        .select_related("user", "clinic")
    )
    rows: dict[int, list[tuple[date, int, int | None, Span]]] = defaultdict(list)
    for row in Shift.objects.filter(membership__in=members).order_by("since", "weekday", "start_minute"):
        rows[row.membership_id].append((row.since, row.weekday, row.turn, (row.start_minute, row.end_minute)))
    today = local_day(at, clinic.zone)
    return [_worker(member, hours.shifts_of(rows[member.pk]), today) for member in members]


def _worker(member: Membership, shifts: tuple[hours.Shift, ...], today: date) -> Worker:
    now = hours.current_shift(shifts, today)
    later = tuple(_pattern(one) for one in shifts if one.since and one.since > today)
    return Worker(member, _pattern(now) if now else None, later)


def _pattern(shift: hours.Shift) -> Pattern:
    weeks = (shift.week, *shift.then)
    rows = ((name, tuple(merge(week.get(number, ())) for week in weeks)) for number, name in WEEKDAYS)
    return Pattern(shift, tuple((name, worked) for name, worked in rows if any(worked)))


def wanted_pattern(absence: Absence) -> Pattern | None:
    """Return the hours that a change of hours asks for."""
    return _pattern(read_patterns(absence.wanted)[0]) if absence.wanted else None


def waiting_changes(actor: Actor, clinic: Clinic, *kinds: str) -> list[Absence]:
    """Return changes of hours that wait for decisions; one query."""
    drafts = Absence.objects.visible_to(actor).filter(
        clinic=clinic, kind__in=kinds, state=Absence.State.DRAFT
    )
    return list(drafts.select_related("membership__user").order_by("first", "drafted_at"))
