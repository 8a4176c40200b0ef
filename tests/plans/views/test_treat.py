"""The record page: who may, what it shows, what it keeps and what it refuses."""

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import AuditEntry, Membership
from plans.models import Addendum, AftercareSheet, FlagResolution, SessionRecord, Visit
from tests.factories.patients import PatientFactory
from tests.factories.plans import (
    RecordFactory,
    SheetFactory,
    VisitFactory,
)
from tests.factories.treat import DAY, a_session, clock
from tests.people import Team, a_team, as_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(clock(10, 55), tick=False):
        yield


def entered(**changes: str) -> dict[str, str]:
    """What a practitioner types for a plain session."""
    return {
        "started": "10:00",
        "ended": "10:50",
        "skin_cleaned": "Chlorhexidine 0.05 %",
        "device_make": "Dermis",
        "device_model": "P2",
        "device_serial": "SN-1",
        "cartridge_lot": "LOT-7",
        "cartridge_expiry": "31/1/2027",
        "cartridge_sterile": "on",
        "cartridge_single_use": "on",
        "depth_cheeks": "1.00",
        "passes_cheeks": "3",
        "product_0": "Hyaluronic gel",
        "product_lot_0": "G-1",
        "endpoint": "pink",
        "is_strong": "no",
        "pain": "3",
        **changes,
    }


def address(team: Team, name: str, visit: Visit, *more: Any) -> str:
    return reverse(f"plans:{name}", args=[team.clinic.slug, visit.pk, *more])


def browser(member: Membership) -> Client:
    return as_staff(Membership.objects.select_related("user").get(pk=member.pk))


def nurse(team: Team) -> Client:
    return browser(team.practitioner)


@pytest.mark.parametrize("name", ["record", "record_sign", "record_end", "record_flag"])
def test_the_desk_is_refused_and_a_stranger_finds_nothing(name: str) -> None:
    team, others = a_team(), a_team("casa-lima", "America/Lima")
    visit = a_session(team)
    more = ["SQ-PREG.R1"] if name == "record_flag" else []
    url = address(team, name, visit, *more)
    desk = browser(team.desk).post(url, entered())
    stranger = browser(others.practitioner).post(url, entered())
    through_their_own = browser(others.practitioner).post(
        reverse(f"plans:{name}", args=[others.clinic.slug, visit.pk, *more]), entered()
    )
    assert [answer.status_code for answer in (desk, stranger, through_their_own)] == [403, 404, 404]
    for answer in (desk, stranger, through_their_own):
        assert visit.patient.name not in answer.content.decode()
    assert SessionRecord.objects.count() == 0


def test_the_page_shows_the_questions_the_gap_and_what_is_missing_and_the_read_is_logged() -> None:
    team = a_team()
    visit = a_session(team, ready=False)
    answer = nurse(team).get(address(team, "record", visit))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert visit.patient.name in text
    assert "Session 1 of 4" in text
    assert "first session" in text
    assert 'name="q_SQ-PREG"' in text
    assert "No signed consent on file." in text
    read = AuditEntry.objects.get(verb="read")
    assert (read.subject_kind, read.subject_id, read.patient_id) == ("visit", str(visit.pk), visit.patient_id)


def test_a_draft_is_saved_with_its_answers_and_comes_back() -> None:
    team = a_team()
    visit = a_session(team, ready=False)
    url = address(team, "record", visit)
    answer = nurse(team).post(url, entered(**{"q_SQ-PREG": "no", "pain": "4"}))
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    record = SessionRecord.objects.get()
    assert (record.pain, record.started_at, record.ended_at) == (4, clock(10), clock(10, 50))
    assert record.areas == [{"area": "cheeks", "depth_mm": "1.00", "passes": 3}]
    assert visit.patient.answers.get().question == "SQ-PREG"
    text = nurse(team).get(url).content.decode()
    assert 'value="LOT-7"' in text
    assert 'value="31/01/2027"' in text
    visit.refresh_from_db()
    assert visit.state == "in_treatment"


def test_an_automatic_save_answers_with_the_time_alone() -> None:
    team = a_team()
    visit = a_session(team)
    url = address(team, "record", visit)
    answer = nurse(team).post(url, entered(), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "10:55" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    wrong = nurse(team).post(url, entered(started="soon"), headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    assert "Enter a time like 14:30." in wrong.content.decode()
    assert "<html" not in wrong.content.decode()


def test_whoever_signs_is_told_when_the_next_session_has_to_wait_longer() -> None:
    team = a_team()
    visit = a_session(team)
    answer = nurse(team).post(address(team, "record_sign", visit), entered(is_strong="yes"), follow=True)
    told = "More was done than was planned: the next session waits at least 42 days."
    assert told in answer.content.decode()


def test_finish_and_sign_saves_signs_and_shows_the_sheet() -> None:
    team = a_team()
    visit = a_session(team)
    client = nurse(team)
    answer = client.post(address(team, "record_sign", visit), entered(), follow=True)
    text = answer.content.decode()
    sheet = AftercareSheet.objects.get()
    assert answer.redirect_chain == [(address(team, "record", visit), 302)]
    assert "Signed. The aftercare is ready and the patient has been told." in text
    assert reverse("plans:sheet", args=[team.clinic.slug, sheet.pk]) in text
    assert 'name="depth_cheeks"' not in text
    again = client.post(address(team, "record_sign", visit), entered(pain="9"))
    assert again.status_code == 302
    assert (AftercareSheet.objects.count(), SessionRecord.objects.get().pain) == (1, 3)


def test_a_refused_signature_names_every_field_and_keeps_what_was_typed() -> None:
    team = a_team()
    visit = a_session(team)
    typed = entered(cartridge_lot="", pain="", reaction="Slight redness")
    answer = nurse(team).post(address(team, "record_sign", visit), typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in text
    assert "Enter the lot of the cartridge." in text
    assert "Enter the pain from 0 to 10." in text
    assert "Slight redness" in text
    assert SessionRecord.objects.get().signed_at is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ended": "09:00"}, "The end is not after the start. Correct one of the two."),
        ({"ended": "23:00"}, "This time is still to come. Correct it."),
        ({"started": "soon"}, "Enter a time like 14:30."),
        ({"depth_cheeks": "4"}, "Ensure this value is less than or equal to 3."),
        ({"depth_cheeks": "", "passes_cheeks": "2"}, "Enter the depth, or remove the passes."),
        ({"reaction": "x" * 10_000}, "at most 1000 characters"),
        ({"cartridge_expiry": "no idea"}, "is not a day. Type it like 18/1, 18 jan, mon or +5w."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(changes: dict[str, str], message: str) -> None:
    team = a_team()
    visit = a_session(team)
    answer = nurse(team).post(address(team, "record", visit), entered(**changes))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert SessionRecord.objects.count() == 0


def test_a_flag_is_settled_beside_the_form_which_is_saved_with_it() -> None:
    team = a_team()
    visit = a_session(team, answers={"SQ_ANTICOAG": "yes"})
    url = address(team, "record_flag", visit, "SQ-ANTICOAG.R1")
    client = nurse(team)
    empty = client.post(url, entered())
    assert empty.status_code == 422
    assert "Write the reason in 3 to 500 characters." in empty.content.decode()
    answer = client.post(url, entered(**{"reason_SQ-ANTICOAG.R1": "Light pressure", "pain": "6"}))
    assert answer.status_code == 302
    assert FlagResolution.objects.get().reason == "Light pressure"
    assert SessionRecord.objects.get().pain == 6
    unknown = client.post(address(team, "record_flag", visit, "NO-SUCH"), entered())
    assert unknown.status_code == 422


def test_same_as_last_time_takes_depth_and_products_over() -> None:
    team = a_team()
    visit = a_session(team)
    client = nurse(team)
    client.post(address(team, "record_sign", visit), entered(depth_cheeks="1.25", passes_cheeks="4"))
    later = VisitFactory.create(
        series=visit.series, session_number=2, day=DAY, start_minute=900, state="arrived"
    )
    assert "Same as session 1" in client.get(address(team, "record", later)).content.decode()
    client.post(address(team, "record", later), {"same": "1"})
    record = SessionRecord.objects.get(visit=later)
    assert record.areas == [{"area": "cheeks", "depth_mm": "1.25", "passes": 4}]
    assert record.products == [{"name": "Hyaluronic gel", "lot": "G-1", "role": ""}]
    assert (record.cartridge_lot, record.signed_at) == ("", None)


def test_the_end_is_corrected_on_a_signed_record() -> None:
    team = a_team()
    visit = a_session(team)
    client = nurse(team)
    client.post(address(team, "record_sign", visit), entered())
    url = address(team, "record_end", visit)
    refused = client.post(url, {"ended": "09:00", "reason": "Typed wrongly"})
    assert refused.status_code == 422
    assert "The end is not after the start. Correct it." in refused.content.decode()
    answer = client.post(url, {"ended": "10:40", "reason": "Typed wrongly"})
    assert answer.status_code == 302
    assert AftercareSheet.objects.count() == 2
    assert "10:40" in Addendum.objects.get().text
    assert "Typed wrongly" in client.get(address(team, "record", visit)).content.decode()


def test_a_visit_without_a_consultation_offers_the_chart() -> None:
    team = a_team()
    person = PatientFactory.create(clinic=team.clinic)
    visit = VisitFactory.create(patient=person, practitioner=team.practitioner, kind="top_up", day=DAY)
    answer = nurse(team).get(address(team, "record", visit))
    assert answer.status_code == 200
    assert "There is no signed consultation yet" in answer.content.decode()
    assert nurse(team).post(address(team, "record", visit), entered()).status_code == 404


@pytest.mark.parametrize("kind", ["consultation", "review"])
def test_other_kinds_of_visit_have_no_record(kind: str) -> None:
    team = a_team()
    person = PatientFactory.create(clinic=team.clinic)
    visit = VisitFactory.create(patient=person, practitioner=team.practitioner, kind=kind, day=DAY)
    assert nurse(team).get(address(team, "record", visit)).status_code == 404


@pytest.mark.parametrize("name", ["sheet", "sheet_print"])
def test_a_sheet_is_read_by_clinicians_of_the_clinic_alone(name: str) -> None:
    team, others = a_team(), a_team("casa-lima", "America/Lima")
    visit = a_session(team)
    nurse(team).post(address(team, "record_sign", visit), entered())
    sheet = AftercareSheet.objects.get()
    url = reverse(f"plans:{name}", args=[team.clinic.slug, sheet.pk])
    theirs = reverse(f"plans:{name}", args=[others.clinic.slug, sheet.pk])
    shown = nurse(team).get(url)
    assert shown.status_code == 200
    for words in ("Looking after your skin", "Leave your skin alone for now", "020 7946 0000", "999"):
        assert words in shown.content.decode()
    assert browser(team.desk).get(url).status_code == 403
    assert browser(others.practitioner).get(theirs).status_code == 404
    assert AuditEntry.objects.filter(verb="read", subject_id=str(sheet.pk)).count() == 1


def test_the_page_takes_as_many_queries_with_three_sessions_behind_as_with_one() -> None:
    team = a_team()
    counts = []
    for behind in (1, 3):
        last = a_session(team, number=behind + 1)
        for number in range(1, behind + 1):
            before = VisitFactory.create(
                series=last.series,
                session_number=number,
                day=DAY - datetime.timedelta(days=35 * (behind + 1 - number)),
                state="done",
            )
            SheetFactory.create(record=RecordFactory.create(visit=before, signed_at=before.ends_at))
        client = nurse(team)
        client.get(address(team, "record", last))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(team, "record", last)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
