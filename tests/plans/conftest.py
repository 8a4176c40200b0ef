"""What most tests of the work begin with."""

import pytest

from patients.models import Patient
from tests.factories.booking import DAYS, Desk, a_desk, booked_on
from tests.factories.consult import publish_shipped
from tests.factories.patients import LONG_AGO, PatientFactory
from tests.people import Team, a_team


@pytest.fixture
def desk(db: None) -> Desk:
    """A clinic whose desk has one series to book."""
    return a_desk()


@pytest.fixture
def booked(desk: Desk) -> Desk:
    """The same, and the series is booked."""
    return booked_on(desk, *DAYS)


@pytest.fixture
def team(db: None) -> Team:
    """A clinic that has published the shipped protocol."""
    made = a_team()
    publish_shipped(made.clinic, LONG_AGO)
    return made


@pytest.fixture
def patient(team: Team) -> Patient:
    """Somebody who comes for the first time."""
    made: Patient = PatientFactory.create(clinic=team.clinic, name="Tomasz Wieczorek")
    return made
