from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.actions import site
from plans.models import Call, Visit
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.disruptions import NEXT, booked_series
from tests.pages import text_of, url
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def standing(desk: Desk, *names: str) -> list[Visit]:
    visits = [
        booked_series(desk, name, NEXT, start=540 + 75 * n).visits.get() for n, name in enumerate(names)
    ]
    site.close(desk.admin, desk.team.clinic, NEXT, NEXT, reason="Burst pipe", at=MONDAY)
    return visits


def test_the_desk_ticks_whom_it_called(desk: Desk, browser: Client) -> None:
    (visit,) = standing(desk, "Ana Souza")
    page = text_of(browser.get(url(desk, "calls")))
    for words in ("Ana Souza", "The clinic is closed then.", "Not called yet 1"):
        assert words in page
    assert "Burst pipe" not in page
    answer = browser.post(url(desk, "visit_call", visit.pk), {"called": "yes"}, follow=True)
    assert "Nobody has to be called" in text_of(answer)
    assert "Ana Souza" in text_of(answer)
    browser.post(url(desk, "visit_call", visit.pk), {"called": "no"})
    assert Call.objects.count() == 0


def test_after_a_tick_one_is_back_where_one_was_and_nowhere_else(desk: Desk, browser: Client) -> None:
    (visit,) = standing(desk, "Ana")
    for asked, sent in (
        (url(desk, "worklist"), url(desk, "worklist")),
        ("https://elsewhere.example/", url(desk, "calls")),
        ("x" * 10_000, url(desk, "calls")),
        ("9999-12-31", url(desk, "calls")),
        ("home", url(desk, "calls")),
    ):
        answer = browser.post(url(desk, "visit_call", visit.pk), {"called": "yes", "next": asked})
        assert answer.status_code == 302
        assert answer.headers["Location"] == sent
    assert Call.objects.count() == 1


def test_an_empty_list_says_what_will_stand_there(desk: Desk, browser: Client) -> None:
    assert "Nobody has to be called" in text_of(browser.get(url(desk, "calls")))


def test_an_unknown_visit_and_one_of_another_clinic_are_not_there(desk: Desk, browser: Client) -> None:
    there = standing(a_desk("harbour"), "Bea")[0]
    for pk in (uuid4(), there.pk):
        assert browser.post(url(desk, "visit_call", pk), {"called": "yes"}).status_code == 404
    assert Call.objects.count() == 0


def test_who_does_not_book_may_not_and_a_stranger_finds_nothing(desk: Desk) -> None:
    (visit,) = standing(desk, "Zaphira Quillfeather")
    for person, code in ((desk.team.admin, 403), (a_team("harbour").desk, 404)):
        there = as_staff(person)
        answers = [there.get(url(desk, "calls")), there.post(url(desk, "visit_call", visit.pk))]
        for answer in answers:
            assert answer.status_code == code
            assert "Zaphira" not in answer.content.decode()
    assert Call.objects.count() == 0


def test_the_page_asks_as_much_for_many_as_for_one(desk: Desk, browser: Client) -> None:
    counts = []
    browser.get(url(desk, "calls"))
    for names in (("Ana",), ("Bea", "Cem", "Dov")):
        Visit.objects.update(state="cancelled")
        connection.cursor().execute("DELETE FROM plans_occupancy")
        standing(desk, *names)
        with CaptureQueriesContext(connection) as asked:
            browser.get(url(desk, "calls"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
