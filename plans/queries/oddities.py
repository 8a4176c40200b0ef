"""What is odd about a visit that an import or an override left behind: outside the hours, or two at once."""

from dataclasses import dataclass

from django.db.models import Q

from clinic.rules.hours import patient_hours
from clinic.rules.intervals import contains
from clinic.rules.roles import Actor
from plans.models import Kind, Visit
from plans.queries.hours import hours_between
from plans.queries.outside import Outside, Typed
from plans.rules.visiting import STANDING


@dataclass(frozen=True, slots=True)
class Clash:
    """Another visit at the same time, and the names of whom and what both need."""

    visit: Visit
    shared: tuple[str, ...]


def hours_of(visit: Visit) -> Outside | None:
    """Return how a visit lies to the hours of its day as they are kept now; one query.

    None where that says nothing: blocked time may lie anywhere, and a visit that was cancelled lies nowhere.
    """
    if visit.kind == Kind.BLOCKED or visit.state not in STANDING:
        return None
    kept = hours_between(visit.clinic, visit.day, visit.day)
    opening, working = patient_hours(kept.opening, visit.day), kept.working(visit.practitioner_id, visit.day)
    start, end = visit.start_minute, visit.start_minute + visit.minutes
    return Outside(
        Typed(visit.day, start, visit.practitioner),
        "ok",
        opening,
        working,
        is_open=contains(opening, start, end),
        is_on_shift=contains(working, start, end),
    )


def at_the_same_time(actor: Actor, visit: Visit) -> list[Clash]:
    """Return the visits that need somebody or something at the time of this one, as far as they may be seen.

    Set-up and clean-up do not count; one query.
    """
    if visit.state not in STANDING:
        return []
    needed = Q(practitioner=visit.practitioner_id)
    for name in ("room", "device", "patient"):
        if key := getattr(visit, f"{name}_id"):
            needed |= Q(**{name: key})
    found = Visit.objects.visible_to(actor).filter(
        needed,
        clinic=visit.clinic_id,
        starts_at__lt=visit.ends_at,
        ends_at__gt=visit.starts_at,
        state__in=STANDING,
    )
    others = found.exclude(pk=visit.pk).select_related("patient").order_by("starts_at", "pk")
    return [Clash(other, tuple(_shared(visit, other))) for other in others]


def _shared(visit: Visit, other: Visit) -> list[str]:
    """Return the names of whom and what two visits both need."""
    named = [
        (visit.practitioner_id == other.practitioner_id, visit.practitioner.user.name),
        (visit.room_id == other.room_id, visit.room.name if visit.room else ""),
        (visit.device_id == other.device_id, visit.device.name if visit.device else ""),
        (visit.patient_id == other.patient_id, visit.patient.name if visit.patient else ""),
    ]
    return [name for is_shared, name in named if is_shared and name]
