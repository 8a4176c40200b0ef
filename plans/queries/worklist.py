"""What needs somebody at the desk: sorted by harm, then by the days left, then by time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from clinic.models import Clinic, Message
from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from patients.models import Patient
from plans.models import Series, Visit
from plans.queries.waiting import Fit
from plans.rules.visiting import HELD, STANDING, State

AT_RISK_WITHIN = timedelta(days=14)
LOOK_WITHIN = timedelta(days=14)
USUAL_DAYS = (21, 28, 35, 42, 49, 56, 63, 84, 91)
LONGEST_DAYS = 400
SERIES_FIELDS = (
    "id",
    "clinic_id",
    "patient_id",
    "practitioner_id",
    "sessions",
    "min_days",
    "target_days",
    "max_days",
    "windows",
    "cleared_on",
    "state",
    "created_at",
    "patient__name",
    "patient__phone",
    "practitioner__user__name",
)
VISIT_FIELDS = ("series_id", "session_number", "state", "state_at", "day", "starts_at", "override_reason")
HARM = (
    "too_early",
    "look_first",
    "consent",
    "questions",
    "rebook",
    "to_book",
    "at_risk",
    "call",
    "freed",
    "on_hold",
    "message_failed",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. `latest` is the last day of the window of the next session, where there is one.

    `lapsed` says that a new consultation comes first. `times` are up to three free ones inside the window.
    """

    kind: str
    at: datetime
    series: Series | None = None
    session: int = 0
    latest: date | None = None
    days_left: int | None = None
    visit: Visit | None = None
    patient: Patient | None = None
    message: Message | None = None
    count: int = 0
    lapsed: bool = False
    fits: tuple[Fit, ...] = ()
    times: tuple[Any, ...] = field(default=())

    @property
    def order(self) -> tuple[int, int, datetime]:
        """Harm first, then the days left, then the time."""
        return HARM.index(self.kind), 9999 if self.days_left is None else self.days_left, self.at

    @property
    def whose(self) -> int | None:
        """The membership that it concerns, None where it is nobody's in particular."""
        if self.visit is not None:
            return self.visit.practitioner_id
        return self.series.practitioner_id if self.series else None


@dataclass(frozen=True, slots=True)
class Found:
    """The first things to do, and how many there are."""

    items: list[Item]
    total: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.items)


def worklist(actor: Actor, clinic: Clinic, *, at: datetime, shown: int) -> Found:
    """Return the worst of what the series of a clinic need, and mail that failed; three queries.

    What the board itself shows, and what takes a look at the calendar, is on the page of the worklist alone.
    """
    items = series_items(actor, clinic, at=at)
    parked = Message.objects.filter(clinic=clinic, state=Message.State.PARKED)
    failed = parked.filter(patient_id__isnull=False).count()
    if failed:
        items.append(Item("message_failed", at, count=failed))
    items.sort(key=lambda item: item.order)
    return Found(items[:shown], len(items))


def series_items(actor: Actor, clinic: Clinic, *, at: datetime) -> list[Item]:
    """Return what the series of a clinic need; two queries, which read none that needs nobody."""
    today = local_day(at, clinic.zone)
    visits = Visit.objects.only(*VISIT_FIELDS, "practitioner_id").order_by("session_number", "starts_at")
    rows = (
        _in_need(actor, clinic, today)
        .select_related("patient", "practitioner__user")
        .only(*SERIES_FIELDS)
        .prefetch_related(Prefetch("visits", visits))
        .order_by("created_at")
    )
    return [item for series in rows for item in _items(series, today)]


def _in_need(actor: Actor, clinic: Clinic, today: date) -> QuerySet[Series]:
    """Leave the series in which every session stands, none too early, to themselves."""
    rows = Series.objects.visible_to(actor).filter(
        clinic=clinic, state__in=[*Series.OPEN, Series.State.PAUSED]
    )
    standing = Visit.objects.filter(series=OuterRef("pk"), state__in=STANDING).order_by()
    counted = standing.values("series").annotate(n=Count("pk")).values("n")
    missing = Q(standing__lt=F("sessions"))
    # A window that grew, or an answer that moved the first day, may leave a date outside that was not.
    return rows.annotate(standing=Coalesce(Subquery(counted), 0)).filter(
        Q(state=Series.State.PAUSED)
        | missing
        | ~Q(windows={})
        | Q(cleared_on__gt=today)
        | Q(pk__in=_outside_windows(clinic, today))
    )


def _outside_windows(clinic: Clinic, today: date) -> QuerySet[Any, Any]:
    """Return the series in which a session to come may stand too close to the one before, or too far from it.

    No engine multiplies days alike, so the gap is compared with the usual interval next to the one that was agreed;
    those that it lets through in vain are looked at one by one.
    """
    before = Visit.objects.filter(
        series=OuterRef("series"), session_number=OuterRef("session_number") - 1, state__in=STANDING
    ).order_by()
    least = [When(series__min_days__lte=days, then=_days(days)) for days in USUAL_DAYS]
    most = [When(series__max_days__gte=days, then=_days(days)) for days in reversed(USUAL_DAYS)]
    held = Visit.objects.filter(
        clinic=clinic,
        day__gte=today,
        state__in=HELD,
        override_reason="",
        series__clinic=clinic,
        series__state__in=Series.OPEN,
    )
    return (
        held.order_by()
        .annotate(before=Subquery(before.values("day")[:1]))
        .annotate(
            gap=ExpressionWrapper(F("day") - F("before"), DurationField()),
            least=Case(*least, default=_days(LONGEST_DAYS), output_field=DurationField()),
            most=Case(*most, default=_days(0), output_field=DurationField()),
        )
        .filter(Q(gap__lt=F("least")) | Q(gap__gt=F("most")))
        .values("series")
    )


def _days(days: int) -> Value:
    return Value(timedelta(days=days))


def _items(series: Series, today: date) -> Iterable[Item]:
    every = list(series.visits.all())
    standing = {visit.session_number or 0: visit for visit in every if visit.state in STANDING}
    if series.state == Series.State.PAUSED:
        return [_held(series, standing, today)]
    missing = [number for number in range(1, series.sessions + 1) if number not in standing]
    found = _outside(series, standing, today)
    if missing:
        found += _unbooked(series, every, standing, missing[0], today)
    return found


def _held(series: Series, standing: dict[int, Visit], today: date) -> Item:
    """Return a series on hold: urgent where the next session is near."""
    coming = [visit for visit in standing.values() if visit.state in HELD and visit.day >= today]
    visit = min(coming, key=lambda one: one.starts_at, default=None)
    if visit is None or visit.day - today > LOOK_WITHIN:
        return Item("on_hold", series.created_at, series, visit=visit)
    return Item(
        "look_first",
        visit.starts_at,
        series,
        visit.session_number or 0,
        days_left=(visit.day - today).days,
        visit=visit,
    )


def _unbooked(
    series: Series, every: list[Visit], standing: dict[int, Visit], number: int, today: date
) -> list[Item]:
    """Return what is to be done about the first session without a date, if anything is yet."""
    before = standing.get(number - 1)
    latest = before.day + timedelta(days=series.window_after(number - 1).latest) if before else None
    left = (latest - today).days if latest else None
    missed = [one for one in every if one.state == State.NO_SHOW and one.session_number == number]
    if not missed and not standing:
        return [Item("to_book", series.created_at, series, number)]
    if not missed and latest is not None and latest - today > AT_RISK_WITHIN:
        return []
    kind, at = ("rebook", missed[-1].state_at) if missed else ("at_risk", series.created_at)
    return [Item(kind, at, series, number, latest, left, missed[-1] if missed else None)]


def _outside(series: Series, standing: dict[int, Visit], today: date) -> list[Item]:
    """Return the sessions to come that stand too close to the one before, or too far from it, unless signed.

    One before the first day that the patient's answers allow is too early whatever was signed.
    """
    found = []
    for number, visit in standing.items():
        if visit.state not in HELD or visit.day < today:
            continue
        if series.cleared_on and visit.day < series.cleared_on:
            found.append(Item("too_early", visit.starts_at, series, number, visit=visit))
            continue
        before = standing.get(number - 1)
        if before is None or visit.override_reason:
            continue
        window, gap = series.window_after(number - 1), (visit.day - before.day).days
        if gap < window.earliest:
            found.append(Item("too_early", visit.starts_at, series, number, visit=visit))
        elif gap > window.latest:
            latest = before.day + timedelta(days=window.latest)
            left = (latest - today).days
            found.append(Item("at_risk", visit.starts_at, series, number, latest, left, visit))
    return found
