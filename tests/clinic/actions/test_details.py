"""The clinic's details are put right by its administrator; the log names the fields and no value."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from clinic.actions.details import Details, change_details
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Clinic
from tests.people import Team, a_team

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEW = Details("Fernway", "2 Quarry Lane\n Bath", "020 7946 0001", "112", "es", 20, 45, sunscreen="SPF 50")


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def test_details_are_changed_and_the_log_names_the_fields(team: Team) -> None:
    change_details(team.admin.actor, team.clinic, NEW, at=AT)
    kept = Clinic.objects.get(pk=team.clinic.pk)
    assert (kept.address, kept.language, kept.grid_minutes, kept.setup_minutes) == (
        "2 Quarry Lane Bath",
        "es",
        20,
        45,
    )
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.clinic) == ("change", team.clinic)
    assert entry.fields == [
        "address",
        "emergency_number",
        "grid_minutes",
        "language",
        "phone",
        "setup_minutes",
        "sunscreen",
    ]


def test_the_same_again_leaves_no_line(team: Team) -> None:
    change_details(team.admin.actor, team.clinic, NEW, at=AT)
    change_details(team.admin.actor, team.clinic, NEW, at=AT)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "), ("address", "x" * 241), ("phone", ""), ("emergency_number", "1" * 21),
        ("language", "fr"), ("grid_minutes", 7), ("setup_minutes", -1), ("setup_minutes", 241),
        ("cleanser", "😀" * 121),
    ],
)  # fmt: skip
def test_details_that_cannot_be_change_nothing(team: Team, field: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        change_details(team.admin.actor, team.clinic, replace(NEW, **{field: value}), at=AT)
    assert refused.value.field == field
    assert Clinic.objects.get(pk=team.clinic.pk).grid_minutes == 15


def test_nobody_else_may(team: Team) -> None:
    for actor in (team.desk.actor, team.lead.actor, a_team("mistral").admin.actor):
        with pytest.raises(Refused, match="role"):
            change_details(actor, team.clinic, NEW, at=AT)
