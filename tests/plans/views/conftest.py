"""Who looks at a page, and when."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.booking import MONDAY, Desk
from tests.factories.consult import browser_of
from tests.people import Team, as_staff


@pytest.fixture
def monday(time_machine: Any) -> None:
    """Stop the clock at the instant from which series are booked."""
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def browser(desk: Desk) -> Client:
    """The front desk's."""
    return as_staff(desk.team.desk)


@pytest.fixture
def clinician(desk: Desk) -> Client:
    """The browser of the practitioner who signed the plan."""
    return as_staff(desk.team.practitioner)


@pytest.fixture
def admin(desk: Desk) -> Client:
    """The administrator's browser."""
    return as_staff(desk.team.admin)


@pytest.fixture
def practitioner(team: Team) -> Client:
    """The browser of a practitioner whose clinic has published its protocol."""
    return browser_of(team.practitioner)
