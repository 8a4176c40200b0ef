"""Why a day is or is not possible for one visit, and the times that are free on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from clinic.models import Clinic
from clinic.rules.timegrid import to_local
from patients.models import Patient
from plans.models import Kind, Series, Visit
from plans.queries.proposals import Search
from plans.queries.protocols import parsed
from plans.queries.single import Free, named, needs, session_slot, with_gap
from plans.queries.slots import diary
from plans.queries.standing import Standing, blackout, over, request_for_one
from plans.rules.plan import Session
from plans.rules.scheduling.explain import blocker
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Request, Slot
from plans.rules.scheduling.nearest import free_visits
from plans.rules.scheduling.supply import Supply
from plans.rules.spacing import BookedBy, booked_by

TIMES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a day: `code` is `ok`, or what rules it out; words stand in plans/exports/wording.py.

    `bound` is the first or the last day that would do, `days` the gap to the session before, `number` the session.
    """

    day: date
    code: str
    number: int = 0
    days: int | None = None
    bound: date | None = None
    times: tuple[Free, ...] = ()

    @property
    def before(self) -> int:
        """The number of the session before."""
        return self.number - 1


def why_session(
    stand: Standing, number: int, day: date, *, near: Slot, at: datetime, without: Sequence[UUID] = ()
) -> Verdict:
    """Say whether one session of a series could be on a day, counted from the one before it."""
    clinic, before = stand.series.clinic, stand.visits.get(number - 1)
    ruled_out = _bounds(stand, number, day, before.day if before else None, at)
    if ruled_out is not None:
        return ruled_out
    asked = request_for_one(stand, number, needs(clinic, Kind.TREATMENT), near=day, at=at)
    if asked is None:
        return _lapsed(stand, number, day, before.day if before else day)
    found = _look(clinic, asked, day, near, without)
    times = tuple(with_gap(stand, number, one) for one in found.times)
    days = (day - before.day).days if before else None
    return replace(found, number=number, days=days, times=times)


def why_in_plan(made: Search, plan: Sequence[Session], number: int, day: date, *, at: datetime) -> Verdict:
    """Say whether one session of a proposal could be on a day, by the wishes and the session before it."""
    index = [session.number for session in plan].index(number)
    anchor = made.stand.anchor
    before = plan[index - 1].slot.day if index else (anchor.day if anchor else None)
    ruled_out = _bounds(made.stand, number, day, before, at)
    if ruled_out is not None:
        return ruled_out
    days = (day - before).days if before else None
    step = made.asked.steps[index if anchor else index - 1] if before else None
    if step is not None and days is not None and days > step.maximum and before:
        return Verdict(day, "late", number, days, before + timedelta(days=step.maximum))
    if not index and day < made.asked.earliest:
        return Verdict(day, "first", number, days, made.asked.earliest)
    if not index and day > made.asked.latest_first:
        return Verdict(day, "later", number, days, made.asked.latest_first)
    if made.asked.finish and day > made.asked.finish:
        return Verdict(day, "finish", number, days, made.asked.finish)
    found = _look(made.stand.series.clinic, made.asked, day, plan[index].slot, ())
    return replace(found, number=number, days=days)


def why_visit(visit: Visit, day: date, *, at: datetime) -> Verdict:
    """Say whether a visit of no series could move to a day."""
    return why_single(
        visit.clinic,
        visit.kind,
        day,
        near=session_slot(visit),
        patient=visit.patient,
        without=[visit.pk],
        at=at,
    )


def why_single(
    clinic: Clinic,
    kind: str,
    day: date,
    *,
    near: Slot,
    patient: Patient | None,
    without: Sequence[UUID],
    at: datetime,
) -> Verdict:
    """Say whether a single visit of a kind could be on a day."""
    today, minute = to_local(at, clinic.zone)
    if day < today:
        return Verdict(day, "past", bound=today)
    asked = Request(
        n=1,
        earliest=day,
        latest_first=day,
        steps=(),
        treatment=needs(clinic, kind),
        patient=patient.resource_id if patient else None,
        patient_busy=over(today, minute),
    )
    return _look(clinic, asked, day, near, without)


def _bounds(stand: Standing, number: int, day: date, before: date | None, at: datetime) -> Verdict | None:
    """Return what rules a day out before anybody looks into the calendar: the past, a hold, the gap, an event."""
    series = stand.series
    today, _ = to_local(at, series.clinic.zone)
    days = (day - before).days if before else None
    if day < today:
        return Verdict(day, "past", number, days, today)
    if series.not_before and day < series.not_before:
        return Verdict(day, "held", number, days, series.not_before)
    least = series.window_after(number - 1).earliest
    if before and days is not None and days < least:
        return Verdict(day, "too early", number, days, before + timedelta(days=least))
    if before and days is not None and _is_lapsed(series, least, days):
        return _lapsed(stand, number, day, before)
    if any(first <= day <= last for first, last in blackout(series)):
        return Verdict(day, "event", number, days, series.event_on)
    return None


def _is_lapsed(series: Series, least: int, days: int) -> bool:
    who = booked_by(parsed(series.protocol_version), least, days)
    return who is BookedBy.NEW_CONSULTATION


def _lapsed(stand: Standing, number: int, day: date, before: date) -> Verdict:
    latest = before + timedelta(days=stand.series.window_after(number - 1).latest)
    return Verdict(day, "lapsed", number, (day - before).days, latest)


def _look(clinic: Clinic, asked: Request, day: date, near: Slot, without: Sequence[UUID]) -> Verdict:
    """Look into the calendar of that one day: what rules it out first, or its times nearest to the old one."""
    only = replace(asked, n=1, earliest=day, latest_first=day, steps=(), anchor=None, finish=None)
    patient = asked.patient if isinstance(asked.patient, int) else None
    known = diary(clinic, (day, day), patient_resource=patient, without=without)
    code = blocker(Supply(Masks(known.calendar), only), only, day)
    if code != "ok":
        return Verdict(day, code)
    free = named(clinic, free_visits(known.calendar, only), known)
    nearest = sorted(
        free, key=lambda one: (abs(one.slot.start - near.start), one.slot.practitioner != near.practitioner)
    )
    return Verdict(day, "ok", times=tuple(sorted(nearest[:TIMES_SHOWN], key=lambda one: one.starts_at)))
