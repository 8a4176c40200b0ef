import pytest

from clinic.rules.roles import CLINICAL_RANK, RIGHTS, SYSTEM, Actor, Right, Role


def actor(*roles: Role) -> Actor:
    return Actor(1, "Somebody", frozenset(roles), clinic_id=1)


def test_a_person_may_what_any_of_their_roles_may() -> None:
    both = actor(Role.FRONT_DESK, Role.ADMIN)
    assert both.may(Right.BOOK)
    assert both.may(Right.MANAGE_CLINIC)
    assert not both.may(Right.READ_CLINICAL)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.ADMIN, Role.PATIENT])
def test_nobody_but_a_practitioner_reads_clinical_text(role: Role) -> None:
    assert Right.READ_CLINICAL not in RIGHTS[role]
    assert Right.WRITE_CLINICAL not in RIGHTS[role]


def test_the_highest_clinical_role_counts() -> None:
    assert actor(*CLINICAL_RANK).clinical_role is Role.CLINICAL_LEAD
    assert actor(Role.PRACTITIONER, Role.PRESCRIBER).clinical_role is Role.PRESCRIBER
    assert actor(Role.FRONT_DESK).clinical_role is None


def test_the_product_itself_holds_no_right_and_a_patient_belongs_to_no_clinic() -> None:
    assert not any(SYSTEM.may(right) for right in Right)
    assert actor(Role.PATIENT).is_patient
    assert not actor(Role.ADMIN).is_patient
