"""What stands in the diary: visits as cards with their next step, what fits where, and who is held when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from clinic.models import Clinic, Membership
from clinic.rules.roles import Actor
from clinic.rules.timegrid import DAY_MINUTES, Span, day_range, local_day, to_local
from patients.models import Consent
from plans.models import Kind, Occupancy, Series, Visit, VisitType
from plans.queries.gaps import Gap, gap_between
from plans.rules.visiting import HELD, STANDING, State, next_step

MIDDLE_ROWS, HOUR_ROWS = 9, 13  # of five minutes each


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind of visit: how long a practitioner is busy with it, and who may give it (empty: everybody)."""

    kind: str
    minutes: int
    able: frozenset[int] = frozenset()

    def fits(self, minutes: int, member: int) -> bool:
        """Say whether this person can give it in so much time."""
        return self.minutes <= minutes and (not self.able or member in self.able)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a column: a visit, free time, or time when nobody can be seen, and why."""

    kind: str  # visit, free, away, closed, elsewhere, out
    span: Span
    row: int = 0
    rows: int = 0
    lane: int = 0
    lanes: int = 1
    why: str = ""
    visit: Visit | None = None
    gap: Gap | None = None
    step: str = ""
    look_first: bool = False
    consent_missing: bool = False
    fits: tuple[str, ...] = ()
    waits: int = 0  # how many who wait would be helped by this time

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return self.span[1] - self.span[0]

    @property
    def says_state(self) -> bool:
        """Whether the state stands in the line below the name: beside the step a card of 45 minutes has no room."""
        is_low = self.rows <= MIDDLE_ROWS
        return is_low and bool(self.step) and self.visit is not None and self.visit.state != State.BOOKED

    @property
    def is_crowded(self) -> bool:
        """Whether tags and step leave one line for the name: the tags of an hour's card may need two."""
        has_state = self.visit is not None and self.visit.state != State.BOOKED and not self.says_state
        has_gap = self.gap is not None and self.gap.state != "first"
        tags = (has_state, has_gap, self.look_first, self.consent_missing)
        return self.rows <= MIDDLE_ROWS or (self.rows <= HOUR_ROWS and bool(self.step) and sum(tags) > 1)

    @property
    def offers(self) -> str:
        """The longest kind of visit that a free stretch is offered for; sessions are booked through their series."""
        return next((kind for kind in self.fits if kind != Kind.TREATMENT), "")

    @property
    def note(self) -> str:
        """What the desk wrote about the visit, or about the patient."""
        if self.visit is None or self.visit.kind == Kind.BLOCKED:
            return ""
        return self.visit.note or (self.visit.patient.desk_note if self.visit.patient else "")


def visits_between(
    actor: Actor, clinic: Clinic, first: date, last: date, *, whose: int | None = None
) -> list[Visit]:
    """Return the visits of some days as one person may see them, with what their cards say; one query."""
    before = Visit.objects.filter(series=OuterRef("series"), state__in=STANDING)
    # Whether a form is missing is for the desk to see; what it says is not, so this asks for nothing else.
    agreed = Consent.objects.standing().filter(patient=OuterRef("patient"), kind=Consent.Kind.TREATMENT)
    found: QuerySet[Visit] = (
        Visit.objects.visible_to(actor)
        .filter(clinic=clinic, day__range=(first, last))
        .exclude(state=State.CANCELLED)
        .select_related("patient", "series__protocol_version", "practitioner__user", "room")
        .annotate(
            before=Subquery(before.filter(session_number=OuterRef("session_number") - 1).values("day")[:1]),
            has_agreed=Exists(agreed),
        )
    )
    return list(found if whose is None else found.filter(practitioner=whose))


def entries_of(visits: Iterable[Visit], clinic: Clinic, *, at: datetime) -> list[Entry]:
    """Return the cards of visits, each with its one next step."""
    today = local_day(at, clinic.zone)
    return [_entry(visit, today, at) for visit in visits]


def _entry(visit: Visit, today: date, at: datetime) -> Entry:
    look_first = _look_first(visit)
    gap = None
    if visit.series is not None:
        gap = gap_between(visit.series, visit.session_number or 0, visit.before, visit.day)  # type: ignore[attr-defined]
    return Entry(
        kind="visit",
        span=(visit.start_minute, visit.start_minute + visit.minutes),
        visit=visit,
        gap=gap,
        step="" if look_first or visit.day != today else _step_now(visit, at),
        look_first=look_first,
        consent_missing=gap is not None and visit.state in HELD and not visit.has_agreed,  # type: ignore[attr-defined]
    )


def step_of(visit: Visit) -> str:
    """Return the one next step that the diary offers for a visit; nobody arrives at blocked time."""
    if visit.kind == Kind.BLOCKED:
        return ""
    return next_step(State(visit.state), is_treatment=visit.kind == Kind.TREATMENT) or ""


def _step_now(visit: Visit, at: datetime) -> str:
    """Return the step that a card of today offers: no-show once the time of the visit has gone by."""
    step = step_of(visit)
    return State.NO_SHOW if step == State.ARRIVED and visit.ends_at <= at else step


def _look_first(visit: Visit) -> bool:
    """Whether a practitioner must look before this visit goes ahead; why is not for the desk."""
    return (
        visit.series is not None
        and visit.state in HELD
        and visit.series.state in (Series.State.PAUSED, Series.State.STOPPED)
    )


def offered_by(clinic: Clinic) -> tuple[Offered, ...]:
    """Return the kinds of visit of a clinic, the longest first; one query."""
    rows = VisitType.objects.filter(clinic=clinic).exclude(kind=Kind.BLOCKED)
    found: dict[str, int] = {}
    able: dict[str, set[int]] = defaultdict(set)
    for kind, minutes, before, after, member in rows.values_list(
        "kind", "minutes", "practitioner_before", "practitioner_after", "practitioners"
    ):
        found[kind] = minutes + before + after
        if member:
            able[kind].add(member)
    longest = sorted(found, key=lambda kind: (-found[kind], kind))
    return tuple(Offered(kind, found[kind], frozenset(able[kind])) for kind in longest)


@dataclass(frozen=True, slots=True)
class Busy:
    """When people are held on some days, set-up and clean-up included: here by visits, elsewhere by anything."""

    here: dict[tuple[int, date], list[Span]] = field(default_factory=dict)
    elsewhere: dict[tuple[int, date], list[Span]] = field(default_factory=dict)


def busy_between(clinic: Clinic, members: Sequence[Membership], first: date, last: date) -> Busy:
    """Return when members are held between two days; one query. Elsewhere is time and nothing more."""
    owners = {member.user.resource_id: member.pk for member in members if member.user.resource_id}
    # Nothing is held for longer than a day, so the index need not be read from the beginning of time.
    starts, ends = day_range(first - timedelta(days=1), clinic.zone)[0], day_range(last, clinic.zone)[1]
    busy = Busy(defaultdict(list), defaultdict(list))
    for resource, place, starts_at, ends_at in Occupancy.objects.filter(
        resource__in=list(owners), starts_at__gte=starts, starts_at__lt=ends
    ).values_list("resource_id", "clinic_id", "starts_at", "ends_at"):
        day, minute = to_local(starts_at, clinic.zone)
        until, end = to_local(ends_at, clinic.zone)
        held = busy.here if place == clinic.pk else busy.elsewhere
        held[owners[resource], day].append((minute, end if until == day else DAY_MINUTES))
        if until != day:
            held[owners[resource], until].append((0, end))
    return busy


def is_booked(visit: Visit) -> bool:
    """Whether somebody is expected, was seen, or is here."""
    return visit.state != State.NO_SHOW and visit.kind != Kind.BLOCKED


def who_stands(clinic: Clinic, booked: Iterable[int]) -> list[Membership]:
    """Return those who work here, and whoever left and still stands in the diary: nothing may vanish from it."""
    working_here = Q(is_active=True, user__is_active=True, is_practitioner=True)
    return list(
        Membership.objects.filter(working_here | Q(pk__in=set(booked)), clinic=clinic)
        .select_related("user")
        .order_by("position", "pk")
    )
