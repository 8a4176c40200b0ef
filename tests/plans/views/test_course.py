import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from plans.actions import course
from plans.models import Series, SeriesChange, Visit
from tests.factories.booking import DAYS, Desk, booked_on
from tests.pages import values
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
REASON = "the goal is nearly met, one fewer will do"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return booked_on(desk, *DAYS)


def page(desk: Desk, name: str, *more: object) -> str:
    return reverse(f"plans:{name}", args=[desk.team.clinic.slug, desk.series.pk, *more])


def test_the_series_page_leads_a_practitioner_there_and_nobody_else(desk: Desk, clinician: Client) -> None:
    links = [page(desk, "series_add"), page(desk, "series_remove"), page(desk, "series_skip", 2)]
    html = clinician.get(page(desk, "series")).content.decode()
    assert [link in html for link in links] == [True, True, True]
    at_the_desk = as_staff(desk.team.desk)
    html = at_the_desk.get(page(desk, "series")).content.decode()
    assert [link in html for link in links] == [False, False, False]
    assert [at_the_desk.get(link).status_code for link in links] == [403, 403, 403]
    stranger = as_staff(a_team("harbour").practitioner)
    assert [stranger.get(link).status_code for link in links] == [404, 404, 404]


def test_a_session_is_added_once_said_and_undone(desk: Desk, clinician: Client) -> None:
    assert "The series has 4 sessions." in clinician.get(page(desk, "series_add")).content.decode()
    posted = {"reason": REASON, "key": str(uuid.uuid4())}
    for _ in range(2):
        assert clinician.post(page(desk, "series_add"), posted)["Location"] == page(desk, "series_booked")
    assert desk.fresh().sessions == 5
    html = clinician.get(page(desk, "series_booked")).content.decode()
    assert "Tomasz Wieczorek has 5 sessions now" in html
    assert "The new session has no date yet" in html
    undo = page(desk, "series_undo", SeriesChange.objects.earliest("-revision").pk)
    assert undo in html
    clinician.post(undo)
    assert desk.fresh().sessions == 4
    assert "one session added" in clinician.get(page(desk, "series")).content.decode()


def test_more_than_the_protocol_proposes_is_said_before_it_is_signed(desk: Desk, clinician: Client) -> None:
    Series.objects.update(sessions=6)
    html = clinician.get(page(desk, "series_add")).content.decode()
    assert "The protocol proposes at most 6 sessions." in html
    Series.objects.update(sessions=10)
    html = clinician.get(page(desk, "series_add")).content.decode()
    assert "A series has at most 10 sessions, whoever signs." in html
    answer = clinician.post(page(desk, "series_add"), {"reason": REASON, "key": str(uuid.uuid4())})
    assert (answer.status_code, desk.fresh().sessions) == (422, 10)


def test_the_last_session_is_taken_away(desk: Desk, clinician: Client) -> None:
    html = clinician.get(page(desk, "series_remove")).content.decode()
    assert "Session 4 on Tue 19 May" in html
    clinician.post(page(desk, "series_remove"), {"reason": REASON, "key": str(uuid.uuid4())})
    assert (desk.fresh().sessions, Visit.objects.filter(state="booked").count()) == (3, 3)
    html = clinician.get(page(desk, "series_booked")).content.decode()
    assert "Tomasz Wieczorek’s series goes on with 3 sessions" in html


def test_what_is_done_is_not_taken_away(desk: Desk, clinician: Client) -> None:
    Visit.objects.update(state="done")
    html = clinician.get(page(desk, "series_remove")).content.decode()
    assert "it is done, under way, or the only one" in html
    answer = clinician.post(page(desk, "series_remove"), {"reason": REASON, "key": str(uuid.uuid4())})
    assert (answer.status_code, desk.fresh().sessions) == (422, 4)


def test_a_session_is_left_out_and_the_later_ones_move_up_or_stay(desk: Desk, clinician: Client) -> None:
    html = clinician.get(page(desk, "series_skip", 2)).content.decode()
    assert "the series goes on with 3 sessions" in html
    assert "70 days" in html
    assert html.count('name="offer"') == 2
    moving, keeping = values(html, "offer")
    assert course.read_offer(keeping, 2).plan == ()
    answer = clinician.post(page(desk, "series_skip", 2), {"offer": moving, "reason": REASON})
    assert answer["Location"] == page(desk, "series_booked")
    held = list(Visit.objects.filter(state="booked").order_by("session_number").values_list("day", flat=True))
    assert len(held) == 3
    assert held[1] < DAYS[2]


def test_what_was_shown_there_books_nothing_elsewhere(desk: Desk, clinician: Client) -> None:
    moving, keeping = values(clinician.get(page(desk, "series_skip", 2)).content.decode(), "offer")
    for offer in (moving, keeping):
        posted = {"offer": offer, "reason": REASON}
        assert clinician.post(page(desk, "series_book"), posted).status_code == 422
        assert clinician.post(page(desk, "series_skip", 3), posted).status_code == 422
    assert SeriesChange.objects.count() == 1


def test_where_nothing_has_to_move_there_is_one_choice(desk: Desk, clinician: Client) -> None:
    html = clinician.get(page(desk, "series_skip", 4)).content.decode()
    assert len(values(html, "offer")) == 1
    assert "No later session has a date yet" in html


@pytest.mark.parametrize("number", [0, 5, 99])
def test_a_session_that_there_is_not_is_not_there(desk: Desk, clinician: Client, number: int) -> None:
    assert clinician.get(page(desk, "series_skip", number)).status_code == 404


def test_a_session_that_is_done_cannot_be_left_out(desk: Desk, clinician: Client) -> None:
    Visit.objects.filter(session_number=1).update(state="done")
    html = clinician.get(page(desk, "series_skip", 1)).content.decode()
    assert "cannot be left out" in html


@pytest.mark.parametrize("reason", ["", "short", "x" * 10_000, "🙂", "\u202eمرحبا"])
@pytest.mark.parametrize("name", ["series_add", "series_remove", "series_skip"])
def test_a_reason_that_is_none_is_explained_and_kept(
    desk: Desk, clinician: Client, name: str, reason: str
) -> None:
    more = [2] if name == "series_skip" else []
    posted = {"reason": reason, "key": str(uuid.uuid4()), "offer": course.offer(desk.fresh(), 4, ())}
    answer = clinician.post(page(desk, name, *more), posted)
    html = answer.content.decode()
    assert (answer.status_code, desk.fresh().sessions) == (422, 4)
    assert "<title>Error:" in html
    assert reason in html


def test_what_was_chosen_for_the_later_sessions_is_kept(desk: Desk, clinician: Client) -> None:
    _moving, keeping = values(clinician.get(page(desk, "series_skip", 2)).content.decode(), "offer")
    html = clinician.post(page(desk, "series_skip", 2), {"offer": keeping, "reason": ""}).content.decode()
    assert re.findall(r'id="(move|keep)" checked', html) == ["keep"]


@pytest.mark.parametrize("offer", ["", "none", "x" * 10_000])
def test_an_offer_that_cannot_be_read_is_explained(desk: Desk, clinician: Client, offer: str) -> None:
    answer = clinician.post(page(desk, "series_skip", 2), {"offer": offer, "reason": REASON})
    assert (answer.status_code, desk.fresh().sessions) == (422, 4)


@pytest.mark.parametrize("key", ["", "none", "x" * 10_000])
def test_a_form_without_its_key_signs_nothing(desk: Desk, clinician: Client, key: str) -> None:
    answer = clinician.post(page(desk, "series_add"), {"key": key, "reason": REASON})
    assert (answer.status_code, desk.fresh().sessions) == (422, 4)
