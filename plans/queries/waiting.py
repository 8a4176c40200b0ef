"""Who waits, between which days a time would help them, and which free time fits whom."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from clinic.models import Clinic
from clinic.rules.roles import Actor
from clinic.rules.timegrid import CELL_MINUTES, DAY_MINUTES, cells_up, local_day, to_utc
from plans.models import Series, Visit, WaitingEntry, WaitingOffer
from plans.models.waiting import WaitingQuerySet
from plans.queries.free_time import FreeTime
from plans.queries.standing import blackout
from plans.rules.scheduling.choice import ones
from plans.rules.scheduling.masks import cells
from plans.rules.scheduling.model import Slot
from plans.rules.visiting import HELD, STANDING, State
from plans.rules.waiting import Days, Neighbour, window

HORIZON = timedelta(days=21)
"""How far ahead free times are looked for: what is farther off comes nearer by itself."""

Offered = WaitingOffer.State


@dataclass(frozen=True, slots=True)
class Stretch:
    """Free time of one practitioner (the id of their resource), in minutes of a clinic-local day."""

    day: date
    practitioner: Hashable
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits. `number` is the session (1 for a visit of no series), 0 where none is to come.

    `holds` is the later visit that would move. `days` are the days that help, None where no day does; `latest` is
    the last day of the window after the session before. `refused` are the times that were offered in vain.
    """

    entry: WaitingEntry
    number: int
    holds: Visit | None
    days: Days | None
    latest: date | None
    offer: WaitingOffer | None
    refused: frozenset[tuple[datetime, Hashable]]

    @property
    def order(self) -> tuple[date, datetime]:
        """Whose window ends first, then who has waited longest."""
        return self.latest or date.max, self.entry.joined_at

    def suits(self, slot: Slot, starts_at: datetime, minutes: int, *, at: datetime) -> bool:
        """Say whether a time lies in the window and the wishes, far enough ahead, and before what is held."""
        wish = self.entry.wish
        if self.days is None or not self.days[0] <= slot.day <= self.days[1]:
            return False
        inside = any(a <= slot.start and slot.start + minutes <= b for a, b in wish.hours((0, DAY_MINUTES)))
        earlier = self.holds is None or starts_at < self.holds.starts_at
        kept = self.entry.series is None or not any(
            a <= slot.day <= b for a, b in blackout(self.entry.series)
        )
        soon = starts_at >= wish.notice(at)
        return wish.wants(slot.day, slot.practitioner) and inside and earlier and kept and soon


@dataclass(frozen=True, slots=True)
class Fit:
    """A free time that somebody who waits could have."""

    waiting: Waiting
    slot: Slot
    starts_at: datetime


def waiting_list(actor: Actor, clinic: Clinic, *, at: datetime) -> list[Waiting]:
    """Return everybody who waits, whose window ends first at the top; three queries, one where nobody waits."""
    rows = WaitingEntry.objects.visible_to(actor).filter(clinic=clinic)
    return sorted(_read(clinic, rows, at), key=lambda one: one.order)


def waiting_of(entry: WaitingEntry, *, at: datetime) -> Waiting | None:
    """Return where one entry stands now; None where waiting has ended."""
    found = _read(entry.clinic, WaitingEntry.objects.filter(pk=entry.pk), at)
    return found[0] if found else None


def _read(clinic: Clinic, rows: WaitingQuerySet, at: datetime) -> list[Waiting]:
    entries = list(
        rows.waiting(local_day(at, clinic.zone))
        .select_related("patient", "clinic", "series", "practitioner__user")
        .prefetch_related("offers")
    )
    if not entries:
        return []
    of_series = Q(series__in={one.series_id for one in entries if one.series_id}, state__in=STANDING)
    patients = {one.patient_id for one in entries if not one.series_id}
    alone = Q(patient__in=patients, series=None, state__in=HELD, starts_at__gt=at)
    visits: dict[tuple[UUID | None, str], list[Visit]] = defaultdict(list)
    for visit in Visit.objects.filter(of_series | alone).select_related("practitioner__user"):
        visits[visit.series_id or visit.patient_id, visit.kind].append(visit)
    return [_waiting(one, visits[one.series_id or one.patient_id, one.kind], at) for one in entries]


def _waiting(entry: WaitingEntry, visits: Sequence[Visit], at: datetime) -> Waiting:
    """Put an entry together; `visits` are those of its series, or what the patient has of its kind, by time."""
    offers = list(entry.offers.all())
    today = local_day(entry.wish.notice(at), entry.clinic.zone)
    number, holds, not_before = 1, next(iter(visits), None), [today]
    before = after = None
    if entry.series is not None:
        standing = {visit.session_number or 0: visit for visit in visits}
        number, holds = _next(entry.series, standing, at)
        before = _neighbour(entry.series, standing.get(number - 1), number - 1)
        after = _neighbour(entry.series, standing.get(number + 1), number)
        not_before.append(entry.series.not_before or today)
    days = None
    if number:
        not_after = [holds.day] if holds else []
        days = window(entry.wish, before, after, not_before=not_before, not_after=not_after)
    return Waiting(
        entry=entry,
        number=number,
        holds=holds,
        days=days,
        latest=before.day + timedelta(days=before.most) if before else None,
        offer=next((one for one in offers if one.is_open(at)), None),
        refused=frozenset(_refused(offers, at)),
    )


def _next(series: Series, standing: dict[int, Visit], at: datetime) -> tuple[int, Visit | None]:
    """Return the next session and its visit, if it has one; 0 where there is nothing to wait for."""
    if series.state not in Series.OPEN:
        return 0, None
    for number in range(1, series.sessions + 1):
        visit = standing.get(number)
        if visit is None:
            return number, None
        if visit.state != State.DONE:
            movable = visit.state in (State.BOOKED, State.CONFIRMED) and visit.starts_at > at
            return (number, visit) if movable else (0, None)
    return 0, None


def _neighbour(series: Series, visit: Visit | None, number: int) -> Neighbour | None:
    """Return a session beside the one that is waited for; the window between them is the one after `number`."""
    days = series.window_after(number)
    return Neighbour(visit.day, days.earliest, days.latest) if visit else None


def _refused(offers: Iterable[WaitingOffer], at: datetime) -> Iterable[tuple[datetime, Hashable]]:
    """Return the times that were declined, or not answered: they are not offered to the same person again."""
    for offer in offers:
        if offer.state in (Offered.DECLINED, Offered.EXPIRED) or (
            offer.state == Offered.OPEN and not offer.is_open(at)
        ):
            yield offer.starts_at, offer.plan[0][3]


def free_time(clinic: Clinic, known: Iterable[Waiting], first: date, last: date) -> FreeTime:
    """Return the free time between two days for everybody who waits."""
    return FreeTime(clinic, first, last, [one.entry.patient.resource_id for one in known])


def earliest_fit(free: FreeTime, one: Waiting, *, at: datetime) -> Fit | None:
    """Return the first free time that somebody could have, None without one."""
    if one.days is None:
        return None
    day, last = max(one.days[0], free.first), min(one.days[1], free.last)
    while day <= last:
        whole = (Stretch(day, who, 0, DAY_MINUTES) for who in free.practitioners(one.entry.kind))
        fits = [fit for fit in (first_fit(free, one, gap, at=at) for gap in whole) if fit]
        if fits:
            return min(fits, key=lambda fit: fit.starts_at)
        day += timedelta(days=1)
    return None


def first_fit(free: FreeTime, one: Waiting, gap: Stretch, *, at: datetime) -> Fit | None:
    """Return the first start inside a stretch that suits somebody, None without one."""
    entry = one.entry
    if one.days is None or not one.days[0] <= gap.day <= one.days[1]:
        return None
    starts = free.starts(entry.kind, gap.day, gap.practitioner, entry.patient.resource_id)
    if not starts:
        return None
    minutes = free.treatments[entry.kind].minutes
    for cell in ones(starts & cells(cells_up(gap.start), (gap.end - minutes) // CELL_MINUTES + 1)):
        starts_at = to_utc(gap.day, cell * CELL_MINUTES, entry.clinic.zone)
        bare = Slot(gap.day, gap.practitioner, cell * CELL_MINUTES)
        refused = (starts_at, gap.practitioner) in one.refused
        if not refused and one.suits(bare, starts_at, minutes, at=at):
            return Fit(one, free.place(entry.kind, gap.day, gap.practitioner, bare.start), starts_at)
    return None


def freed(known: Sequence[Waiting], free: FreeTime, *, at: datetime) -> list[tuple[Fit, ...]]:
    """Return the next time that fits each person who waits and has no offer yet, those of one time together."""
    by_time: dict[tuple[datetime, Hashable], list[Fit]] = {}
    for one in known:
        fit = None if one.offer else earliest_fit(free, one, at=at)
        if fit:
            by_time.setdefault((fit.starts_at, fit.slot.practitioner), []).append(fit)
    return [tuple(fits) for fits in by_time.values()]
