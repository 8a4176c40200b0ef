"""One day of a clinic: who is seen by whom, where, and what is free between. A fixed number of queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from clinic.models import Clinic, Membership, Room
from clinic.rules.hours import patient_hours, working_spans
from clinic.rules.intervals import intersect
from clinic.rules.roles import Actor
from clinic.rules.timegrid import Span, to_local
from patients.models import Consent
from plans.models import Kind, Series, Visit, VisitType
from plans.queries.gaps import Gap, gaps_of
from plans.queries.slots import calendar
from plans.rules import board
from plans.rules.scheduling.model import Calendar
from plans.rules.visiting import HELD, State, next_step


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a column: a visit, free time, or time when nobody can be seen."""

    kind: str  # visit, free, away, closed
    span: Span
    row: int
    rows: int
    visit: Visit | None = None
    gap: Gap | None = None
    step: str = ""
    look_first: bool = False
    consent_missing: bool = False
    fits: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return self.span[1] - self.span[0]


@dataclass(frozen=True, slots=True)
class Column:
    """One practitioner, or one room."""

    key: str
    title: str
    detail: str
    booked: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The whole day."""

    day: date
    frame: board.Frame
    columns: tuple[Column, ...]
    counts: dict[str, int] = field(default_factory=dict)
    now_row: int | None = None
    is_open: bool = True

    @property
    def in_order(self) -> list[Entry]:
        """Every visit of the day, by time, whoever gives it."""
        found = [entry for column in self.columns for entry in column.entries if entry.visit]
        return sorted(found, key=lambda entry: (entry.span, entry.visit.reference if entry.visit else ""))


def day_of(actor: Actor, clinic: Clinic, day: date, *, by: str, at: datetime) -> Day:
    """Return a day by practitioner or by room, as one person may see it."""
    today, minute = to_local(at, clinic.zone)
    visits = list(
        Visit.objects.visible_to(actor)
        .filter(clinic=clinic, day=day)
        .exclude(state=State.CANCELLED)
        .select_related("patient", "series__protocol_version", "practitioner__user", "room")
    )
    facts = calendar(clinic, day, day)
    entries = _visit_entries(visits)
    open_spans = patient_hours(facts.opening, day)
    shown = board.frame([*open_spans, *(entry.span for entry in entries)])
    types = list(VisitType.objects.filter(clinic=clinic).exclude(kind=Kind.BLOCKED).order_by("minutes"))
    lay = _Layout(shown, open_spans, types, minute if day == today else (0 if day > today else 1440))
    make = _by_room if by == "room" else _by_practitioner
    return Day(
        day=day,
        frame=shown,
        columns=tuple(make(clinic, facts, day, entries, lay)),
        counts=_counts(visits),
        now_row=shown.row(minute) if day == today and shown.start <= minute < shown.end else None,
        is_open=bool(open_spans),
    )


def _visit_entries(visits: list[Visit]) -> list[Entry]:
    gaps = gaps_of(visits)
    patients = {visit.patient_id for visit in visits if visit.series_id}
    # Whether a form is missing is for the desk to see; what it says is not, so this asks for nothing else.
    agreed = set(
        Consent.objects.standing()
        .filter(patient__in=patients, kind=Consent.Kind.TREATMENT)
        .values_list("patient_id", flat=True)
    )
    return [
        Entry(
            kind="visit",
            span=(visit.start_minute, visit.start_minute + visit.minutes),
            row=0,
            rows=0,
            visit=visit,
            gap=gaps.get(visit.pk),
            step=next_step(State(visit.state), is_treatment=visit.kind == Kind.TREATMENT) or "",
            look_first=_look_first(visit),
            consent_missing=bool(visit.series_id)
            and visit.state in HELD
            and visit.patient_id not in agreed,
        )
        for visit in visits
    ]


def _look_first(visit: Visit) -> bool:
    """Whether a practitioner must look before this visit goes ahead; why is not for the desk."""
    return (
        visit.series is not None
        and visit.state in HELD
        and visit.series.state in (Series.State.PAUSED, Series.State.STOPPED)
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    frame: board.Frame
    open_spans: tuple[Span, ...]
    types: list[VisitType]
    after: int

    def place(self, entry: Entry) -> Entry:
        values = {name: getattr(entry, name) for name in Entry.__slots__}
        return Entry(**{**values, "row": self.frame.row(entry.span[0]), "rows": self.frame.rows(entry.span)})

    def column(
        self, key: str, title: str, detail: str, entries: Iterable[Entry], working: tuple[Span, ...] | None
    ) -> Column:
        """Fill a column: its visits, what is away or closed, and what is free for somebody."""
        visits = list(entries)
        busy = [entry.span for entry in visits if entry.visit and entry.visit.state != State.NO_SHOW]
        blocks = [Entry("closed", span, 0, 0) for span in board.closed(self.frame, self.open_spans)]
        if working is not None:
            away = board.away(self.open_spans, working)
            blocks += [Entry("away", span, 0, 0) for span in board.free(away, busy, least=5)]
            blocks += self._free(working, busy)
        entries = sorted([*visits, *blocks], key=lambda entry: entry.span)
        booked = sum(entry.visit is not None and entry.visit.state != State.NO_SHOW for entry in visits)
        return Column(key, title, detail, booked, tuple(self.place(entry) for entry in entries))

    def _free(self, working: tuple[Span, ...], busy: list[Span]) -> list[Entry]:
        if not self.types:
            return []
        least = self.types[0].minutes
        return [
            Entry("free", span, 0, 0, fits=self._fits(span[1] - span[0]))
            for span in board.free(working, busy, least=least, after=self.after)
        ]

    def _fits(self, minutes: int) -> tuple[str, ...]:
        return tuple(kind.get_kind_display() for kind in self.types if kind.minutes <= minutes)[-1:]


def _by_practitioner(
    clinic: Clinic, facts: Calendar, day: date, entries: list[Entry], lay: _Layout
) -> Iterable[Column]:
    # Somebody who no longer works here may still stand in the diary: nothing may vanish from it.
    booked = {entry.visit.practitioner_id for entry in entries if entry.visit}
    working_here = Q(is_active=True, user__is_active=True, is_practitioner=True)
    members = (
        Membership.objects.filter(working_here | Q(pk__in=booked), clinic=clinic)
        .select_related("user")
        .order_by("position", "pk")
    )
    hours = {
        person.id: working_spans(facts.opening, person.shifts, person.leave, day)
        for person in facts.practitioners
    }
    for member in members:
        mine = _where(entries, lambda visit, pk=member.pk: visit.practitioner_id == pk)
        working = hours.get(member.user.resource_id, ())
        within = intersect(working, lay.open_spans)
        yield lay.column(f"p{member.pk}", member.user.name, member.title, mine, within)


def _by_room(clinic: Clinic, facts: Calendar, day: date, entries: list[Entry], lay: _Layout) -> Iterable[Column]:
    booked = {entry.visit.room_id for entry in entries if entry.visit}
    for room in Room.objects.filter(Q(is_active=True) | Q(pk__in=booked - {None}), clinic=clinic):
        mine = _where(entries, lambda visit, pk=room.pk: visit.room_id == pk)
        yield lay.column(f"r{room.pk}", room.name, "", mine, None)
    if None in booked:
        mine = _where(entries, lambda visit: visit.room_id is None)
        yield lay.column("r0", gettext("No room"), "", mine, None)


def _where(entries: list[Entry], test: Callable[..., bool]) -> list[Entry]:
    return [entry for entry in entries if entry.visit is not None and test(entry.visit)]


def _counts(visits: list[Visit]) -> dict[str, Any]:
    states = [visit.state for visit in visits if visit.kind != Kind.BLOCKED]
    return {
        "booked": sum(state != State.NO_SHOW for state in states),
        "seen": states.count(State.DONE),
        "in_room": states.count(State.IN_ROOM) + states.count(State.IN_TREATMENT),
        "waiting": states.count(State.ARRIVED),
        "no_show": states.count(State.NO_SHOW),
    }
