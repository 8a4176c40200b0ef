import datetime
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Message
from plans.models import Occupancy, Series, Visit
from tests.factories.booking import Desk, booked_on, session
from tests.factories.plans import VisitFactory
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAYS = [datetime.date(2026, 2, 2) + datetime.timedelta(days=35 * i) for i in range(4)]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return booked_on(desk, *DAYS)


def page(visit: Visit, name: str = "visit", *more: str) -> str:
    return reverse(f"plans:{name}", args=[visit.clinic.slug, visit.pk, *more])


def alone(desk: Desk, **values: object) -> Visit:
    visit: Visit = VisitFactory.create(
        **{
            "patient": desk.patient,
            "practitioner": desk.team.practitioner,
            "kind": "review",
            "day": DAYS[0],
            **values,
        }
    )
    return visit


def test_a_visit_shows_what_is_to_know_and_the_next_step(desk: Desk, browser: Client) -> None:
    html = browser.get(page(session())).content.decode()
    for words in (
        "Session 1 of 4",
        "Check in",
        session().reference,
        "The whole series",
        "Patient has confirmed",
    ):
        assert words in html
    assert "Check in" not in browser.get(page(session(2))).content.decode()  # not its day


def test_a_reason_is_for_those_who_treat(desk: Desk, browser: Client) -> None:
    Visit.objects.update(override_reason="on a new blood thinner")
    assert "blood thinner" not in browser.get(page(session())).content.decode()
    assert "blood thinner" in as_staff(desk.team.practitioner).get(page(session())).content.decode()


def test_a_step_is_taken_and_taken_back(desk: Desk, browser: Client) -> None:
    answer = browser.post(page(session(), "visit_state", "arrived"), {"next": page(session())})
    assert answer.headers["Location"] == page(session())
    assert "Tomasz Wieczorek: arrived." in browser.get(page(session())).content.decode()
    browser.post(page(session(), "visit_state", "undo"))
    assert session().state == "booked"


def test_a_step_that_cannot_follow_is_explained_and_changes_nothing(desk: Desk, browser: Client) -> None:
    answer = browser.post(page(session(2), "visit_state", "arrived"))
    assert answer.headers["Location"] == reverse("plans:day", args=["fernway", DAYS[1].isoformat()])
    assert "on another day" in browser.get(answer.headers["Location"]).content.decode()
    assert session(2).state == "booked"


@pytest.mark.parametrize("state", ["cancelled", "booked", "nonsense"])
def test_a_state_that_no_button_sets_is_not_found(desk: Desk, browser: Client, state: str) -> None:
    assert browser.post(page(session(), "visit_state", state)).status_code == 404
    assert session().state == "booked"


@pytest.mark.parametrize("way", ["https://evil.example/", "9999-12-31", "home", "x" * 10_000])
def test_the_way_back_stays_on_this_site(desk: Desk, browser: Client, way: str) -> None:
    answer = browser.post(page(session(), "visit_state", "arrived"), {"next": way})
    assert answer.headers["Location"] == reverse("plans:day", args=["fernway", "2026-02-02"])


def test_nobody_arrives_at_blocked_time(desk: Desk, browser: Client) -> None:
    blocked = alone(desk, patient=None, clinic=desk.team.clinic, kind="blocked")
    browser.post(page(blocked, "visit_state", "arrived"))
    blocked.refresh_from_db()
    assert blocked.state == "booked"
    assert browser.post(page(blocked, "visit_cancel"), {"scope": "one"}).status_code == 302


@pytest.mark.parametrize(("scope", "held", "words"), [
    ("one", 3, "1 session cancelled for Tomasz Wieczorek"),
    ("following", 1, "3 sessions cancelled for Tomasz Wieczorek"),
    ("all", 0, "4 sessions cancelled for Tomasz Wieczorek"),
])  # fmt: skip
def test_one_the_following_or_all_are_cancelled(
    desk: Desk, browser: Client, scope: str, held: int, words: str
) -> None:
    answer = browser.post(page(session(2), "visit_cancel"), {"scope": scope})
    assert Visit.objects.filter(state="booked").count() == held
    assert words in browser.get(answer.headers["Location"]).content.decode()


def test_a_single_visit_is_cancelled_the_patient_told_and_it_can_be_taken_back(
    desk: Desk, browser: Client
) -> None:
    visit = alone(desk, start_minute=900)
    assert browser.post(page(visit, "visit_cancel"), {"scope": "one"}).headers["Location"] == page(visit)
    told = Message.objects.filter(kind="plans/cancelled", subject_id=str(visit.pk))
    assert [message.state for message in told] == ["queued"]
    assert "Take the last step back" in browser.get(page(visit)).content.decode()
    browser.post(page(visit, "visit_state", "undo"))
    visit.refresh_from_db()
    assert (visit.state, [message.state for message in told.all()]) == ("booked", ["void"])


def test_a_cancelled_session_is_brought_back_by_the_series_only(desk: Desk, browser: Client) -> None:
    browser.post(page(session(2), "visit_cancel"), {"scope": "one"})
    assert "Take the last step back" not in browser.get(page(session(2))).content.decode()
    browser.post(page(session(2), "visit_state", "undo"))
    assert session(2).state == "cancelled"
    assert Occupancy.objects.count() == 12


@pytest.mark.parametrize("posted", [{}, {"scope": "everything"}, {"scope": "one", "reason": "x" * 10_000}])
def test_a_cancellation_that_is_none_is_explained(
    desk: Desk, browser: Client, posted: dict[str, str]
) -> None:
    answer = browser.post(page(session(2), "visit_cancel"), posted)
    assert answer.status_code == 422
    assert Visit.objects.filter(state="booked").count() == 4


def test_cancelling_twice_says_that_nothing_is_left(desk: Desk, browser: Client) -> None:
    browser.post(page(session(2), "visit_cancel"), {"scope": "one"})
    assert "nothing to cancel" in browser.get(page(session(2), "visit_cancel")).content.decode()
    assert browser.post(page(session(2), "visit_cancel"), {"scope": "one"}).status_code == 422


def test_a_held_series_shows_that_somebody_must_look_and_not_why(desk: Desk, browser: Client) -> None:
    Series.objects.update(state="paused", hold_reason="new blood thinner")
    html = browser.get(page(session())).content.decode()
    assert "Practitioner must look first." in html
    assert "blood thinner" not in html


def test_an_unknown_visit_is_not_found(desk: Desk, browser: Client) -> None:
    for name in ("visit", "visit_cancel", "visit_move"):
        assert browser.get(reverse(f"plans:{name}", args=["fernway", uuid.uuid4()])).status_code == 404


def test_colleague_and_stranger(desk: Desk) -> None:
    admin, stranger = as_staff(desk.team.admin), as_staff(a_team("harbour").desk)
    seen = admin.get(page(session())).content.decode()
    assert "Check in" not in seen
    assert admin.get(page(session(), "visit_cancel")).status_code == 403
    assert admin.post(page(session(), "visit_state", "arrived")).status_code == 403
    for name, more in (("visit", ()), ("visit_cancel", ()), ("visit_state", ("arrived",))):
        ask = stranger.post if name == "visit_state" else stranger.get
        answer = ask(page(session(), name, *more))
        assert answer.status_code == 404
        assert "Wieczorek" not in answer.content.decode()
