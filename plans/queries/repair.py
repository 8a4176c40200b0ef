"""A series with one session elsewhere, or missed: the least change of the rest, before anything is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.rules.timegrid import to_local
from plans.models import Kind, Visit
from plans.queries.proposals import Cast, Row, rows_of
from plans.queries.single import session_slot
from plans.queries.slots import calendar, treatment_of, visit_type
from plans.queries.standing import Standing, blackout, over, step_of
from plans.rules.plan import Session
from plans.rules.scheduling.diff import MAX_RADIUS, Disruption, SeriesDiff
from plans.rules.scheduling.diff import Series as Booked
from plans.rules.scheduling.model import Slot, Step
from plans.rules.scheduling.replan import replan
from plans.rules.visiting import State


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

    @property
    def moved(self) -> int:
        """How many sessions that had a date get another."""
        return sum(change.kind not in ("kept", "new") for change in self.changes)


def repair(
    stand: Standing, *, at: datetime, pins: Mapping[int, Slot], lost: Mapping[int, Slot] | None = None
) -> Repair | None:
    """Return the least change of a series that puts each pinned session into its slot, or None without one.

    `lost` holds the old slots of sessions that have no date any more, such as a missed one: they are placed
    anew near where they were. Done sessions never move.
    """
    series, lost = stand.series, dict(lost or {})
    today, minute = to_local(at, series.clinic.zone)
    slots = {number: session_slot(visit) for number, visit in stand.visits.items()} | lost
    numbers = sorted(slots)
    done = sum(visit.state == State.DONE for visit in stand.visits.values())
    if numbers != list(range(1, len(numbers) + 1)) or done == len(numbers):
        return None
    booked = Booked(
        id=series.pk,
        treatment=treatment_of(visit_type(series.clinic, Kind.TREATMENT), series.clinic),
        slots=tuple(slots[number] for number in numbers),
        steps=tuple(_step(stand, slots, pins, number) for number in numbers[1:]),
        done=done,
        blackout=blackout(series),
        patient=series.patient.resource_id,
        patient_busy=over(today, minute),
        pins={number - 1: slot for number, slot in pins.items()},
    )
    open_visits = [visit for visit in stand.visits.values() if visit.state != State.DONE]
    last = max([today, *(slot.day for slot in (*slots.values(), *pins.values()))])
    facts = calendar(
        series.clinic,
        today,
        last + timedelta(days=MAX_RADIUS),
        patient_resource=series.patient.resource_id,
        without=[visit.pk for visit in open_visits],
    )
    diff = replan(facts, Disruption(today, (booked,), radius=MAX_RADIUS), iterations=0).diffs[0]
    return None if diff.kind == "none" else _worded(stand, diff, lost)


def _step(stand: Standing, slots: Mapping[int, Slot], pins: Mapping[int, Slot], number: int) -> Step:
    """Return the window before a session, wide enough for a pinned date that is late already."""
    before, after = slots[number - 1], pins.get(number)
    return step_of(stand.series, (after.day - before.day).days if after else 0)


def _worded(stand: Standing, diff: SeriesDiff, lost: Mapping[int, Slot]) -> Repair:
    cast = Cast(stand.series.clinic)
    after = [Session(move.session, move.after) for move in diff.moves if move.after is not None]
    before = [Session(move.session, move.before) for move in diff.moves]
    new_rows = {row.number: row for row in rows_of(stand, after, cast)}
    old_rows = {row.number: row for row in rows_of(stand, before, cast)}
    changes = tuple(
        Change(
            move.session,
            "new" if move.session in lost else move.kind,
            None if move.session in lost else old_rows[move.session],
            new_rows[move.session],
        )
        for move in diff.moves
    )
    changed = {change.number for change in changes if change.kind != "kept"}
    return Repair(changes, tuple(one for one in after if one.number in changed), diff.cost)


def missed_slots(stand: Standing) -> dict[int, Slot]:
    """Return where the sessions were that have no date now but stand before others that have."""
    held = max(stand.visits, default=0)
    gaps = [number for number in stand.to_book if number < held]
    rows = (
        Visit.objects.filter(series=stand.series, session_number__in=gaps)
        .select_related("practitioner__user")
        .order_by("starts_at")
    )
    return {visit.session_number or 0: session_slot(visit) for visit in rows}
