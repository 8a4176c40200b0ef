"""What a given series costs, part by part, worked out from its slots alone."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from clinic.rules.timegrid import CELL_MINUTES, cells_up
from plans.rules.scheduling.masks import FREE_LEFTOVER, VisitMasks
from plans.rules.scheduling.model import Anchor, CostPart, Request, Slot

QUARTER = 15


def price_series(visits: VisitMasks, request: Request, slots: Sequence[Slot]) -> tuple[CostPart, ...]:
    """Every part of the cost that is not zero, by session. The slots must not be booked in the masks."""
    parts: list[CostPart] = []
    for number, slot in enumerate(slots, 1):
        parts += _alone(request, slot, number)
        parts += _leftovers(visits, request, slot, number)
    chain: list[Slot | Anchor] = [*slots]
    if request.anchor:
        chain.insert(0, request.anchor)
    first = 1 if request.anchor else 2
    for number, (before, after) in enumerate(pairwise(chain), first):
        parts += _between(request, before, after, number)
    if not request.anchor:
        days = (slots[0].day - request.earliest).days
        parts.append(CostPart("delay", 1, days * request.weights.delay_day, days))
    return tuple(sorted((part for part in parts if part.cost), key=lambda part: part.session))


def _alone(request: Request, slot: Slot, number: int) -> Iterator[CostPart]:
    weights = request.weights
    if request.preferred is not None and slot.practitioner != request.preferred:
        yield CostPart("not_preferred", number, weights.not_preferred)
    if request.weekdays_pref is not None and slot.day.weekday() not in request.weekdays_pref:
        yield CostPart("weekday", number, weights.weekday)
    if request.daytime_pref and not request.daytime_pref[0] <= slot.start < request.daytime_pref[1]:
        yield CostPart("daytime", number, weights.daytime)


def _between(
    request: Request, before: Slot | Anchor, after: Slot | Anchor, number: int
) -> Iterator[CostPart]:
    weights = request.weights
    step = request.steps[number - 1 if request.anchor else number - 2]
    off = (after.day - before.day).days - step.target
    yield CostPart("gap", number, abs(off) * weights.gap_day, off)
    if after.practitioner != before.practitioner:
        yield CostPart("change", number, weights.change)
    quarters = abs(after.start - before.start) // QUARTER
    yield CostPart("tod", number, min(quarters, weights.tod_cap) * weights.tod, quarters)


def _leftovers(visits: VisitMasks, request: Request, slot: Slot, number: int) -> Iterator[CostPart]:
    """Short gaps before and after the visit within the practitioner's free time."""
    free = visits.free(slot.practitioner, slot.day)
    before, after = request.treatment.practitioner_buffer
    first = slot.start // CELL_MINUTES - cells_up(before)
    until = slot.start // CELL_MINUTES + visits.length + cells_up(after)
    below = first - (~free & (1 << first) - 1).bit_length()
    above = (~free >> until & -(~free >> until)).bit_length() - 1
    for code, cells in (("frag before", below), ("frag after", above)):
        if 0 < cells < FREE_LEFTOVER:
            yield CostPart(code, number, request.weights.frag, cells * CELL_MINUTES)
