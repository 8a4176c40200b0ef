"""A plan as data: the dates of a series as they are proposed, signed, booked and kept in its history."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from plans.rules.scheduling.diff import ReplanCosts
from plans.rules.scheduling.model import Slot
from plans.rules.scheduling.reseat import move_cost


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a plan: its number in the series and its slot; ids are those of resources."""

    number: int
    slot: Slot


def to_data(plan: Iterable[Session]) -> list[list[Any]]:
    """Return a plan as JSON: number, day, start minute, practitioner, room, device."""
    return [
        [
            session.number,
            session.slot.day.isoformat(),
            session.slot.start,
            session.slot.practitioner,
            session.slot.room,
            session.slot.device,
        ]
        for session in plan
    ]


def from_data(data: Iterable[Iterable[Any]]) -> tuple[Session, ...]:
    """Return the plan that `to_data` wrote. Raises ValueError on anything else."""
    plan = []
    for row in data:
        number, day, start, practitioner, room, device = row
        plan.append(
            Session(int(number), Slot(date.fromisoformat(day), practitioner, int(start), room, device))
        )
    return tuple(plan)


def numbered(numbers: Iterable[int], slots: Iterable[Slot]) -> tuple[Session, ...]:
    """Give slots, in order, the session numbers that they are for."""
    return tuple(Session(number, slot) for number, slot in zip(numbers, slots, strict=True))


def moved(before: Iterable[Session], after: Iterable[Session]) -> dict[int, tuple[Slot | None, Slot | None]]:
    """Return what differs between two plans, by session number: (before, after), None where there is none."""
    old = {session.number: session.slot for session in before}
    new = {session.number: session.slot for session in after}
    return {
        number: (old.get(number), new.get(number))
        for number in sorted(old.keys() | new.keys())
        if old.get(number) != new.get(number)
    }


def disruption(before: Sequence[Session], after: Sequence[Session]) -> int:
    """Return what it costs to move the sessions of one plan to those of another, in order, as re-planning counts it."""
    costs = ReplanCosts()
    return sum(
        move_cost(costs, was.slot, now.slot.day, now.slot.start, now.slot.practitioner)
        for was, now in zip(before, after, strict=False)
    )


def same_time(slots: Iterable[Slot]) -> tuple[int, int] | None:
    """Return weekday and start minute when all slots share them, else None."""
    found = {(slot.day.weekday(), slot.start) for slot in slots}
    return found.pop() if len(found) == 1 else None


def practitioners(slots: Iterable[Slot]) -> dict[Hashable, int]:
    """Return how many sessions each practitioner gives, in order of first appearance."""
    counts: dict[Hashable, int] = {}
    for slot in slots:
        counts[slot.practitioner] = counts.get(slot.practitioner, 0) + 1
    return counts
