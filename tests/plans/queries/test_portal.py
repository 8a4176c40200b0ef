"""What a patient's pages show, at a fixed number of queries."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.rules.roles import Actor, Role
from patients.models import Patient
from plans.actions import treat
from plans.models import Series, SessionRecord, Visit
from plans.queries import portal
from plans.queries.reading import reading
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.portal import a_series, treated
from tests.factories.treat import DAY, clock
from tests.people import a_team

pytestmark = pytest.mark.django_db


def an_actor(patient: Patient) -> Actor:
    access = AccessFactory.create(patient=patient)
    return Actor(access.user.pk, access.user.name, frozenset({Role.PATIENT}))


def test_before_the_first_session_there_is_a_next_visit_and_what_to_do_before_it() -> None:
    team = a_team()
    series = a_series(team)
    plan = portal.plan(an_actor(series.patient), series.patient, at=clock(9, day=datetime.date(2026, 2, 1)))
    assert plan.next == series.visits.get(session_number=1)
    assert (plan.in_days, plan.done, plan.healing) == (29, 0, None)
    assert [(step.number, step.days) for step in plan.steps] == [(1, None), (2, 35), (3, 35), (4, 35)]
    assert plan.before[0].from_ <= plan.before[-1].from_
    texts = {item.id: item.text for item in plan.before}
    assert texts["PC-RETINOID"].startswith("From Monday 23 February at 10:00, stop retinol")


def test_after_a_session_the_page_says_what_is_usual_on_that_day() -> None:
    team = a_team()
    series = a_series(team)
    sheet = treated(team, series)
    actor = an_actor(series.patient)
    plan = portal.plan(actor, series.patient, at=clock(9, day=datetime.date(2026, 3, 4)))
    assert plan.healing is not None
    assert (plan.healing.day, plan.healing.strip) == (2, (1, 2, 3, 4, 5, 6, 7))
    assert "EX-D2" in [usual.id for usual in plan.healing.usual]
    assert (plan.done, plan.steps[0].sheet, plan.next) == (1, sheet.pk, series.visits.get(session_number=2))
    last = portal.plan(actor, series.patient, at=clock(9, day=datetime.date(2026, 3, 15)))
    assert last.healing is not None
    assert last.healing.strip == (8, 9, 10, 11, 12, 13, 14)
    assert portal.plan(actor, series.patient, at=clock(9, day=datetime.date(2026, 3, 16))).healing is None


def test_a_visit_under_way_is_still_the_next_one_and_one_that_is_over_is_not() -> None:
    team = a_team()
    series = a_series(team)
    actor = an_actor(series.patient)
    first, second = series.visits.order_by("starts_at")[:2]
    assert portal.plan(actor, series.patient, at=clock(10, 59)).next == first
    assert portal.plan(actor, series.patient, at=clock(11)).next == second


def test_a_session_that_has_no_date_stands_in_the_list() -> None:
    team = a_team()
    series = a_series(team, booked=1)
    plan = portal.plan(an_actor(series.patient), series.patient, at=clock(9))
    assert [(step.number, step.visit is None) for step in plan.steps] == [
        (1, False),
        (2, True),
        (3, True),
        (4, True),
    ]


def test_a_patient_without_anything_has_an_empty_plan() -> None:
    team = a_team()
    person = PatientFactory.create(clinic=team.clinic)
    plan = portal.plan(an_actor(person), person, at=clock(9))
    assert (plan.next, plan.series, plan.steps, plan.healing, plan.before) == (None, None, (), None, ())


def test_somebody_elses_plan_is_empty() -> None:
    team = a_team()
    series = a_series(team)
    treated(team, series)
    stranger = an_actor(PatientFactory.create(clinic=team.clinic))
    plan = portal.plan(stranger, series.patient, at=clock(12))
    assert (plan.next, plan.series, plan.steps, plan.healing) == (None, None, (), None)
    assert portal.newest_sheet(stranger, series.patient) is None
    assert portal.calendar_visits(stranger, series.patient, at=clock(8)) == []


def test_the_plan_takes_as_many_queries_for_one_session_as_for_twelve() -> None:
    team = a_team()
    counts = []
    for booked in (2, 12):
        series = a_series(team, booked=booked)
        treated(team, series)
        Series.objects.filter(pk=series.pk).update(sessions=booked)
        actor = an_actor(series.patient)
        person = Patient.objects.select_related("clinic").get(pk=series.patient_id)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            plan = portal.plan(actor, person, at=clock(12))
        assert len(plan.steps) == booked
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_a_sheet_is_read_as_now_later_and_over() -> None:
    team = a_team()
    series = a_series(team)
    sheet = treated(team, series)
    actor = an_actor(series.patient)
    issued = portal.newest_sheet(actor, series.patient)
    assert issued == sheet
    fresh = reading(sheet, at=clock(10, 51))
    assert "AC-CLEANSE-WAIT" in [item.id for item in fresh.now]
    assert "AC-CLEANSE-FIRST" in [item.id for item in fresh.later]
    assert fresh.over == []
    next_day = reading(sheet, at=clock(9, day=DAY + datetime.timedelta(days=1)))
    assert "AC-CLEANSE-WAIT" in [item.id for item in next_day.over]
    assert "AC-CLEANSE-FIRST" in [item.id for item in next_day.now]
    for one in (fresh, next_day):
        assert len(one.now) + len(one.later) + len(one.over) == len(sheet.content["sheet"]["items"])
        assert [item.until for item in one.now if item.until] == sorted(
            item.until for item in one.now if item.until
        )
        assert one.warnings[0][0] == "Emergency"
    assert fresh.next_session == clock(9, day=datetime.date(2026, 4, 6))


def test_a_corrected_sheet_supersedes_the_first() -> None:
    team = a_team()
    series = a_series(team)
    first = treated(team, series)
    record = SessionRecord.objects.get()
    second = treat.correct_end(team.practitioner.actor, record, clock(10, 30), "Typed too late", clock(11))
    actor = an_actor(series.patient)
    assert portal.newest_sheet(actor, series.patient) == second
    assert reading(first, at=clock(12)).is_superseded
    assert not reading(second, at=clock(12)).is_superseded


def test_the_calendar_holds_what_is_booked_and_what_was_cancelled_for_a_later_day() -> None:
    team = a_team()
    series = a_series(team)
    one, two, three, _ = series.visits.order_by("starts_at")
    for visit, state in ((one, "cancelled"), (two, "no_show"), (three, "cancelled")):
        Visit.objects.filter(pk=visit.pk).update(state=state)
    found = portal.calendar_visits(an_actor(series.patient), series.patient, at=clock(12))
    assert [visit.session_number for visit in found] == [3, 4]
