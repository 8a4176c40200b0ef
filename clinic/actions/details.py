"""How the clinic is called and reached, and from when to when its visits are counted."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.actions.typed import one_line
from clinic.models import Clinic
from clinic.rules.roles import Actor, Right

GRIDS = (5, 10, 15, 20, 30, 60)
MOST_SETUP = 240
LONGEST = {
    "name": 120,
    "address": 240,
    "phone": 40,
    "emergency_number": 20,
    "cleanser": 120,
    "moisturiser": 120,
    "sunscreen": 120,
}
NEEDED = ("name", "address", "phone", "emergency_number")


@dataclass(frozen=True, slots=True)
class Details:
    """What patients read of the clinic, and how its visits are laid out; minutes."""

    name: str
    address: str
    phone: str
    emergency_number: str
    language: str
    grid_minutes: int
    setup_minutes: int
    cleanser: str = ""
    moisturiser: str = ""
    sunscreen: str = ""


@transaction.atomic
def change_details(actor: Actor, clinic: Clinic, details: Details, *, at: datetime) -> Clinic:
    """Put the details of a clinic right; visits that stand keep their times. The log names what changed.

    Raises Refused for details that cannot be.
    """
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    wanted = _checked(details)
    held = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    changed = [field for field, value in asdict(wanted).items() if getattr(held, field) != value]
    for field in changed:
        setattr(held, field, getattr(wanted, field))
    if changed:
        held.save(update_fields=changed)
        audit.record(actor, "change", held, at=at, clinic_id=held.pk, fields=changed)
    return held


def _checked(details: Details) -> Details:
    words: dict[str, Any] = {}
    for field, longest in LONGEST.items():
        words[field] = one_line(getattr(details, field), longest, field)
        if field in NEEDED and not words[field]:
            raise Refused(_("Patients need this: write it down."), code="empty", field=field)
    if details.language not in dict(settings.LANGUAGES):
        raise Refused(_("Choose one of the languages offered."), code="language", field="language")
    if details.grid_minutes not in GRIDS:
        raise Refused(_("Choose one of the steps offered."), code="grid", field="grid_minutes")
    if not 0 <= details.setup_minutes <= MOST_SETUP:
        raise Refused(_("Enter 0 to 240 minutes."), code="setup", field="setup_minutes")
    return replace(details, **words)


def known_zone(time_zone: str) -> str:
    """Return the name of a time zone. Raises Refused for one that does not exist."""
    try:
        ZoneInfo(time_zone)
    except (ValueError, OSError, KeyError):
        raise Refused(
            _("Choose a time zone such as Europe/London."), code="zone", field="time_zone"
        ) from None
    return time_zone


@transaction.atomic
def count_in_zone(actor: Actor, clinic: Clinic, time_zone: str, *, at: datetime) -> Clinic:
    """Count the clinic's days in another time zone. Whoever calls this has seen that no visit stands."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    held = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    held.time_zone = known_zone(time_zone)
    held.save(update_fields=["time_zone"])
    audit.record(actor, "change", held, at=at, clinic_id=held.pk, fields=["time_zone"])
    return held
