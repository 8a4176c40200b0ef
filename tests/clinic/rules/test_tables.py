"""A file is read whatever wrote it; what is written runs in no spreadsheet."""

from datetime import date

import pytest

from clinic.rules.tables import (
    MOST_BYTES,
    MOST_ROWS,
    Fault,
    NotATable,
    decoded,
    line,
    read_date,
    read_minute,
    read_table,
    safe_cell,
)

HEADS = {"name": ("Name", "Nombre"), "born": ("Date of birth", "fecha de nacimiento")}


def fault(data: bytes) -> Fault:
    with pytest.raises(NotATable) as told:
        read_table(decoded(data), HEADS)
    return told.value.fault


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_is_read_whatever_program_wrote_it(encoding: str, between: str, end: str) -> None:
    text = end.join([f"Nombre{between}Fecha de Nacimiento", f"Ana Ñíguez{between}17/05/1990", ""])
    table = read_table(decoded(text.encode(encoding)), HEADS)
    assert [dict(row.cells) for row in table.rows] == [{"name": "Ana Ñíguez", "born": "17/05/1990"}]
    assert (set(table.columns), table.unread) == ({"name", "born"}, ())


def test_rows_are_named_by_the_line_on_which_they_begin() -> None:
    text = 'Name,Allergies\n\n"Ana\nMaria",none\n ,\n Tom ,x,y\nZoe\n'
    table = read_table(text, HEADS)
    assert [(row.line, row.cell("name"), row.cell("born"), row.has_more) for row in table.rows] == [
        (3, "Ana\nMaria", "", False),
        (6, "Tom", "", True),
        (7, "Zoe", "", False),
    ]
    assert table.unread == ("Allergies",)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Fault.EMPTY),
        (b"Name\n\n", Fault.EMPTY),
        (b"x" * (MOST_BYTES + 1), Fault.TOO_LARGE),
        (b"Name\n" + b"a\n" * (MOST_ROWS + 1), Fault.TOO_MANY_ROWS),
        (b"PK\x03\x04 a workbook", Fault.WORKBOOK),
        (b"N\x00a\x00m\x00e\x00", Fault.NOT_TEXT),
        (b"Name\n\x81\x8d\xff", Fault.NOT_TEXT),
        (b"Name\n" + b"a" * 200_000, Fault.NOT_TEXT),
        (b"Name,nombre\na,b\n", Fault.COLUMN_TWICE),
    ],
)
def test_what_is_no_table_is_named(data: bytes, expected: Fault) -> None:
    assert fault(data) == expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1990-05-17", date(1990, 5, 17)), ("17/5/1990", date(1990, 5, 17)), ("17.05.1990", date(1990, 5, 17)),
        ("1990-05-17 00:00:00", date(1990, 5, 17)), ("1990-05-17T08:30", date(1990, 5, 17)),
        ("5/17/1990", None), ("17/5/90", None), ("31/2/1990", None), ("", None), ("soon", None),
        ("17/5/1990 or so", None), ("0000-01-01", None),
    ],
)  # fmt: skip
def test_a_date_has_its_day_before_its_month(text: str, day: date | None) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("text", "minute"), [("9:30", 570), ("09.05", 545), ("23:59:00", 1439), ("24:00", None), ("9", None)]
)
def test_a_time_is_a_minute_of_the_day(text: str, minute: int | None) -> None:
    assert read_minute(text) == minute


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_is_a_formula(sign: str) -> None:
    assert safe_cell(f"{sign}1+1") == f"'{sign}1+1"
    assert safe_cell(f"  {sign}1") == f"'  {sign}1"


@pytest.mark.parametrize("cell", ["+44 20 7946", "=1+1", 'a "b", c;d\ne', "O'Neill", "'tis", "Ana Ñíguez"])
def test_what_was_written_is_read_back_as_it_was(cell: str) -> None:
    (row,) = read_table("Name\n" + line([cell]), HEADS).rows
    assert row.cell("name") == cell


def test_a_line_holds_numbers_and_nothing() -> None:
    assert line(["a", None, 7, ""]) == "a,,7,\r\n"
