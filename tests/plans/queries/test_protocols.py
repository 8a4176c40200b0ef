"""The version in force, and its typed view."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.rules.roles import SYSTEM
from plans.actions.protocols import publish
from plans.models import ProtocolVersion
from plans.queries import protocols
from tests.factories.consult import AT, publish_shipped, shipped_files
from tests.people import a_team

pytestmark = pytest.mark.django_db


def test_the_newest_version_of_the_clinic_is_in_force() -> None:
    clinic, other = a_team().clinic, a_team("casa-lima").clinic
    publish_shipped(clinic)
    publish_shipped(other, AT + datetime.timedelta(days=2))
    files = shipped_files()
    files["protocol.json"]["protocol"]["version"] = "2026.2"
    second = publish(SYSTEM, clinic, files, AT + datetime.timedelta(days=1))
    assert protocols.current(clinic) == second
    assert protocols.parsed(second).version == "2026.2"


def test_without_a_version_there_is_none() -> None:
    with pytest.raises(ProtocolVersion.DoesNotExist):
        protocols.current(a_team().clinic)


def test_a_version_is_read_and_parsed_once_a_process() -> None:
    clinic = a_team().clinic
    publish_shipped(clinic)
    first = protocols.parsed(protocols.current(clinic))
    version = protocols.current(clinic)
    with CaptureQueriesContext(connection) as queries:
        assert protocols.parsed(version) is first
    assert len(queries) == 0
