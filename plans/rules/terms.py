"""The words of a plan, as a protocol writes them."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How marked a concern is."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class SunDamage(StrEnum):
    """How marked the sun damage of the skin is."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Goal(StrEnum):
    """How much change the patient wants."""

    SUBTLE = "subtle"
    STANDARD = "standard"
    MAXIMUM = "maximum"


class Endpoint(StrEnum):
    """What the skin looked like when the practitioner stopped."""

    PINK = "pink"
    PINPOINT_BLEEDING = "pinpoint_bleeding"
    CONFLUENT_BLEEDING = "confluent_bleeding"


class BookingState(StrEnum):
    """How a day stands to the window of the next session."""

    TOO_EARLY = "too_early"
    ON_PLAN = "on_plan"
    LATE = "late"
    LATE_REVIEW = "late_review"
    LAPSED = "lapsed"


class Importance(StrEnum):
    """How much an instruction matters, the most first."""

    MUST = "must"
    SHOULD = "should"
    OPTIONAL = "optional"


class Advice(StrEnum):
    """Whether an instruction asks for something or against it."""

    DO = "do"
    DONT = "dont"


class Urgency(StrEnum):
    """How soon to act on a red flag, the soonest first."""

    EMERGENCY = "emergency"
    URGENT_MEDICAL = "urgent_medical"
    CALL_SAME_DAY = "call_same_day"
    CALL_SOON = "call_soon"


class TriageAction(StrEnum):
    """What follows from a check-in."""

    RED_FLAG = "red_flag"
    REMIND_ONCE = "remind_once"


HISTORY = frozenset({"hsv", "pih", "melasma", "sensitive", "contact_allergy", "anticoagulant"})
"""What `sets_history` may add to a patient's history."""

CLINIC_PRODUCTS = frozenset({"peptide_serum"})
"""Roles of products that a clinic may hand over."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something cannot be signed as it is: the field and what is wrong with it."""

    field: str
    message: str
