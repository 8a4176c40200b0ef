"""A clinic is opened, given hours, rooms and devices, and closed for days; the impossible is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clinic.actions import site
from clinic.actions.refusal import Refused
from clinic.models import (
    AuditEntry,
    Clinic,
    Closure,
    Device,
    OpeningHours,
    Outage,
    Resource,
    Room,
    SpecialOpening,
)
from clinic.rules.roles import SYSTEM
from tests.people import Team, a_team
from tests.rush import rush

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLACE: dict[str, Any] = {
    "slug": "mistral",
    "name": "Mistral",
    "time_zone": "Europe/Madrid",
    "address": "Calle 1",
    "phone": "+34 910 000 000",
    "emergency_number": "112",
}


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def test_a_clinic_is_opened_by_the_operator(db: None) -> None:
    clinic = site.open_clinic(SYSTEM, **PLACE, products={"cleanser": "Calm wash"}, at=AT)
    clinic.refresh_from_db()
    assert (clinic.slug, clinic.zone.key, clinic.grid_minutes) == ("mistral", "Europe/Madrid", 15)
    assert (clinic.cleanser, clinic.sunscreen) == ("Calm wash", "")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.clinic, entry.user) == ("open", clinic, None)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"time_zone": "Europe/Atlantis"}, "zone"),
        ({"time_zone": "../../etc/passwd"}, "zone"),
        ({"time_zone": ""}, "zone"),
        ({"slug": "fernway"}, "slug_taken"),
        ({"slug": "two words"}, "slug"),
    ],
)
def test_an_impossible_clinic_is_not_opened(team: Team, changed: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        site.open_clinic(SYSTEM, **{**PLACE, **changed}, at=AT)
    assert refused.value.code == code
    assert Clinic.objects.count() == 1


def test_no_member_opens_a_clinic(team: Team) -> None:
    with pytest.raises(Refused) as refused:
        site.open_clinic(team.admin.actor, **PLACE, at=AT)
    assert refused.value.code == "not_allowed"


def test_opening_hours_replace_the_old_ones(team: Team) -> None:
    site.set_opening_hours(team.admin.actor, team.clinic, {5: [(840, 1080), (540, 780)]}, at=AT)
    rows = OpeningHours.objects.values_list("weekday", "start_minute", "end_minute")
    assert list(rows.order_by("start_minute")) == [(5, 540, 780), (5, 840, 1080)]


@pytest.mark.parametrize(
    ("week", "code"),
    [
        ({0: [(600, 540)]}, "hours"),
        ({0: [(540, 540)]}, "hours"),
        ({0: [(-5, 60)]}, "hours"),
        ({0: [(540, 1441)]}, "hours"),
        ({0: [(540, 700), (660, 720)]}, "hours_overlap"),
        ({7: [(540, 700)]}, "weekday"),
    ],
)
def test_impossible_hours_change_nothing(team: Team, week: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        site.set_opening_hours(team.admin.actor, team.clinic, week, at=AT)
    assert refused.value.code == code
    assert OpeningHours.objects.count() == 5


def test_a_day_has_hours_of_its_own(team: Team) -> None:
    for spans in ([(540, 600)], [(600, 720), (780, 840)]):
        site.open_specially(team.admin.actor, team.clinic, date(2026, 3, 7), spans, at=AT)
    rows = SpecialOpening.objects.order_by("start_minute").values_list("day", "start_minute", "end_minute")
    assert list(rows) == [(date(2026, 3, 7), 600, 720), (date(2026, 3, 7), 780, 840)]


def test_a_room_and_a_device_come_with_a_resource_of_their_own(team: Team) -> None:
    room = site.add_room(team.admin.actor, team.clinic, "Garden room", "treatment", at=AT)
    pen = site.add_device(
        team.admin.actor,
        team.clinic,
        "Pen B",
        "needling_pen",
        make="Dermis",
        model="P2",
        serial="SN-9",
        at=AT,
    )
    assert (room.resource.kind, pen.resource.kind) == (Resource.Kind.ROOM, Resource.Kind.DEVICE)
    assert (pen.make, pen.model, pen.serial) == ("Dermis", "P2", "SN-9")
    assert AuditEntry.objects.filter(verb="add").count() == 2


@pytest.mark.parametrize(("name", "code"), [("garden ROOM", "name_taken"), ("  ", "empty")])
def test_two_rooms_of_one_name_are_refused(team: Team, name: str, code: str) -> None:
    site.add_room(team.admin.actor, team.clinic, "Garden room", "treatment", at=AT)
    with pytest.raises(Refused) as refused:
        site.add_room(team.admin.actor, team.clinic, name, "treatment", at=AT)
    assert refused.value.code == code


def test_closures_and_outages_hold_whole_days_or_hours(team: Team) -> None:
    actor, room = team.admin.actor, Room.objects.filter(clinic=team.clinic)[0]
    site.close(actor, team.clinic, date(2026, 12, 24), date(2026, 12, 26), reason="Christmas", at=AT)
    site.put_out_of_use(actor, room, date(2026, 3, 9), date(2026, 3, 9), hours=(540, 600), at=AT)
    closure, outage = Closure.objects.get(), Outage.objects.get()
    assert (closure.first, closure.last, closure.start_minute) == (
        date(2026, 12, 24),
        date(2026, 12, 26),
        None,
    )
    assert (outage.resource, outage.start_minute, outage.end_minute) == (room.resource, 540, 600)


@pytest.mark.parametrize(
    ("first", "last", "hours", "code"),
    [
        (date(2026, 3, 9), date(2026, 3, 8), None, "days"),
        (date(2026, 3, 9), date(2036, 3, 9), None, "days"),
        (date(2026, 3, 9), date(2026, 3, 9), (600, 540), "hours"),
    ],
)
def test_an_impossible_closure_is_refused(team: Team, first: date, last: date, hours: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        site.close(team.admin.actor, team.clinic, first, last, hours=hours, at=AT)
    assert refused.value.code == code
    assert not Closure.objects.exists()


def test_nobody_but_an_administrator_of_the_clinic_changes_it(team: Team) -> None:
    device, day = Device.objects.get(), date(2026, 3, 9)
    for actor in (team.desk.actor, team.lead.actor, a_team("mistral").admin.actor):
        for refused in (
            lambda who: site.set_opening_hours(who, team.clinic, {}, at=AT),
            lambda who: site.open_specially(who, team.clinic, day, [], at=AT),
            lambda who: site.add_room(who, team.clinic, "New", "treatment", at=AT),
            lambda who: site.close(who, team.clinic, day, day, at=AT),
            lambda who: site.put_out_of_use(who, device, day, day, at=AT),
        ):
            with pytest.raises(Refused, match="role"):
                refused(actor)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_add_a_room_or_a_device_of_one_name_at_once_add_one() -> None:
    team = a_team()
    actor, clinic = team.admin.actor, team.clinic

    def add_pen(_number: int) -> Device:
        return site.add_device(
            actor, clinic, "New", "needling_pen", make="Dermis", model="P3", serial="9", at=AT
        )

    for add in (lambda n: site.add_room(actor, clinic, "New" if n else "NEW", "treatment", at=AT), add_pen):
        results = rush(3, add)
        assert [one.code for one in results if isinstance(one, Refused)] == ["name_taken", "name_taken"]
    assert (clinic.rooms.filter(name__iexact="new").count(), clinic.devices.filter(name="New").count()) == (
        1,
        1,
    )
