"""A row is read as a person, and compared with those who are known, without asking for each of them."""

from datetime import date

import pytest

from clinic.rules.tables import Row, read_table
from patients.rules import importing
from patients.rules.identity import Details
from patients.rules.importing import (
    PERSON_HEADS,
    Known,
    Outcome,
    Verdict,
    full_name,
    language_of,
    missing,
    named,
    told,
)

BORN = date(1990, 5, 17)
ANA = Details("Ana Ñíguez", BORN, email="ana@example.org", phone="+44 1")


def row(**cells: str) -> Row:
    return Row(2, cells, False)


@pytest.mark.parametrize(
    ("name", "family", "whole"),
    [
        ("Ana", "Ñíguez", "Ana Ñíguez"),
        ("Ana Ñíguez", "Níguez", "Ana Ñíguez"),
        ("", "Ñíguez", "Ñíguez"),
        ("Ana", "", "Ana"),
        ("فاطمة", "", "فاطمة"),
    ],
)
def test_a_name_is_whole_wherever_its_parts_stand(name: str, family: str, whole: str) -> None:
    assert full_name(row(name=name, family_name=family)) == whole


def test_a_row_is_named_with_the_date_as_it_was_read() -> None:
    assert named(row(name="Ana", birth_date="3/4/1990")) == "Ana · 1990-04-03"
    assert named(row(name="Ana", birth_date="soon")) == "Ana · soon"
    assert named(row()) == ""


@pytest.mark.parametrize(
    ("typed", "language"),
    [("", "es"), ("English", "en-gb"), ("EN-GB", "en-gb"), ("Español", "es"), ("fr", None)],
)
def test_a_language_is_one_of_those_offered(typed: str, language: str | None) -> None:
    assert language_of(row(language=typed), "es") == language


def test_missing_columns_are_named_in_order() -> None:
    table = read_table("E-mail;Nombre\na;b\n", PERSON_HEADS)
    assert missing(table, ("name", "birth_date")) == ["birth_date"]


def test_the_same_and_the_likely_same_are_told_apart() -> None:
    known = Known()
    known.add(ANA, "here")
    assert known.same(Details("ana NIGUEZ", BORN)) == "here"
    assert known.same(Details("Ana Ñíguez", date(1990, 5, 18))) == ""
    assert known.alike(Details("Anna Ñíguez", BORN)) == "here"
    assert known.alike(Details("Ñíguez Ana", date(1990, 7, 15))) == ""
    assert (
        known.alike(Details("Maria Ñíguez", date(2015, 1, 1), email="ana@example.org", phone="+44 1")) == ""
    )
    assert known.alike(Details("Tom Reed", date(1980, 1, 1))) == ""


@pytest.mark.parametrize(
    "other",
    [
        Details("Ana Ñíguez", date(1990, 7, 15), email="ana@example.org"),
        Details("Ñíguez Ana", date(1990, 5, 18)),
        Details("Ana Soto", BORN, phone="+44 1"),
        Details("Rut", BORN, email="Ana@example.org", phone="+44 1"),
        Details("Rut", date(1990, 5, 18), email="ana@example.org", phone="+441"),
        Details("Anna Ñíguez", date(1990, 5, 18), phone="+44 1"),
    ],
)
def test_whatever_two_have_in_common_is_found(other: Details) -> None:
    known = Known()
    known.add(ANA, "here")
    assert known.alike(other) == "here"


def test_a_date_of_birth_alone_compares_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known()
    for number in range(200):
        known.add(Details(f"Given{number} Family{number}", BORN, phone="+44 1"), str(number))
    monkeypatch.setattr(importing, "likeness", None)  # calling it would fail
    assert known.same(Details("Ana Soto", BORN, phone="+44 1")) == ""
    assert known.alike(Details("Ana Soto", BORN, phone="+44 1")) == ""


def test_the_mark_changes_with_any_row() -> None:
    first = [Verdict(2, "Ana", Outcome.NEW), Verdict(3, "Tom", Outcome.WRONG, ("why",))]
    others = [first[:1], [first[1], first[0]], [Verdict(2, "Ana", Outcome.SAME), first[1]]]
    marks = {told(one) for one in (first, *others)}
    assert len(marks) == 4
    assert told(first) == told(list(first))
