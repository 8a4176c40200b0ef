"""Holding resources for visits, and letting them go. Whatever books goes through here."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Membership, Resource
from clinic.rules.timegrid import CELL_MINUTES, NotOnTheClock, outward_cells, utc_range
from plans.models import Occupancy, Visit, VisitType


class SlotTaken(Refused):
    """Somebody else holds one of the resources. Nothing has been saved."""

    def __init__(self, visit: Visit | None = None) -> None:
        super().__init__(_("That time was booked a moment ago. Nothing has been saved."), code="slot_taken")
        self.visit = visit


class NoSuchTime(Refused):
    """The clocks change over that time, so it names no single instant."""

    def __init__(self) -> None:
        super().__init__(
            _("The clocks change at that time. Choose a time before or after."), code="not_on_the_clock"
        )


def instants(visit: Visit) -> tuple[datetime, datetime]:
    """Return when a visit starts and ends, in UTC, from its clinic's day and minute."""
    try:
        return utc_range(visit.day, visit.start_minute, visit.start_minute + visit.minutes, visit.clinic.zone)
    except NotOnTheClock:
        raise NoSuchTime from None


def occupancies(visit: Visit, kind: VisitType | None) -> list[Occupancy]:
    """Return what a visit holds: practitioner, room, device and patient, with the buffers of each."""
    held = [(_diary_of(visit.practitioner), _buffer(kind, "practitioner"))]
    if visit.room_id:
        held.append((visit.room_id, _buffer(kind, "room")))
    if visit.device_id:
        held.append((visit.device_id, _buffer(kind, "device")))
    if visit.patient is not None:
        held.append((visit.patient.resource_id, (0, 0)))
    rows = []
    for resource, (before, after) in held:
        cell_from, cell_to = outward_cells(
            visit.start_minute - before, visit.start_minute + visit.minutes + after
        )
        rows.append(
            Occupancy(
                clinic_id=visit.clinic_id,
                resource_id=resource,
                visit=visit,
                starts_at=visit.starts_at - timedelta(minutes=visit.start_minute - cell_from * CELL_MINUTES),
                ends_at=visit.starts_at + timedelta(minutes=cell_to * CELL_MINUTES - visit.start_minute),
                day=visit.day,
                cell_from=cell_from,
                cell_to=cell_to,
            )
        )
    return rows


def _diary_of(member: Membership) -> int:
    if member.user.resource_id is None:
        raise Refused(_("%(name)s has no diary of their own.") % {"name": member.user.name}, code="no_diary")
    return member.user.resource_id


def _buffer(kind: VisitType | None, role: str) -> tuple[int, int]:
    if kind is None:
        return (0, 0)
    return getattr(kind, f"{role}_before"), getattr(kind, f"{role}_after")


def hold(visits: Sequence[Visit], kind: VisitType | None) -> None:
    """Hold everything that the visits need, all or nothing; the caller's transaction is open.

    The rows of the resources are locked in the order of their ids, which is what keeps a rush free of
    deadlocks; the database's own constraint is what makes an overlap impossible. Raises SlotTaken.
    """
    rows = [row for visit in visits for row in occupancies(visit, kind)]
    lock(row.resource_id for row in rows)
    taken = _first_clash(rows)
    if taken is not None:
        raise SlotTaken(taken.visit)
    try:
        with transaction.atomic():
            Occupancy.objects.bulk_create(rows)
    except IntegrityError:
        raise SlotTaken from None


def lock(resource_ids: Iterable[int]) -> None:
    """Lock rows of resources, lowest id first."""
    ids = sorted(set(resource_ids))
    list(Resource.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def let_go(visits: Iterable[Visit]) -> None:
    """Free what the visits held."""
    Occupancy.objects.filter(visit__in=list(visits)).delete()


def _first_clash(rows: Sequence[Occupancy]) -> Occupancy | None:
    """Return the first row that somebody holds already; one query for all."""
    overlaps = (
        Q(resource_id=row.resource_id, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at) for row in rows
    )
    held = list(
        Occupancy.objects.filter(reduce(or_, overlaps)).values_list("resource_id", "starts_at", "ends_at")
    )
    for row in rows:
        for resource, starts_at, ends_at in held:
            if resource == row.resource_id and starts_at < row.ends_at and ends_at > row.starts_at:
                return row
    return None
