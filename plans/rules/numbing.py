"""Numbing cream: amount, area and time against the limits of labels and regulators.

Grams, square centimetres and minutes. Limits come from `anaesthetic` in protocol.json (EMLA-SMPC, EMLA-LABEL,
FDA-LIDO-2024, and one house rule for the time on the skin). The software names no drug and no dose to give.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from plans.rules.protocol import Protocol
from plans.rules.protocol.course import AnaestheticLimit


@dataclass(frozen=True, slots=True)
class Numbing:
    """Numbing cream as it was used. `limit_id` names the kind of cream in the protocol, None = another."""

    product: str
    strength_percent: Decimal
    grams: Decimal
    area_cm2: Decimal
    on_at: datetime
    off_at: datetime
    covered: bool
    fully_removed: bool
    limit_id: str | None = None

    @property
    def minutes_on(self) -> int:
        """Full minutes on the skin."""
        return (self.off_at - self.on_at) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Caution:
    """Something for staff to look at, with the limit it comes from."""

    limit_id: str
    message: str
    source_ids: tuple[str, ...]


def numbing_errors(numbing: Numbing, started_at: datetime) -> tuple[str, ...]:
    """What cannot be signed: times out of order, or cream left on the skin that was needled."""
    faults = []
    if numbing.off_at < numbing.on_at:
        faults.append("came off before it went on")
    if numbing.off_at > started_at:
        faults.append("came off after the needling began")
    if not numbing.fully_removed:
        faults.append("is wiped off to the last trace before needling")
    return tuple(faults)


def numbing_cautions(protocol: Protocol, numbing: Numbing) -> tuple[Caution, ...]:
    """Every limit that was passed, for staff. The label's minutes count before the house's.

    Raises KeyError for a `limit_id` that the protocol does not have.
    """
    anaesthetic = protocol.course.anaesthetic
    on_minutes = anaesthetic.default_on_minutes
    if numbing.limit_id is None:
        return tuple(
            Caution("default_on_minutes", message, on_minutes.source_ids)
            for message in _minutes(numbing, on_minutes.warn_under, on_minutes.warn_over)
        )
    limit = {limit.id: limit for limit in anaesthetic.limits}[numbing.limit_id]
    shortest = on_minutes.warn_under if limit.min_minutes is None else limit.min_minutes
    longest = on_minutes.warn_over if limit.max_minutes is None else limit.max_minutes
    messages = (*_amounts(numbing, limit), *_minutes(numbing, shortest, longest))
    return tuple(Caution(limit.id, message, limit.source_ids) for message in messages)


def _amounts(numbing: Numbing, limit: AnaestheticLimit) -> Iterator[str]:
    strongest = limit.max_strength_percent
    if strongest is not None and numbing.strength_percent > strongest:
        yield f"{numbing.strength_percent} % is stronger than {strongest} %"
    dense = limit.grams_per_10cm2
    if dense is not None and numbing.grams * 10 > dense * numbing.area_cm2:
        yield f"more than {dense} g per 10 cm²"
    if limit.max_grams is not None and numbing.grams > limit.max_grams:
        yield f"more than {limit.max_grams} g"
    if limit.max_area_cm2 is not None and numbing.area_cm2 > limit.max_area_cm2:
        yield f"more than {limit.max_area_cm2} cm²"
    if limit.wrap_allowed is False and numbing.covered:
        yield "is not to be covered"


def _minutes(numbing: Numbing, shortest: int, longest: int) -> Iterator[str]:
    if numbing.minutes_on < shortest:
        yield f"{numbing.minutes_on} minutes on: less than {shortest}"
    if numbing.minutes_on > longest:
        yield f"{numbing.minutes_on} minutes on: more than {longest}"
