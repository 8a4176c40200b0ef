"""Names of any script are found as people type them, and likely doubles are noticed."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.identity import (
    LIKELY,
    SEARCH_LENGTH,
    Details,
    Shared,
    as_typed,
    digits_in,
    fold,
    likeness,
    search_text,
    search_words,
)

ANA = Details(
    name="Ana María Ñíguez",
    birth_date=date(1990, 5, 17),
    family_name="Ñíguez",
    email="ana@example.org",
    phone="+34 612 34 56 78",
)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Siobhán O’Brien", "siobhan obrien"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Jean-Luc  D'Arcy", "jean luc darcy"),
        ("Søren Ærø", "soren aero"),
        ("STRASSE Straße", "strasse strasse"),
        ("Nguyễn Thị Đào", "nguyen thi dao"),
        ("Παπαδόπουλος", "παπαδοπουλοσ"),
        ("ДОСТОЕ́ВСКИЙ", "достоевскии"),
        ("محمّد", "محمد"),
        ("王小明", "王小明"),
        ("😀", ""),
        ("a\u200eb\x00c", "ab c"),
    ],
)
def test_a_name_is_folded_in_any_script(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_name_is_kept_as_typed_but_for_what_cannot_be_seen() -> None:
    assert as_typed("  Zoë\u202e  van\tder\nBerg\x00 ") == "Zoë van der Berg"
    assert as_typed("نیلوفر می\u200cخواهد") == "نیلوفر می\u200cخواهد"


def test_digits_of_any_script_are_read() -> None:
    assert digits_in("+٤٤ (20) ７946") == "44207946"


@pytest.mark.parametrize(
    "typed",
    [
        "ana", "MARIA niguez", "Ñíguez", "guez an", "612345678", "612 34 56 78", "+34 612", "(612) 34-56",
        "K7M4", "17/5/1990", "17.05.1990", "17-05-90", "17/05", "1990-05-17", "17051990", "17 May 1990",
        "17 de mayo de 1990", "ana@example.org", "ANA@EXAMPLE", "example", "maria 17/5/1990",
    ],
)  # fmt: skip
def test_a_patient_is_found_by_any_part(typed: str) -> None:
    held = search_text(ANA, "K7M4PX", ["612 34 56 78"])
    assert [word for word in search_words(typed) if word not in held] == []
    assert search_words(typed)


@pytest.mark.parametrize("typed", ["anna", "18/5/1990", "17 June 1990", "613", "maria 17/6", "%", "😀"])
def test_others_are_not_found(typed: str) -> None:
    held = search_text(ANA, "K7M4PX", ["612 34 56 78"])
    words = search_words(typed)
    assert words == () or any(word not in held for word in words)


def test_what_no_name_can_hold_leaves_no_words() -> None:
    assert search_words("  ") == search_words("😀 %% …") == ()


def test_the_text_for_finding_fits_its_column_and_keeps_the_birth_date() -> None:
    long = replace(ANA, name="ﷺ" * 120, email="x" * 240 + "@example.org")
    assert len(search_text(long, "K7M4PX")) <= SEARCH_LENGTH
    assert search_text(long, "K7M4PX").startswith("k7m4px 1990-05-17 17051990 34612345678")


@given(st.text(max_size=300))
def test_no_search_fails_and_none_holds_a_null(typed: str) -> None:
    words = search_words(typed)
    assert len(words) <= 8
    assert "\x00" not in "".join(words)


@pytest.mark.parametrize(
    ("changed", "shared"),
    [
        ({}, (Shared.BIRTH_DATE, Shared.NAME, Shared.EMAIL, Shared.PHONE)),
        ({"name": "niguez ana maria", "email": "", "phone": ""}, (Shared.BIRTH_DATE, Shared.NAME)),
        ({"name": "Ana Níguez", "email": "", "phone": ""}, (Shared.BIRTH_DATE, Shared.NEAR_NAME)),
        ({"birth_date": date(1990, 5, 16), "email": "", "phone": ""}, (Shared.NEAR_BIRTH_DATE, Shared.NAME)),
        ({"birth_date": date(1971, 1, 1), "phone": ""}, (Shared.NAME, Shared.EMAIL)),
    ],
)
def test_a_likely_double_is_noticed(changed: dict[str, object], shared: tuple[Shared, ...]) -> None:
    found = likeness(ANA, replace(ANA, **changed))  # type: ignore[arg-type]
    assert found.shared == shared
    assert found.is_likely


def test_a_day_and_month_the_wrong_way_round_are_near() -> None:
    one, other = replace(ANA, birth_date=date(1990, 5, 7)), replace(ANA, birth_date=date(1990, 7, 5))
    assert Shared.NEAR_BIRTH_DATE in likeness(one, other).shared


@pytest.mark.parametrize(
    "changed",
    [
        {
            "name": "Lucía Ñíguez",
            "birth_date": date(2011, 3, 2),
        },  # a daughter with her mother's address and phone
        {"birth_date": date(1971, 1, 1), "email": "", "phone": ""},  # the same name, nothing else
        {"name": "Tom Reed", "email": "", "phone": ""},  # the same birthday, nothing else
        {"name": "王小明", "birth_date": date(1971, 1, 1)},  # one household
    ],
)
def test_relatives_and_namesakes_are_somebody_else(changed: dict[str, object]) -> None:
    found = likeness(ANA, replace(ANA, **changed))  # type: ignore[arg-type]
    assert found.score < LIKELY
    assert not found.is_likely
