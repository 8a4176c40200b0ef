"""Holding resources for visits, and letting them go. Whatever books goes through here."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Clinic, Membership, Resource
from clinic.rules.timegrid import CELL_MINUTES, NotOnTheClock, outward_cells, utc_range
from plans.models import Absence, Occupancy, Series, Visit, VisitType
from plans.queries.disruptions import away_of, touched, with_names
from plans.queries.hindrance import Hindrance, hindrance
from plans.rules.scheduling.model import Slot


class SlotTaken(Refused):
    """Somebody else holds one of the resources. Nothing has been saved."""

    def __init__(self) -> None:
        super().__init__(_("That time was booked a moment ago. Nothing has been saved."), code="slot_taken")


class NoSuchTime(Refused):
    """The clocks change over that time, so it names no single instant."""

    def __init__(self) -> None:
        super().__init__(
            _("The clocks change at that time. Choose a time before or after."), code="not_on_the_clock"
        )


def instants(visit: Visit) -> tuple[datetime, datetime]:
    """Return when a visit starts and ends, in UTC, from its clinic's day and minute."""
    return _instants(visit.clinic, visit.day, visit.start_minute, visit.minutes)


def _instants(clinic: Clinic, day: date, start: int, minutes: int) -> tuple[datetime, datetime]:
    try:
        return utc_range(day, start, start + minutes, clinic.zone)
    except NotOnTheClock:
        raise NoSuchTime from None


def occupancies(visit: Visit, kind: VisitType | None) -> list[Occupancy]:
    """Return what a visit holds: practitioner, room, device and patient, with the buffers of each."""
    roles = {
        "practitioner": _diary_of(visit.practitioner),
        "room": visit.room_id,
        "device": visit.device_id,
        "patient": visit.patient.resource_id if visit.patient else None,
    }
    rows = [
        _row(roles[role], visit.day, visit.start_minute, visit.minutes, visit.starts_at, _buffer(kind, role))
        for role in roles
    ]
    for row in rows:
        row.visit, row.clinic_id = visit, visit.clinic_id
    return [row for row in rows if row.resource_id]


def claims(clinic: Clinic, kind: VisitType, patient: int | None, slots: Iterable[Slot]) -> list[Occupancy]:
    """Return what new visits of a kind would hold in these slots: what to lock and to look for, not what is kept."""
    rows = []
    for slot in slots:
        starts_at, _end = _instants(clinic, slot.day, slot.start, kind.minutes)
        roles = {
            "practitioner": slot.practitioner,
            "room": slot.room,
            "device": slot.device,
            "patient": patient,
        }
        rows += [
            _row(held, slot.day, slot.start, kind.minutes, starts_at, _buffer(kind, role))
            for role, held in roles.items()
        ]
    for row in rows:
        row.clinic_id = clinic.pk
    return [row for row in rows if row.resource_id]


def _row(
    resource: Hashable, day: date, start: int, minutes: int, starts_at: datetime, buffer: tuple[int, int]
) -> Occupancy:
    """Return one resource's part of a visit, still of no visit; 0 is no resource."""
    cell_from, cell_to = outward_cells(start - buffer[0], start + minutes + buffer[1])
    return Occupancy(
        resource_id=resource if isinstance(resource, int) else 0,
        starts_at=starts_at - timedelta(minutes=start - cell_from * CELL_MINUTES),
        ends_at=starts_at + timedelta(minutes=cell_to * CELL_MINUTES - start),
        day=day,
        cell_from=cell_from,
        cell_to=cell_to,
    )


def _diary_of(member: Membership) -> int:
    if member.user.resource_id is None:
        raise Refused(_("%(name)s has no diary of their own.") % {"name": member.user.name}, code="no_diary")
    return member.user.resource_id


def _buffer(kind: VisitType | None, role: str) -> tuple[int, int]:
    if kind is None or role == "patient":
        return (0, 0)
    return getattr(kind, f"{role}_before"), getattr(kind, f"{role}_after")


def hold(visits: Sequence[Visit], kind: VisitType | None) -> None:
    """Hold everything that the visits need, all or nothing; the caller's transaction is open.

    The rows of the resources are locked in the order of their ids, which is what keeps a rush free of
    deadlocks; the database's own constraint is what makes an overlap impossible. Raises SlotTaken.
    """
    rows = [row for visit in visits for row in occupancies(visit, kind)]
    claim(rows)
    _insert(rows)


def keep(visits: Sequence[Visit], kind: VisitType) -> None:
    """Hold what was claimed before; the database refuses what was not free after all. Raises SlotTaken.

    What a visit holds is made of the visit: one that moves keeps its own minutes, whatever its kind takes by now.
    """
    _insert([row for visit in visits for row in occupancies(visit, kind)])


def _insert(rows: Sequence[Occupancy]) -> None:
    try:
        Occupancy.objects.bulk_create(rows)
    except IntegrityError:
        raise SlotTaken from None


def claim(rows: Sequence[Occupancy], *, but_for: Visit | Series | None = None) -> None:
    """Lock everything that is to be held and refuse what is gone or taken; `but_for` is what is about to move.

    Whoever waited for the lock in vain learns it here, by one read. Raises SlotTaken.
    """
    lock(row.resource_id for row in rows)
    found = hindrance(rows, but_for=but_for)
    if found is Hindrance.TAKEN:
        raise SlotTaken
    if found is Hindrance.MERGED:
        raise Refused(_("This record was merged into another. Book for the one that stays."), code="merged")
    if found is Hindrance.GONE:
        raise Refused(
            _("Somebody or something that this visit needs is no longer here. Choose another time."),
            code="gone",
        )


def refuse_taken(rows: Sequence[Occupancy], *, but_for: Visit | Series | None = None) -> None:
    """Refuse what somebody else holds, before anything is locked; one query. Raises SlotTaken.

    Whether somebody is gone is asked under the lock, after whether the same form has booked already.
    """
    if hindrance(rows, but_for=but_for) is Hindrance.TAKEN:
        raise SlotTaken


def lock(resource_ids: Iterable[int]) -> None:
    """Lock rows of resources, lowest id first."""
    ids = sorted(set(resource_ids))
    list(Resource.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def let_go(visits: Iterable[Visit]) -> None:
    """Free what the visits held."""
    Occupancy.objects.filter(visit__in=list(visits)).delete()


def refuse_taken_away(visits: Sequence[Visit], since: datetime, *, at: datetime) -> None:
    """Refuse to bring visits back into time that was taken away since they let it go; they hold it again by now."""
    lost = Absence.objects.filter(state=Absence.State.EFFECTIVE, effective_at__gte=since)
    for absence in with_names(lost.filter(clinic__in={visit.clinic_id for visit in visits})):
        standing = {visit.pk for visit in touched(absence.clinic, away_of(absence), at=at)}
        if any(visit.pk in standing for visit in visits):
            raise Refused(_("That time was taken away since. Book another time instead."), code="taken_away")
