"""What a clinic offers: the kinds of visit, and what each takes."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Clinic, Membership
from clinic.rules.roles import Actor, Right
from plans.models import Kind, VisitType
from plans.rules.scheduling.model import MAX_BUFFER

SHORTEST, LONGEST = 5, 480


@dataclass(frozen=True, slots=True)
class Buffers:
    """Minutes of set-up before a visit and of clean-up after it, by what they keep busy."""

    practitioner_before: int = 0
    practitioner_after: int = 0
    room_before: int = 0
    room_after: int = 0
    device_before: int = 0
    device_after: int = 0

    def minutes(self) -> dict[str, int]:
        """Return the buffers by the name of their field."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@transaction.atomic
def offer(
    actor: Actor,
    clinic: Clinic,
    kind: str,
    *,
    minutes: int,
    room_kind: str,
    at: datetime,
    device_kind: str = "",
    buffers: Buffers = Buffers(),
    practitioners: Collection[Membership] = (),
) -> VisitType:
    """Let a clinic give visits of a kind, or change what such a visit takes; visits that stand keep theirs.

    Nobody named in `practitioners` means that every practitioner of the clinic gives it. Raises Refused for
    blocked time, for minutes that cannot be, and for rooms, devices and people that the clinic does not have.
    """
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    if kind not in Kind.values or kind == Kind.BLOCKED:
        raise Refused(_("Choose what kind of visit this is."), code="kind", field="kind")
    _refuse_minutes(minutes, buffers)
    _refuse_missing(clinic, room_kind, device_kind)
    _refuse_strangers(clinic, practitioners)
    needs = {"minutes": minutes, "room_kind": room_kind, "device_kind": device_kind, **buffers.minutes()}
    before = VisitType.objects.select_for_update().filter(clinic=clinic, kind=kind).first()
    changed = [name for name, value in needs.items() if before is None or getattr(before, name) != value]
    offered, _is_new = VisitType.objects.update_or_create(clinic=clinic, kind=kind, defaults=needs)
    if set(offered.practitioners.all()) != set(practitioners):
        offered.practitioners.set(practitioners)
        changed.append("practitioners")
    if changed:
        audit.record(actor, "offer", offered, at=at, clinic_id=clinic.pk, fields=changed)
    return offered


def _refuse_minutes(minutes: int, buffers: Buffers) -> None:
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(_("A visit lasts from 5 minutes to 8 hours."), code="minutes", field="minutes")
    for name, length in buffers.minutes().items():
        if not 0 <= length <= MAX_BUFFER:
            raise Refused(
                _("Set-up and clean-up last from 0 minutes to 4 hours each."), code="buffer", field=name
            )


def _refuse_missing(clinic: Clinic, room_kind: str, device_kind: str) -> None:
    if not clinic.rooms.filter(kind=room_kind, is_active=True).exists():
        raise Refused(_("This clinic has no room of that kind."), code="room_kind", field="room_kind")
    if device_kind and not clinic.devices.filter(kind=device_kind, is_active=True).exists():
        raise Refused(_("This clinic has no device of that kind."), code="device_kind", field="device_kind")


def _refuse_strangers(clinic: Clinic, practitioners: Collection[Membership]) -> None:
    known = set(Membership.objects.practitioners().filter(clinic=clinic))
    if not known.issuperset(practitioners):
        raise Refused(_("Choose practitioners of this clinic."), code="practitioners", field="practitioners")
