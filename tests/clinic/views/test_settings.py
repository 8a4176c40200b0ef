"""The administrator sees how the clinic is set up and who did what; nobody else does."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.actions import audit, people, site
from clinic.models import AuditEntry, Message, Room, User
from clinic.rules.roles import SYSTEM
from tests.factories.clinic import DeviceFactory, MembershipFactory, RoomFactory
from tests.factories.patients import AccessFactory, PatientFactory
from tests.people import Team, a_team, as_patient, as_staff

SETTINGS, LOG = "/c/fernway/settings/", "/c/fernway/audit/"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def password_alone(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def admin(team: Team) -> Client:
    return as_staff(team.admin)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def plan_absences(team: Team) -> None:
    day = timezone.now().date() + timedelta(days=9)
    site.close(SYSTEM, team.clinic, day, day, reason="Stocktaking", at=AT)
    people.give_leave(SYSTEM, team.practitioner, day, day, hours=(540, 600), reason="Dentist", at=AT)
    site.put_out_of_use(SYSTEM, Room.objects.filter(clinic=team.clinic)[0], day, day, at=AT)
    site.open_specially(SYSTEM, team.clinic, day, [(605, 725)], at=AT)


def test_settings_show_what_stands(team: Team, admin: Client) -> None:
    site.set_opening_hours(SYSTEM, team.clinic, {0: [(545, 780), (840, 1080)]}, at=AT)
    site.close(SYSTEM, team.clinic, date(2020, 1, 1), date(2020, 1, 2), reason="Long past", at=AT)
    plan_absences(team)
    page = text_of(admin.get(SETTINGS))
    told = ("09:05–13:00, 14:00–18:00", "10:05–12:05", "Stocktaking", "Dentist", "Pen", team.lead.user.email)
    assert [words for words in told if words not in page] == []
    assert "Long past" not in page


def test_settings_cost_the_same_for_few_and_for_many(team: Team, admin: Client) -> None:
    plan_absences(team)
    admin.get(SETTINGS)
    with CaptureQueriesContext(connection) as few:
        admin.get(SETTINGS)
    RoomFactory.create_batch(5, clinic=team.clinic)
    DeviceFactory.create_batch(5, clinic=team.clinic)
    MembershipFactory.create_batch(5, clinic=team.clinic, is_front_desk=True)
    plan_absences(team)
    with CaptureQueriesContext(connection) as many:
        admin.get(SETTINGS)
    assert len(many) == len(few)


def test_the_log_tells_and_is_narrowed(team: Team, admin: Client) -> None:
    patient = PatientFactory.create(clinic=team.clinic, reference="K7M4PX")
    audit.record(team.lead.actor, "sign", patient, at=AT, patient_id=patient.pk, fields=["decision"])
    audit.record(team.desk.actor, "book", ("visit", "1"), at=AT, reason="<b>late</b>")
    audit.record(a_team("mistral").desk.actor, "book", ("visit", "2"), at=AT, reason="elsewhere")
    page = text_of(admin.get(LOG))
    assert "K7M4PX" in page
    assert "decision" in page
    assert "late" not in page  # a reason may be clinical: the admin reads that there was a verb, not why
    assert "elsewhere" not in page

    def verbs(**wanted: str | int) -> list[str]:
        return [line.entry.verb for line in admin.get(LOG, wanted).context["lines"]]

    assert verbs(person=team.lead.user_id) == ["sign"]
    assert verbs(verb="book") == ["book"]
    assert verbs(patient="k7m4px") == ["sign"]
    assert verbs(patient="K7M4PX", verb="book") == []


def test_reading_the_log_is_a_line_in_it(team: Team, admin: Client) -> None:
    admin.get(LOG)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject_id, entry.user) == ("read", "clinic:audit", team.admin.user)


@pytest.mark.parametrize(
    "wanted",
    [
        {"person": "x"}, {"person": "9" * 40}, {"person": "\x00"}, {"verb": "nothing"},
        {"patient": "x" * 10_000}, {"patient": "😀"}, {"patient": "\x00"},
        {"page": "0"}, {"page": "x"}, {"page": "999"},
    ],
)  # fmt: skip
def test_any_filter_answers(team: Team, admin: Client, wanted: dict[str, str]) -> None:
    assert admin.get(LOG, wanted).status_code == 200


def test_the_log_costs_the_same_for_one_line_and_for_many(team: Team, admin: Client) -> None:
    def write(times: int) -> None:
        for _ in range(times):
            patient = PatientFactory.create(clinic=team.clinic)
            audit.record(team.lead.actor, "read", patient, at=AT, patient_id=patient.pk)

    write(1)
    admin.get(LOG)
    with CaptureQueriesContext(connection) as one:
        admin.get(LOG)
    write(60)
    with CaptureQueriesContext(connection) as many:
        page = admin.get(LOG)
    assert len(page.context["lines"]) == 50
    assert len(many) == len(one)


@pytest.mark.parametrize("path", [SETTINGS, LOG])
def test_nobody_else_sees_them(team: Team, path: str) -> None:
    colleagues = [as_staff(member).get(path) for member in (team.desk, team.practitioner, team.lead)]
    stranger = as_staff(a_team("mistral").admin).get(path)
    patient = as_patient(AccessFactory.create().user).get(path)
    codes = [answer.status_code for answer in (*colleagues, stranger, patient, Client().get(path))]
    assert codes == [403, 403, 403, 404, 404, 302]
    assert team.lead.user.email not in "".join(map(text_of, [*colleagues, stranger, patient]))


@pytest.mark.parametrize(
    ("posted", "kept", "back"),
    [
        ({"theme": "dark", "next": SETTINGS}, "dark", SETTINGS),
        ({"theme": "", "next": "https://evil.example/"}, "", "/"),
        ({"theme": "purple", "next": "//evil.example"}, "", "/"),
        ({"theme": "light"}, "light", "/"),
        ({"theme": "light", "next": "9999-12-31"}, "light", "/"),
    ],
)
def test_colours_are_saved_and_lead_back_to_a_page_of_ours(
    team: Team, admin: Client, posted: dict[str, str], kept: str, back: str
) -> None:
    response = admin.post("/staff/theme/", posted)
    assert (response.status_code, response["Location"]) == (302, back)
    assert User.objects.get(pk=team.admin.user_id).theme == kept


CLINIC = {
    "name": "Fernway", "address": "2 Quarry Lane", "phone": "020 7946 0001", "emergency_number": "112",
    "language": "es", "grid_minutes": "20", "setup_minutes": "0",
}  # fmt: skip
PERSON = {"email": "imran@example.org", "name": "Imran", "roles": ["practitioner", "prescriber"]}


def test_the_clinics_details_are_changed(team: Team, admin: Client) -> None:
    assert 'value="1 Quarry Lane"' in text_of(admin.get(f"{SETTINGS}clinic/"))
    assert admin.post(f"{SETTINGS}clinic/", CLINIC).status_code == 302
    page = text_of(admin.get(SETTINGS))
    assert "2 Quarry Lane" in page
    assert "20 minutes" in page


def test_somebody_is_invited(team: Team, admin: Client) -> None:
    assert admin.post(f"{SETTINGS}people/new/", PERSON).status_code == 302
    member = team.clinic.memberships.get(user__email="imran@example.org")
    assert (member.is_practitioner, member.is_prescriber, member.is_admin) == (True, True, False)
    assert admin.post(f"{SETTINGS}people/new/", PERSON).status_code == 302  # a double click
    assert Message.objects.count() == 1
    again = admin.post(f"{SETTINGS}people/new/", {**PERSON, "title": "Lead nurse"})
    assert (again.status_code, "a member of the clinic already" in text_of(again)) == (422, True)


@pytest.mark.parametrize(
    ("path", "data", "changed"),
    [
        ("clinic/", CLINIC, {"name": ""}),
        ("clinic/", CLINIC, {"address": "x" * 10_000}),
        ("clinic/", CLINIC, {"grid_minutes": "7"}),
        ("clinic/", CLINIC, {"setup_minutes": "many"}),
        ("people/new/", PERSON, {"email": "imran"}),
        ("people/new/", PERSON, {"email": "x" * 10_000}),
        ("people/new/", PERSON, {"name": "\u202e" * 200}),
        ("people/new/", PERSON, {"roles": []}),
        ("people/new/", PERSON, {"roles": ["prescriber"]}),
        ("people/new/", PERSON, {"roles": ["patient"]}),
    ],
)
def test_what_cannot_be_is_explained(
    team: Team, admin: Client, path: str, data: dict[str, Any], changed: dict[str, Any]
) -> None:
    answer = admin.post(SETTINGS + path, {**data, **changed})
    assert (answer.status_code, "<title>Error:" in text_of(answer)) == (422, True)
    assert team.clinic.memberships.count() == 4


def test_nobody_else_changes_them(team: Team) -> None:
    stranger = as_staff(a_team("mistral").admin)
    for path, data in (("clinic/", CLINIC), ("people/new/", PERSON)):
        colleagues = [as_staff(member).post(SETTINGS + path, data) for member in (team.desk, team.lead)]
        codes = [answer.status_code for answer in (*colleagues, stranger.post(SETTINGS + path, data))]
        assert codes == [403, 403, 404]
    assert not User.objects.filter(email="imran@example.org").exists()
