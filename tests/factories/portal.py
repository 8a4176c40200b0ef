"""A patient with the sessions of a series on file, of which some are treated."""

import datetime
from typing import Any

from plans.actions import treat
from plans.models import AftercareSheet, Series, Visit
from tests.factories.patients import PatientFactory
from tests.factories.plans import (
    ConsultationFactory,
    RecordFactory,
    SeriesFactory,
    VisitFactory,
    clear_answers,
    consent_to_treatment,
)
from tests.factories.treat import DAY, clock
from tests.people import Team


def a_series(team: Team, booked: int = 4, **patient: Any) -> Any:
    """Put so many sessions on file, 35 days apart, the first on the day of these tests."""
    person = PatientFactory.create(clinic=team.clinic, **patient)
    give = {"patient": person, "practitioner": team.practitioner}
    series = SeriesFactory.create(consultation=ConsultationFactory.create(**give), **give)
    for number in range(1, booked + 1):
        day = DAY + datetime.timedelta(days=35 * (number - 1))
        VisitFactory.create(series=series, session_number=number, day=day)
    return series


def treated(team: Team, series: Series, number: int = 1) -> AftercareSheet:
    """Sign the session of that number at eleven on its day."""
    visit = series.visits.get(session_number=number)
    clear_answers(series.patient, team.clinic, clock(8, day=visit.day))
    consent_to_treatment(series.patient, team.clinic)
    Visit.objects.filter(pk=visit.pk).update(state="in_treatment")
    record = RecordFactory.create(visit=visit)
    return treat.sign(team.practitioner.actor, record, clock(11, day=visit.day))
