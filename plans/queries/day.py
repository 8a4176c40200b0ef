"""One day of a clinic: who is seen by whom, where, and what is free between. A fixed number of queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from clinic.models import Clinic, Membership, Room
from clinic.rules.hours import patient_hours
from clinic.rules.intervals import intersect, subtract
from clinic.rules.roles import Actor
from clinic.rules.timegrid import DAY_MINUTES, Span, to_local
from patients.models import Consent
from plans.models import Kind, Series, Visit, VisitType
from plans.queries.gaps import Gap, gaps_of
from plans.queries.slots import Hours, hours_between
from plans.rules import board
from plans.rules.visiting import HELD, State, next_step


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a column: a visit, free time, or time when nobody can be seen."""

    kind: str  # visit, free, away, closed
    span: Span
    row: int = 0
    rows: int = 0
    side: str = board.ALONE
    visit: Visit | None = None
    gap: Gap | None = None
    step: str = ""
    look_first: bool = False
    consent_missing: bool = False
    fits: VisitType | None = None

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
    """Return a day by practitioner or by room, as one person may see it; six queries however full it is."""
    today, minute = to_local(at, clinic.zone)
    visits = list(
        Visit.objects.visible_to(actor)
        .filter(clinic=clinic, day=day)
        .exclude(state=State.CANCELLED)
        .select_related("patient", "series__protocol_version", "practitioner__user", "room")
    )
    kept = hours_between(clinic, day, day)
    entries = _visit_entries(visits)
    open_spans = patient_hours(kept.opening, day)
    shown = board.frame([*open_spans, *(entry.span for entry in entries)])
    types = list(
        VisitType.objects.filter(clinic=clinic).exclude(kind=Kind.BLOCKED).order_by("minutes", "kind")
    )
    lay = _Layout(shown, open_spans, types, minute if day == today else (0 if day > today else DAY_MINUTES))
    columns = tuple((_by_room if by == "room" else _by_practitioner)(clinic, kept, day, entries, lay))
    return Day(
        day=day,
        frame=shown,
        columns=columns,
        counts=_counts(visits, columns),
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
            visit=visit,
            gap=gaps.get(visit.pk),
            step=step_of(visit),
            look_first=_look_first(visit),
            consent_missing=bool(visit.series_id) and visit.state in HELD and visit.patient_id not in agreed,
        )
        for visit in visits
    ]


def step_of(visit: Visit) -> str:
    """Return the one next step that the diary offers for a visit; nobody arrives at blocked time."""
    if visit.kind == Kind.BLOCKED:
        return ""
    return next_step(State(visit.state), is_treatment=visit.kind == Kind.TREATMENT) or ""


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
        return replace(entry, row=self.frame.row(entry.span[0]), rows=self.frame.rows(entry.span))

    def column(
        self, key: str, title: str, detail: str, entries: Iterable[Entry], working: tuple[Span, ...] | None
    ) -> Column:
        """Fill a column: its visits, what is away or closed, and what is free for somebody."""
        visits = list(entries)
        sides = board.sides([entry.span for entry in visits])
        visits = [replace(entry, side=side) for entry, side in zip(visits, sides, strict=True)]
        shown = [entry.span for entry in visits]
        # Who did not come has left the time free; what stands on the board is not written over.
        closed = subtract(board.closed(self.frame, self.open_spans), shown)
        blocks = [Entry("closed", span) for span in closed]
        if working is not None:
            away = board.away(self.open_spans, working)
            blocks += [Entry("away", span) for span in board.free(away, shown, least=5)]
            blocks += self._free(working, shown)
        ordered = sorted([*visits, *blocks], key=lambda entry: entry.span)
        booked = sum(_is_booked(entry.visit) for entry in visits if entry.visit)
        return Column(key, title, detail, booked, tuple(self.place(entry) for entry in ordered))

    def _free(self, working: tuple[Span, ...], busy: list[Span]) -> list[Entry]:
        if not self.types:
            return []
        least = self.types[0].minutes
        return [
            Entry("free", span, fits=self._fits(span[1] - span[0]))
            for span in board.free(working, busy, least=least, after=self.after)
        ]

    def _fits(self, minutes: int) -> VisitType | None:
        """Return the longest kind of visit that fits into so many minutes."""
        return next((kind for kind in reversed(self.types) if kind.minutes <= minutes), None)


def _is_booked(visit: Visit) -> bool:
    return visit.state != State.NO_SHOW and visit.kind != Kind.BLOCKED


def _by_practitioner(
    clinic: Clinic, kept: Hours, day: date, entries: list[Entry], lay: _Layout
) -> Iterable[Column]:
    # Somebody who no longer works here may still stand in the diary: nothing may vanish from it.
    booked = {entry.visit.practitioner_id for entry in entries if entry.visit}
    working_here = Q(is_active=True, user__is_active=True, is_practitioner=True)
    members = (
        Membership.objects.filter(working_here | Q(pk__in=booked), clinic=clinic)
        .select_related("user")
        .order_by("position", "pk")
    )
    for member in members:
        mine = _where(entries, lambda visit, pk=member.pk: visit.practitioner_id == pk)
        here = member.is_active and member.user.is_active and member.is_practitioner
        within = intersect(kept.working(member.pk, day), lay.open_spans) if here else ()
        yield lay.column(f"p{member.pk}", member.user.name, member.title, mine, within)


def _by_room(clinic: Clinic, kept: Hours, day: date, entries: list[Entry], lay: _Layout) -> Iterable[Column]:
    booked = {entry.visit.room_id for entry in entries if entry.visit}
    for room in Room.objects.filter(Q(is_active=True) | Q(pk__in=booked - {None}), clinic=clinic):
        mine = _where(entries, lambda visit, pk=room.pk: visit.room_id == pk)
        yield lay.column(f"r{room.pk}", room.name, "", mine, None)
    if None in booked:
        mine = _where(entries, lambda visit: visit.room_id is None)
        yield lay.column("r0", gettext("No room"), "", mine, None)


def _where(entries: list[Entry], test: Callable[..., bool]) -> list[Entry]:
    return [entry for entry in entries if entry.visit is not None and test(entry.visit)]


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
