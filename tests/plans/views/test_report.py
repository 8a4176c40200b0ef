"""Reports in the browser: for the administrator alone, over days that have passed, as page and as file."""

import csv
import datetime
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import AuditEntry
from tests.factories.consult import browser_of
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory, VisitFactory
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
URL = "/c/fernway/reports/"
SPAN = {"first": "2026-01-05", "last": "2026-03-29"}
SLUGS = ("completed", "window", "gap", "drop-off", "no-shows", "practitioners", "rooms")
SECRET = "Zaphira Quillfeather"


@pytest.fixture
def team() -> Team:
    return a_team()


@pytest.fixture
def admin(team: Team) -> Client:
    return browser_of(team.admin)


def two_sessions(team: Team, first: datetime.date = datetime.date(2026, 1, 6)) -> None:
    patient = PatientFactory.create(clinic=team.clinic, name=SECRET)
    series = SeriesFactory.create(patient=patient, practitioner=team.practitioner, state="active")
    for number in (1, 2):
        VisitFactory.create(
            series=series,
            session_number=number,
            day=first + datetime.timedelta(days=35 * (number - 1)),
            state="done",
        )


def test_reports_are_for_the_administrator_of_the_clinic(team: Team) -> None:
    stranger = a_team("harbour").admin
    for url in (URL, f"{URL}window/csv/"):
        told = [
            browser_of(who).get(url).status_code
            for who in (team.admin, team.desk, team.practitioner, team.lead, stranger)
        ]
        assert (url, told) == (url, [200, 403, 403, 403, 404])


def test_every_figure_stands_on_the_page_with_how_it_is_counted(team: Team, admin: Client) -> None:
    two_sessions(team)
    page = admin.get(URL, SPAN)
    assert [one.slug for one in page.context["figures"]] == list(SLUGS)
    words = page.content.decode()
    for told in (
        "100 % · 1 of 1",
        "median 35 days",
        "÷ sessions done after the first",
        "nothing to count yet",
    ):
        assert told in words
    assert (
        'role="img" aria-label="Sessions inside their window. Before the window: 0; Inside the window: 1'
        in words
    )
    assert SECRET not in words
    assert "style=" not in words


def test_the_settings_lead_there(admin: Client) -> None:
    assert URL in admin.get("/c/fernway/settings/").content.decode()


def test_without_days_the_last_twelve_whole_weeks_are_meant(team: Team, admin: Client) -> None:
    page = admin.get(URL)
    span = page.context["span"]
    assert (span.last - span.first).days == 83
    assert (span.first.weekday(), span.last.weekday()) == (0, 6)
    assert 1 <= (datetime.datetime.now(team.clinic.zone).date() - span.last).days <= 8
    assert admin.get(URL, {"first": "", "last": ""}).context["span"] == span


@pytest.mark.parametrize(
    ("first", "last", "field", "told"),
    [
        ("2026-03-29", "2026-01-05", "last", "The last day must not be before the first."),
        ("2020-01-01", "2026-01-05", "first", "Choose at most 371 days at once."),
        ("2026-01-05", "9999-12-31", "last", "A report looks back: choose a day before today."),
        ("0001-01-01", "0001-01-02", "first", "Choose days from the year 2000 on."),
        ("", "0001-01-02", "last", "Choose days from the year 2000 on."),
        ("yesterday☀️", "2026-01-05", "first", "is not a day."),
        ("2026-01-05", "ا" * 30, "last", "is not a day."),
        ("x" * 10_000, "", "first", "at most 40 characters"),
    ],
)
def test_days_that_cannot_be_are_told_and_kept(
    admin: Client, first: str, last: str, field: str, told: str
) -> None:
    for url in (URL, f"{URL}window/csv/"):
        page = admin.get(url, {"first": first, "last": last})
        assert page.status_code == 422
        assert told in " ".join(page.context["form"].errors[field])
        assert page.context["form"]["first"].value() == first
        assert "<title>Error: " in page.content.decode()
    assert not AuditEntry.objects.filter(verb="export").exists()


def test_only_one_day_typed_is_enough_and_today_is_not_over(team: Team, admin: Client) -> None:
    span = admin.get(URL, {"last": "2026-03-29"}).context["span"]
    assert (str(span.first), str(span.last)) == ("2026-01-05", "2026-03-29")
    today = datetime.datetime.now(team.clinic.zone).date()
    yesterday = today - datetime.timedelta(days=1)
    assert admin.get(URL, {"first": yesterday.isoformat()}).status_code == 200
    assert admin.get(URL, {"last": yesterday.isoformat()}).status_code == 200
    assert admin.get(URL, {"last": today.isoformat()}).status_code == 422


def test_a_figure_is_handed_out_as_a_file_and_the_log_says_so(team: Team, admin: Client) -> None:
    two_sessions(team)
    answer = admin.get(f"{URL}window/csv/", SPAN)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="window-2026-01-05-2026-03-29.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[-1] == [team.practitioner.user.name, "0", "1", "0", "100 %"]
    line = AuditEntry.objects.get(verb="export")
    assert (line.subject_kind, line.subject_id, line.user) == ("report", "window", team.admin.user)


def test_a_name_that_looks_like_a_formula_is_none_in_the_file(team: Team, admin: Client) -> None:
    type(team.practitioner.user).objects.update(name='=cmd|"/c calc"!A1')
    two_sessions(team)
    rows = list(
        csv.reader(StringIO(admin.get(f"{URL}gap/csv/", SPAN).content.decode("utf-8-sig"), newline=""))
    )
    assert rows[-1][0] == '\'=cmd|"/c calc"!A1'


def test_a_figure_that_does_not_exist_is_not_found(admin: Client) -> None:
    assert admin.get(f"{URL}patients/csv/").status_code == 404
    assert not AuditEntry.objects.filter(verb="export").exists()


def test_as_many_questions_with_one_series_as_with_many(team: Team, admin: Client) -> None:
    two_sessions(team)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            admin.get(URL, SPAN)
        return len(queries)

    asked()
    one = asked()
    for week in range(1, 4):
        two_sessions(team, datetime.date(2026, 1, 6) + datetime.timedelta(weeks=week))
    assert asked() == one
