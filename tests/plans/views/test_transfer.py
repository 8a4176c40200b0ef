"""Files come in through a dry run and go out as CSV; both are the administrator's, visits everybody's who sees them."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import AuditEntry
from patients.models import Patient
from plans.models import Series, Visit
from tests.factories.booking import MONDAY, Desk
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.plans import VisitFactory
from tests.pages import html_of
from tests.people import a_team, as_patient, as_staff

pytestmark = pytest.mark.usefixtures("monday")
DATA = "/c/fernway/settings/data/"
ROWS, PATIENTS = f"{DATA}rows/", f"{DATA}patients.csv"
DIARY = "/c/fernway/visits/file/"
FILE = "Name;Date of birth;Allergies\n<b>Ana</b> Ñíguez;17/5/1990;none\nTom;never;none\n"


def upload(browser: Client, data: str | bytes = FILE, what: str = "patients") -> Any:
    raw = data.encode() if isinstance(data, str) else data
    return browser.post(DATA, {"what": what, "file": SimpleUploadedFile("patients.csv", raw)})


def rows_of(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def test_a_dry_run_names_every_row_and_the_second_step_saves(desk: Desk, admin: Client) -> None:
    shown = upload(admin)
    page = html_of(shown)
    for words in (
        "&lt;b&gt;Ana&lt;/b&gt; Ñíguez",
        "The date of birth is not a date",
        "Allergies",
        "Bring 1 row in",
    ):
        assert words in page
    assert (shown.status_code, Patient.objects.count()) == (200, 1)
    assert "no-store" in shown["Cache-Control"]
    answer = admin.post(ROWS, {"shown": shown.context["token"]}, follow=True)
    assert "1 row is brought in." in html_of(answer)
    assert Patient.objects.filter(name="<b>Ana</b> Ñíguez").count() == 1


def test_back_and_send_again_makes_nobody_twice(desk: Desk, admin: Client) -> None:
    token = upload(admin).context["token"]
    assert admin.post(ROWS, {"shown": token}).status_code == 302
    again = admin.post(ROWS, {"shown": token})
    assert again.status_code == 422
    assert "Something has changed since this was shown" in html_of(again)
    assert "<title>Error:" in html_of(again)
    assert Patient.objects.count() == 2


def test_what_was_not_shown_to_this_person_here_is_not_done(
    desk: Desk, admin: Client, time_machine: Any
) -> None:
    token = upload(admin).context["token"]
    other = as_staff(a_team("mistral").admin)
    assert other.post("/c/mistral/settings/data/rows/", {"shown": token}).status_code == 422
    for wrong in (token[:-1], "", "x" * 10_000, "\x00"):
        answer = admin.post(ROWS, {"shown": wrong})
        assert (answer.status_code, "<title>Error:" in html_of(answer)) == (422, True)
    time_machine.shift(3601)
    browser = as_staff(desk.team.admin)
    assert "shown too long ago" in html_of(browser.post(ROWS, {"shown": token}))
    assert Patient.objects.count() == 1


def test_past_sessions_are_brought_in_and_every_page_opens(desk: Desk, admin: Client) -> None:
    nurse = desk.team.practitioner
    head = "Reference,Date,Practitioner\n"
    file = head + "".join(f"{desk.patient.reference},{day}/1/2026,{nurse.user.email}\n" for day in (5, 6, 9))
    token = upload(admin, file, "sessions").context["token"]
    assert admin.post(ROWS, {"shown": token}).status_code == 302
    assert Visit.objects.count() == 3
    Series.objects.update(state="to_book")
    key = AccessFactory.create(patient=desk.patient)
    area = "/c/fernway"
    paths = [f"{area}/patients/{desk.patient.pk}/", f"{area}/series/", f"{area}/days/2026-01-05/"]
    paths += [f"{area}/series/{desk.series.pk}/", f"{area}/series/{desk.series.pk}/booking/"]
    paths += [f"{area}/visits/{visit.pk}/" for visit in Visit.objects.all()]
    for browser in (as_staff(desk.team.desk), as_staff(nurse)):
        assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    record = as_staff(nurse).get(f"{area}/visits/{Visit.objects.earliest('pk').pk}/record/")
    assert record.status_code in (200, 409)
    assert as_patient(key.user).get(f"/my/{desk.patient.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no rows below its first line"),
        (b"PK\x03\x04", "This is a workbook"),
        (b"\x00\x01", "This CSV file cannot be read"),
        (b"x" * 600_000, "larger than 500 kB"),
        ("Name\nAna\n", "These columns are missing: date of birth."),
        ("Name,Nombre,DOB\nA,B,C\n", "Two columns are about the same: name."),
        ("😀\n" * 3, "These columns are missing"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(desk: Desk, admin: Client, data: Any, said: str) -> None:
    answer = upload(admin, data)
    assert (answer.status_code, said in html_of(answer)) == (422, True)
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("posted", [{}, {"what": "patients"}, {"what": "everything"}, {"file": "text"}])
def test_a_form_without_a_file_is_explained(desk: Desk, admin: Client, posted: dict[str, str]) -> None:
    answer = admin.post(DATA, posted)
    assert (answer.status_code, "<title>Error:" in html_of(answer)) == (422, True)


def test_patients_go_out_safe_against_formulas_and_come_back_as_they_were(desk: Desk, admin: Client) -> None:
    PatientFactory.create(
        clinic=desk.team.clinic, name="=HYPERLINK()", phone="+44 20 7946 0958", desk_note="@x"
    )
    PatientFactory.create(name="Somebody Elsewhere")
    answer = admin.get(PATIENTS)
    rows = rows_of(answer)
    assert rows[0][:4] == ["Reference", "Name", "Family name", "Date of birth"]
    assert {row[1] for row in rows[1:]} == {"'=HYPERLINK()", "Tomasz Wieczorek"}
    assert "'+44 20 7946 0958" in next(row for row in rows if row[1] == "'=HYPERLINK()")
    assert answer["Content-Disposition"] == 'attachment; filename="fernway-patients-2026-02-02.csv"'
    assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == (
        "text/csv; charset=utf-8",
        True,
    )
    entry = AuditEntry.objects.get(verb="export")
    assert (entry.subject_id, entry.user) == ("plans:patients_file", desk.team.admin.user)
    again: Any = admin.get(PATIENTS)
    told = upload(admin, b"".join(again.streaming_content)).context["told"]
    assert (len(told["same"]), len(told["new"]), len(told["wrong"])) == (2, 0, 0)


def test_the_desk_takes_out_the_visits_of_some_days_and_no_reasons(desk: Desk) -> None:
    VisitFactory.create(
        series=desk.series, session_number=1, day=MONDAY.date(), override_reason="Isotretinoin", note="-1"
    )
    VisitFactory.create(series=desk.series, session_number=2)
    browser = as_staff(desk.team.desk)
    assert "Take out" in html_of(browser.get(DIARY))
    answer = browser.get(f"{DIARY}visits.csv", {"first": "2/2/2026", "last": "2/2/2026"})
    heads, row = rows_of(answer)
    assert heads[:4] == ["Date", "Start", "Minutes", "Visit"]
    assert row[:8] == [
        "2026-02-02", "10:00", "60", "treatment", "1", "booked", "Tomasz Wieczorek", desk.patient.reference,
    ]  # fmt: skip
    assert "Isotretinoin" not in "".join(row)
    assert AuditEntry.objects.get(verb="export").subject_id == "plans:diary_file"


@pytest.mark.parametrize(
    "days",
    [
        {}, {"first": "x", "last": "2/2/2026"}, {"first": "3/2/2026", "last": "2/2/2026"},
        {"first": "1/1/2020", "last": "2/2/2026"}, {"first": "2/2/2026", "last": "1/1/2099"},
        {"first": "\x00", "last": "x" * 10_000},
    ],
)  # fmt: skip
def test_days_that_cannot_be_are_explained(desk: Desk, days: dict[str, str]) -> None:
    answer = as_staff(desk.team.desk).get(f"{DIARY}visits.csv", days)
    assert (answer.status_code, "<title>Error:" in html_of(answer)) == (422, True)
    assert not AuditEntry.objects.filter(verb="export").exists()


def test_files_cost_the_same_for_one_row_and_for_many(desk: Desk, admin: Client) -> None:
    days = {"first": "1/1/2026", "last": "1/6/2026"}

    def queries() -> list[int]:
        counted = []
        for url in (PATIENTS, f"{DIARY}visits.csv"):
            with CaptureQueriesContext(connection) as asked:
                rows_of(admin.get(url, days))
            counted.append(len(asked))
        return counted

    VisitFactory.create(series=desk.series, session_number=1)
    queries()
    one = queries()
    for number in range(2, 8):
        VisitFactory.create(series=desk.series, session_number=number)
        PatientFactory.create(clinic=desk.team.clinic)
    assert queries() == one


def test_nobody_else_may(desk: Desk) -> None:
    for member in (desk.team.desk, desk.team.practitioner, desk.team.lead):
        browser = as_staff(member)
        answers = [upload(browser), browser.post(ROWS, {"shown": "x"}), browser.get(PATIENTS)]
        assert [answer.status_code for answer in answers] == [403] * 3
    stranger = as_staff(a_team("mistral").admin)
    answers = [upload(stranger), stranger.post(ROWS, {}), stranger.get(PATIENTS), stranger.get(DIARY)]
    answers.append(stranger.get(f"{DIARY}visits.csv", {"first": "2/2/2026", "last": "2/2/2026"}))
    assert [answer.status_code for answer in answers] == [404] * 5
    assert Patient.objects.count() == 1
