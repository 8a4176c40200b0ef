"""Rooms and devices are added, and put right."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit, site
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.actions.typed import one_line
from clinic.models import Clinic, Device, Room
from clinic.rules.roles import Actor, Right

LONGEST = {"name": 60, "kind": 30, "make": 60, "model": 60, "serial": 60}
LAST_POSITION = 999


@dataclass(frozen=True, slots=True)
class Details:
    """A room or a device; what it is `kind` of decides which visits it serves. Rooms have no make."""

    name: str
    kind: str
    position: int = 0
    is_active: bool = True
    make: str = ""
    model: str = ""
    serial: str = ""


def checked(details: Details, *, is_device: bool) -> Details:
    """Return the details as they are stored. Raises Refused for the first that cannot be."""
    details = replace(details, kind=details.kind.lower())
    needed = LONGEST if is_device else ("name", "kind")
    words: dict[str, Any] = {}
    for field, longest in LONGEST.items():
        words[field] = one_line(getattr(details, field), longest, field)
        if field in needed and not words[field]:
            raise Refused(_("Write this down: treatment records name it."), code="empty", field=field)
    words["kind"] = words["kind"].replace(" ", "_")
    if not 0 <= details.position <= LAST_POSITION:
        raise Refused(_("Enter a number from 0 to 999."), code="position", field="position")
    return replace(details, **words)


def add_place(
    actor: Actor, clinic: Clinic, details: Details, *, is_device: bool, at: datetime
) -> Room | Device:
    """Add a room or a device. Raises Refused for details that cannot be, and for a name that is taken."""
    own = checked(details, is_device=is_device)
    if not is_device:
        return site.add_room(actor, clinic, own.name, own.kind, at=at, position=own.position)
    return site.add_device(
        actor,
        clinic,
        own.name,
        own.kind,
        make=own.make,
        model=own.model,
        serial=own.serial,
        at=at,
        position=own.position,
    )


@transaction.atomic
def change_place(actor: Actor, place: Room | Device, details: Details, *, at: datetime) -> Room | Device:
    """Put a room or a device right. Whoever calls this has seen that no visit stands that would lose its place.

    Raises Refused for details that cannot be, and for a name that another one has.
    """
    must(actor, Right.MANAGE_CLINIC, place.clinic_id)
    is_device = isinstance(place, Device)
    wanted = asdict(checked(details, is_device=is_device))
    Clinic.objects.select_for_update(no_key=True).get(pk=place.clinic_id)  # two of one name at once
    rows: Any = type(place)._default_manager.filter(clinic_id=place.clinic_id)
    held: Room | Device = rows.get(pk=place.pk)
    others = rows.filter(name__iexact=wanted["name"]).exclude(pk=place.pk)
    site.refuse_taken(wanted["name"], others.exists())
    fields = [field for field in wanted if is_device or field not in ("make", "model", "serial")]
    changed = [field for field in fields if getattr(held, field) != wanted[field]]
    for field in changed:
        setattr(held, field, wanted[field])
    if changed:
        held.save(update_fields=changed)
        audit.record(actor, "change", held, at=at, clinic_id=held.clinic_id, fields=changed)
    return held
