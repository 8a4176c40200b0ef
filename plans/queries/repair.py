"""A series with one session elsewhere, or missed: the least change of the rest, before anything is saved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from clinic.rules.timegrid import to_local
from plans.models import Kind, Visit
from plans.queries.proposals import Cast, Row, rows_of, search
from plans.queries.protocols import parsed
from plans.queries.single import session_slot
from plans.queries.slots import diary, needs_of
from plans.queries.standing import Standing, blackout, over, step_of
from plans.rules.outside import opened_for
from plans.rules.plan import Session
from plans.rules.scheduling.diff import MAX_RADIUS, Disruption, SeriesDiff
from plans.rules.scheduling.diff import Series as Booked
from plans.rules.scheduling.model import RequestError, Slot, Step, Treatment
from plans.rules.scheduling.replan import replan
from plans.rules.spacing import BookedBy, booked_by
from plans.rules.visiting import COURSE, State
from plans.rules.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Change:
    """One session before and after; `kind` is kept, practitioner, time, day, or new for one without a date."""

    number: int
    kind: str
    before: Row | None
    after: Row


@dataclass(frozen=True, slots=True)
class Repair:
    """What would happen to a series. `plan` holds the sessions that get another slot."""

    changes: tuple[Change, ...]
    plan: tuple[Session, ...]
    cost: int
    complete: bool = True  # every session has a date then

    @property
    def moved(self) -> int:
        """How many sessions that had a date get another."""
        return sum(change.kind not in ("kept", "new") for change in self.changes)

    @property
    def new(self) -> int:
        """How many sessions without a date get one."""
        return sum(change.kind == "new" for change in self.changes)

    @property
    def outside(self) -> tuple[Change, ...]:
        """The changes after which a session lies outside its window, so that a reason is asked for."""
        inside = ("first", "on_plan", "unknown")
        return tuple(one for one in self.changes if one.kind != "kept" and one.after.gap.state not in inside)


def repair(
    stand: Standing,
    *,
    at: datetime,
    pins: Mapping[int, Slot],
    lost: Mapping[int, Slot] | None = None,
    by_hand: Collection[int] = (),
    freed: Collection[UUID] = (),
) -> Repair | None:
    """Return the least change of a series that puts each pinned session into its slot, or None without one.

    `lost` holds the old slots of sessions that have no date any more, such as a missed one: they are placed
    anew near where they were. Sessions that are done, under way or past never move. One that stands outside the
    hours may stay there. Pins of sessions `by_hand` may lie outside the hours and be as early as a practitioner may
    sign: who may book that is for `plans.actions.checking` to say. `freed` are visits that go: their times are free.
    """
    series, lost = stand.series, dict(lost or {})
    today, minute = to_local(at, series.clinic.zone)
    slots = {number: session_slot(visit) for number, visit in stand.visits.items()} | lost
    numbers = sorted(slots)
    fixed = [number for number in numbers if number not in pins and _is_fixed(stand, number, (today, minute))]
    done = len(fixed)
    if numbers != list(range(1, len(numbers) + 1)) or fixed != numbers[:done] or done == len(numbers):
        return None
    last = max([today, *(slot.day for slot in (*slots.values(), *pins.values()))])
    treatment = needs_of(series.clinic, Kind.TREATMENT).treatment
    known = diary(
        series.clinic,
        (today, last + timedelta(days=MAX_RADIUS)),
        patient_resource=series.patient.resource_id,
        without=[*freed, *(visit.pk for number, visit in stand.visits.items() if number > done)],
    )
    stands = [slots[number] for number in numbers if number > done and number not in lost]
    facts = opened_for(known.calendar, treatment, [*stands, *(pins[number] for number in by_hand)])
    start = max(today, series.not_before or today)
    try:
        booked = _booked(stand, treatment, slots, pins, lost, by_hand, today)
        booked = replace(booked, done=done, patient_busy=over(today, minute))
        diff = replan(facts, Disruption(start, (booked,), radius=MAX_RADIUS), iterations=0).diffs[0]
    except RequestError:  # a gap that no series has, such as one of years
        return None
    return None if diff.kind == "none" else _worded(stand, diff, lost, Cast(series.clinic, known))


def _booked(
    stand: Standing,
    treatment: Treatment,
    slots: Mapping[int, Slot],
    pins: Mapping[int, Slot],
    lost: Mapping[int, Slot],
    by_hand: Collection[int],
    today: date,
) -> Booked:
    """Return the series as the engine knows one that is booked."""
    series, numbers = stand.series, sorted(slots)
    return Booked(
        id=series.pk,
        treatment=treatment,
        slots=tuple(slots[number] for number in numbers),
        steps=tuple(
            _signed(stand, number, slots, pins)
            if number in by_hand
            else _step(stand, slots, pins, lost, number, today)
            for number in numbers[1:]
        ),
        blackout=blackout(series),
        patient=series.patient.resource_id,
        pins={number - 1: slot for number, slot in pins.items()},
    )


def _is_fixed(stand: Standing, number: int, now: tuple[date, int]) -> bool:
    visit = stand.visits.get(number)
    if visit is None:
        return False
    under_way = visit.state == State.DONE or visit.state in COURSE
    return under_way or (visit.day, visit.start_minute) < now


def _step(
    stand: Standing,
    slots: Mapping[int, Slot],
    pins: Mapping[int, Slot],
    lost: Mapping[int, Slot],
    number: int,
    today: date,
) -> Step:
    """Return the window before a session, wide enough for what is late already and for a gap that was signed."""
    series, before = stand.series, slots[number - 1].day
    if number in pins:
        return step_of(series, (pins[number].day - before).days, after=number - 1)
    if number in lost and number - 1 in stand.visits:
        least = series.window_after(number - 1).earliest
        earliest = max(today, series.not_before or today, before + timedelta(days=least))
        return step_of(series, (earliest - before).days, after=number - 1)
    step, visit = step_of(series, after=number - 1), stand.visits.get(number)
    if visit is not None and visit.override_reason and number - 1 not in pins:
        gap = max((visit.day - before).days, 1)
        return replace(step, minimum=min(step.minimum, gap), maximum=max(step.maximum, gap))
    return step


def _signed(stand: Standing, number: int, slots: Mapping[int, Slot], pins: Mapping[int, Slot]) -> Step:
    """Return the window of a session whose day was typed: a gap that a practitioner may sign lies in it."""
    series, gap = stand.series, (pins[number].day - slots[number - 1].day).days
    step = step_of(series, gap, after=number - 1)
    if booked_by(parsed(series.protocol_version), step.minimum, gap) is BookedBy.NOBODY:
        return step
    return replace(step, minimum=min(step.minimum, gap))


def _worded(stand: Standing, diff: SeriesDiff, lost: Mapping[int, Slot], cast: Cast) -> Repair:
    after = [Session(move.session, move.after) for move in diff.moves if move.after is not None]
    before = [Session(move.session, move.before) for move in diff.moves if move.session not in lost]
    new_rows = {row.number: row for row in rows_of(stand, after, cast)}
    old_rows = {row.number: row for row in rows_of(stand, before, cast)}
    changes = tuple(
        Change(
            move.session,
            "new" if move.session in lost else move.kind,
            old_rows.get(move.session),
            new_rows[move.session],
        )
        for move in diff.moves
    )
    changed = {change.number for change in changes if change.kind != "kept"}
    return Repair(changes, tuple(one for one in after if one.number in changed), diff.cost)


def refill(
    stand: Standing, *, at: datetime, wishes: Wishes, pins: Mapping[int, Slot] | None = None
) -> Repair | None:
    """Return the least change that gives every session without a date one, those at the end too.

    Where the end finds no place by the wishes, the sessions in between are given all the same.
    """
    mended = repair(stand, at=at, pins=pins or {}, lost=missed_slots(stand))
    if mended is None:
        return None
    held = max(stand.visits)
    if stand.series.sessions == held:
        return mended
    moved = _as_if(stand, mended)
    try:
        ends = search(moved, wishes, at=at).choices
    except RequestError:
        ends = ()
    if not ends:
        return replace(mended, complete=False)
    added = tuple(Change(row.number, "new", None, row) for row in ends[0].rows)
    return Repair((*mended.changes, *added), (*mended.plan, *ends[0].plan), mended.cost + ends[0].cost)


def _as_if(stand: Standing, mended: Repair) -> Standing:
    """Return the series as it would stand then; nothing of it is saved."""
    after = {change.number: change.after for change in mended.changes}
    visits = dict(stand.visits)
    for number, row in after.items():
        old = stand.visits.get(number)
        visits[number] = Visit(
            clinic=stand.series.clinic,
            series=stand.series,
            session_number=number,
            practitioner=row.practitioner,
            day=row.day,
            start_minute=row.slot.start,
            state=old.state if old else Visit.State.BOOKED,
        )
    return Standing(stand.series, visits)


def missed_slots(stand: Standing) -> dict[int, Slot]:
    """Return where the sessions were that have no date now but stand before others that have.

    One that never had a date is thought of at the best gap from its neighbour.
    """
    holes = stand.holes
    rows = (
        Visit.objects.filter(series=stand.series, session_number__in=holes)
        .select_related("practitioner__user")
        .order_by("starts_at")
    )
    found = {visit.session_number or 0: session_slot(visit) for visit in rows}
    for number in reversed(holes):
        if number not in found:
            found[number] = _thought_of(stand, found, number)
    return found


def _thought_of(stand: Standing, found: Mapping[int, Slot], number: int) -> Slot:
    """Return a slot for a session that never had one, from the one after it, which is booked or thought of."""
    after = stand.visits.get(number + 1)
    slot = session_slot(after) if after else found[number + 1]
    return replace(slot, day=slot.day - timedelta(days=stand.series.target_days))


def lines_of(stand: Standing, changes: Sequence[Change], labels: tuple[str, str]) -> list[dict[str, Any]]:
    """Return the series before and after as two rows of dots for the timeline."""
    by_number = {change.number: change for change in changes}
    now, then = [], []
    for number in range(1, stand.series.sessions + 1):
        visit, change = stand.visits.get(number), by_number.get(number)
        if visit is not None:
            stays = change is None or change.kind == "kept"
            state = "done" if visit.state == State.DONE else ("open" if stays else "was")
            now.append({"number": number, "day": visit.day, "state": state})
        if change is not None:
            inside = change not in _outside(changes)
            row = change.after
            state = "open" if inside else "outside"
            then.append(
                {
                    "number": number,
                    "day": row.day,
                    "state": state,
                    "gap_days": row.gap_days,
                    "window": row.window,
                }
            )
        elif visit is not None:
            state = "done" if visit.state == State.DONE else "open"
            then.append({"number": number, "day": visit.day, "state": state})
    return [{"label": labels[0], "dots": now}, {"label": labels[1], "dots": then}]


def _outside(changes: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(one for one in changes if one.after.gap.state not in ("first", "on_plan", "unknown"))
