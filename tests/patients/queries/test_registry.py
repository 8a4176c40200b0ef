"""Finding reads only the clinic's own patients, in order, in a fixed number of queries."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Patient
from patients.queries.registry import details_of, found, keys_to, lookalikes
from patients.rules.identity import Details, search_text
from tests.factories.patients import AccessFactory, PatientFactory
from tests.people import Team, a_team

BORN = date(1990, 5, 17)


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def made(team: Team, name: str, family_name: str = "", **fields: object) -> Patient:
    details = Details(name, BORN, family_name)
    patient: Patient = PatientFactory.create(
        clinic=team.clinic, name=name, family_name=family_name, search_text=search_text(details, ""), **fields
    )
    return patient


def test_patients_stand_by_family_name_or_else_by_name(team: Team) -> None:
    names = [("Zoe Adams", "Adams"), ("Ben", ""), ("Ann Clark", "Clark"), ("Al Adams", "Adams")]
    for name, family in names:
        made(team, name, family)
    assert [one.name for one in found(team.desk.actor, team.clinic, "")] == [
        "Al Adams",
        "Zoe Adams",
        "Ben",
        "Ann Clark",
    ]


def test_every_word_must_match(team: Team) -> None:
    made(team, "Ana Ñíguez")
    made(team, "Ana Reed")
    assert [one.name for one in found(team.desk.actor, team.clinic, "ana nig")] == ["Ana Ñíguez"]


def test_a_merged_record_is_not_found_any_more(team: Team) -> None:
    made(team, "Ana Reed", merged_into=made(team, "Ana Niguez"))
    assert [one.name for one in found(team.desk.actor, team.clinic, "ana")] == ["Ana Niguez"]


def test_a_page_holds_twenty_five(team: Team) -> None:
    for number in range(27):
        made(team, f"Person {number:02d}")
    pages = [len(found(team.desk.actor, team.clinic, "person", page).object_list) for page in (1, 2)]
    assert pages == [25, 2]


def test_a_stranger_finds_nobody(team: Team) -> None:
    patient, stranger = made(team, "Ana Reed"), a_team("mistral").desk.actor
    assert list(found(stranger, team.clinic, "")) == []
    assert lookalikes(stranger, team.clinic, details_of(patient)) == []


def test_lookalikes_are_read_in_one_query_most_alike_first(team: Team) -> None:
    near, same = made(team, "Ana Maria Niguez"), made(team, "Ana Niguez")
    made(team, "Tom Reed")
    asked = Details("Ana Niguez", BORN)
    with CaptureQueriesContext(connection) as ran:
        alike = lookalikes(team.desk.actor, team.clinic, asked)
    assert [one.patient for one in alike] == [same, near]
    assert len(ran) == 1


def test_keys_that_were_taken_back_are_not_listed(team: Team) -> None:
    patient = made(team, "Ana")
    standing = AccessFactory.create(patient=patient)
    AccessFactory.create(patient=patient, revoked_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert keys_to(patient) == [standing]
