"""A review, a test area and a top-up go through every page that a consultation goes through."""

from typing import Any

import pytest
from django.test import Client

from clinic.models import Message
from plans.models import Occupancy, Visit, VisitType
from tests.factories.booking import DAYS, MONDAY, Desk, a_desk
from tests.pages import html_of, text_of, url, values
from tests.people import a_team, as_staff

pytestmark = pytest.mark.django_db
# The kinds of room and of device that each kind of visit needs, and its practitioner's minutes to clean up.
NEEDS = {
    "consultation": ("consulting", "", 5),
    "review": ("consulting", "", 10),
    "test_area": ("treatment", "needling_pen", 15),
    "top_up": ("treatment", "needling_pen", 20),
}
WORDS = {"consultation": "Consultation", "review": "Review", "test_area": "Test area", "top_up": "Top-up"}
every_kind = pytest.mark.parametrize("kind", NEEDS)


@pytest.fixture(autouse=True)
def monday(time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def desk() -> Desk:
    made = a_desk()
    for kind, (room, device, after) in NEEDS.items():
        given = {"minutes": 30, "room_kind": room, "device_kind": device, "practitioner_after": after}
        VisitType.objects.update_or_create(clinic=made.team.clinic, kind=kind, defaults=given)
    return made


@pytest.fixture
def browser(desk: Desk) -> Client:
    return as_staff(desk.team.desk)


def booked(desk: Desk, browser: Client, kind: str) -> Visit:
    """Book the first free time of Tuesday through the page, as the desk does."""
    page = f"{url(desk, 'visit_new')}?kind={kind}&patient={desk.patient.pk}&day=3/2"
    html = html_of(browser.get(page))
    posted = {name: values(html, name)[0] for name in ("slot", "kind", "key", "patient")}
    answer = browser.post(page, {**posted, "note": "by phone"})
    visit = Visit.objects.get()
    assert answer.headers["Location"] == url(desk, "visit", visit.pk)
    assert browser.post(page, posted).status_code == 302  # the same form twice
    assert Visit.objects.count() == 1
    return visit


def held(visit: Visit) -> dict[int, tuple[int, int]]:
    """Return whom and what a visit holds on its day, each with its first and its last minute."""
    found = Occupancy.objects.filter(visit=visit, day=visit.day)
    return {one.resource_id: (one.cell_from * 5, one.cell_to * 5) for one in found}


def needed(desk: Desk, visit: Visit) -> dict[int, tuple[int, int]]:
    """Return what it should hold."""
    (room, device, after), person = NEEDS[visit.kind], visit.practitioner.user.resource_id
    start, end = visit.start_minute, visit.start_minute + visit.minutes
    things = [desk.patient.resource_id, desk.team.clinic.rooms.get(kind=room).pk]
    things += desk.team.clinic.devices.filter(kind=device).values_list("pk", flat=True)
    assert person is not None
    return {person: (start, end + after), **dict.fromkeys(things, (start, end))}


@every_kind
def test_it_is_booked_and_holds_what_it_needs(desk: Desk, browser: Client, kind: str) -> None:
    visit = booked(desk, browser, kind)
    assert (visit.kind, visit.state, visit.day, visit.start_minute, visit.minutes, visit.note) == (
        kind, "booked", DAYS[0], 540, 30, "by phone",
    )  # fmt: skip
    assert (visit.series, visit.session_number) == (None, None)
    assert held(visit) == needed(desk, visit)
    assert WORDS[kind] in text_of(browser.get(url(desk, "visit", visit.pk)))
    assert list(Message.objects.values_list("kind", "state")) == [("plans/booked", "queued")]


@every_kind
def test_it_is_moved_and_holds_its_new_time_alone(desk: Desk, browser: Client, kind: str) -> None:
    visit = booked(desk, browser, kind)
    page = url(desk, "visit_move", visit.pk)
    html = html_of(browser.get(page, {"why": "4/2"}))
    assert browser.post(page, {"slot": values(html, "slot")[0], "seen": "0"}).status_code == 302
    visit.refresh_from_db()
    assert (visit.day.isoformat(), visit.sequence, visit.state) == ("2026-02-04", 1, "booked")
    assert held(visit) == needed(desk, visit)
    assert Occupancy.objects.exclude(day=visit.day).count() == 0
    again = browser.post(page, {"slot": values(html, "slot")[1], "seen": "0"})
    assert again.status_code == 422
    assert "This visit has changed since it was shown" in text_of(again)


@every_kind
def test_it_is_cancelled_and_brought_back(desk: Desk, browser: Client, kind: str) -> None:
    visit = booked(desk, browser, kind)
    before = held(visit)
    assert browser.post(url(desk, "visit_cancel", visit.pk), {"scope": "one"}).status_code == 302
    visit.refresh_from_db()
    assert (visit.state, held(visit)) == ("cancelled", {})
    assert "Take the last step back" in text_of(browser.get(url(desk, "visit", visit.pk)))
    browser.post(url(desk, "visit_state", visit.pk, "undo"))
    visit.refresh_from_db()
    assert (visit.state, held(visit)) == ("booked", before)
    assert not Message.objects.filter(kind="plans/cancelled", state="queued").exists()


@every_kind
def test_it_is_not_brought_back_into_a_time_that_somebody_else_has(
    desk: Desk, browser: Client, kind: str
) -> None:
    visit = booked(desk, browser, kind)
    browser.post(url(desk, "visit_cancel", visit.pk), {"scope": "one"})
    page = f"{url(desk, 'visit_new')}?kind={kind}&patient={desk.patient.pk}&day=3/2"
    html = html_of(browser.get(page))
    posted = {name: values(html, name)[0] for name in ("slot", "kind", "key", "patient")}
    assert browser.post(page, posted).status_code == 302
    answer = browser.post(url(desk, "visit_state", visit.pk, "undo"), follow=True)
    assert "was booked a moment ago. Nothing has been saved." in text_of(answer)
    visit.refresh_from_db()
    assert (visit.state, held(visit)) == ("cancelled", {})


@every_kind
def test_only_who_books_here_moves_or_cancels_it(desk: Desk, browser: Client, kind: str) -> None:
    visit = booked(desk, browser, kind)
    stranger = as_staff(a_team("harbour").desk)
    for name in ("visit_move", "visit_cancel"):
        page = url(desk, name, visit.pk)
        assert as_staff(desk.team.admin).post(page, {"scope": "one"}).status_code == 403
        assert stranger.post(page, {"scope": "one"}).status_code == 404
    visit.refresh_from_db()
    assert (visit.state, held(visit)) == ("booked", needed(desk, visit))
