"""What visits stand on is changed only while none of them would lose its room, device, practitioner or time."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from django.db import transaction

from clinic.actions.people import Person, disable, engage
from clinic.actions.places import Details
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Clinic, Device, Membership, Room, User
from clinic.rules.roles import Role
from plans.actions import setup
from plans.actions.holding import hold, lock
from plans.actions.setup import Described
from plans.models import Occupancy, Visit, VisitType
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.plans import VisitFactory
from tests.people import a_team
from tests.refusal import refused
from tests.rush import rush

PEN = Details("Pen", "needling pen", 3, True, "Dermis", "P3", "SN-9")


@pytest.fixture
def room(desk: Desk) -> Room:
    return desk.team.clinic.rooms.get(kind="treatment")


def booked(desk: Desk, **fields: Any) -> Visit:
    row = {"series": desk.series, "session_number": 1, "day": MONDAY.date(), **fields}
    visit: Visit = VisitFactory.create(**row)
    return visit


def stands(place: Room | Device) -> Details:
    names = ("name", "kind", "position", "is_active")
    return Details(**{name: getattr(place, name) for name in names})


def test_a_room_is_renamed_and_put_first_while_it_is_booked(desk: Desk, room: Room) -> None:
    booked(desk, room=room)
    wanted = replace(stands(room), name="  Fern  room ", position=1)
    changed = setup.change_place(desk.admin, room, wanted, at=MONDAY)
    assert (changed.name, changed.position, changed.kind) == ("Fern room", 1, "treatment")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject_kind, entry.fields) == ("change", "room", ["name", "position"])


@pytest.mark.parametrize(("field", "value"), [("is_active", False), ("kind", "consulting")])
def test_a_booked_room_stays_what_it_is(desk: Desk, room: Room, field: str, value: Any) -> None:
    visit = booked(desk, room=room, state="confirmed")
    wanted = replace(stands(room), **{field: value})
    told = refused(lambda: setup.change_place(desk.admin, room, wanted, at=MONDAY))
    assert (told.code, told.field) == ("standing", field)
    assert "1 visit is still booked" in str(told)
    Visit.objects.filter(pk=visit.pk).update(state="cancelled")
    setup.change_place(desk.admin, room, wanted, at=MONDAY)
    assert getattr(Room.objects.get(pk=room.pk), field) == value


def test_a_device_is_put_right_and_its_kind_is_one_word(desk: Desk) -> None:
    pen = desk.team.clinic.devices.get()
    setup.change_place(desk.admin, pen, PEN, at=MONDAY)
    pen.refresh_from_db()
    assert (pen.kind, pen.kind_words, pen.serial, pen.model) == ("needling_pen", "needling pen", "SN-9", "P3")


def test_what_went_out_of_use_while_a_time_was_chosen_is_not_booked(desk: Desk, room: Room) -> None:
    visit = booked(desk, room=room)
    Room.objects.filter(pk=room.pk).update(is_active=False)
    assert refused(lambda: hold([visit], None)).code == "gone"
    Room.objects.filter(pk=room.pk).update(is_active=True)
    Membership.objects.filter(pk=visit.practitioner_id).update(is_active=False)
    assert refused(lambda: hold([visit], None)).code == "gone"
    Membership.objects.filter(pk=visit.practitioner_id).update(is_active=True)
    hold([visit], None)
    assert Occupancy.objects.filter(visit=visit).count() == 3


def test_a_colleague_who_left_elsewhere_is_still_booked_here(desk: Desk) -> None:
    other = a_team("mistral")
    there = engage(
        other.admin.actor,
        other.clinic,
        Person(desk.team.practitioner.user.email, "Anybody"),
        {Role.PRACTITIONER},
        at=MONDAY,
    )
    disable(other.admin.actor, there, at=MONDAY)
    hold([booked(desk)], None)
    assert Occupancy.objects.count() == 2


def test_who_is_booked_cannot_leave(desk: Desk) -> None:
    admin, member = desk.admin, desk.team.practitioner
    visit = booked(desk)
    assert refused(lambda: setup.let_go(admin, member, at=MONDAY)).code == "standing"
    Visit.objects.filter(pk=visit.pk).update(state="done")
    setup.let_go(admin, member, at=MONDAY)
    assert Membership.objects.get(pk=member.pk).is_active is False
    assert User.objects.get(pk=member.user_id).session_epoch == 1


def test_who_is_booked_goes_on_treating(desk: Desk) -> None:
    admin, member = desk.admin, desk.team.practitioner
    booked(desk)
    wanted = Described("New Name", "Nurse", "LIC-2", frozenset({Role.FRONT_DESK}))
    told = refused(lambda: setup.change_member(admin, member, wanted, at=MONDAY))
    assert (told.code, told.field) == ("standing", "roles")
    assert User.objects.get(pk=member.user_id).name != "New Name"
    also = replace(wanted, roles=frozenset({Role.FRONT_DESK, Role.PRACTITIONER}))
    setup.change_member(admin, member, also, at=MONDAY)
    kept = Membership.objects.select_related("user").get(pk=member.pk)
    assert (kept.user.name, kept.licence, kept.is_front_desk) == ("New Name", "LIC-2", True)


def test_the_only_one_named_for_a_kind_of_visit_stays(desk: Desk) -> None:
    admin, lead, nurse = desk.admin, desk.team.lead, desk.team.practitioner
    VisitType.objects.get(kind="consultation").practitioners.set([lead])
    told = refused(lambda: setup.let_go(admin, lead, at=MONDAY))
    assert (told.code, str(told)) == (
        "only_one",
        "Nobody else is named for: consultation. Name somebody else there first.",
    )
    VisitType.objects.get(kind="consultation").practitioners.set([lead, nurse])
    setup.let_go(admin, lead, at=MONDAY)
    assert refused(lambda: setup.let_go(admin, nurse, at=MONDAY)).code == "only_one"


def test_the_zone_changes_only_while_nobody_is_booked(desk: Desk) -> None:
    admin, clinic = desk.admin, desk.team.clinic
    visit = booked(desk)
    told = refused(lambda: setup.change_zone(admin, clinic, "Europe/Madrid", at=MONDAY))
    assert (told.code, told.field) == ("standing", "time_zone")
    Visit.objects.filter(pk=visit.pk).update(state="done")
    assert refused(lambda: setup.change_zone(admin, clinic, "Europe/Nowhere", at=MONDAY)).code == "zone"
    setup.change_zone(admin, clinic, "Europe/Madrid", at=MONDAY)
    assert Clinic.objects.get(pk=clinic.pk).time_zone == "Europe/Madrid"
    assert AuditEntry.objects.get().fields == ["time_zone"]


def test_nobody_but_the_clinics_administrator_changes_any_of_it(desk: Desk, room: Room) -> None:
    member, clinic = desk.team.desk, desk.team.clinic
    wanted = Described("X", "", "", frozenset({Role.ADMIN}))
    for actor in (desk.actor, desk.team.lead.actor, a_team("mistral").admin.actor):
        for act in (
            lambda who: setup.change_place(who, room, stands(room), at=MONDAY),
            lambda who: setup.change_member(who, member, wanted, at=MONDAY),
            lambda who: setup.let_go(who, member, at=MONDAY),
            lambda who: setup.change_zone(who, clinic, "Europe/Madrid", at=MONDAY),
        ):
            with pytest.raises(Refused, match="role"):
                act(actor)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_rooms_renamed_at_once_do_not_get_one_name() -> None:
    desk = a_desk()
    rooms = list(desk.team.clinic.rooms.all())
    actor = desk.admin
    results = rush(
        2, lambda n: setup.change_place(actor, rooms[n], replace(stands(rooms[n]), name="Fern"), at=MONDAY)
    )
    assert [one.code for one in results if isinstance(one, Refused)] == ["name_taken"]
    assert Room.objects.filter(name="Fern").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["change_place", "change_member", "let_go", "change_zone"])
def test_the_clinic_is_locked_before_any_diary(verb: str) -> None:
    desk = a_desk()
    admin, clinic, member = desk.admin, desk.team.clinic, desk.team.practitioner
    room = clinic.rooms.get(kind="treatment")
    changes: dict[str, Callable[[], object]] = {
        "change_place": lambda: setup.change_place(admin, room, stands(room), at=MONDAY),
        "change_member": lambda: setup.change_member(
            admin, member, Described("Ana", "", "", frozenset({Role.FRONT_DESK})), at=MONDAY
        ),
        "let_go": lambda: setup.let_go(admin, member, at=MONDAY),
        "change_zone": lambda: setup.change_zone(admin, clinic, "Europe/Madrid", at=MONDAY),
    }
    diaries = [one for one in (room.resource_id, member.user.resource_id) if one is not None]
    has_clinic = Event()

    def book(number: int) -> object:
        """Lock as a booking does, and leave the change time to begin in between."""
        if number:
            has_clinic.wait()
            return changes[verb]()
        with transaction.atomic():
            Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
            has_clinic.set()
            time.sleep(0.3)
            lock(diaries)
        return None

    assert [one for one in rush(2, book) if isinstance(one, Exception)] == []
