import datetime
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse

from plans.actions import booking
from plans.models import Series, Visit
from plans.queries.proposals import search
from plans.queries.standing import standing
from plans.rules.plan import Session
from plans.rules.wishes import Wishes
from tests.factories.booking import MONDAY, Desk, another_series, best_offer, offer_on
from tests.pages import text_of, values
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def page(desk: Desk, name: str = "plans:series_book") -> str:
    return reverse(name, args=[desk.team.clinic.slug, desk.series.pk])


def test_a_series_is_booked_from_the_page_with_one_choice(desk: Desk, browser: Client) -> None:
    html = browser.get(page(desk)).content.decode()
    answer = browser.post(page(desk), {"offer": values(html, "offer")[0]})
    assert answer.headers["Location"] == page(desk, "plans:series_booked")
    assert Visit.objects.filter(series=desk.series).count() == 4
    assert (
        "4 sessions booked for Tomasz Wieczorek" in browser.get(answer.headers["Location"]).content.decode()
    )


def test_proposals_differ_in_their_first_appointment(desk: Desk, browser: Client) -> None:
    plans = [
        booking.read_offer(token).plan for token in values(browser.get(page(desk)).content.decode(), "offer")
    ]
    firsts = {(plan[0].slot.day, plan[0].slot.practitioner, plan[0].slot.start < 780) for plan in plans}
    assert len(plans) == len(firsts) == 5


def test_wishes_are_a_link_and_are_met(desk: Desk, browser: Client) -> None:
    html = browser.get(page(desk), {"first": "16/2", "days": ["2"], "times": ["afternoon"]}).content.decode()
    plan = booking.read_offer(values(html, "offer")[0]).plan
    assert [session.slot.day.weekday() for session in plan] == [2, 2, 2, 2]
    assert plan[0].slot.day == datetime.date(2026, 2, 18)
    assert all(session.slot.start >= 720 and session.slot.start + 60 <= 1020 for session in plan)


def test_wishes_that_nothing_meets_say_why_and_what_would_help(desk: Desk, browser: Client) -> None:
    html = browser.get(page(desk), {"days": ["6"]}).content.decode()
    assert "No series fits these wishes" in html
    assert "Allow any weekday" in html


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"first": "yesterdayish"}, "is not a day"),
        ({"first": "1/1/2025"}, "That day has passed"),
        ({"away_from": "10/3", "away_to": "1/3"}, "before the first"),
        ({"away_from": "10/3", "away_to": "10/3/2036"}, "more than a year away"),
        ({"finish": "1/1/2025"}, "before the first"),
        ({"first": "🙂" * 10}, "is not a day"),
        ({"first": "x" * 10_000}, "at most 40"),
    ],
)
def test_a_wish_that_cannot_be_is_explained_and_kept(
    desk: Desk, browser: Client, wish: dict[str, str], words: str
) -> None:
    answer = browser.get(page(desk), wish)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert words in html
    assert "<title>Error: " in html
    assert next(iter(wish.values()))[:20] in html


def test_one_date_is_changed_and_the_rest_checked_again(desk: Desk, browser: Client) -> None:
    token = values(browser.get(page(desk)).content.decode(), "offer")[0]
    before = booking.read_offer(token).plan
    html = browser.post(page(desk), {"offer": token, "open": "2"}).content.decode()
    answer = browser.post(page(desk), {"change": values(html, "change")[1]})
    assert answer.status_code == 200
    after = booking.read_offer(values(answer.content.decode(), "offer")[0]).plan
    assert "Your choice" in answer.content.decode()
    assert after != before
    gaps = [(b.slot.day - a.slot.day).days for a, b in pairwise(after)]
    assert all(28 <= gap <= 42 for gap in gaps)
    assert Visit.objects.count() == 0


def test_other_times_are_looked_for_when_they_are_asked_for(desk: Desk, browser: Client) -> None:
    html = browser.get(page(desk)).content.decode()
    assert values(html, "change") == []
    chosen = values(html, "offer")[2]
    html = browser.post(page(desk), {"offer": chosen, "open": "3"}).content.decode()
    assert 1 <= len(values(html, "change")) <= 5
    assert "still 28–42 days after session 2" in html
    first = booking.read_offer(values(html, "offer")[0])
    assert (first.plan, len(values(html, "offer"))) == (booking.read_offer(chosen).plan, 5)
    assert Visit.objects.count() == 0


def test_with_script_only_the_row_that_is_asked_for_comes(desk: Desk, browser: Client) -> None:
    token = values(browser.get(page(desk)).content.decode(), "offer")[0]
    given = {"offer": token, "open": "2"}
    html = browser.post(page(desk), given, headers={"hx-request": "true"}).content.decode()
    assert html.count("<li") == 1
    assert values(html, "offer") == []
    assert 1 <= len(values(html, "change")) <= 5


@pytest.mark.parametrize(
    "given", [{"open": "9"}, {"open": "🙂"}, {"open": "²"}, {"open": "1" * 5000}, {"open": "2", "offer": "x"}]
)
def test_a_session_that_is_not_there_opens_nothing(
    desk: Desk, browser: Client, given: dict[str, str]
) -> None:
    token = values(browser.get(page(desk)).content.decode(), "offer")[0]
    answer = browser.post(page(desk), {"offer": token, **given})
    assert (answer.status_code, values(answer.content.decode(), "change")) == (200, [])
    swap = browser.post(page(desk), {"offer": token, **given}, headers={"hx-request": "true"})
    assert (swap.status_code, swap.content) == (204, b"")
    assert Visit.objects.count() == 0


def test_an_offer_that_is_stale_opens_nothing(desk: Desk, browser: Client) -> None:
    token = values(browser.get(page(desk)).content.decode(), "offer")[0]
    booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 3)), at=MONDAY)
    html = browser.post(page(desk), {"offer": token, "open": "2"}).content.decode()
    assert values(html, "change") == []
    assert len(booking.read_offer(values(html, "offer")[0]).plan) == 3


def test_the_desk_reads_that_there_is_an_event_and_clinicians_what_it_is(desk: Desk, browser: Client) -> None:
    Series.objects.update(event_on=datetime.date(2026, 7, 4), keep_clear_days=14, event_name="Divorce party")
    booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 3)), at=MONDAY)
    for name in ("plans:series_book", "plans:series", "plans:series_booked", "plans:series_plan"):
        html = browser.get(page(desk, name)).content.decode()
        assert "Divorce" not in html
    assert "Event on 4 Jul 2026" in browser.get(page(desk)).content.decode()
    clinician = as_staff(desk.team.practitioner)
    assert "Divorce party on 4 Jul 2026" in clinician.get(page(desk)).content.decode()


def test_a_slot_that_is_gone_is_said_and_others_are_offered(desk: Desk, browser: Client) -> None:
    token = best_offer(desk)
    other = another_series(desk)
    booking.confirm(desk.actor, other, booking.offer(other, booking.read_offer(token).plan), at=MONDAY)
    answer = browser.post(page(desk), {"offer": token})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "was booked a moment ago. Nothing has been saved." in html
    offers = values(html, "offer")
    assert len(offers) == 6
    assert Visit.objects.filter(series=desk.series).count() == 0
    assert text_of(answer).count("Nearest to the time that was taken") == 1
    lost, nearest = booking.read_offer(token).plan, booking.read_offer(offers[0]).plan
    assert [one.slot.day for one in nearest] == [one.slot.day for one in lost]
    assert ({one.slot.start for one in lost}, {one.slot.start for one in nearest}) == ({540}, {615})
    assert browser.post(page(desk), {"offer": offers[0]}).status_code == 302
    assert Visit.objects.filter(series=desk.series).count() == 4


def test_a_double_submit_books_once(desk: Desk, browser: Client) -> None:
    token = values(browser.get(page(desk)).content.decode(), "offer")[0]
    for _ in range(2):
        assert browser.post(page(desk), {"offer": token}).status_code == 302
    assert Visit.objects.count() == 4


def test_going_back_after_an_undo_books_nothing(desk: Desk, browser: Client) -> None:
    token = values(browser.get(page(desk)).content.decode(), "offer")[0]
    browser.post(page(desk), {"offer": token})
    change = Series.objects.get().changes.get()
    browser.post(reverse("plans:series_undo", args=["fernway", desk.series.pk, change.pk]))
    answer = browser.post(page(desk), {"offer": token}, follow=True)
    assert "This was undone: the dates are as they were." in answer.content.decode()
    assert Visit.objects.count() == 0


def test_a_date_changed_in_a_tab_that_is_old_books_nothing(desk: Desk, browser: Client) -> None:
    token = values(browser.get(page(desk)).content.decode(), "offer")[0]
    change = values(browser.post(page(desk), {"offer": token, "open": "2"}).content.decode(), "change")[0]
    browser.post(page(desk), {"offer": token})
    html = browser.post(page(desk), {"change": change}).content.decode()
    assert "nothing left to book" in html or values(html, "offer") == []
    assert Visit.objects.count() == 4


def test_a_second_tab_is_told_that_the_plan_has_changed(desk: Desk, browser: Client) -> None:
    first, second = (values(browser.get(page(desk)).content.decode(), "offer")[0] for _ in range(2))
    browser.post(page(desk), {"offer": first})
    answer = browser.post(page(desk), {"offer": second})
    assert answer.status_code == 422
    assert "The plan has changed since these times were shown" in answer.content.decode()
    assert Visit.objects.count() == 4


@pytest.mark.parametrize("token", ["", "x" * 10_000, "ÜÄ🙂", "'; drop table"])
def test_a_choice_that_is_none_is_explained(desk: Desk, browser: Client, token: str) -> None:
    assert browser.post(page(desk), {"offer": token}).status_code == 422
    assert browser.post(page(desk), {"change": token}).status_code in (200, 422)
    assert Visit.objects.count() == 0


def test_a_late_session_asks_the_desk_for_a_reason(desk: Desk, browser: Client, time_machine: object) -> None:
    booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 3)), at=MONDAY)
    time_machine.move_to(MONDAY + datetime.timedelta(days=46))  # type: ignore[attr-defined]
    browser = as_staff(desk.team.desk)
    html = browser.get(page(desk)).content.decode()
    assert "Write why the session is late" in html
    token = values(html, "offer")[0]
    assert browser.post(page(desk), {"offer": token, "reason": ""}).status_code == 422
    answer = browser.post(page(desk), {"offer": token, "reason": "was in hospital for a while"})
    assert answer.status_code == 302
    assert Visit.objects.get(session_number=2).override_reason == "was in hospital for a while"


def test_a_lapsed_series_asks_for_a_consultation(desk: Desk, browser: Client, time_machine: object) -> None:
    booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 3)), at=MONDAY)
    time_machine.move_to(MONDAY + datetime.timedelta(days=150))  # type: ignore[attr-defined]
    browser = as_staff(desk.team.desk)
    answer = browser.get(page(desk))
    assert answer.status_code == 409
    assert "A new consultation comes before the next session." in answer.content.decode()


def test_the_desk_sees_that_a_series_is_held_and_not_why(desk: Desk, browser: Client) -> None:
    Series.objects.update(state="paused", hold_reason="new blood thinner")
    for name in ("plans:series", "plans:series_book"):
        html = browser.get(page(desk, name)).content.decode()
        assert "Practitioner must look first." in html
        assert "blood thinner" not in html


def test_colleague_and_stranger(desk: Desk) -> None:
    assert as_staff(desk.team.admin).get(page(desk)).status_code == 403
    stranger = as_staff(a_team("harbour").desk).get(page(desk))
    assert stranger.status_code == 404
    assert "Wieczorek" not in stranger.content.decode()


def test_a_search_takes_the_same_queries_with_a_full_diary(
    desk: Desk, browser: Client, django_assert_max_num_queries: object
) -> None:
    browser.get(page(desk))  # the first page of a session notes when it was seen
    with django_assert_max_num_queries(12) as empty:  # type: ignore[operator]
        browser.get(page(desk))
    for _ in range(3):
        other = another_series(desk)
        booking.confirm(desk.actor, other, booking.offer(other, best_plan(other)), at=MONDAY)
    with django_assert_max_num_queries(12) as full:  # type: ignore[operator]
        browser.get(page(desk))
    assert len(full) == len(empty)


def best_plan(series: Series) -> tuple[Session, ...]:
    return search(standing(series), Wishes(), at=MONDAY).choices[0].plan
