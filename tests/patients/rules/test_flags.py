"""Who may lift what, what a resolution rests on, and the status that is left."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules.roles import Role
from patients.rules.flags import (
    Flag,
    MayNotLiftError,
    Resolution,
    clears_on,
    fingerprint,
    may_lift,
    open_flags,
    settle,
    status,
)
from patients.rules.terms import Language, Level, Override, Status, Text

AT = datetime(2026, 5, 30, 9, 0, tzinfo=UTC)
REVIEW = Flag("R", Level.NEEDS_REVIEW, Override.PRACTITIONER, "Look first", "b1")
BLOCK = Flag("B", Level.BLOCK, Override.PRESCRIBER, "Stop", "b2")
FIRM = Flag("F", Level.BLOCK, Override.NOBODY, "Never", "b3")
NOTE = Flag("N", Level.NOTE, None, "Mind", "b4")


def settled(flag: Flag, role: Role = Role.CLINICAL_LEAD) -> Resolution:
    return settle(flag, reason="Seen together with the patient", role=role, by="Dr Okafor", at=AT)


@pytest.mark.parametrize(
    ("override", "allowed"),
    [
        (None, set()),
        (Override.NOBODY, set()),
        (Override.PRACTITIONER, {Role.PRACTITIONER, Role.PRESCRIBER, Role.CLINICAL_LEAD}),
        (Override.PRESCRIBER, {Role.PRESCRIBER, Role.CLINICAL_LEAD}),
        (Override.CLINICAL_LEAD, {Role.CLINICAL_LEAD}),
    ],
)
def test_each_clinical_role_may_do_what_the_lower_one_may(
    override: Override | None, allowed: set[Role]
) -> None:
    flag = replace(BLOCK, override=override)
    assert {role for role in Role if may_lift(flag, role)} == allowed
    assert may_lift(flag, None) is False


def test_settling_keeps_who_when_as_what_and_why() -> None:
    assert settle(
        BLOCK, reason="  Stopped in January  ", role=Role.PRESCRIBER, by="Dr Okafor", at=AT
    ) == Resolution("B", "b2", "Stopped in January", Role.PRESCRIBER, "Dr Okafor", AT)


@pytest.mark.parametrize(
    ("flag", "role", "message"),
    [
        (BLOCK, Role.PRACTITIONER, "B may be lifted by: prescriber"),
        (BLOCK, None, "B may be lifted by: prescriber"),
        (FIRM, Role.CLINICAL_LEAD, "F may be lifted by: none"),
        (NOTE, Role.CLINICAL_LEAD, "N may be lifted by: nobody: a note needs no decision"),
    ],
)
def test_the_wrong_role_is_refused(flag: Flag, role: Role | None, message: str) -> None:
    with pytest.raises(MayNotLiftError) as caught:
        settle(flag, reason="Because I say so", role=role, by="Ana", at=AT)
    assert str(caught.value) == message


def test_an_empty_reason_is_refused() -> None:
    with pytest.raises(MayNotLiftError, match="R needs a written reason"):
        settle(REVIEW, reason=" \n", role=Role.PRACTITIONER, by="Ana", at=AT)


def test_status_follows_the_strictest_open_flag() -> None:
    assert [
        status([]),
        status([NOTE]),
        status([NOTE, REVIEW]),
        status([REVIEW, BLOCK]),
    ] == [Status.READY, Status.READY, Status.REVIEW, Status.BLOCKED]


def test_a_lifted_block_leaves_the_status_of_the_rest() -> None:
    assert status([BLOCK, REVIEW], [settled(BLOCK)]) == Status.REVIEW
    assert status([BLOCK, REVIEW], [settled(BLOCK), settled(REVIEW)]) == Status.READY


def test_notes_are_never_open() -> None:
    assert open_flags([NOTE, REVIEW, BLOCK], [settled(REVIEW)]) == (BLOCK,)


@pytest.mark.parametrize(
    "other",
    [
        {"basis": "another answer"},
        {"flag_id": "another flag"},
        {"role": Role.PRACTITIONER},
        {"role": Role.FRONT_DESK},
    ],
)
def test_a_resolution_of_something_else_does_not_count(other: dict[str, object]) -> None:
    resolution = replace(settled(BLOCK), **other)  # type: ignore[arg-type]
    assert status([BLOCK], [resolution]) == Status.BLOCKED


def test_a_message_prints_the_day_on_which_it_clears() -> None:
    text = Text(en="We can start from {clear_date}.", es="Podemos empezar desde {clear_date}.")
    flag = replace(BLOCK, patient_text=text, clear_on=date(2026, 6, 11))
    assert flag.message(Language.EN) == "We can start from Thursday 11 June."
    assert flag.message(Language.ES) == "Podemos empezar desde el jueves 11 de junio."
    assert BLOCK.message(Language.EN) is None


def test_blocks_have_cleared_on_the_last_of_their_days() -> None:
    early, late = (
        replace(BLOCK, clear_on=date(2026, 6, 11)),
        replace(BLOCK, id="C", clear_on=date(2026, 7, 1)),
    )
    dated_review = replace(REVIEW, clear_on=date(2027, 1, 1))
    assert clears_on([early, late, dated_review, NOTE]) == date(2026, 7, 1)
    assert clears_on([early, FIRM]) is None
    assert clears_on([REVIEW]) is None


def test_a_fingerprint_tells_parts_apart_and_shows_none() -> None:
    assert fingerprint("a", "b") == fingerprint("a", "b")
    assert fingerprint("a", "b") != fingerprint("ab", "")
    assert len(fingerprint("pregnant")) == 16


flags = st.builds(
    Flag,
    id=st.sampled_from("ABCD"),
    level=st.sampled_from(Level),
    override=st.sampled_from([Override.PRACTITIONER, Override.PRESCRIBER, Override.NOBODY]),
    staff_note=st.just("Look"),
    basis=st.sampled_from(["1", "2"]),
)
resolutions = st.builds(
    Resolution,
    flag_id=st.sampled_from("ABCD"),
    basis=st.sampled_from(["1", "2"]),
    reason=st.just("Seen"),
    role=st.sampled_from(Role),
    by=st.just("Ana"),
    at=st.just(AT),
)
STRICTNESS = [Status.READY, Status.REVIEW, Status.BLOCKED]


def strictness(found: Iterable[Flag], resolved: Iterable[Resolution]) -> int:
    return STRICTNESS.index(status(found, resolved))


@given(found=st.lists(flags), extra=flags, resolved=st.lists(resolutions))
def test_another_flag_never_makes_the_status_milder(
    found: list[Flag], extra: Flag, resolved: list[Resolution]
) -> None:
    assert strictness([*found, extra], resolved) >= strictness(found, resolved)


@given(found=st.lists(flags), resolved=st.lists(resolutions), extra=resolutions)
def test_another_resolution_never_makes_it_stricter(
    found: list[Flag], resolved: list[Resolution], extra: Resolution
) -> None:
    assert strictness(found, [*resolved, extra]) <= strictness(found, resolved)


@given(found=st.lists(flags), resolved=st.lists(resolutions))
def test_a_block_that_nobody_may_lift_is_never_ready(found: list[Flag], resolved: list[Resolution]) -> None:
    assert status([*found, FIRM], [*resolved, Resolution("F", "b3", "x", Role.CLINICAL_LEAD, "Ana", AT)]) == (
        Status.BLOCKED
    )
