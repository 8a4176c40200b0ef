import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.actions.people import give_leave
from plans.actions.holding import hold
from plans.models import Series, Visit
from plans.queries.needs_you import needs_you
from plans.queries.worklist import Item
from tests.factories.booking import MONDAY, Desk, a_desk, a_session, another_series
from tests.factories.mail import a_refused_mail
from tests.factories.plans import clear_answers, consent_to_treatment
from tests.factories.waiting import DAY, TODAY, joined, offered, wanted

pytestmark = pytest.mark.django_db


def items(desk: Desk, whose: int | None = None, at: datetime.datetime = MONDAY) -> list[Item]:
    return needs_you(desk.actor, desk.team.clinic, at=at, whose=whose)


def kinds(desk: Desk) -> list[str]:
    return [item.kind for item in items(desk)]


def every_session(desk: Desk, first: int = 1) -> None:
    for number in range(1, 5):
        a_session(desk, number, first + 35 * (number - 1))


def times(item: Item) -> list[tuple[int, int]]:
    return [((one.slot.day - TODAY).days, one.slot.start) for one in item.times]


def test_a_series_at_risk_has_three_times_inside_its_window_on_three_days(desk: Desk) -> None:
    a_session(desk, 1, -32, "done")
    (item,) = items(desk)
    assert (item.kind, item.session, item.days_left) == ("at_risk", 2, 10)
    assert times(item) == [(2, 600), (3, 600), (4, 600)]


def test_times_begin_tomorrow_and_end_with_the_window(desk: Desk) -> None:
    a_session(desk, 1, -40, "done")
    (item,) = items(desk)
    assert times(item) == [(1, 600), (2, 600)]


def test_a_session_whose_window_has_passed_has_times_in_the_state_it_lies_in(desk: Desk) -> None:
    a_session(desk, 1, -50, "done")
    (item,) = items(desk)
    assert (item.days_left, len(item.times), item.lapsed) == (-8, 3, False)


def test_after_too_long_a_new_consultation_comes_first(desk: Desk) -> None:
    a_session(desk, 1, -120, "done")
    (item,) = items(desk)
    assert (item.kind, item.lapsed, item.times) == ("at_risk", True, ())


def test_a_missed_session_and_a_new_series_have_times_too(desk: Desk) -> None:
    a_session(desk, 1, -36, "done")
    a_session(desk, 2, -1, "no_show")
    other = another_series(desk)
    found = items(desk)
    assert [(item.kind, len(item.times)) for item in found] == [("rebook", 3), ("to_book", 3)]
    assert found[1].series == other


def test_what_is_booked_is_never_among_the_times(desk: Desk) -> None:
    a_session(desk, 1, -32, "done")
    other = another_series(desk)
    desk.team.clinic.rooms.filter(kind="treatment").update(is_active=False)
    assert [times(item) for item in items(desk) if item.series != other] == [[]]


def test_ten_items_have_times_and_no_more(desk: Desk) -> None:
    for _ in range(11):
        another_series(desk)
    found = items(desk)
    assert [bool(item.times) for item in found] == [True] * 10 + [False] * 2


def test_a_gap_of_years_is_shown_and_has_no_times(desk: Desk) -> None:
    a_session(desk, 1, -3000, "done")
    (item,) = items(desk)
    assert (item.kind, item.times) == ("at_risk", ())


def test_a_missing_consent_is_told_once_a_patient_within_a_week(desk: Desk) -> None:
    every_session(desk, 8)
    assert kinds(desk) == []
    Visit.objects.filter(session_number=1).update(day=TODAY + 7 * DAY)
    Visit.objects.filter(session_number=2).update(day=TODAY + 6 * DAY)
    found = [(item.kind, item.session) for item in items(desk) if item.kind == "consent"]
    assert found == [("consent", 1)]
    consent_to_treatment(desk.patient, desk.team.clinic)
    assert "consent" not in kinds(desk)


def test_sessions_without_fresh_answers_are_counted_and_say_nothing_more(desk: Desk) -> None:
    consent_to_treatment(desk.patient, desk.team.clinic)
    every_session(desk, 2)
    (item,) = items(desk)
    assert (item.kind, item.count, item.latest) == ("questions", 1, TODAY + 2 * DAY)
    assert (item.patient, item.visit, item.series) == (None, None, None)
    clear_answers(desk.patient, desk.team.clinic, MONDAY - 2 * DAY)
    assert kinds(desk) == ["questions"]
    clear_answers(desk.patient, desk.team.clinic, MONDAY - DAY)
    assert kinds(desk) == []


def test_who_has_to_be_called_about_an_absence_is_counted(desk: Desk) -> None:
    consent_to_treatment(desk.patient, desk.team.clinic)
    every_session(desk, 8)
    first = Visit.objects.get(session_number=1)
    hold([first], None)
    give_leave(desk.admin, desk.team.practitioner, first.day, first.day, at=MONDAY)
    (item,) = items(desk)
    assert (item.kind, item.count, item.patient) == ("call", 1, desk.patient)


def test_a_free_time_names_whom_it_fits(desk: Desk) -> None:
    consent_to_treatment(desk.patient, desk.team.clinic)
    every_session(desk, 8)
    entry = joined(desk)
    (item,) = items(desk)
    assert (item.kind, [fit.waiting.entry for fit in item.fits]) == ("freed", [entry])
    assert item.at == MONDAY + DAY + datetime.timedelta(hours=1)
    offered(desk, entry)
    assert items(desk) == []


def test_mail_that_was_refused_names_its_patient(desk: Desk) -> None:
    every_session(desk, 8)
    consent_to_treatment(desk.patient, desk.team.clinic)
    message = a_refused_mail(desk)
    other = a_desk("harbour")
    a_refused_mail(other, patient_id=other.patient.pk)
    a_refused_mail(desk, state="sent")
    a_refused_mail(desk, patient_id=None, kind="clinic/welcome")
    (item,) = items(desk)
    assert (item.kind, item.message, item.patient) == ("message_failed", message, desk.patient)


def test_one_practitioners_list_leaves_out_the_others(desk: Desk) -> None:
    a_refused_mail(desk)
    series = another_series(desk)
    Series.objects.filter(pk=series.pk).update(practitioner=desk.team.lead)
    joined(Desk(desk.team, series, series.patient), wanted(practitioner=desk.team.lead))
    mine = items(desk, desk.team.practitioner.pk)
    assert [(item.kind, item.series) for item in mine] == [("to_book", desk.series), ("message_failed", None)]
    theirs = items(desk, desk.team.lead.pk)
    assert [item.kind for item in theirs] == ["to_book", "freed", "message_failed"]


def test_the_queries_stay_the_same_however_much_it_is(desk: Desk) -> None:
    counted = []
    for wanted_items in (1, 12):
        while Series.objects.count() < 2 * wanted_items:
            series = another_series(desk)
            other = Desk(desk.team, series, series.patient)
            a_session(other, 1, -30, "done")
            a_session(other, 2, 1, start_minute=540)
            joined(other)
            a_refused_mail(other, patient_id=other.patient.pk)
            another_series(desk)
        with CaptureQueriesContext(connection) as found:
            items(desk)
        counted.append(len(found))
    assert counted[0] == counted[1]
    assert counted[0] <= 28
