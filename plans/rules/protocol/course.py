"""The whole of protocol.json, and its parts about a series under way. Field names are its keys."""

from dataclasses import dataclass
from decimal import Decimal

from patients.rules.conditions import All
from patients.rules.terms import Text
from plans.rules.protocol.core import (
    Area,
    Booking,
    Concern,
    Defaults,
    Depth,
    FlagRule,
    IntervalRule,
    Modifier,
    OverrideBounds,
)
from plans.rules.protocol.vocabulary import (
    GoalChoice,
    Grammar,
    Head,
    Placeholders,
    SeverityChoice,
    SkinType,
    SkinTypeScale,
    SunDamageChoice,
)


@dataclass(frozen=True, slots=True)
class RecordField:
    """One field of a record that staff fill in."""

    name: str
    type: str
    choices: tuple[str | int, ...] | None
    unit: str | None
    required: bool
    staff_label: str


@dataclass(frozen=True, slots=True)
class AnaestheticLimit:
    """What a label or a regulator allows for one kind of numbing cream; None = it says nothing."""

    id: str
    product: str
    max_strength_percent: Decimal | None
    grams_per_10cm2: Decimal | None
    max_grams: Decimal | None
    max_area_cm2: Decimal | None
    min_minutes: int | None
    max_minutes: int | None
    wrap_allowed: bool | None
    large_area_allowed: bool | None
    comment: str | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnMinutes:
    """How long numbing cream usually stays on, in minutes."""

    warn_under: int
    target: int
    warn_over: int
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anaesthetic:
    """Numbing cream: what to record and what to watch."""

    record_fields: tuple[RecordField, ...]
    limits: tuple[AnaestheticLimit, ...]
    default_on_minutes: OnMinutes
    staff_notes: tuple[str, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """How far a session should be from a big event, in days."""

    min_days_before_event: int
    careful_days_before_event: int
    flags: tuple[FlagRule, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeriesReview:
    """When to stop and look: after a session of that number, or so many days after the last."""

    id: str
    after_session: int | None
    after_last: bool
    days_after: tuple[int, ...]
    staff_note: str
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndReason:
    """Why a series ends or pauses. `when` None: a person sets it, never the system."""

    id: str
    ends_series: bool
    set_by: str
    when: All | None
    future_sessions: str
    history: str
    restart: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """What a patient may notice, and when, in days."""

    id: str
    days_after_first_from: int | None
    days_after_first_to: int | None
    sessions_done: int | None
    days_after_last_from: int | None
    days_after_last_to: int | None
    patient_text: Text
    staff_note: str | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaintenanceRule:
    """When to come back for a top-up, in days; the first rule that matches wins."""

    id: str
    when: All
    min_days: int
    max_days: int
    target_days: int
    patient_text: Text
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopRecall:
    """When no recall is sent any more."""

    id: str
    when: All


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Upkeep after a series."""

    match: str
    count_from: str
    rules: tuple[MaintenanceRule, ...]
    recall_messages_days_before_target: tuple[int, ...]
    stop_recalls: tuple[StopRecall, ...]
    comment: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a session, in order."""

    id: str
    order: int
    staff_label: str
    required: bool


@dataclass(frozen=True, slots=True)
class OutcomeTime:
    """When a scale is asked."""

    at: str
    session: int | None
    days_after: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scale that says how a series goes. `ship_items` False: its licence keeps the items out."""

    id: str
    label: Text
    staff_label: str
    by: tuple[str, ...]
    scale_min: int | None
    scale_max: int | None
    scale_comment: str | None
    when: All
    schedule: tuple[OutcomeTime, ...]
    ship_items: bool
    licence: str
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """Why no price stands here."""

    comment: str
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """The whole of protocol.json."""

    schema_version: str
    status: str
    protocol: Head
    principles: tuple[str, ...]
    condition_grammar: Grammar
    placeholders: Placeholders
    defaults: Defaults
    override_bounds: OverrideBounds
    booking: Booking
    severity_scale: tuple[SeverityChoice, ...]
    sun_damage_levels: tuple[SunDamageChoice, ...]
    goals: tuple[GoalChoice, ...]
    skin_type_scale: SkinTypeScale
    skin_types: tuple[SkinType, ...]
    age_rules: tuple[FlagRule, ...]
    skin_type_rules: tuple[FlagRule, ...]
    concerns: tuple[Concern, ...]
    session_modifiers: tuple[Modifier, ...]
    interval_rules: tuple[IntervalRule, ...]
    algorithm: tuple[str, ...]
    areas: tuple[Area, ...]
    depth: Depth
    anaesthetic: Anaesthetic
    events: Events
    series_reviews: tuple[SeriesReview, ...]
    series_end_reasons: tuple[EndReason, ...]
    milestones: tuple[Milestone, ...]
    maintenance: Maintenance
    consultation_record: tuple[RecordField, ...]
    session_record: tuple[RecordField, ...]
    session_steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    price: Price
