"""Other visits for one session of a series that is proposed, counted from the session before it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from plans.rules.scheduling.choice import Choice, First, Node
from plans.rules.scheduling.model import Anchor, Request, Slot, require
from plans.rules.scheduling.search import appointment, distinct
from plans.rules.scheduling.single import Single
from plans.rules.scheduling.supply import DAY, Supply, gaps, windows


class Other(NamedTuple):
    """A visit that a session could have instead, and what it costs by itself and from the session before."""

    slot: Slot
    cost: int


def others(
    supply: Supply, request: Request, slots: Sequence[Slot], index: int, wanted: int = 5
) -> tuple[Other, ...]:
    """The best other visits for the session at `index` (from 0) while those before it stay, the cheapest first.

    They keep every wish, the dates of the request and the step from the session before; later sessions may have
    to follow. They differ in date, practitioner or half-day from each other and from the visit that the session
    has. At most `wanted`, and one with the preferred practitioner if there is any.
    """
    whole = len(slots) == request.n and 0 <= index < request.n
    require(whole, "slots", "count", "one slot for each session is needed")
    asked, now = _for_one(request, slots, index), slots[index]
    if asked is None:
        return ()
    choice = Choice(supply, asked)
    firsts, _ = distinct(Elsewhere(choice, now), choice.preferred, wanted)
    return tuple(
        Other(supply.visits.place(day, choice.people[person], start), cost)
        for cost, (day, start, person) in firsts
    )


def _for_one(request: Request, slots: Sequence[Slot], index: int) -> Request | None:
    """The session as a request by itself, counted from the one before; None if the dates leave no day for it."""
    before, steps = request.anchor, request.steps[:1] if request.anchor else ()
    if index:
        last_one = slots[index - 1]
        before = Anchor(last_one.day, last_one.practitioner, last_one.start)
        steps = (gaps(request)[index - 1],)
    first, last = windows(request)[index]
    if before:
        first = max(first, before.day + steps[0].minimum * DAY)
        last = min(last, before.day + steps[0].maximum * DAY)
    if last < first:
        return None
    return replace(
        request,
        n=1,
        earliest=first,
        latest_first=last,
        finish=None,
        anchor=before,
        steps=steps,
        practitioners=(slots[index].practitioner,) if request.same_practitioner else request.practitioners,
    )


class Elsewhere(Single):
    """The visits of a request for one session, less those of the half-day at which it is with its practitioner."""

    def __init__(self, choice: Choice, now: Slot) -> None:
        super().__init__(choice, windows(choice.request)[0])
        person = choice.person(now.practitioner)
        self._now = None if person is None else appointment(Node(now.day, now.start, person))

    def firsts(self) -> Iterator[First]:
        """Every possible visit, by cost, then date, start and practitioner."""
        return (first for first in super().firsts() if appointment(first.node) != self._now)
