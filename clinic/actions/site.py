"""The place: a clinic opens, has hours, rooms and devices, and closes for a day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.details import known_zone
from clinic.actions.refusal import Refused
from clinic.models import Clinic, Closure, Device, OpeningHours, Outage, Resource, Room, SpecialOpening
from clinic.rules.intervals import merge
from clinic.rules.roles import SYSTEM, Actor, Right
from clinic.rules.timegrid import DAY_MINUTES, Span

LONGEST_ABSENCE_DAYS = 3 * 366


@transaction.atomic
def open_clinic(
    actor: Actor,
    *,
    slug: str,
    name: str,
    time_zone: str,
    address: str,
    phone: str,
    emergency_number: str,
    at: datetime,
    language: str = "en-gb",
    grid_minutes: int = 15,
    planted_day: date | None = None,
    products: Mapping[str, str] | None = None,
) -> Clinic:
    """Open a site. `products` names what it hands out: cleanser, moisturiser, sunscreen.

    Only the product itself may (a command of the operator). Raises Refused for an address that is taken or
    is no slug, and for a time zone that does not exist.
    """
    if actor is not SYSTEM:
        raise Refused(_("A clinic is opened by the operator of this server."), code="not_allowed")
    _refuse_bad_slug(slug)
    known_zone(time_zone)
    clinic = Clinic.objects.create(
        slug=slug,
        name=name,
        time_zone=time_zone,
        address=address,
        phone=phone,
        emergency_number=emergency_number,
        language=language,
        grid_minutes=grid_minutes,
        planted_day=planted_day,
        **{field: (products or {}).get(field, "") for field in ("cleanser", "moisturiser", "sunscreen")},
    )
    audit.record(actor, "open", clinic, at=at, clinic_id=clinic.pk)
    return clinic


def _refuse_bad_slug(slug: str) -> None:
    try:
        validate_slug(slug)
    except ValidationError:
        raise Refused(_("Use small letters, figures and hyphens."), code="slug", field="slug") from None
    if Clinic.objects.filter(slug=slug).exists():
        raise Refused(_("Another clinic has this address."), code="slug_taken", field="slug")


@transaction.atomic
def set_opening_hours(
    actor: Actor, clinic: Clinic, week: Mapping[int, Sequence[Span]], *, at: datetime
) -> None:
    """Replace the regular hours: weekday (0 = Monday) to spans of minutes; a missing weekday is closed."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    rows = [
        OpeningHours(clinic=clinic, weekday=weekday, start_minute=start, end_minute=end)
        for weekday, start, end in in_week(week)
    ]
    clinic.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(rows)
    audit.record(actor, "change", clinic, at=at, clinic_id=clinic.pk, fields=["opening_hours"])


@transaction.atomic
def open_specially(actor: Actor, clinic: Clinic, day: date, spans: Sequence[Span], *, at: datetime) -> None:
    """Give one date hours of its own, in place of the regular ones and of earlier special ones."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    rows = [
        SpecialOpening(clinic=clinic, day=day, start_minute=start, end_minute=end)
        for start, end in in_order(spans)
    ]
    clinic.special_openings.filter(day=day).delete()
    SpecialOpening.objects.bulk_create(rows)
    audit.record(actor, "change", clinic, at=at, clinic_id=clinic.pk, fields=["special_openings"])


@transaction.atomic
def add_room(actor: Actor, clinic: Clinic, name: str, kind: str, *, at: datetime, position: int = 0) -> Room:
    """Add a room of a kind, such as `treatment` or `consulting`."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # two of one name at once
    refuse_taken(name, clinic.rooms.filter(name__iexact=name).exists())
    resource = Resource.objects.create(kind=Resource.Kind.ROOM)
    room = Room.objects.create(resource=resource, clinic=clinic, name=name, kind=kind, position=position)
    audit.record(actor, "add", room, at=at, clinic_id=clinic.pk)
    return room


@transaction.atomic
def add_device(
    actor: Actor,
    clinic: Clinic,
    name: str,
    kind: str,
    *,
    make: str,
    model: str,
    serial: str,
    at: datetime,
    position: int = 0,
) -> Device:
    """Add a device of a kind, such as `needling_pen`, with what a treatment record must name."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # two of one name at once
    refuse_taken(name, clinic.devices.filter(name__iexact=name).exists())
    resource = Resource.objects.create(kind=Resource.Kind.DEVICE)
    device = Device.objects.create(
        resource=resource,
        clinic=clinic,
        name=name,
        kind=kind,
        make=make,
        model=model,
        serial=serial,
        position=position,
    )
    audit.record(actor, "add", device, at=at, clinic_id=clinic.pk)
    return device


def refuse_taken(name: str, taken: bool) -> None:
    """Refuse no name for a room or a device, and one that another of the clinic has."""
    if not name.strip():
        raise Refused(_("Enter a name."), code="empty", field="name")
    if taken:
        raise Refused(_("This clinic has one of that name already."), code="name_taken", field="name")


@transaction.atomic
def close(
    actor: Actor,
    clinic: Clinic,
    first: date,
    last: date,
    *,
    at: datetime,
    hours: Span | None = None,
    reason: str = "",
) -> Closure:
    """Close on first..last, the last included; with hours, for those minutes of each of the days."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    start, end = absence(first, last, hours)
    closure = Closure.objects.create(
        clinic=clinic, first=first, last=last, start_minute=start, end_minute=end, reason=reason
    )
    audit.record(actor, "close", closure, at=at, clinic_id=clinic.pk)
    return closure


@transaction.atomic
def put_out_of_use(
    actor: Actor,
    place: Room | Device,
    first: date,
    last: date,
    *,
    at: datetime,
    hours: Span | None = None,
    reason: str = "",
) -> Outage:
    """Take a room or a device out of use on first..last, the last included; with hours, for those minutes."""
    must(actor, Right.MANAGE_CLINIC, place.clinic_id)
    start, end = absence(first, last, hours)
    outage = Outage.objects.create(
        resource_id=place.resource_id,
        first=first,
        last=last,
        start_minute=start,
        end_minute=end,
        reason=reason,
    )
    audit.record(actor, "put_out_of_use", outage, at=at, clinic_id=place.clinic_id)
    return outage


def absence(first: date, last: date, hours: Span | None) -> tuple[int | None, int | None]:
    """Return the minutes of an absence, None twice for whole days. Raises Refused for an impossible one."""
    if last < first:
        raise Refused(_("The last day must not be before the first."), code="days", field="last")
    if (last - first).days > LONGEST_ABSENCE_DAYS:
        raise Refused(_("Enter a last day within three years of the first."), code="days", field="last")
    if hours is None:
        return None, None
    return in_order([hours])[0]


def in_week(week: Mapping[int, Sequence[Span]]) -> list[tuple[int, int, int]]:
    """Return (weekday, from, until) of a week, checked. Raises Refused for hours that cannot be."""
    if not set(week) <= set(range(7)):
        raise Refused(_("A weekday is a number from 0, Monday, to 6, Sunday."), code="weekday")
    return [(weekday, start, end) for weekday in sorted(week) for start, end in in_order(week[weekday])]


def in_order(spans: Iterable[Span]) -> list[Span]:
    """Return the spans of one day in order. Raises Refused for one outside the day, or two that overlap."""
    ordered = sorted(spans)
    if any(not 0 <= start < end <= DAY_MINUTES for start, end in ordered):
        raise Refused(_("The end must be after the start, on the same day."), code="hours", field="hours")
    if sum(end - start for start, end in ordered) != sum(end - start for start, end in merge(ordered)):
        raise Refused(_("Two of these hours overlap."), code="hours_overlap", field="hours")
    return ordered
