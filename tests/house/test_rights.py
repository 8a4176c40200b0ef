"""Every URL pattern, for every person, with GET and POST: who is answered, who is sent away, who sees nothing."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from clinic.models import Membership, Message
from clinic.rules.pages import PAGES, Audience, Page
from clinic.rules.roles import RIGHTS, Right, Role
from plans.actions.aftercare import issue
from plans.models import Absence, AftercareSheet, Consultation, Series, SeriesChange, Visit
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import UserFactory
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.plans import ConsultationFactory, RecordFactory, VisitFactory
from tests.factories.waiting import an_offer, joined
from tests.people import Team, a_team, as_patient, as_staff

pytestmark = pytest.mark.django_db
SECRET = "Zaphira Quillfeather"


def patterns(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Return every pattern of the product with its full name."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry, inner)
        else:
            yield f"{space}{entry.name}", entry


EVERY = dict(patterns())


@dataclass
class World:
    """A clinic with one row of everything, and a clinic next door."""

    desk: Desk
    next_door: Team
    rows: dict[str, Any]
    owner: Any


@pytest.fixture
def world() -> World:
    desk = a_desk()
    patient, practitioner = desk.patient, desk.team.practitioner
    type(patient).objects.filter(pk=patient.pk).update(name=SECRET)
    visit = VisitFactory.create(series=desk.series, session_number=1, day=datetime.date(2026, 2, 2))
    record = RecordFactory.create(visit=visit)
    signed_by = practitioner.user
    owner = AccessFactory.create(patient=patient, granted_by=signed_by).user
    rows = {
        "clinic": desk.team.clinic.slug,
        "patient": patient.pk,
        "series": desk.series.pk,
        "visit": visit.pk,
        "consultation": ConsultationFactory.create(
            patient=patient, practitioner=practitioner, signed_at=None, signed_by=signed_by
        ).pk,
        "sheet": issue(practitioner.actor, record, ended_at=record.ended_at, at=record.ended_at).pk,
        "change": SeriesChange.objects.create(series=desk.series, verb="book", revision=0, at=MONDAY).pk,
        "absence": Absence.objects.create(
            clinic=desk.team.clinic,
            kind="closure",
            first=MONDAY.date(),
            last=MONDAY.date(),
            drafted_at=MONDAY,
        ).pk,
        "entry": (waiting := joined(desk, at=MONDAY)).pk,
        "offer": an_offer(waiting).pk,
        "answer": "acceptance",
        "number": 4,
        "message": Message.objects.latest("pk").pk,
        "do": "again",
        "subject": record.pk,
        "kind": "record",
        "state": "arrived",
        "flag": "SQ-PREG.R1",
        "date": "2026-02-02",
        "other": PatientFactory.create(clinic=desk.team.clinic, name=SECRET).pk,
        "what": "room",
        "place": desk.team.clinic.rooms.earliest("pk").pk,
        "offered": "treatment",
        "member": desk.team.desk.pk,
        "practitioner": practitioner.pk,
        "uidb36": "1",
        "key": "none",
        "version": "2026.1-draft",
        "file": "aftercare",
        "line": "AC-SUN",
        "figure": "window",
    }
    return World(desk, a_team("harbour"), rows, owner)


def address(name: str, world: World) -> str:
    pattern: Any = EVERY[name].pattern
    keys = list(pattern.converters) or list(pattern.regex.groupindex)
    needed = {key: value for key, value in world.rows.items() if key in keys}
    if name not in ("home",) and PAGES.get(name, Page(Audience.PUBLIC)).audience is Audience.STAFF:
        needed["clinic"] = world.rows["clinic"]
    return reverse(name, kwargs=needed)


def people(world: World) -> dict[str, Client]:
    """Return a browser for each person: nobody, each role, the next clinic, the patient, another patient."""
    team = world.desk.team
    return {
        "nobody": Client(),
        "desk": as_staff(team.desk),
        "practitioner": as_staff(team.practitioner),
        "lead": as_staff(team.lead),
        "admin": as_staff(team.admin),
        "next door": as_staff(world.next_door.lead),
        "patient": as_patient(world.owner),
        "other patient": as_patient(UserFactory.create()),
        "own code, staff person": as_patient(team.lead.user),
    }


def member_of(person: str, world: World) -> Membership | None:
    return getattr(world.desk.team, person, None)


def expected(page: Page, person: str, method: str, world: World) -> set[int]:
    """Return the answers that are right; anything else is a hole or a fault."""
    if page.audience is Audience.DEMO:
        return {404} if method in page.methods else {405}
    if method not in page.methods:
        return {405}
    if page.audience is Audience.PUBLIC:
        return {200, 204, 302, 422}
    if page.audience is Audience.SIGNED_IN:
        staff = member_of(person, world) or person == "next door"
        return {200, 302} if staff else {302}
    if page.audience is Audience.PATIENT:
        if person in ("patient", "other patient", "own code, staff person"):
            return {200, 302, 422} if person == "patient" else {200, 302, 404, 422}
        return {302}
    return expected_of_staff(page, person, world)


def expected_of_staff(page: Page, person: str, world: World) -> set[int]:
    if person == "nobody":
        return {302}
    member = member_of(person, world)
    if member is None:
        return {404}
    held = set().union(*(RIGHTS[role] for role in member.roles))
    return {200, 302, 409, 422} if page.right in held else {403}


def test_every_pattern_stands_in_the_table_and_nothing_else_does() -> None:
    assert set(EVERY) == set(PAGES)


@pytest.mark.parametrize("name", sorted(EVERY))
def test_each_person_gets_the_answer_of_the_table(name: str, world: World) -> None:
    page, url = PAGES[name], address(name, world)
    wrong = []
    for person, browser in people(world).items():
        for method in ("GET", "POST"):
            answer = asked(browser, method, url)
            if answer.status_code not in expected(page, person, method, world):
                wrong.append(f"{person} {method}: {answer.status_code}")
            if sent_away_to_the_wrong_place(page, person, method, answer):
                wrong.append(f"{person} {method}: sent to {answer.url}")
            if answer.status_code in (403, 404, 405) and SECRET in answer.content.decode():
                wrong.append(f"{person} {method}: the refusal names the patient")
    assert wrong == []


def asked(browser: Client, method: str, url: str) -> Any:
    """Ask once in a browser of its own, and leave nothing behind: neither rows nor cookies."""
    fresh = Client(raise_request_exception=False)
    fresh.cookies.load(browser.cookies.output(header="", sep=";"))
    with transaction.atomic():
        answer = fresh.generic(method, url)
        transaction.set_rollback(True)
    return answer


def sent_away_to_the_wrong_place(page: Page, person: str, method: str, answer: Any) -> bool:
    if method not in page.methods or answer.status_code != 302:
        return False
    if page.audience is Audience.STAFF and person == "nobody":
        return not str(answer.url).startswith(reverse("account_login"))
    if page.audience is Audience.PATIENT and person in ("nobody", "desk", "lead", "next door"):
        return bool(answer.url != reverse("patients:sign_in"))
    return False


def test_rows_of_another_clinic_are_not_there() -> None:
    here, there = a_desk("fernway"), a_desk("harbour")
    browser = as_staff(here.team.lead)
    for name, key, row in (
        ("plans:series", "series", there.series.pk),
        ("plans:patient", "patient", there.patient.pk),
        ("plans:series_book", "series", there.series.pk),
        ("patients:edit", "patient", there.patient.pk),
    ):
        answer = browser.get(reverse(name, kwargs={"clinic": here.team.clinic.slug, key: row}))
        assert (name, answer.status_code) == (name, 404)


def test_an_unknown_id_is_not_there(world: World) -> None:
    lead, admin = as_staff(world.desk.team.lead), as_staff(world.desk.team.admin)
    unknown = {
        key: uuid4()
        for key in (
            "patient",
            "series",
            "visit",
            "consultation",
            "sheet",
            "change",
            "subject",
            "entry",
            "offer",
        )
    }
    for name, page in PAGES.items():
        keys = EVERY[name].pattern.converters
        if page.audience is not Audience.STAFF or not set(keys) & set(unknown):
            continue
        browser = admin if page.right is Right.MANAGE_CLINIC else lead
        rows = {key: unknown.get(key, world.rows[key]) for key in (*keys, "clinic")}
        answer = browser.generic(page.methods[0], reverse(name, kwargs=rows))
        assert (name, answer.status_code) == (name, 404)


def test_every_answer_is_private_and_carries_the_headers(world: World) -> None:
    browser = as_staff(world.desk.team.lead)
    for name in ("plans:today", "plans:patient", "patients:list", "home", "account_login", "plans:protocol"):
        answer = browser.get(address(name, world))
        assert answer.headers["Cache-Control"].find("no-store") >= 0, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_no_role_sees_rows_through_a_door_that_is_not_theirs(world: World) -> None:
    desk, admin = world.desk.team.desk.actor, world.desk.team.admin.actor
    stranger = world.next_door.lead.actor
    for rows in (Consultation.objects, AftercareSheet.objects):
        assert rows.visible_to(desk).count() == 0
        assert rows.visible_to(admin).count() == 0
        assert rows.visible_to(stranger).count() == 0
    for diary in (Series.objects, Visit.objects):
        assert diary.visible_to(stranger).count() == 0


def test_the_table_of_roles_is_what_the_documentation_prints() -> None:
    text = (settings.BASE_DIR / "docs" / "roles.md").read_text()
    lines = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    heads = [cell.strip() for cell in lines[0].strip("|").split("|")][1:]
    assert heads == [role.value.replace("_", " ") for role in Role]
    printed = {
        cells[0].strip(): [cell.strip() == "✓" for cell in cells[1:]]
        for cells in (line.strip("|").split("|") for line in lines[1:])
    }
    assert printed == {right.value: [right in RIGHTS[role] for role in Role] for right in Right}
