"""What is kept of an assessment at a signature: plain JSON, whole, in the order of the questions."""

import json

import pytest

from plans.actions import consult
from plans.queries.consult import assess
from plans.queries.snapshot import as_data
from tests.factories.consult import AT, TODAY, a_draft, clear_answers, publish_shipped
from tests.factories.patients import PatientFactory
from tests.people import a_team

pytestmark = pytest.mark.django_db


def test_everything_that_was_said_is_kept_as_json() -> None:
    team = a_team()
    version = publish_shipped(team.clinic)
    patient = PatientFactory.create(clinic=team.clinic)
    draft = a_draft(team.practitioner, patient, answers=clear_answers(version, SQ_HSV_PAST="yes"))
    consult.resolve_flag(team.practitioner.actor, draft, "SQ-HSV-PAST.R1", "Tablets prescribed.", AT)
    kept = as_data(assess(draft, TODAY))
    assert json.loads(json.dumps(kept)) == kept
    assert [one["question"] for one in kept["answers"][:2]] == ["SQ-PREG", "SQ-BF"]
    assert kept["flags"][0] == {
        "id": "SQ-HSV-PAST.R1",
        "level": "needs_review",
        "override": "practitioner",
        "question": "SQ-HSV-PAST",
        "staff_note": kept["flags"][0]["staff_note"],
        "clear_on": None,
        "source_ids": kept["flags"][0]["source_ids"],
        "basis": kept["flags"][0]["basis"],
        "settled": {
            "by": team.practitioner.user.name,
            "role": "practitioner",
            "reason": "Tablets prescribed.",
            "at": "2026-03-02T09:30:00+00:00",
        },
    }
    assert kept["maintenance"]
