from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Message
from patients.models import Patient
from plans.models import Series, Visit, WaitingOffer
from tests.factories.booking import Desk, a_desk, a_session, another_series
from tests.factories.mail import a_refused_mail
from tests.factories.plans import consent_to_treatment
from tests.factories.waiting import DAY, TODAY, joined
from tests.pages import url, values
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def read(desk: Desk, browser: Client, **query: Any) -> str:
    return browser.get(url(desk, "worklist"), query).content.decode()


def test_a_session_at_risk_is_one_click_from_being_booked(desk: Desk, browser: Client) -> None:
    Series.objects.update(sessions=2)
    a_session(desk, 1, -36, "done")
    html = read(desk, browser)
    assert "Tomasz Wieczorek: session 2 is not booked" in html
    assert "Inside the window until Sun 8 Feb: 6 days left." in html
    slots = values(html, "slot")
    assert len(slots) == 3
    address = reverse("plans:series_book", args=[desk.team.clinic.slug, desk.series.pk])
    answer = browser.post(address, {"slot": slots[1]})
    offers = values(answer.content.decode(), "offer")
    assert browser.post(address, {"offer": offers[0]}).status_code == 302
    assert Visit.objects.get(session_number=2).day == TODAY + 2 * DAY


def test_a_missed_session_in_between_is_rebooked_at_the_time_that_was_clicked(
    desk: Desk, browser: Client
) -> None:
    a_session(desk, 1, -36, "done")
    a_session(desk, 2, -1, "no_show")
    a_session(desk, 3, 36)
    a_session(desk, 4, 71)
    html = read(desk, browser)
    assert "Tomasz Wieczorek missed session 2" in html
    slots = values(html, "slot")
    address = reverse("plans:series_book", args=[desk.team.clinic.slug, desk.series.pk])
    html = browser.post(address, {"slot": slots[0]}).content.decode()
    (offer,) = values(html, "offer")
    assert browser.post(address, {"offer": offer}).status_code == 302
    assert Visit.objects.get(session_number=2, state="booked").day == TODAY + DAY


def test_a_session_booked_after_its_window_is_moved_into_it(desk: Desk, browser: Client) -> None:
    Series.objects.update(sessions=2)
    a_session(desk, 1, -36, "done")
    late = a_session(desk, 2, 7)
    html = read(desk, browser)
    assert "Tomasz Wieczorek: session 2 is booked after its window" in html
    slots = values(html, "slot")
    address = url(desk, "visit_move", late.pk)
    html = browser.post(address, {"slot": slots[0]}).content.decode()
    (offer,) = values(html, "offer")
    assert browser.post(address, {"offer": offer}).status_code == 302
    late.refresh_from_db()
    assert late.day == TODAY + DAY


def test_a_lapsed_series_leads_to_a_consultation(desk: Desk, browser: Client) -> None:
    a_session(desk, 1, -120, "done")
    html = read(desk, browser)
    assert "a new consultation comes first" in html
    assert f"?patient={desk.patient.pk}&amp;kind=consultation" in html


def test_the_desk_reads_never_why(desk: Desk, browser: Client) -> None:
    Series.objects.update(state="paused", hold_reason="on a new blood thinner")
    a_session(desk, 1, 1)
    html = read(desk, browser)
    assert "Practitioner must look first." in html
    assert "a consent to sign" in html
    assert "1 patient has questions to answer" in html
    assert not any(word in html for word in ("blood", "thinner", "SQ-", "needl"))


def test_a_free_time_is_offered_from_the_list(desk: Desk, browser: Client) -> None:
    consent_to_treatment(desk.patient, desk.team.clinic)
    for number in range(1, 5):
        a_session(desk, number, 8 + 35 * (number - 1))
    entry = joined(desk)
    html = read(desk, browser)
    assert "is free and fits Tomasz Wieczorek" in html
    (slot,) = values(html, "slot")
    browser.post(url(desk, "waiting_offer", entry.pk), {"slot": slot})
    assert WaitingOffer.objects.get().entry == entry
    assert "is free and fits" not in read(desk, browser)


def test_a_refused_mail_goes_out_again_or_is_settled(desk: Desk, browser: Client) -> None:
    message = a_refused_mail(desk)
    html = read(desk, browser)
    assert "A mail to Tomasz Wieczorek was refused" in html
    assert reverse("patients:edit", args=[desk.team.clinic.slug, desk.patient.pk]) in html
    Patient.objects.update(email="new@example.org")
    assert browser.post(url(desk, "failed_mail", message.pk, "again"))["Location"] == url(desk, "worklist")
    message.refresh_from_db()
    assert (message.state, message.to) == ("queued", "new@example.org")
    assert "The mail goes out again now." in read(desk, browser)
    other = a_refused_mail(desk, kind="plans/moved")
    browser.post(url(desk, "failed_mail", other.pk, "settled"))
    other.refresh_from_db()
    assert other.state == "void"


def test_a_mail_without_an_address_stays_and_says_why(desk: Desk, browser: Client) -> None:
    Patient.objects.update(email="")
    browser.post(url(desk, "failed_mail", a_refused_mail(desk).pk, "again"))
    assert "There is no e-mail address to send it to." in read(desk, browser)


def test_mail_of_others_and_unknown_verbs_are_not_there(desk: Desk, browser: Client) -> None:
    other = a_desk("harbour")
    theirs = a_refused_mail(other)
    mine = a_refused_mail(desk)
    assert browser.post(url(desk, "failed_mail", theirs.pk, "settled")).status_code == 404
    assert browser.post(url(desk, "failed_mail", mine.pk, "burn")).status_code == 404
    assert browser.post(url(desk, "failed_mail", 999_999, "again")).status_code == 404
    to_staff = a_refused_mail(desk, patient_id=None, kind="clinic/welcome", is_secret=True)
    for do in ("again", "settled"):
        assert browser.post(url(desk, "failed_mail", to_staff.pk, do)).status_code == 404
    assert set(Message.objects.values_list("state", flat=True)) == {"parked"}


def test_the_list_of_one_practitioner(desk: Desk, browser: Client) -> None:
    series = another_series(desk)
    Series.objects.filter(pk=series.pk).update(practitioner=desk.team.lead)
    Patient.objects.filter(pk=series.patient_id).update(name="Somebody Else \u202e<b>🙂")
    html = read(desk, browser, who=desk.team.practitioner.pk)
    assert "Tomasz Wieczorek" in html
    assert "Somebody Else" not in html
    assert "Somebody Else \u202e&lt;b&gt;🙂" in read(desk, browser, who=desk.team.lead.pk)


@pytest.mark.parametrize("who", ["nobody", "999999", "\u202e🙂", "x" * 5_000])
def test_nobody_of_that_kind_is_not_there(desk: Desk, browser: Client, who: str) -> None:
    assert browser.get(url(desk, "worklist"), {"who": who}).status_code == 404


def test_three_people_ask_for_it(desk: Desk) -> None:
    stranger = a_team("harbour").desk
    answers = [
        as_staff(one).get(url(desk, "worklist")).status_code
        for one in (desk.team.desk, desk.team.admin, stranger)
    ]
    assert answers == [200, 403, 404]


def test_the_page_takes_the_same_queries_with_one_thing_to_do_and_with_many(
    desk: Desk, browser: Client
) -> None:
    browser.get(url(desk, "worklist"))
    counted = []
    for wanted_items in (1, 12):
        while Series.objects.count() < wanted_items:
            series = another_series(desk)
            joined(Desk(desk.team, series, series.patient))
        if wanted_items == 1:
            joined(desk)
        with CaptureQueriesContext(connection) as found:
            browser.get(url(desk, "worklist"))
        counted.append(len(found))
    assert counted[0] == counted[1]
