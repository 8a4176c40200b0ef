"""A clinic's patients as a file: who they are, in the order in which they came, and nobody else's."""

import csv
from datetime import date

import pytest

from patients.exports import patients_csv
from tests.factories.patients import PatientFactory
from tests.people import a_team

pytestmark = pytest.mark.django_db


def test_a_file_holds_who_the_patients_are() -> None:
    team = a_team()
    stays = PatientFactory.create(
        clinic=team.clinic, name="Ana Ñíguez", birth_date=date(1990, 5, 17), phone="+44 1", email="a@b.org"
    )
    PatientFactory.create(clinic=team.clinic, name="@Anna", merged_into=stays, email="")
    PatientFactory.create(name="Somebody Elsewhere")
    rows = list(csv.reader(patients_csv(team.admin.actor, team.clinic)))[1:]
    assert sorted(row[1:6] for row in rows) == [
        ["'@Anna", "", "1990-05-17", "", ""],
        ["Ana Ñíguez", "", "1990-05-17", "a@b.org", "'+44 1"],
    ]
    assert {row[1]: row[-2:] for row in rows}["'@Anna"] == ["2026-01-01", stays.reference]


def test_a_stranger_gets_the_heads_alone() -> None:
    team = a_team()
    PatientFactory.create(clinic=team.clinic)
    assert len(list(patients_csv(a_team("mistral").admin.actor, team.clinic))) == 1
