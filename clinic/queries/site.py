"""The clinic as its administrator sees it, and who may sign in to the demo."""

from dataclasses import dataclass
from datetime import datetime

from clinic.models import Clinic, Closure, Device, Leave, Membership, Outage, Room, SpecialOpening, User
from clinic.models.hours import WEEKDAYS
from clinic.rules.timegrid import local_day


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands at present, and what is still to come."""

    hours: list[tuple[str, list[tuple[int, int]]]]  # weekday in words, spans of minutes
    special: list[SpecialOpening]
    closures: list[Closure]
    rooms: list[Room]
    devices: list[Device]
    outages: list[Outage]
    staff: list[Membership]
    leave: list[Leave]


def settings_of(clinic: Clinic, at: datetime) -> Settings:
    """Return the clinic's settings on a day, in eight queries whatever it has."""
    today = local_day(at, clinic.zone)
    week: dict[int, list[tuple[int, int]]] = {number: [] for number, _name in WEEKDAYS}
    for row in clinic.opening_hours.order_by("weekday", "start_minute"):
        week[row.weekday].append((row.start_minute, row.end_minute))
    rooms, devices = list(clinic.rooms.all()), list(clinic.devices.all())
    resources = [place.resource_id for place in (*rooms, *devices)]
    members = clinic.memberships.select_related("user").order_by("-is_active", "position", "user__name", "pk")
    return Settings(
        hours=[(str(name), week[number]) for number, name in WEEKDAYS],
        special=list(clinic.special_openings.filter(day__gte=today).order_by("day", "start_minute")),
        closures=list(clinic.closures.filter(last__gte=today).order_by("first", "pk")),
        rooms=rooms,
        devices=devices,
        outages=list(
            Outage.objects.filter(resource__in=resources, last__gte=today)
            .select_related("resource__room", "resource__device")
            .order_by("first", "pk")
        ),
        staff=list(members),
        leave=list(
            Leave.objects.filter(membership__clinic=clinic, last__gte=today)
            .select_related("membership__user")
            .order_by("first", "pk")
        ),
    )


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """Invented people who may sign in to the demo."""

    staff: list[Membership]
    patients: list[User]


def demo_accounts() -> DemoAccounts:
    """Return the demo's staff with their clinic, and a few of its patients."""
    staff = Membership.objects.active().filter(user__is_demo=True)
    people = User.objects.filter(is_demo=True, is_active=True, memberships=None)
    return DemoAccounts(
        list(staff.select_related("user", "clinic").order_by("clinic__name", "position", "pk")),
        list(people.order_by("pk")[:4]),
    )
