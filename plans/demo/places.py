"""Two clinics in two time zones: their staff, rooms, pens, hours and kinds of visit."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from clinic.actions import people, site
from clinic.actions.people import Person
from clinic.models import Clinic, Device, Membership, Room
from clinic.rules.roles import SYSTEM, Role
from clinic.rules.timegrid import Span
from plans.actions import catalogue, disruptions, protocols
from plans.actions.catalogue import Buffers
from plans.actions.drafting import Wanted
from plans.models import Kind

SHIPPED = settings.BASE_DIR / "plans" / "protocols" / "microneedling"
OPENED_DAYS_BEFORE = 400
SUNDAY, MONDAY, TUESDAY = 6, 0, 1
DOORS: Span = (8 * 60, 18 * 60 + 30)
NEEDLING = Buffers(room_before=5, room_after=10)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in a demo clinic: roles, and the hours of a day on which they work."""

    key: str
    name: str
    title: str
    roles: Collection[Role]
    licence: str = ""
    hours: Sequence[Span] = ()
    days_off: Collection[int] = ()  # counted from the planted weekday, which everybody works


@dataclass(frozen=True)
class Place:
    """A clinic with whom and what the story needs by a short name."""

    clinic: Clinic
    planted_day: date
    staff: Mapping[str, Membership] = field(default_factory=dict)
    rooms: Mapping[str, Room] = field(default_factory=dict)
    pens: Mapping[str, Device] = field(default_factory=dict)


TREATS = Role.PRACTITIONER
FERNWAY_STAFF = (
    Member(
        "lead",
        "Dr Ingrid Solheim",
        "Dermatologist",
        (TREATS, Role.PRESCRIBER, Role.CLINICAL_LEAD),
        "GMC 0000001",
        ((480, 720), (765, 960)),
        (1, 4),
    ),
    Member(
        "nurse",
        "Beatriz Carvalho",
        "Nurse prescriber",
        (TREATS, Role.PRESCRIBER),
        "NMC 00A0001E",
        ((510, 750), (795, 1020)),
        (3,),
    ),
    Member(
        "therapist",
        "Tunde Adeyemi",
        "Skin therapist",
        (TREATS,),
        "SCR 000117",
        ((480, 780), (825, 1050)),
        (2,),
    ),
    Member("shared", "Maya Lindqvist-Rao", "Nurse", (TREATS,), "NMC 00A0002E", ((480, 810),), (1, 3, 5)),
    Member("desk", "Priya Nair", "Receptionist", (Role.FRONT_DESK,)),
    Member("admin", "Gareth Hughes", "Practice manager", (Role.ADMIN,)),
)
HARBOUR_STAFF = (
    Member(
        "lead",
        "Dr Caleb Whitfield",
        "Dermatologist",
        (TREATS, Role.PRESCRIBER, Role.CLINICAL_LEAD),
        "NY 000001",
        ((540, 780), (825, 1020)),
        (1,),
    ),
    # Ten to one in New York is the London afternoon: she sees patients of Harbour by video, after Fernway.
    Member("shared", "Maya Lindqvist-Rao", "Nurse", (TREATS,), "NY 000214", ((600, 780),), (1, 2, 3, 5, 6)),
    Member("desk", "Rosa Delgado", "Front desk", (Role.FRONT_DESK,)),
    Member("admin", "Denise Okafor", "Office manager", (Role.ADMIN,)),
)


def opening_instant(planted: datetime) -> datetime:
    """Return when both clinics opened, long before the first story."""
    return planted - timedelta(days=OPENED_DAYS_BEFORE)


def open_fernway(planted_day: date, at: datetime) -> Place:
    """Open the first clinic: three treatment rooms with a pen each, two consulting rooms."""
    clinic = site.open_clinic(
        SYSTEM,
        slug="fernway",
        name="Fernway Skin Clinic",
        time_zone="Europe/London",
        address="12 Fernway Road, London N1 0XX",
        phone="020 7946 0123",
        emergency_number="999",
        planted_day=planted_day,
        products={
            "cleanser": "Oat Milk Cleanser",
            "moisturiser": "Barrier Cream 5",
            "sunscreen": "Mineral Shield SPF 50",
        },
        at=at,
    )
    place = _furnished(clinic, planted_day, FERNWAY_STAFF, 3, at)
    staff, first = place.staff, planted_day
    for wanted in (
        Wanted("leave", first + timedelta(10), first + timedelta(13), staff["nurse"], reason="Holiday"),
        Wanted("leave", first - timedelta(62), first - timedelta(57), staff["lead"], reason="Conference"),
        Wanted("closure", first + timedelta(24), first + timedelta(24), reason="Staff training"),
    ):
        disruptions.draft(SYSTEM, clinic, wanted, at=at)
    return place


def open_harbour(planted_day: date, at: datetime) -> Place:
    """Open the second clinic: one treatment room, one consulting room; Maya only consults there."""
    clinic = site.open_clinic(
        SYSTEM,
        slug="harbour",
        name="Harbour Skin Clinic",
        time_zone="America/New_York",
        address="48 Water Street, New York, NY 10004",
        phone="(212) 555-0148",
        emergency_number="911",
        planted_day=planted_day,
        products={"sunscreen": "Harbor Mineral SPF 50"},
        at=at,
    )
    return _furnished(clinic, planted_day, HARBOUR_STAFF, 1, at)


def _furnished(
    clinic: Clinic, planted_day: date, members: Sequence[Member], treatment_rooms: int, at: datetime
) -> Place:
    week = {day: [DOORS] for day in range(7) if day != closed_weekday(planted_day)}
    site.set_opening_hours(SYSTEM, clinic, week, at=at)
    rooms, pens = {}, {}
    for number in range(1, treatment_rooms + 1):
        name = f"Treatment {number}"
        rooms[f"T{number}"] = site.add_room(SYSTEM, clinic, name, "treatment", position=number, at=at)
        pens[f"P{number}"] = site.add_device(
            SYSTEM,
            clinic,
            f"Pen {number}",
            "needling_pen",
            make="Dermis",
            model="P2",
            serial=f"DP2-{clinic.pk}00{number}",
            position=number,
            at=at,
        )
    for number in range(1, max(treatment_rooms, 2)):
        name = f"Consulting {number}"
        rooms[f"C{number}"] = site.add_room(SYSTEM, clinic, name, "consulting", position=10 + number, at=at)
    staff = {one.key: _engaged(clinic, planted_day, one, number, at) for number, one in enumerate(members, 1)}
    _offer_visits(clinic, staff, at)
    protocols.publish(staff["lead"].actor, clinic, _shipped(), at)
    return Place(clinic, planted_day, staff, rooms, pens)


def closed_weekday(planted_day: date) -> int:
    """Return the day on which the clinics are closed: Sunday, unless the planted day, or two days before
    it, is one.
    """
    return MONDAY if planted_day.weekday() in (SUNDAY, TUESDAY) else SUNDAY


def _engaged(clinic: Clinic, planted_day: date, one: Member, position: int, at: datetime) -> Membership:
    first_name = one.name.removeprefix("Dr ").split()[0].lower()
    person = Person(
        email=f"{first_name}@demo.interval.test",
        name=one.name,
        title=one.title,
        licence=one.licence,
        is_demo=True,
        position=position,
    )
    member = people.engage(SYSTEM, clinic, person, one.roles, at=at)
    if one.hours:
        off = {(planted_day.weekday() + days) % 7 for days in one.days_off} | {closed_weekday(planted_day)}
        week = {day: one.hours for day in range(7) if day not in off}
        since = planted_day - timedelta(days=OPENED_DAYS_BEFORE)
        people.set_shifts(SYSTEM, member, since, week, at=at)
    return member


def _offer_visits(clinic: Clinic, staff: Mapping[str, Membership], at: datetime) -> None:
    needling: dict[str, Any] = {"room_kind": "treatment", "device_kind": "needling_pen", "buffers": NEEDLING}
    if clinic.slug == "harbour":
        needling["practitioners"] = [staff["lead"]]
    for kind, minutes in ((Kind.TREATMENT, 60), (Kind.TEST_AREA, 30), (Kind.TOP_UP, 45)):
        catalogue.offer(SYSTEM, clinic, kind, minutes=minutes, at=at, **needling)
    for kind, minutes in ((Kind.CONSULTATION, 45), (Kind.REVIEW, 20)):
        catalogue.offer(SYSTEM, clinic, kind, minutes=minutes, room_kind="consulting", at=at)


def _shipped() -> dict[str, Any]:
    return {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.json"))
    }
