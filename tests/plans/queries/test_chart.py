"""The chart's facts: what warns, what waits, and what the desk is told."""

import datetime

import pytest

from patients.rules.questions import Answer
from plans.actions import consult
from plans.models import Series
from plans.queries.chart import chart_of
from tests.factories.consult import AT, TODAY, a_draft, clear_answers, publish_shipped
from tests.factories.patients import PatientFactory
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db


def test_notices_name_allergies_first_then_stops_then_reviews_and_no_notes(team: Team) -> None:
    patient = PatientFactory.create(clinic=team.clinic)
    answers = clear_answers(
        publish_shipped(team.clinic), SQ_SMOKE="yes", SQ_HSV_PAST="yes", SQ_KELOID="yes", SQ_METAL="yes"
    )
    a_draft(team.practitioner, patient, answers=answers)
    chart = chart_of(team.practitioner.actor, patient, at=AT)
    assert [one.flag.id for one in chart.notices] == ["SQ-METAL.R1", "SQ-KELOID.R1", "SQ-HSV-PAST.R1"]


def test_a_dated_warning_ends_on_its_day_and_an_old_answer_does_not(team: Team) -> None:
    patient = PatientFactory.create(clinic=team.clinic)
    answers = [
        *clear_answers(publish_shipped(team.clinic), SQ_METAL="yes"),
        Answer("SQ-SUNBURN", "yes", TODAY, on=TODAY),
    ]
    a_draft(team.practitioner, patient, answers=answers)

    def warned(days: int) -> list[str]:
        at = AT + datetime.timedelta(days=days)
        return [one.flag.id for one in chart_of(team.practitioner.actor, patient, at=at).notices]

    assert warned(13) == ["SQ-METAL.R1", "SQ-SUNBURN.R1"]
    assert warned(14) == ["SQ-METAL.R1"]
    assert warned(1000) == ["SQ-METAL.R1"]


def test_the_desk_gets_series_and_visits_and_a_bare_hold(team: Team) -> None:
    patient = PatientFactory.create(clinic=team.clinic)
    series = consult.sign(team.practitioner.actor, a_draft(team.practitioner, patient), AT)
    assert series is not None
    Series.objects.filter(pk=series.pk).update(state="paused", hold_reason="Pregnant")
    chart = chart_of(team.desk.actor, patient, at=AT)
    assert [(course.series.pk, course.look_first) for course in chart.courses] == [(series.pk, True)]
    assert (chart.notices, chart.consultations, chart.records, chart.consents) == ((), (), {}, ())


def test_a_stranger_gets_nothing(team: Team) -> None:
    patient = PatientFactory.create(clinic=team.clinic)
    consult.sign(team.practitioner.actor, a_draft(team.practitioner, patient), AT)
    chart = chart_of(a_team("casa-lima").lead.actor, patient, at=AT)
    assert (chart.courses, chart.visits, chart.consultations, chart.notices) == ((), (), (), ())
