"""What protocol.json says of sessions, intervals, booking and depth. Field names are its keys."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from patients.rules.conditions import All, Fact, Facts, leaves, matches
from patients.rules.flags import Flag, fingerprint
from patients.rules.terms import Level, Override, Text
from plans.rules.terms import BookingState, Severity


@dataclass(frozen=True, slots=True)
class Defaults:
    """The bounds of every proposal: sessions, and days between them."""

    sessions_min: int
    sessions_max: int
    interval_min_days: int
    interval_max_days: int
    interval_default_days: int
    source_ids: tuple[str, ...]
    comment: str | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """From min to max, both included."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class OverrideBounds:
    """How far a practitioner may leave a proposal, with a written reason."""

    sessions: Bounds
    interval_days: Bounds
    reason_required: bool
    reason_min_chars: int
    source_ids: tuple[str, ...]
    min_role: Override
    comment: str | None


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of a booking state: so many days after another mark, and not before `at_least_day`."""

    from_: str
    plus_days: int
    at_least_day: int | None


@dataclass(frozen=True, slots=True)
class StateRule:
    """One booking state; the states are tested top to bottom."""

    id: str
    state: BookingState
    last_day: LastDay | None
    front_desk_may_book: bool
    staff_note: str | None
    label: Text


@dataclass(frozen=True, slots=True)
class Booking:
    """How the window of the next session is reckoned, and what lies outside it."""

    grace_days_after_window: int
    latest_at_least_day: int
    count_from: str
    match: str
    states: tuple[StateRule, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagRule:
    """A condition that raises a flag: by age, skin type, concern, depth or a coming event."""

    id: str
    when: All
    level: Level
    override: Override | None
    staff_note: str
    patient_text: Text | None
    source_ids: tuple[str, ...]
    comment: str | None = None

    def flag(self, facts: Facts, version: str) -> Flag | None:
        """The flag that this rule of a protocol version raises for `facts`, if it matches.

        A resolution of it holds while the version and the facts that the condition reads stay the same.
        """
        if not matches(self.when, facts):
            return None
        read = [f"{leaf.field}={_told(facts.get(leaf.field))}" for leaf in leaves(self.when)]
        return Flag(
            id=self.id,
            level=self.level,
            override=self.override,
            staff_note=self.staff_note,
            basis=fingerprint(version, self.id, *read),
            patient_text=self.patient_text,
            source_ids=self.source_ids,
        )


def _told(fact: Fact) -> str:
    """A fact in words that do not depend on the order of a list or the type of a number."""
    if isinstance(fact, str) or not isinstance(fact, Collection):
        return f"{fact.normalize():f}" if isinstance(fact, Decimal) else str(fact)
    return ",".join(sorted(fact))


@dataclass(frozen=True, slots=True)
class SessionsRow:
    """How many sessions a concern of one severity takes."""

    id: str
    severity: Severity
    min: int
    max: int
    suggest: int
    patient_text: Text
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """The severity that a clinical grade stands for."""

    grade: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class Concern:
    """What a patient comes for."""

    id: str
    label: Text
    also_called: tuple[str, ...]
    grade_scale: str | None
    grades: tuple[Grade, ...] | None
    cap_max: int | None
    sets_history: str | None
    sessions: tuple[SessionsRow, ...]
    notes: tuple[FlagRule, ...]


@dataclass(frozen=True, slots=True)
class Modifier:
    """Sessions added to, or taken from, the proposal."""

    id: str
    when: All
    add_suggest: int
    add_max: int
    patient_text: Text
    comment: str | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntervalRule:
    """Days between two sessions; the longest that matches wins."""

    id: str
    when: All
    days: int
    patient_text: Text
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DepthRange:
    """Usual needle depth in millimetres."""

    min: Decimal
    max: Decimal


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the body, with the depth that is usual there."""

    id: str
    label: Text
    group: str
    depth_mm: DepthRange
    staff_note: str | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DepthCategory:
    """What a depth is called: from_mm included, below_mm not."""

    id: str
    from_mm: Decimal
    below_mm: Decimal | None
    label: Text


@dataclass(frozen=True, slots=True)
class NeedleClass:
    """What needles up to that length are used for."""

    up_to_mm: Decimal
    use: str


@dataclass(frozen=True, slots=True)
class Depth:
    """Depth: its names, when a treatment counts as strong, and what to stop or look at."""

    comment: str | None
    unknown_recorded_depth_counts_as_mm: Decimal
    categories: tuple[DepthCategory, ...]
    aggressive_when: All
    guards: tuple[FlagRule, ...]
    needle_length_classes: tuple[NeedleClass, ...]
