"""Rooms and devices are added and put right under one name each, with what a treatment record names."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from clinic.actions.places import Details, add_place, change_place, checked
from clinic.models import AuditEntry, Device, Resource, Room
from tests.people import Team, a_team
from tests.refusal import refused

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOM = Details("Fern room", "treatment", 3)
PEN = Details("Pen", "needling pen", 3, True, "Dermis", "P3", "SN-9")


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def room(team: Team) -> Room:
    return team.clinic.rooms.get(kind="treatment")


@pytest.fixture
def pen(team: Team) -> Device:
    return team.clinic.devices.get()


def held(place: Room | Device) -> dict[str, Any]:
    """What is stored of a place; a room has no make."""
    fields = list(asdict(PEN)) if isinstance(place, Device) else ["name", "kind", "position", "is_active"]
    rows: Any = type(place)._default_manager
    stored: dict[str, Any] = rows.values(*fields).get(pk=place.pk)
    return stored


def test_words_are_tidied_and_a_kind_is_one_small_word() -> None:
    typed = Details(" Fern \n room", " Needling  PEN ", 999, False, " Dermis ", "P  3", "\tSN-9")
    stored = Details("Fern room", "needling_pen", 999, False, "Dermis", "P 3", "SN-9")
    assert checked(typed, is_device=True) == stored
    assert checked(ROOM, is_device=False) == ROOM


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": " "}, "empty", "name"), ({"kind": ""}, "empty", "kind"), ({"make": "\n"}, "empty", "make"),
        ({"model": ""}, "empty", "model"), ({"serial": ""}, "empty", "serial"),
        ({"name": "x" * 61}, "too_long", "name"), ({"kind": "x" * 31}, "too_long", "kind"),
        ({"kind": "İ" * 16}, "too_long", "kind"),  # as it is stored, in small letters, it has 32 characters
        ({"make": "😀" * 61}, "too_long", "make"), ({"serial": "x" * 61}, "too_long", "serial"),
        ({"position": -1}, "position", "position"), ({"position": 1000}, "position", "position"),
        ({"name": "", "kind": "x" * 31, "position": -1}, "empty", "name"),
    ],
)  # fmt: skip
def test_details_that_cannot_be_change_nothing(
    team: Team, pen: Device, change: dict[str, Any], code: str, field: str
) -> None:
    before = held(pen)
    wrong = replace(PEN, **change)
    told = refused(lambda: change_place(team.admin.actor, pen, wrong, at=AT))
    assert (told.code, told.field) == (code, field)
    told = refused(lambda: add_place(team.admin.actor, team.clinic, wrong, is_device=True, at=AT))
    assert (told.code, told.field) == (code, field)
    assert (held(pen), Device.objects.count(), AuditEntry.objects.count()) == (before, 1, 0)


def test_a_room_is_added_without_a_make(team: Team) -> None:
    room = add_place(team.admin.actor, team.clinic, ROOM, is_device=False, at=AT)
    assert held(room) == {"name": "Fern room", "kind": "treatment", "position": 3, "is_active": True}
    assert (room.clinic, room.resource.kind) == (team.clinic, Resource.Kind.ROOM)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject_kind, entry.subject_id) == ("add", "room", str(room.pk))


def test_a_device_is_added_with_what_a_record_names(team: Team) -> None:
    device = add_place(team.admin.actor, team.clinic, PEN, is_device=True, at=AT)
    assert held(device) == {**asdict(PEN), "kind": "needling_pen"}
    assert (device.clinic, device.resource.kind) == (team.clinic, Resource.Kind.DEVICE)


def test_what_is_put_right_is_saved_and_the_log_names_it(team: Team, room: Room, pen: Device) -> None:
    admin = team.admin.actor
    change_place(admin, pen, replace(PEN, make="Dermis", is_active=False), at=AT)
    assert held(pen) == {**asdict(PEN), "kind": "needling_pen", "is_active": False}
    change_place(admin, room, replace(ROOM, make="nothing to a room"), at=AT)
    assert held(room) == {"name": "Fern room", "kind": "treatment", "position": 3, "is_active": True}
    lines = AuditEntry.objects.order_by("pk").values_list("verb", "subject_kind", "subject_id", "fields")
    assert list(lines) == [
        ("change", "device", str(pen.pk), ["is_active", "model", "name", "position", "serial"]),
        ("change", "room", str(room.pk), ["name", "position"]),
    ]


def test_the_same_again_leaves_no_line(team: Team, room: Room) -> None:
    for _ in range(2):
        change_place(team.admin.actor, room, ROOM, at=AT)
    assert AuditEntry.objects.count() == 1


def test_two_rooms_never_share_a_name_and_a_pen_may_have_it(team: Team, room: Room, pen: Device) -> None:
    admin = team.admin.actor
    other = team.clinic.rooms.get(kind="consulting")
    taken = replace(ROOM, name=f" {other.name.upper()} ")
    for act in (
        lambda: change_place(admin, room, taken, at=AT),
        lambda: add_place(admin, team.clinic, taken, is_device=False, at=AT),
    ):
        told = refused(act)
        assert (told.code, told.field) == ("name_taken", "name")
    change_place(admin, room, replace(ROOM, name=room.name.upper()), at=AT)
    change_place(admin, pen, replace(PEN, name=other.name), at=AT)
    stranger = a_team("mistral")
    theirs = stranger.clinic.rooms.get(kind="treatment")
    change_place(stranger.admin.actor, theirs, taken, at=AT)
    also = replace(ROOM, name=room.name)
    add_place(stranger.admin.actor, stranger.clinic, also, is_device=False, at=AT)


def test_nobody_but_the_clinics_administrator_may(team: Team, room: Room) -> None:
    for actor in (team.desk.actor, team.lead.actor, a_team("mistral").admin.actor):
        assert refused(lambda: change_place(actor, room, ROOM, at=AT)).code == "not_allowed"  # noqa: B023
        told = refused(lambda: add_place(actor, team.clinic, ROOM, is_device=False, at=AT))  # noqa: B023
        assert told.code == "not_allowed"
    assert not AuditEntry.objects.exists()
