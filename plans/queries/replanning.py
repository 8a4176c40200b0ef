"""What could become of every visit that an absence touches: all of them planned together, with the least change."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from clinic.models import Clinic
from clinic.rules.timegrid import to_local
from patients.models import Patient
from plans.models import Occupancy, Series, Visit
from plans.queries.single import session_slot
from plans.queries.slots import calendar, treatment_of, visit_type
from plans.queries.standing import blackout, over, step_of
from plans.rules import decisions
from plans.rules.away import Taken
from plans.rules.plan import Session
from plans.rules.scheduling.diff import Disruption, SeriesDiff
from plans.rules.scheduling.diff import Series as Booked
from plans.rules.scheduling.explain import furthest
from plans.rules.scheduling.model import (
    Calendar,
    Proposal,
    Refusal,
    RequestError,
    Slot,
    Step,
    Treatment,
)
from plans.rules.scheduling.nearest import nearest
from plans.rules.scheduling.replan import always, replan, why_no_place
from plans.rules.scheduling.reseat import as_request
from plans.rules.visiting import STANDING, State

RADIUS = 14
WITH_NAMES = (
    "clinic",
    "patient",
    "practitioner__user",
    "room",
    "device",
    "series__protocol_version",
    "series__patient",
)
ITERATIONS = 120
TO_COME = (State.BOOKED, State.CONFIRMED)
Pins = Mapping[UUID, Sequence[Session]]
"""By series or visit: the sessions whose slots are settled before the rest is planned."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is planned in one go: a series, or a visit of none. `chain` holds all that stands of it, in order."""

    patient: Patient
    series: Series | None
    chain: tuple[Visit, ...]
    fixed: int  # so many of the chain, from the start, never move
    touched: frozenset[UUID]
    can_move: bool

    @property
    def subject(self) -> UUID:
        """The id of the series or of the visit."""
        return self.series.pk if self.series else self.chain[0].pk

    @property
    def open(self) -> tuple[Visit, ...]:
        """The visits that may get another slot."""
        return self.chain[self.fixed :]

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Where the open visits are; a visit of no series has number 1."""
        return tuple(Session(visit.session_number or 1, session_slot(visit)) for visit in self.open)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What would become of a case: `after` is empty without a place."""

    case: Case
    outcome: str
    after: tuple[Session, ...] = ()
    cost: int = 0


def cases_of(clinic: Clinic, visits: Iterable[Visit], *, at: datetime) -> list[Case]:
    """Return what the touched visits belong to, in order of the first of them; one query."""
    touched: dict[UUID, set[UUID]] = defaultdict(set)
    chains: dict[UUID | None, list[Visit]] = defaultdict(list)
    in_series = set()
    for visit in visits:
        touched[visit.series_id or visit.pk].add(visit.pk)
        if visit.series_id is None:
            chains[visit.pk].append(visit)
        else:
            in_series.add(visit.series_id)
    rows = Visit.objects.filter(series__in=in_series, state__in=STANDING).order_by("session_number")
    for visit in rows.select_related(*WITH_NAMES):
        chains[visit.series_id].append(visit)
    now = to_local(at, clinic.zone)
    found = (_case(chains[key], frozenset(ids), now) for key, ids in touched.items())
    return [case for case in found if case is not None]


def _case(chain: Sequence[Visit], touched: frozenset[UUID], now: tuple[date, int]) -> Case | None:
    patient, series = chain[0].patient, chain[0].series
    if patient is None:
        return None
    movable = [visit.state in TO_COME and (visit.day, visit.start_minute) >= now for visit in chain]
    fixed = movable.index(True) if True in movable else len(chain)
    can_move = all(movable[fixed:]) and touched <= {visit.pk for visit in chain[fixed:]}
    if series is not None:
        can_move = can_move and series.state in Series.OPEN
    return Case(patient, series, tuple(chain), fixed, touched, can_move)


def proposed(
    clinic: Clinic,
    away: Taken,
    cases: Sequence[Case],
    *,
    at: datetime,
    pins: Pins | None = None,
    go_on: Callable[[], bool] = always,
    seed: int = 0,
) -> list[Proposed]:
    """Return what would become of each case, in their order: one plan for all, with the least disruption.

    The number of queries does not depend on the number of cases.
    """
    pins = pins or {}
    asked = _as_asked(clinic, cases, at, pins)
    moving = [case for case in cases if case.subject in asked]
    found: dict[UUID, SeriesDiff] = {}
    if moving:
        facts = away.out_of(facts_for(clinic, moving, at, pins))
        today, _minute = to_local(at, clinic.zone)
        disruption = Disruption(today, tuple(asked[case.subject] for case in moving), radius=RADIUS)
        plan = replan(facts, disruption, ITERATIONS, seed, go_on)
        found = {case.subject: diff for case, diff in zip(moving, plan.diffs, strict=True)}
    return [_proposed(case, found.get(case.subject)) for case in cases]


def facts_for(
    clinic: Clinic, cases: Sequence[Case], at: datetime, pins: Pins, last: date | None = None
) -> Calendar:
    """Return the calendar without what may move, with what else the patients have booked; eight queries.

    As far as anything may move, and at least up to the day `last`.
    """
    today, _minute = to_local(at, clinic.zone)
    free = [visit.pk for case in cases for visit in case.open]
    days = [visit.day for case in cases for visit in case.open]
    days += [session.slot.day for sessions in pins.values() for session in sessions]
    last = max(last or today, max([today, *days]) + timedelta(days=RADIUS))
    facts = calendar(clinic, today, last, without=free)
    theirs = Occupancy.objects.filter(
        resource__in={case.patient.resource_id for case in cases}, day__range=(today, last)
    ).exclude(visit__in=free)
    busy = list(theirs.values_list("resource_id", "day", "cell_from", "cell_to"))
    return replace(facts, bookings=[*facts.bookings, *busy])


def _as_asked(clinic: Clinic, cases: Sequence[Case], at: datetime, pins: Pins) -> dict[UUID, Booked]:
    """Return the cases as the engine takes them; one that makes no sense to it is left out."""
    kinds = {case.chain[0].kind for case in cases if case.can_move}
    treatments = {kind: treatment_of(visit_type(clinic, kind), clinic) for kind in sorted(kinds)}
    asked = {}
    for case in cases:
        if case.can_move:
            try:
                asked[case.subject] = as_booked(
                    case, treatments[case.chain[0].kind], at, pins.get(case.subject, ())
                )
            except RequestError:  # imported dates that no rule allows: they are decided by hand
                continue
    return asked


def as_booked(case: Case, treatment: Treatment, at: datetime, pinned: Sequence[Session] = ()) -> Booked:
    """Return a case as the engine takes it. Raises RequestError on dates that no rule allows."""
    visit = case.chain[0]
    today, minute = to_local(at, visit.clinic.zone)
    index = {visit.session_number or 1: place for place, visit in enumerate(case.chain)}
    return Booked(
        id=case.subject,
        treatment=treatment,
        slots=tuple(session_slot(visit) for visit in case.chain),
        steps=_steps(case),
        done=case.fixed,
        blackout=_kept_clear(case.series, today),
        patient=case.patient.resource_id,
        patient_busy=over(today, minute),
        pins={index[one.number]: one.slot for one in pinned if index.get(one.number, -1) >= case.fixed},
    )


def _steps(case: Case) -> tuple[Step, ...]:
    if case.series is None:
        return ()
    return tuple(
        _step(step_of(case.series, after=before.session_number or 0), case.touched, before, after)
        for before, after in pairwise(case.chain)
    )


def _step(plain: Step, touched: frozenset[UUID], before: Visit, after: Visit) -> Step:
    """Return the days between two visits of a series. Sessions without a date in between count their days too.

    A gap that is too long already may stay as long; one that was signed as short may stay, but is never made.
    """
    between = (after.session_number or 0) - (before.session_number or 0)
    least, gap = plain.minimum * between, (after.day - before.day).days
    if gap < least and not {before.pk, after.pk} & touched:
        least = max(gap, 1)
    most = max(plain.maximum * between, gap)
    return Step(least, min(max(plain.target * between, least), most), most)


def _kept_clear(series: Series | None, today: date) -> tuple[tuple[date, date], ...]:
    if series is None:
        return ()
    clear = blackout(series)
    if series.not_before and series.not_before > today:
        clear = (*clear, (today, series.not_before - timedelta(days=1)))
    return clear


def _proposed(case: Case, diff: SeriesDiff | None) -> Proposed:
    if diff is None:
        return Proposed(case, decisions.FIXED)
    numbers = [session.number for session in case.sessions]
    after = tuple(
        Session(number, move.after)
        for number, move in zip(numbers, diff.moves, strict=True)
        if move.after is not None
    )
    outcome = decisions.most(decisions.kind_of(move.before, move.after) for move in diff.moves)
    return Proposed(case, outcome, after, diff.cost)


def why_none(
    clinic: Clinic, away: Taken, cases: Sequence[Case], chosen: UUID, held: Pins, *, at: datetime
) -> Proposal | Refusal | None:
    """Return why one case has no place while what is `held` for the others stands; None where nothing is asked.

    A Proposal is a place farther away than visits move by themselves. It takes long, so it is asked for one.
    """
    asked = _as_asked(clinic, cases, at, held)
    case = next((one for one in cases if one.subject == chosen and chosen in asked), None)
    if case is None:
        return None
    today, _minute = to_local(at, clinic.zone)
    beside = tuple(series for key, series in asked.items() if key == chosen or key in held)
    disruption = Disruption(today, beside, radius=RADIUS)
    # The ways out look further than visits move by themselves.
    last = furthest(as_request(asked[chosen], disruption))
    facts = away.out_of(facts_for(clinic, [one for one in cases if one.subject in asked], at, held, last))
    found = why_no_place(facts, disruption, chosen)
    if isinstance(found, Refusal) and found.blocked_session:
        return replace(found, blocked_session=case.sessions[found.blocked_session - 1].number)
    return found


def other_times(
    clinic: Clinic, away: Taken, cases: Sequence[Case], chosen: UUID, *, at: datetime, wanted: int = 8
) -> tuple[tuple[int, Slot], ...]:
    """Return other times for the first touched visit of one case, each with its session number.

    The other cases are out of the way, as in `proposed`: they are planned around what is chosen.
    """
    case = next((one for one in cases if one.subject == chosen and one.can_move), None)
    if case is None:
        return ()
    kind = case.chain[0].kind
    booked = as_booked(case, treatment_of(visit_type(clinic, kind), clinic), at)
    facts = away.out_of(facts_for(clinic, [one for one in cases if one.can_move], at, {}))
    today, _minute = to_local(at, clinic.zone)
    index = next(place for place, visit in enumerate(case.open) if visit.pk in case.touched)
    asked = as_request(booked, Disruption(today, (booked,), radius=RADIUS))
    slots = [session.slot for session in case.sessions]
    found = nearest(facts, asked, slots, index, wanted, per_day=2)
    return tuple((case.sessions[index].number, slot) for slot in found)
