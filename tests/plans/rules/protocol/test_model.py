"""Looking things up in a protocol."""

from collections.abc import Callable

import pytest

from patients.rules.terms import Language
from tests.plans.rules.shipped import PROTOCOL


def test_a_text_is_found_by_id_and_field() -> None:
    assert PROTOCOL.text("SQ-PREG", "options.yes.label", Language.ES) == "Sí"
    assert PROTOCOL.text("SQ-ISO", "date.label", Language.EN) == "When did you take the last tablet?"
    assert PROTOCOL.text("AC-SUN", "title", Language.ES) == "Evita el sol"
    with pytest.raises(KeyError):
        PROTOCOL.text("SQ-PREG", "colour", Language.EN)


def test_a_heading_that_two_files_word_differently_is_not_found_by_id() -> None:
    with pytest.raises(KeyError):
        PROTOCOL.text("category.medicine", "label", Language.EN)


@pytest.mark.parametrize(
    ("find", "name", "label"),
    [
        (lambda name: PROTOCOL.concern(name).label.en, "melasma", "Melasma"),
        (lambda name: PROTOCOL.area(name).label.en, "neck", "Neck"),
        (lambda name: PROTOCOL.red_flag(name).title.en, "RF-EYE", "Eye pain or swelling"),
        (lambda name: PROTOCOL.source(name).publisher, "CHELWEST", "Chelsea and Westminster Hospital NHS"),
    ],
)
def test_things_are_found_by_id(find: Callable[[str], str], name: str, label: str) -> None:
    assert find(name) == label
    with pytest.raises(KeyError, match="nothing"):
        find("nothing")


def test_the_questionnaire_bears_the_version() -> None:
    assert PROTOCOL.questionnaire.version == PROTOCOL.version
