"""Changes to what visits stand on: refused while a visit would lose its room, device, practitioner or time."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.actions import details, people, places
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Clinic, Device, Membership, Resource, Room
from clinic.rules.roles import Actor, Right, Role
from plans.actions import holding
from plans.queries.setup import Standing, only_given_by, standing_in, standing_on, standing_with


@transaction.atomic
def change_place(
    actor: Actor, place: Room | Device, wanted: places.Details, *, at: datetime
) -> Room | Device:
    """Put a room or a device right. Out of use, or of another kind, only once no visit is booked on it.

    Raises Refused with code `standing` where visits stand: move them first, or enter the days as an absence.
    """
    _lock_clinic(actor, place.clinic_id)
    holding.lock([place.resource_id])
    own = places.checked(wanted, is_device=isinstance(place, Device))
    if not own.is_active or own.kind != place.kind:
        field = "kind" if own.is_active else "is_active"
        _refuse_standing(standing_on(place), field)
    return places.change_place(actor, place, own, at=at)


@dataclass(frozen=True, slots=True)
class Described:
    """How a member is called, and what they are in the clinic."""

    name: str
    title: str
    licence: str
    roles: frozenset[Role]


@transaction.atomic
def change_member(actor: Actor, member: Membership, wanted: Described, *, at: datetime) -> Membership:
    """Put a member right, and give them other roles. Who treats no longer must have no visit to give.

    Raises Refused with code `standing` where visits stand, `only_one` where nobody else gives a kind of visit,
    and for what `people.describe` and `people.change_roles` refuse.
    """
    _lock_clinic(actor, member.clinic_id)
    people.describe(actor, member, name=wanted.name, title=wanted.title, licence=wanted.licence, at=at)
    if wanted.roles == member.roles:
        return member
    if member.is_practitioner and Role.PRACTITIONER not in wanted.roles:
        _refuse_needed(member, "roles")
    return people.change_roles(actor, member, wanted.roles, at=at)


@transaction.atomic
def let_go(actor: Actor, member: Membership, *, at: datetime) -> Membership:
    """End a membership, once nobody is booked with them.

    Raises Refused with code `standing` before that, `only_one` where nobody else gives a kind of visit, and for
    what `people.disable` refuses.
    """
    _lock_clinic(actor, member.clinic_id)
    _refuse_needed(member, None)
    return people.disable(actor, member, at=at)


@transaction.atomic
def change_zone(actor: Actor, clinic: Clinic, time_zone: str, *, at: datetime) -> Clinic:
    """Count the clinic's days in another time zone: only while nobody is booked.

    A booking is a promise of a time on the clinic's clock, so it could not keep both its day and its instant.
    """
    _lock_clinic(actor, clinic.pk)
    details.known_zone(time_zone)
    diaries = Resource.objects.filter(practitioner__memberships__clinic=clinic)
    holding.lock(diaries.values_list("pk", flat=True))
    if time_zone != clinic.time_zone:
        _refuse_standing(standing_in(clinic), "time_zone")
    return details.count_in_zone(actor, clinic, time_zone, at=at)


def _lock_clinic(actor: Actor, clinic_id: int) -> None:
    """Lock the clinic before anybody's diary, as bookings and absences do: the other way round they would deadlock."""
    must(actor, Right.MANAGE_CLINIC, clinic_id)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic_id)


def _refuse_needed(member: Membership, field: str | None) -> None:
    """Refuse to lose somebody who is booked, or the only one named for a kind of visit: nobody named is everybody."""
    if member.user.resource_id is not None:
        holding.lock([member.user.resource_id])
    _refuse_standing(standing_with(member), field)
    kinds = only_given_by(member)
    if kinds:
        raise Refused(
            _("Nobody else is named for: %(kinds)s. Name somebody else there first.")
            % {"kinds": ", ".join(kind.get_kind_display() for kind in kinds)},
            code="only_one",
            field=field,
        )


def _refuse_standing(found: Standing, field: str | None) -> None:
    if not found.count:
        return
    message = ngettext(
        "%(n)s visit is still booked, so nothing has been changed. Move or cancel it, or say how it ended.",
        "%(n)s visits are still booked, so nothing has been changed. Move or cancel them, or say how they ended.",
        found.count,
    )
    raise Refused(message % {"n": found.count}, code="standing", field=field)
