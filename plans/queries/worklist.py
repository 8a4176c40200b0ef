"""What waits for somebody at the desk: sorted by harm, then by time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from clinic.models import Clinic, Message
from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from plans.models import Series, Visit
from plans.queries.gaps import gap_between
from plans.rules.terms import BookingState
from plans.rules.visiting import HELD, STANDING, State

AT_RISK_WITHIN = timedelta(days=14)
READ = ("series_id", "session_number", "state", "state_at", "day", "starts_at", "override_reason")
HARM = ("too_early", "rebook", "to_book", "at_risk", "look_first", "message_failed")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. `latest` is the last day of the window of the next session, where there is one."""

    kind: str
    at: datetime
    series: Series | None = None
    session: int = 0
    latest: date | None = None
    days_left: int | None = None
    visit: Visit | None = None
    count: int = 0

    @property
    def order(self) -> tuple[int, int, datetime]:
        """Harm first, then the days left, then the time."""
        return HARM.index(self.kind), 9999 if self.days_left is None else self.days_left, self.at


def worklist(actor: Actor, clinic: Clinic, *, at: datetime) -> list[Item]:
    """Return everything that waits, worst first; three queries however long the list."""
    today = local_day(at, clinic.zone)
    visits = Visit.objects.only(*READ).order_by("session_number", "starts_at")
    series = (
        Series.objects.visible_to(actor)
        .filter(clinic=clinic, state__in=[*Series.OPEN, Series.State.PAUSED])
        .select_related("patient", "practitioner__user", "protocol_version")
        .prefetch_related(Prefetch("visits", queryset=visits))
        .order_by("created_at")
    )
    items = [item for one in series for item in _items(one, today)]
    failed = Message.objects.filter(clinic=clinic, state=Message.State.PARKED).count()
    if failed:
        items.append(Item("message_failed", at, count=failed))
    return sorted(items, key=lambda item: item.order)


def _items(series: Series, today: date) -> list[Item]:
    if series.state == Series.State.PAUSED:
        return [Item("look_first", series.created_at, series)]
    every = list(series.visits.all())
    standing = {visit.session_number or 0: visit for visit in every if visit.state in STANDING}
    missing = [number for number in range(1, series.sessions + 1) if number not in standing]
    found = _too_early(series, standing)
    if not missing:
        return found
    latest = _latest(series, standing, missing[0])
    left = (latest - today).days if latest else None
    missed = [v for v in every if v.state == State.NO_SHOW and v.session_number == missing[0]]
    if missed:
        return [*found, Item("rebook", missed[-1].state_at, series, missing[0], latest, left, missed[-1])]
    if not standing:
        return [*found, Item("to_book", series.created_at, series, missing[0])]
    if latest is None or latest - today <= AT_RISK_WITHIN:
        found.append(Item("at_risk", series.created_at, series, missing[0], latest, left))
    return found


def _latest(series: Series, standing: dict[int, Visit], number: int) -> date | None:
    """Return the last day of a session's window, counted from the session before it."""
    before = standing.get(number - 1)
    return before.day + timedelta(days=series.max_days) if before else None


def _too_early(series: Series, standing: dict[int, Visit]) -> list[Item]:
    """Return the booked sessions that stand too close to the one before, without a signed reason."""
    found = []
    for number, visit in standing.items():
        before = standing.get(number - 1)
        if before is None or visit.state not in HELD or visit.override_reason:
            continue
        if gap_between(series, number, before.day, visit.day).state == BookingState.TOO_EARLY:
            found.append(Item("too_early", visit.starts_at, series, number, visit=visit))
    return found
