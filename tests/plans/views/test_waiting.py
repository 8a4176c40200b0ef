import datetime
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.actions import waiting_offers
from plans.models import Series, Visit, WaitingEntry, WaitingOffer
from tests.factories.booking import MONDAY, Desk, a_desk, another_series
from tests.factories.clinic import UserFactory
from tests.factories.patients import AccessFactory
from tests.factories.waiting import DAY, joined, offered, slot, wanted
from tests.pages import url, values
from tests.people import a_team, as_patient, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
GOOD = {"first": "3/2", "last": "+4w", "notice_hours": "24"}
ODD = "مرحبا 🙂 \u202e<b>"


def join(desk: Desk, **query: object) -> str:
    return url(desk, "waiting_new") + "?" + "&".join(f"{key}={value}" for key, value in query.items())


def key() -> str:
    return str(uuid.uuid4())


def test_an_empty_list_says_what_would_stand_there(desk: Desk, browser: Client) -> None:
    assert "Nobody waits" in browser.get(url(desk, "waiting")).content.decode()
    assert "Find a patient" in browser.get(url(desk, "waiting_new")).content.decode()


def test_a_patient_is_put_on_the_list_from_their_series(desk: Desk, browser: Client) -> None:
    address = join(desk, series=desk.series.pk)
    assert "Put Tomasz Wieczorek on the waiting list" in browser.get(address).content.decode()
    posted = {**GOOD, "key": key(), "weekdays": ["1", "3"], "times": ["morning"]}
    for _ in range(2):
        assert browser.post(address, posted)["Location"] == url(desk, "waiting")
    entry = WaitingEntry.objects.get()
    assert (entry.first, entry.last) == (datetime.date(2026, 2, 3), datetime.date(2026, 3, 2))
    assert (entry.weekdays, entry.times, entry.series) == ([1, 3], ["morning"], desk.series)
    html = browser.get(url(desk, "waiting")).content.decode()
    assert "Session 1 of 4" in html
    assert "Offer Tue 3 Feb, 09:00 to Tomasz Wieczorek" in html


def test_a_patient_waits_for_a_consultation(desk: Desk, browser: Client) -> None:
    posted = {**GOOD, "key": key(), "kind": "consultation"}
    assert browser.post(join(desk, patient=desk.patient.pk), posted).status_code == 302
    assert WaitingEntry.objects.get().kind == "consultation"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last": ""}, "required"),
        ({"last": "someday"}, "is not a day"),
        ({"last": "x" * 10_000}, "at most"),
        ({"first": "+6w"}, "must not be before the first"),
        ({"weekdays": ["9"]}, ""),
        ({"times": [ODD]}, ""),
        ({"practitioner": "999999"}, ""),
        ({"notice_hours": "5"}, ""),
        ({"key": "none"}, ""),
    ],
)
def test_wishes_that_cannot_be_read_are_explained_and_kept(
    desk: Desk, browser: Client, wrong: dict[str, object], said: str
) -> None:
    answer = browser.post(join(desk, series=desk.series.pk), {**GOOD, "key": key(), **wrong})
    html = answer.content.decode()
    assert (answer.status_code, WaitingEntry.objects.count()) == (422, 0)
    assert "<title>Error:" in html
    assert said in html


def test_who_waits_already_is_told_so(desk: Desk, browser: Client) -> None:
    joined(desk)
    answer = browser.post(join(desk, series=desk.series.pk), {**GOOD, "key": key()})
    assert answer.status_code == 422
    assert "on the waiting list for that already" in answer.content.decode()


@pytest.mark.parametrize("name", ["series", "patient", "entry"])
@pytest.mark.parametrize("pk", ["nonsense", "", "6a7d1c7e-0000-4000-8000-000000000000"])
def test_nobody_is_there_for_an_unknown_id(desk: Desk, browser: Client, name: str, pk: str) -> None:
    assert browser.get(join(desk, **{name: pk})).status_code == 404


def test_what_would_suit_is_changed(desk: Desk, browser: Client) -> None:
    entry = joined(desk, wanted(0, 30, times=["morning"]))
    address = join(desk, entry=entry.pk)
    html = browser.get(address).content.decode()
    assert "What would suit Tomasz Wieczorek" in html
    assert 'value="04/03/2026"' in html
    assert browser.post(address, {**GOOD, "key": key(), "times": ["evening"]}).status_code == 302
    now = WaitingEntry.objects.get(state="waiting")
    assert (now.times, now.joined_at) == (["evening"], MONDAY)


def test_the_form_of_a_change_sent_twice_changes_once(desk: Desk, browser: Client) -> None:
    address, posted = join(desk, entry=joined(desk).pk), {**GOOD, "key": key()}
    for _ in range(2):
        assert browser.post(address, posted)["Location"] == url(desk, "waiting")
    assert WaitingEntry.objects.count() == 2


def test_a_stale_form_does_not_put_back_who_took_an_offer(desk: Desk, browser: Client) -> None:
    entry = joined(desk)
    waiting_offers.accept(desk.actor, offered(desk, entry), at=MONDAY)
    answer = browser.post(join(desk, entry=entry.pk), {**GOOD, "key": key()})
    assert answer.status_code == 422
    assert "no longer on the waiting list" in answer.content.decode()
    assert WaitingEntry.objects.get().state == "served"


def test_a_yes_on_the_phone_to_a_time_that_fits_no_more_is_explained(desk: Desk, browser: Client) -> None:
    entry = joined(desk)
    offer = offered(desk, entry)
    Series.objects.update(state="paused")
    browser.post(url(desk, "waiting_answer", entry.pk, offer.pk, "acceptance"))
    assert (
        "That time does not fit any more. Tomasz Wieczorek stays"
        in browser.get(url(desk, "waiting")).content.decode()
    )
    assert (WaitingOffer.objects.get().state, Visit.objects.count()) == ("withdrawn", 0)


def test_a_free_time_is_offered_with_one_click_and_answered_on_the_phone(desk: Desk, browser: Client) -> None:
    entry = joined(desk)
    slot_token = values(browser.get(url(desk, "waiting")).content.decode(), "slot")[0]
    for _ in range(2):
        assert browser.post(url(desk, "waiting_offer", entry.pk), {"slot": slot_token})["Location"] == url(
            desk, "waiting"
        )
    offer = WaitingOffer.objects.get()
    html = browser.get(url(desk, "waiting")).content.decode()
    assert "Takes it: book" in html
    assert "answer by" in html
    answer = url(desk, "waiting_answer", entry.pk, offer.pk, "acceptance")
    browser.post(answer)
    assert Visit.objects.get().starts_at == offer.starts_at
    assert "Nobody waits" in browser.get(url(desk, "waiting")).content.decode()


def test_a_no_on_the_phone_keeps_the_place(desk: Desk, browser: Client) -> None:
    entry = joined(desk)
    offer = offered(desk, entry)
    browser.post(url(desk, "waiting_answer", entry.pk, offer.pk, "refusal"))
    assert "stays on the waiting list" in browser.get(url(desk, "waiting")).content.decode()
    assert (WaitingOffer.objects.get().state, Visit.objects.count()) == ("declined", 0)


def test_an_offer_without_an_address_asks_for_a_call(desk: Desk, browser: Client) -> None:
    type(desk.patient).objects.update(email="")
    entry = joined(desk)
    slot_token = values(browser.get(url(desk, "waiting")).content.decode(), "slot")[0]
    browser.post(url(desk, "waiting_offer", entry.pk), {"slot": slot_token})
    assert "there is no e-mail address" in browser.get(url(desk, "waiting")).content.decode()


@pytest.mark.parametrize("posted", [{}, {"slot": ""}, {"slot": ODD}, {"slot": "x" * 10_000}])
def test_an_offer_of_no_time_is_explained(desk: Desk, browser: Client, posted: dict[str, str]) -> None:
    answer = browser.post(url(desk, "waiting_offer", joined(desk).pk), posted)
    assert (answer.status_code, WaitingOffer.objects.count()) == (422, 0)
    assert "<title>Error:" in answer.content.decode()


def test_an_answer_to_an_offer_that_is_over_is_explained(desk: Desk, browser: Client) -> None:
    entry = joined(desk, at=MONDAY - 3 * DAY)
    offer = offered(desk, entry, at=MONDAY - 2 * DAY)
    answer = browser.post(url(desk, "waiting_answer", entry.pk, offer.pk, "acceptance"))
    assert answer.status_code == 422
    assert "This offer is over" in answer.content.decode()


def test_unknown_answers_and_rows_of_others_are_not_there(desk: Desk, browser: Client) -> None:
    entry = joined(desk)
    offer, other = offered(desk, entry), a_desk("harbour")
    theirs = joined(other)
    assert browser.post(url(desk, "waiting_answer", entry.pk, offer.pk, "maybe")).status_code == 404
    assert browser.post(url(desk, "waiting_answer", theirs.pk, offer.pk, "refusal")).status_code == 404
    assert browser.post(url(desk, "waiting_leave", theirs.pk)).status_code == 404
    assert browser.get(join(desk, entry=theirs.pk)).status_code == 404
    assert browser.get(join(desk, series=other.series.pk)).status_code == 404
    assert browser.get(join(desk, patient=other.patient.pk)).status_code == 404


def test_somebody_is_taken_off_the_list(desk: Desk, browser: Client) -> None:
    entry = joined(desk)
    for _ in range(2):
        assert browser.post(url(desk, "waiting_leave", entry.pk)).status_code == 302
    assert WaitingEntry.objects.get().state == "left"


def test_three_people_ask_for_the_list(desk: Desk) -> None:
    joined(desk)
    stranger = a_team("harbour").desk
    answers = {
        name: as_staff(member).get(url(desk, "waiting")).status_code
        for name, member in (("desk", desk.team.desk), ("admin", desk.team.admin), ("stranger", stranger))
    }
    assert answers == {"desk": 200, "admin": 403, "stranger": 404}


def test_the_list_takes_the_same_queries_with_one_and_with_many(desk: Desk, browser: Client) -> None:
    browser.get(url(desk, "waiting"))
    counted = []
    for wanted_entries in (1, 6):
        while WaitingEntry.objects.count() < wanted_entries:
            series = another_series(desk)
            joined(Desk(desk.team, series, series.patient))
        with CaptureQueriesContext(connection) as found:
            browser.get(url(desk, "waiting"))
        counted.append(len(found))
    assert counted[0] == counted[1]


class TestThePatientsOwnPage:
    @pytest.fixture
    def own(self, desk: Desk) -> Client:
        given = desk.team.practitioner.user
        return as_patient(AccessFactory.create(patient=desk.patient, granted_by=given).user)

    def plan(self, desk: Desk) -> str:
        return reverse("plans:my_plan", args=[desk.patient.pk])

    def answer(self, desk: Desk, offer: WaitingOffer, said: str = "acceptance") -> str:
        return reverse("plans:my_offer", args=[desk.patient.pk, offer.pk, said])

    def test_an_offer_is_taken_there(self, desk: Desk, own: Client) -> None:
        offer = offered(desk, joined(desk))
        assert "Thursday 5 February" in own.get(self.plan(desk)).content.decode()
        for _ in range(2):
            assert own.post(self.answer(desk, offer))["Location"] == self.plan(desk)
        assert Visit.objects.get().starts_at == offer.starts_at
        html = own.get(self.plan(desk)).content.decode()
        assert "The time is yours" in html
        assert "Yes, I take this time" not in html

    def test_an_offer_is_declined_there(self, desk: Desk, own: Client) -> None:
        offer = offered(desk, joined(desk))
        own.post(self.answer(desk, offer, "refusal"))
        assert "You stay on the waiting list" in own.get(self.plan(desk)).content.decode()
        assert WaitingOffer.objects.get().state == "declined"

    def test_who_is_second_is_told_kindly(self, desk: Desk, own: Client) -> None:
        offer = offered(desk, joined(desk))
        series = another_series(desk)
        other = joined(Desk(desk.team, series, series.patient))
        theirs = waiting_offers.offer(desk.actor, other, slot(desk, 3), at=MONDAY)
        waiting_offers.accept(desk.actor, theirs, at=MONDAY)
        own.post(self.answer(desk, offer))
        assert "That time has just gone." in own.get(self.plan(desk)).content.decode()
        assert Visit.objects.count() == 1

    def test_a_time_that_fits_no_more_is_not_said_to_be_taken(self, desk: Desk, own: Client) -> None:
        offer = offered(desk, joined(desk))
        Series.objects.update(state="paused")
        own.post(self.answer(desk, offer))
        html = own.get(self.plan(desk)).content.decode()
        assert "That time does not fit your plan any more." in html
        assert "That time has just gone." not in html

    def test_an_offer_that_is_over_is_said_to_be(self, desk: Desk, own: Client) -> None:
        offer = offered(desk, joined(desk, at=MONDAY - 3 * DAY), at=MONDAY - 2 * DAY)
        assert "Yes, I take this time" not in own.get(self.plan(desk)).content.decode()
        own.post(self.answer(desk, offer))
        assert "This offer is over" in own.get(self.plan(desk)).content.decode()

    def test_an_offer_of_another_patient_is_not_there(self, desk: Desk, own: Client) -> None:
        offer = offered(desk, joined(desk))
        stranger = as_patient(UserFactory.create())
        assert stranger.post(self.answer(desk, offer)).status_code == 404
        series = another_series(desk)
        theirs = offered(desk, joined(Desk(desk.team, series, series.patient)), day=4)
        assert own.post(self.answer(desk, theirs)).status_code == 404
        assert own.post(self.answer(desk, offer, "maybe")).status_code == 404
        assert Visit.objects.count() == 0
