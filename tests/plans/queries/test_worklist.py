import datetime
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Message
from plans.models import Series
from plans.queries.worklist import Found, Item, _in_need, worklist
from tests.factories.booking import MONDAY, Desk, a_desk, a_session, another_series

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)


def items(desk: Desk) -> list[Item]:
    return worklist(desk.actor, desk.team.clinic, at=MONDAY, shown=100).items


def told(desk: Desk) -> list[tuple[str, int, datetime.date | None, int | None]]:
    return [(item.kind, item.session, item.latest, item.days_left) for item in items(desk)]


def test_a_signed_series_without_dates_is_to_book(desk: Desk) -> None:
    assert told(desk) == [("to_book", 1, None, None)]


def test_a_series_with_every_date_does_not_wait(desk: Desk) -> None:
    for number in range(1, 5):
        a_session(desk, number, 35 * number)
    assert items(desk) == []


def test_a_missed_first_session_is_to_rebook_and_not_to_book(desk: Desk) -> None:
    a_session(desk, 1, -1, "no_show")
    assert told(desk) == [("rebook", 1, None, None)]


def test_a_missed_session_is_rebooked_while_its_window_lasts(desk: Desk) -> None:
    a_session(desk, 1, -36, "done")
    a_session(desk, 2, -1, "no_show")
    a_session(desk, 3, 34)
    a_session(desk, 4, 69)
    assert told(desk) == [("rebook", 2, TODAY + datetime.timedelta(days=6), 6)]


@pytest.mark.parametrize(("days", "waits"), [(-28, True), (-27, False), (-60, True)])
def test_an_unbooked_next_session_is_at_risk_two_weeks_before_its_window_ends(
    desk: Desk, days: int, waits: bool
) -> None:
    a_session(desk, 1, days, "done")
    left = 42 + days
    assert told(desk) == ([("at_risk", 2, TODAY + datetime.timedelta(days=left), left)] if waits else [])


def test_too_early_is_shown_unless_a_practitioner_signed_why(desk: Desk) -> None:
    a_session(desk, 1, -20, "done")
    a_session(desk, 2, 6)
    a_session(desk, 3, 41)
    a_session(desk, 4, 76)
    assert told(desk) == [("too_early", 2, None, None)]
    Series.objects.get().visits.update(override_reason="agreed with the patient")
    assert items(desk) == []


def test_a_held_series_says_only_that_somebody_must_look(desk: Desk) -> None:
    Series.objects.update(state="paused")
    assert told(desk) == [("on_hold", 0, None, None)]
    a_session(desk, 1, 15)
    assert told(desk) == [("on_hold", 0, None, None)]
    a_session(desk, 2, 14)
    assert told(desk) == [("look_first", 2, None, 14)]


def test_a_session_that_is_booked_after_its_window_is_at_risk_unless_signed(desk: Desk) -> None:
    a_session(desk, 1, -20, "done")
    for number, days in ((2, 23), (3, 58), (4, 93)):
        a_session(desk, number, days)
    assert told(desk) == [("at_risk", 2, TODAY + datetime.timedelta(days=22), 22)]
    Series.objects.get().visits.update(override_reason="agreed with the patient")
    assert items(desk) == []


def test_a_window_that_grew_counts_and_not_the_one_that_was_agreed(desk: Desk) -> None:
    a_session(desk, 1, -20, "done")
    for number, days in ((2, 10), (3, 45), (4, 80)):
        a_session(desk, number, days)
    assert items(desk) == []
    Series.objects.update(windows={"1": [42, 45, 49]})
    assert told(desk) == [("too_early", 2, None, None)]


@pytest.mark.parametrize(("cleared", "waits"), [(34, False), (35, False), (36, True)])
def test_a_session_before_the_day_that_the_answers_allow_is_to_move(
    desk: Desk, cleared: int, waits: bool
) -> None:
    for number in range(1, 5):
        a_session(desk, number, 35 * number, override_reason="Signed before she answered.")
    Series.objects.update(cleared_on=TODAY + datetime.timedelta(days=cleared))
    assert [item.kind for item in items(desk)] == ["too_early"] * waits


def test_only_series_that_need_somebody_are_read(desk: Desk) -> None:
    for number in range(1, 5):
        a_session(desk, number, 35 * number)
    rows = partial(_in_need, desk.actor, desk.team.clinic, TODAY)
    assert list(rows()) == []
    Series.objects.update(state="paused")
    assert rows().count() == 1
    Series.objects.update(state="stopped")
    assert rows().count() == 0


def test_the_worst_are_shown_and_the_rest_counted(desk: Desk) -> None:
    for _ in range(6):
        another_series(desk)
    found = worklist(desk.actor, desk.team.clinic, at=MONDAY, shown=5)
    assert (len(found.items), found.total, found.more) == (5, 7, 2)


def test_ended_series_and_other_clinics_do_not_wait(desk: Desk) -> None:
    other = a_desk("harbour")
    Series.objects.filter(pk=desk.series.pk).update(state="stopped")
    assert items(desk) == []
    assert worklist(other.actor, desk.team.clinic, at=MONDAY, shown=5) == Found([], 0)


def test_messages_that_could_not_be_delivered_are_counted_last(desk: Desk) -> None:
    for number, patient in enumerate((desk.patient.pk, desk.patient.pk, None)):
        Message.objects.create(
            clinic=desk.team.clinic, patient_id=patient, kind="plans/booked", to="x@example.org",
            title="t", body="b", state="parked", due_at=MONDAY, queued_at=MONDAY, subject_kind="visit",
            subject_id=str(number),
        )  # fmt: skip
    assert [(item.kind, item.count) for item in items(desk)] == [("to_book", 0), ("message_failed", 2)]


def test_harm_comes_first_then_the_days_left(desk: Desk) -> None:
    found = [
        Item("at_risk", MONDAY, days_left=3),
        Item("to_book", MONDAY),
        Item("rebook", MONDAY, days_left=9),
        Item("rebook", MONDAY, days_left=-2),
        Item("too_early", MONDAY),
    ]
    ordered = sorted(found, key=lambda item: item.order)
    assert [(item.kind, item.days_left) for item in ordered] == [
        ("too_early", None), ("rebook", -2), ("rebook", 9), ("to_book", None), ("at_risk", 3),
    ]  # fmt: skip


def test_the_list_takes_three_queries_however_long_it_is(desk: Desk) -> None:
    counted = []
    for wanted in (1, 20):
        while Series.objects.count() < wanted:
            another_series(desk)
        with CaptureQueriesContext(connection) as found:
            assert len(items(desk)) == wanted
        counted.append(len(found))
    assert counted == [3, 3]
