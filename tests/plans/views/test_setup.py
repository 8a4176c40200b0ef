"""The administrator changes rooms, kinds of visit, people and the zone; each page says what stands on it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import Clinic, Device, Membership, Message, Room
from plans.models import VisitType
from tests.factories.booking import MONDAY, Desk
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory
from tests.pages import html_of
from tests.people import a_team, as_staff

AREA = "/c/fernway/settings/"
ROOM = {"name": "Fern", "kind": "Treatment", "position": "2"}
PEN = {**ROOM, "kind": "needling pen", "make": "Dermis", "model": "P2", "serial": "SN-1"}
MEMBER = {"name": "Ana Núñez", "title": "Nurse", "licence": "L-1", "roles": ["front_desk"]}
TYPE = {
    "minutes": "50", "room_kind": "treatment", "device_kind": "needling_pen",
    "practitioner_before": "0", "practitioner_after": "5", "room_before": "5", "room_after": "10",
    "device_before": "0", "device_after": "15",
}  # fmt: skip
BAD = ["", "x" * 10_000, "\x00"]


def addresses(desk: Desk) -> dict[str, dict[str, Any]]:
    """Return every page with what may be posted to it."""
    room, member = desk.team.clinic.rooms.earliest("pk"), desk.team.desk
    return {
        "places/new/room/": ROOM,
        "places/new/device/": PEN,
        f"places/{room.pk}/": {**ROOM, "name": "Moss", "is_active": "on"},
        "visits/treatment/": TYPE,
        "visits/review/": TYPE,
        "time-zone/": {"time_zone": "Europe/Madrid"},
        f"people/{member.pk}/": MEMBER,
        f"people/{member.pk}/departure/": {},
        f"people/{member.pk}/comeback/": {},
        f"people/{member.pk}/invitation/": {},
        "visits/": {},
    }


def test_what_is_sent_is_saved(desk: Desk, admin: Client) -> None:
    for path, data in addresses(desk).items():
        if data:
            answer = admin.post(AREA + path, data)
            assert (path, answer.status_code) == (path, 302)
    assert set(Room.objects.filter(position=2).values_list("name", "kind")) == {
        ("Fern", "treatment"),
        ("Moss", "treatment"),
    }
    assert Device.objects.filter(name="Fern", kind="needling_pen", serial="SN-1").exists()
    assert VisitType.objects.get(kind="treatment").device_after == 15
    assert VisitType.objects.get(kind="review").minutes == 50
    assert Clinic.objects.get(slug="fernway").time_zone == "Europe/Madrid"
    assert Membership.objects.select_related("user").get(pk=desk.team.desk.pk).user.name == "Ana Núñez"


def test_a_booked_room_says_who_stands_and_what_to_do_first(desk: Desk, admin: Client) -> None:
    room = desk.team.clinic.rooms.get(kind="treatment")
    VisitFactory.create(series=desk.series, session_number=1, day=MONDAY.date(), room=room)
    page = html_of(admin.get(f"{AREA}places/{room.pk}/"))
    assert "1 visit" in page
    assert "Tomasz Wieczorek" in page
    assert "/c/fernway/absences/new/" in page
    assert "Nothing else of this kind is in use" in page
    answer = admin.post(f"{AREA}places/{room.pk}/", {**ROOM, "kind": "treatment"})
    assert answer.status_code == 422
    assert "1 visit is still booked" in html_of(answer)
    assert 'value="Fern"' in html_of(answer)
    assert Room.objects.get(pk=room.pk).is_active


def test_a_person_who_is_booked_cannot_leave(desk: Desk, admin: Client) -> None:
    member = desk.team.practitioner
    VisitFactory.create(series=desk.series, session_number=1, day=MONDAY.date())
    answer = admin.post(f"{AREA}people/{member.pk}/departure/")
    assert (answer.status_code, "1 visit is still booked" in html_of(answer)) == (422, True)
    assert Membership.objects.get(pk=member.pk).is_active


def test_a_person_leaves_and_comes_back(desk: Desk, admin: Client) -> None:
    member, browser = desk.team.desk, as_staff(desk.team.desk)
    assert browser.get("/c/fernway/patients/").status_code == 200
    assert admin.post(f"{AREA}people/{member.pk}/departure/").status_code == 302
    assert browser.get("/c/fernway/patients/").status_code == 302
    assert "Works here again" in html_of(admin.get(f"{AREA}people/{member.pk}/"))
    admin.post(f"{AREA}people/{member.pk}/comeback/")
    assert Membership.objects.get(pk=member.pk).is_active


def test_nobody_takes_their_own_right(desk: Desk, admin: Client) -> None:
    own = desk.team.admin
    page = html_of(admin.get(f"{AREA}people/{own.pk}/"))
    assert "No longer works here" not in page
    assert admin.post(f"{AREA}people/{own.pk}/departure/").status_code == 422
    assert admin.post(f"{AREA}people/{own.pk}/", {**MEMBER, "name": own.user.name}).status_code == 302
    kept = Membership.objects.get(pk=own.pk)
    assert (kept.is_admin, kept.is_front_desk, kept.is_active, kept.licence) == (True, False, True, "L-1")


def test_somebody_without_a_password_is_invited_again_once(desk: Desk, admin: Client) -> None:
    member = MembershipFactory.create(clinic=desk.team.clinic, is_front_desk=True)
    for _ in range(2):
        assert admin.post(f"{AREA}people/{member.pk}/invitation/").status_code == 302
    assert Message.objects.get().to == member.user.email
    assert admin.post(f"{AREA}people/{desk.team.admin.pk}/invitation/").status_code == 422


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(
    ("path", "data", "field"),
    [
        ("places/new/room/", ROOM, "name"),
        ("places/new/device/", PEN, "serial"),
        ("visits/treatment/", TYPE, "minutes"),
        ("visits/treatment/", TYPE, "room_kind"),
        ("visits/treatment/", {**TYPE, "practitioners": ["0"]}, "room_after"),
        ("time-zone/", {}, "time_zone"),
    ],
)
def test_bad_input_is_explained_and_changes_nothing(
    desk: Desk, admin: Client, path: str, data: dict[str, Any], field: str, bad: str
) -> None:
    answer = admin.post(AREA + path, {**data, field: bad})
    assert answer.status_code == 422
    assert "<title>Error:" in html_of(answer)
    assert VisitType.objects.get(kind="treatment").minutes == 60
    assert Clinic.objects.get(slug="fernway").time_zone == "Europe/London"


@pytest.mark.parametrize(
    "path",
    [
        "places/0/",
        f"places/{2**63}/",
        f"people/{2**63}/",
        "people/0/",
        "visits/blocked/",
        "visits/x/",
        "places/new/shed/",
    ],
)
def test_what_does_not_exist_is_not_found(desk: Desk, admin: Client, path: str) -> None:
    assert admin.get(AREA + path).status_code == 404


@pytest.mark.parametrize("typed", ["9" * 20, "9" * 5000, "0", "x", "🙂"])
def test_who_does_not_exist_gives_nothing(desk: Desk, admin: Client, typed: str) -> None:
    answer = admin.post(AREA + "visits/treatment/", {**TYPE, "practitioners": [typed]})
    assert (answer.status_code, VisitType.objects.get(kind="treatment").minutes) == (422, 60)


def test_another_clinics_rows_are_not_there(desk: Desk) -> None:
    stranger = as_staff(a_team("mistral").admin)
    room, member = desk.team.clinic.rooms.earliest("pk"), desk.team.desk
    for path in (f"places/{room.pk}/", f"people/{member.pk}/", f"people/{member.pk}/departure/"):
        for slug in ("fernway", "mistral"):
            answer = stranger.post(f"/c/{slug}/settings/{path}", {})
            assert (path, slug, answer.status_code) == (path, slug, 404)
    assert Membership.objects.get(pk=member.pk).is_active


def test_nobody_else_may(desk: Desk) -> None:
    for member in (desk.team.desk, desk.team.practitioner, desk.team.lead):
        browser = as_staff(member)
        codes = {
            browser.post(AREA + path, data).status_code for path, data in addresses(desk).items() if data
        }
        assert codes == {403}


def test_pages_cost_the_same_for_one_visit_and_for_many(desk: Desk, admin: Client) -> None:
    room = desk.team.clinic.rooms.get(kind="treatment")
    paths = [f"places/{room.pk}/", f"people/{desk.team.practitioner.pk}/", "visits/treatment/", "time-zone/"]

    def queries() -> list[int]:
        counted = []
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                admin.get(AREA + path)
            counted.append(len(asked))
        return counted

    def book() -> None:
        VisitFactory.create(
            patient=PatientFactory.create(clinic=desk.team.clinic),
            practitioner=desk.team.practitioner,
            day=MONDAY.date(),
            room=room,
        )

    book()
    queries()
    one = queries()
    for _ in range(6):
        book()
    assert queries() == one
