"""The safety questions as a whole."""

import pytest

from patients.rules.questions import NOT_SURE
from tests.plans.rules.shipped import PROTOCOL


def test_a_question_is_found_by_its_id() -> None:
    assert PROTOCOL.questionnaire.question("SQ-PREG").clinical_name == "Pregnancy"
    with pytest.raises(KeyError, match="SQ-NONE"):
        PROTOCOL.questionnaire.question("SQ-NONE")


def test_every_question_offers_not_sure() -> None:
    questions = PROTOCOL.questionnaire.questions
    assert [one.id for one in questions if NOT_SURE not in {option.value for option in one.options}] == []
    assert len(questions) == 57
