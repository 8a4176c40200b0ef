"""An action asks first who may."""

import pytest

from clinic.actions.authority import must, person
from clinic.actions.refusal import Refused
from clinic.rules.roles import SYSTEM, Actor, Right, Role

DESK = Actor(1, "Desk", frozenset({Role.FRONT_DESK}), clinic_id=7)


def test_the_right_in_the_same_clinic_is_enough() -> None:
    must(DESK, Right.BOOK, 7)
    must(SYSTEM, Right.BOOK, 7)


@pytest.mark.parametrize(
    ("actor", "right", "clinic_id"),
    [
        (DESK, Right.BOOK, 8),
        (DESK, Right.WRITE_CLINICAL, 7),
        (Actor(1, "", frozenset({Role.PATIENT})), Right.OWN_PLAN, 7),
        (Actor(None, "", frozenset(), source="203.0.113.7"), Right.BOOK, 7),
    ],
)
def test_anything_less_is_refused(actor: Actor, right: Right, clinic_id: int) -> None:
    with pytest.raises(Refused) as refused:
        must(actor, right, clinic_id)
    assert refused.value.code == "not_allowed"


def test_the_product_is_no_person() -> None:
    assert person(DESK) == 1
    with pytest.raises(Refused):
        person(SYSTEM)
