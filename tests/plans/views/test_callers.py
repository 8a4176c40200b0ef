"""Somebody who calls for the first time is registered and booked in one go, or neither."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Patient
from plans.models import Visit
from tests.factories.booking import Desk
from tests.factories.patients import PatientFactory
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
TYPED = {"name": "Zoë Ó Súilleabháin 🌷", "birth_date": "22/6/1985", "phone": "020 7946 0018", "email": ""}


def page(desk: Desk) -> str:
    return reverse("plans:caller_new", args=[desk.team.clinic.slug])


def posted(browser: Client, desk: Desk, **values: str) -> dict[str, str]:
    """Return the fields of the page as the browser has them, with what was typed."""
    html = browser.get(page(desk), {"day": "2026-02-03", "at": "600"}).content.decode()
    found = dict(re.findall(r'name="(kind|key)" value="([^"]+)"', html))
    ticked = re.search(r'name="slot" value="([^"]+)" checked', html)
    assert ticked is not None
    return {**found, "slot": ticked[1], **TYPED, **values}


def test_one_post_registers_and_books_at_the_time_of_the_gap(desk: Desk, browser: Client) -> None:
    answer = browser.post(page(desk), posted(browser, desk))
    visit = Visit.objects.get()
    assert answer.headers["Location"] == reverse("plans:visit", args=[desk.team.clinic.slug, visit.pk])
    assert visit.patient is not None
    assert (visit.kind, visit.day, visit.start_minute) == ("consultation", datetime.date(2026, 2, 3), 600)
    assert (visit.patient.name, visit.patient.birth_date, visit.patient.phone) == (
        "Zoë Ó Súilleabháin 🌷", datetime.date(1985, 6, 22), "+44 20 7946 0018",
    )  # fmt: skip


def test_the_same_form_twice_registers_and_books_once(desk: Desk, browser: Client) -> None:
    form = posted(browser, desk)
    first, second = browser.post(page(desk), form), browser.post(page(desk), form)
    assert first.headers["Location"] == second.headers["Location"]
    assert (Visit.objects.count(), Patient.objects.filter(name=TYPED["name"]).count()) == (1, 1)


def test_a_time_that_is_gone_registers_nobody(desk: Desk, browser: Client) -> None:
    form = posted(browser, desk)
    browser.post(page(desk), posted(browser, desk, name="Somebody Quicker", birth_date="1 1 1990"))
    answer = browser.post(page(desk), form)
    assert answer.status_code == 422
    assert not Patient.objects.filter(name=TYPED["name"]).exists()
    assert TYPED["name"] in answer.content.decode()


def test_who_looks_like_a_patient_is_asked_about_first(desk: Desk, browser: Client) -> None:
    PatientFactory.create(
        clinic=desk.team.clinic, name="Zoë Ó Súilleabháin", birth_date=datetime.date(1985, 6, 22)
    )
    form = posted(browser, desk)
    answer = browser.post(page(desk), form)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Is it one of these?" in html
    assert "Book as somebody else" in html
    assert Visit.objects.count() == 0
    assert browser.post(page(desk), {**form, "is_somebody_else": "on"}).status_code == 302
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(("wrong", "told"), [
    ({"name": ""}, "Enter the patient’s name."),
    ({"birth_date": ""}, "Enter day, month and year as figures"),
    ({"birth_date": "17/5"}, "Enter day, month and year as figures"),
    ({"birth_date": "31/2/1990"}, "Enter day, month and year as figures"),
    ({"birth_date": "١/٢/١٩٩٠٠"}, "Enter day, month and year as figures"),
    ({"birth_date": "1/1/2090"}, "The date of birth lies in the future."),
    ({"email": "zoe"}, "Enter an e-mail address"),
    ({"slot": ""}, "Choose a time first."),
    ({"slot": "forged"}, "That time can no longer be read."),
    ({"kind": "treatment"}, "Choose what kind of visit this is."),
    ({"name": "x" * 10_000}, "120"),
    ({"note": "x" * 301}, "at most 300"),
])  # fmt: skip
def test_what_cannot_be_is_said_and_nobody_is_registered(
    desk: Desk, browser: Client, wrong: dict[str, str], told: str
) -> None:
    before = Patient.objects.count()
    answer = browser.post(page(desk), posted(browser, desk, **wrong))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert told in html
    assert "<title>Error: New caller" in html
    assert (Patient.objects.count(), Visit.objects.count()) == (before, 0)


@pytest.mark.parametrize("typed", ["22 6 1985", "22.6.1985", " 22-06-1985 ", "٢٢/٦/١٩٨٥"])
def test_a_date_of_birth_is_read_as_it_is_spelled(desk: Desk, browser: Client, typed: str) -> None:
    assert browser.post(page(desk), posted(browser, desk, birth_date=typed)).status_code == 302
    assert Visit.objects.get().patient.birth_date == datetime.date(1985, 6, 22)  # type: ignore[union-attr]


def test_blocked_time_has_no_caller(desk: Desk, browser: Client) -> None:
    who = desk.team.practitioner.user.resource_id
    assert browser.get(page(desk), {"kind": "blocked", "who": str(who), "minutes": "30"}).status_code == 404


def test_a_colleague_who_may_not_book_and_a_stranger_are_kept_out(desk: Desk) -> None:
    assert as_staff(desk.team.admin).get(page(desk)).status_code == 403
    assert as_staff(a_team("harbour").desk).get(page(desk)).status_code == 404


def test_the_page_takes_as_many_queries_with_one_visit_as_with_many(desk: Desk, browser: Client) -> None:
    counted = []
    for number in range(3):
        browser.post(
            page(desk), posted(browser, desk, name=f"Caller {number * 7}", birth_date=f"{number + 1} 1 1990")
        )
        with CaptureQueriesContext(connection) as found:
            browser.get(page(desk))
        counted.append(len(found))
    assert len(set(counted)) == 1
