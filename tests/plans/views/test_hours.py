import datetime
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import OpeningHours, Shift, SpecialOpening
from plans.actions import disruptions
from plans.models import Absence
from tests.factories.booking import TEN, Desk
from tests.factories.clinic import MembershipFactory
from tests.factories.disruptions import DAY, NEXT, booked_series, when
from tests.pages import text_of, url
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
NINE_TO_THREE = {f"day{number}": "9-15" for number in range(5)}


def typed(**other: Any) -> dict[str, Any]:
    return {"key": uuid4(), **other}


def test_longer_hours_are_saved_and_no_booking_is_affected(desk: Desk, admin: Client) -> None:
    booked_series(desk, "Ana", NEXT)
    page = admin.get(url(desk, "hours")).content.decode()
    assert re.search(r'name="day0" value="09:00–17:00"', page)
    data = typed(**{f"day{number}": "8-13, 14-19" for number in range(6)})
    answer = admin.post(url(desk, "hours"), data, follow=True)
    assert "Saved. No booking is affected." in text_of(answer)
    assert set(OpeningHours.objects.values_list("weekday", "start_minute", "end_minute")) == {
        (day, *span) for day in range(6) for span in ((480, 780), (840, 1140))
    }


def test_a_form_that_was_used_saves_no_other_hours(desk: Desk, admin: Client) -> None:
    eight, seven = ({f"day{number}": span for number in range(5)} for span in ("8-18", "7-20"))
    data = typed(**eight)
    for _ in range(2):
        assert admin.post(url(desk, "hours"), data).status_code == 302
    answer = admin.post(url(desk, "hours"), {**data, **seven})
    assert (answer.status_code, "This form was used before." in text_of(answer)) == (422, True)
    assert set(OpeningHours.objects.values_list("start_minute", "end_minute")) == {(480, 1080)}


def test_shorter_hours_show_their_effect_before_they_are_saved(desk: Desk, admin: Client) -> None:
    ana = booked_series(desk, "Ana Souza", NEXT, start=900)
    answer = admin.post(url(desk, "hours"), typed(**NINE_TO_THREE))
    made = Absence.objects.get()
    assert answer.headers["Location"] == url(desk, "absence", made.pk)
    page = text_of(admin.get(answer.headers["Location"]))
    for words in (
        "Ana Souza",
        "The opening hours change",
        "The new hours",
        "09:00–15:00",
        "from Mon 2 Feb on",
    ):
        assert words in page
    assert "wait for your decisions" in text_of(admin.get(url(desk, "hours")))
    assert OpeningHours.objects.filter(end_minute=1020).count() == 5
    admin.post(url(desk, "absence_apply", made.pk), {"rest": "move"})
    assert (OpeningHours.objects.filter(end_minute=900).count(), when(ana)[:2]) == (5, (NEXT, 840))


def test_the_same_form_twice_makes_one(desk: Desk, admin: Client) -> None:
    booked_series(desk, "Ana", NEXT, start=900)
    data = typed(**NINE_TO_THREE)
    for _time in range(2):
        admin.post(url(desk, "hours"), data)
    assert Absence.objects.count() == 1


def test_a_day_gets_hours_of_its_own_and_loses_them_again(desk: Desk, admin: Client) -> None:
    admin.post(url(desk, "special_hours"), typed(first="14/2", hours="10-14"))
    special = SpecialOpening.objects.get()
    assert (special.day, special.start_minute, special.end_minute) == (datetime.date(2026, 2, 14), 600, 840)
    page = text_of(admin.get(url(desk, "special_hours")))
    assert "Sat 14 Feb 10:00–14:00" in page
    answer = admin.post(url(desk, "special_hours"), {"regular": "2026-02-14"}, follow=True)
    assert "Saved. No booking is affected." in text_of(answer)
    assert SpecialOpening.objects.count() == 0


def test_going_back_to_the_weekly_hours_over_a_visit_is_decided_first(desk: Desk, admin: Client) -> None:
    evenings = {"pattern": "weekly", **{f"day{number}": "9-21" for number in range(5)}}
    admin.post(url(desk, "shifts_of", desk.team.practitioner.pk), typed(first="today", **evenings))
    admin.post(url(desk, "special_hours"), typed(first="9/2", hours="9-21"))
    booked_series(desk, "Ana", NEXT, start=1140)
    admin.post(url(desk, "special_hours"), {"regular": "2026-02-09"})
    assert (Absence.objects.get(state="draft").kind, SpecialOpening.objects.count()) == ("special", 1)


def test_shifts_are_typed_for_two_weeks_in_turn(desk: Desk, admin: Client) -> None:
    me = desk.team.practitioner
    data = typed(first="2/3", pattern="turns", day0="9-17", day1="9-12:30", next3="13-19")
    answer = admin.post(url(desk, "shifts_of", me.pk), data)
    assert answer.headers["Location"] == url(desk, "shifts")
    rows = Shift.objects.filter(membership=me, since=datetime.date(2026, 3, 2))
    assert set(rows.values_list("turn", "weekday", "start_minute", "end_minute")) == {
        (0, 0, 540, 1020), (0, 1, 540, 750), (1, 3, 780, 1140),
    }  # fmt: skip
    page = text_of(admin.get(url(desk, "shifts")))
    assert "From Mon 2 Mar" in page
    assert "Thursday free then 13:00–19:00" in page


def test_shifts_of_every_week_leave_the_second_week_out(desk: Desk, admin: Client) -> None:
    me = desk.team.practitioner
    admin.post(url(desk, "shifts_of", me.pk), typed(first="2/3", pattern="weekly", day0="9-17", next0="8-9"))
    rows = Shift.objects.filter(membership=me, since=datetime.date(2026, 3, 2))
    assert set(rows.values_list("turn", "weekday", "start_minute")) == {(None, 0, 540)}


def test_fewer_shifts_show_their_effect_before_they_are_saved(desk: Desk, admin: Client) -> None:
    booked_series(desk, "Ana Souza", NEXT)
    me = desk.team.practitioner
    answer = admin.post(url(desk, "shifts_of", me.pk), typed(first="9/2", pattern="weekly", day4="9-17"))
    made = Absence.objects.get()
    assert answer.headers["Location"] == url(desk, "absence", made.pk)
    page = text_of(admin.get(answer.headers["Location"]))
    assert "Ana Souza" in page
    assert me.user.name in page
    assert not Shift.objects.filter(since=NEXT).exists()
    assert "wait for your decisions" in text_of(admin.get(url(desk, "shifts")))


def test_somebody_without_shifts_can_be_given_some(desk: Desk, admin: Client) -> None:
    me = desk.team.practitioner
    Shift.objects.filter(membership=me).delete()
    assert "Has no hours yet" in text_of(admin.get(url(desk, "shifts")))
    assert "There are no hours yet" in text_of(admin.get(url(desk, "shifts_of", me.pk)))
    admin.post(url(desk, "shifts_of", me.pk), typed(first="today", pattern="weekly", day0="9-17"))
    assert Shift.objects.filter(membership=me).count() == 1


def test_what_was_typed_wrongly_is_said_and_kept(desk: Desk, admin: Client) -> None:
    long = "9-" * 5_000
    me = desk.team.practitioner.pk
    cases: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
        ("hours", (), {}, "Type the hours of at least one day."),
        ("hours", (), {"day0": "17-9"}, "In “17-9” the end must be after the start."),
        ("hours", (), {"day0": "9-13, 12-17"}, "overlap"),
        ("hours", (), {"day0": "nine"}, "is not hours. Type them like 9-12:30, 13:30-17."),
        ("hours", (), {"day0": "🙂"}, "is not hours"),
        ("hours", (), {"day0": "אבג"}, "is not hours"),
        ("hours", (), {"day0": long}, ""),
        ("hours", (), {"day0": "9-17", "key": "none"}, ""),
        ("special_hours", (), {"first": "14/2"}, "Type the hours of that day."),
        ("special_hours", (), {"hours": "9-17"}, "Type the day."),
        ("special_hours", (), {"first": "1/1/2020", "hours": "9-17"}, "These days have passed."),
        ("special_hours", (), {"first": "1/1/2090", "hours": "9-17"}, "more than three years ahead"),
        ("special_hours", (), {"first": "32/13", "hours": "9-17"}, "is not a day"),
        ("shifts_of", (me,), {"pattern": "weekly", "day0": "9-17"}, "Type the day from which these hours hold."),
        ("shifts_of", (me,), {"first": "today", "day0": "9-17"}, "Choose how the hours repeat."),
        ("shifts_of", (me,), {"first": "today", "pattern": "weekly", "next0": "9-17"}, "at least one day"),
        ("shifts_of", (me,), {"first": "1/1/2020", "pattern": "weekly", "day0": "9-17"}, "have passed"),
        ("shifts_of", (me,), {"first": "+1w", "pattern": "turns", "next0": "9-9"}, "after the start"),
    ]  # fmt: skip
    for name, args, other, words in cases:
        answer = admin.post(url(desk, name, *args), typed(**other))
        assert (answer.status_code, words in text_of(answer)) == (422, True), (name, other)
        assert "<title>Error:" in answer.content.decode()
    kept = admin.post(url(desk, "hours"), typed(day0="17-9", day1="8-9")).content.decode()
    assert 'name="day0" value="17-9"' in kept
    assert 'name="day1" value="8-9"' in kept
    assert (Absence.objects.count(), SpecialOpening.objects.count()) == (0, 0)


def test_a_change_that_touches_too_much_is_refused_beside_the_hours(
    desk: Desk, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked_series(desk, "Ana Souza", NEXT)
    monkeypatch.setattr(disruptions, "MOST_VISITS", 0)
    answer = admin.post(url(desk, "hours"), typed(**{f"day{number}": "9-9:30" for number in range(5)}))
    assert answer.status_code == 422
    assert "1 visits stand in this time, more than can be decided at once" in text_of(answer)
    assert not Absence.objects.exists()


def test_an_unknown_day_or_person_is_not_there(desk: Desk, admin: Client) -> None:
    next_door = a_team("harbour")
    for pk in (next_door.practitioner.pk, desk.team.desk.pk, 10**9):
        assert admin.get(url(desk, "shifts_of", pk)).status_code == 404
        assert admin.post(url(desk, "shifts_of", pk), typed(first="today")).status_code == 404
    for day in ("x" * 10_000, "🙂", ""):
        assert admin.post(url(desk, "special_hours"), {"regular": day}).status_code == 404
    answer = admin.post(url(desk, "special_hours"), {"regular": "2020-01-01"}, follow=True)
    assert "These days have passed." in text_of(answer)
    assert Absence.objects.count() == 0


def test_the_desk_may_not_and_a_stranger_finds_nothing(desk: Desk) -> None:
    me = desk.team.practitioner
    stranger = a_team("harbour").admin
    for person, code in ((desk.team.desk, 403), (me, 403), (stranger, 404)):
        there = as_staff(person)
        for address in (
            url(desk, "hours"),
            url(desk, "special_hours"),
            url(desk, "shifts"),
            url(desk, "shifts_of", me.pk),
        ):
            answer = there.get(address)
            assert (address, answer.status_code) == (address, code)
            assert me.user.name not in answer.content.decode() or person == me
            if "shifts/" not in address or str(me.pk) in address:
                assert there.post(address, typed(day0="9-17")).status_code == code
    assert Absence.objects.count() == 0


def test_the_pages_ask_as_much_for_many_as_for_one(desk: Desk, admin: Client) -> None:
    counts = []
    admin.get(url(desk, "shifts"))
    for _time in range(2):
        with CaptureQueriesContext(connection) as shifts:
            admin.get(url(desk, "shifts"))
        with CaptureQueriesContext(connection) as days:
            admin.get(url(desk, "special_hours"))
        counts.append((len(shifts), len(days)))
        for number in range(3):
            MembershipFactory.create(clinic=desk.team.clinic, is_practitioner=True)
            SpecialOpening.objects.create(
                clinic=desk.team.clinic, day=NEXT + number * DAY, start_minute=TEN, end_minute=900
            )
    assert counts[0] == counts[1]
