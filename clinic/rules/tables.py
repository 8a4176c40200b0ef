"""Tables as text: a CSV file read whatever program wrote it, and lines that no spreadsheet takes for formulas."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_BYTES = 500_000
MOST_ROWS = 2_000
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else
_FORMULA = "=+-@\t\r\n＝＋－＠"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?")


class Fault(StrEnum):
    """Why a file cannot be read as a table."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    WORKBOOK = "workbook"
    NOT_TEXT = "not_text"
    COLUMN_TWICE = "column_twice"
    COLUMN_MISSING = "column_missing"


class NotATable(ValueError):
    """The file cannot be read; `columns` are those that the fault is about."""

    def __init__(self, fault: Fault, columns: Iterable[str] = ()) -> None:
        super().__init__(fault.value)
        self.fault, self.columns = fault, tuple(columns)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file on which it begins, its cells by column, and whether some are too many."""

    line: int
    cells: Mapping[str, str]
    has_more: bool

    def cell(self, column: str) -> str:
        """Return a cell without the spaces around it; empty where there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that hold anything, the columns that were understood, and the heads of those that were not."""

    rows: tuple[Row, ...]
    columns: frozenset[str]
    unread: tuple[str, ...]


def decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, with or without its mark, or in Windows-1252. Raises NotATable."""
    if len(data) > MOST_BYTES:
        raise NotATable(Fault.TOO_LARGE)
    if data.startswith(_WORKBOOKS):
        raise NotATable(Fault.WORKBOOK)
    for encoding in () if b"\x00" in data else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotATable(Fault.NOT_TEXT)


def read_table(text: str, heads: Mapping[str, Iterable[str]]) -> Table:
    """Return the table in a text whose first line names its columns; `heads` are the names that each may have.

    Cells stand between commas, semicolons or tabs, whichever the first line holds most of. Raises NotATable.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_between(text))
    try:
        found = list(_lines(reader))
    except csv.Error:
        raise NotATable(Fault.NOT_TEXT) from None
    if len(found) < 2:
        raise NotATable(Fault.EMPTY)
    if len(found) > MOST_ROWS + 1:
        raise NotATable(Fault.TOO_MANY_ROWS)
    head = found[0][1]
    columns = _columns(head, heads)
    rows = tuple(_row(line, cells, columns) for line, cells in found[1:])
    unread = tuple(name for name, column in zip(head, columns, strict=True) if name and not column)
    return Table(rows, frozenset(filter(None, columns)), unread)


def _between(text: str) -> str:
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=head.count)


def _lines(reader: "Iterable[list[str]]") -> Iterable[tuple[int, list[str]]]:
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, [_cell(cell) for cell in cells]
        line = int(getattr(reader, "line_num", 0)) + 1


def _cell(text: str) -> str:
    """Return a cell as it was before `line` made it safe."""
    told = text.strip(" ")
    return (told[1:] if told[:1] == "'" and told[1:2] in set(_FORMULA) else told).strip()


def _columns(head: Sequence[str], heads: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the column that each head names, empty for one that is not known."""
    known = {plain(name): column for column, names in heads.items() for name in names}
    columns = [known.get(plain(name), "") for name in head]
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        raise NotATable(Fault.COLUMN_TWICE, sorted(twice))
    return columns


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> Row:
    by_column = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    return Row(line, by_column, any(cells[len(columns) :]))


def plain(text: str) -> str:
    """Return words for comparing: no case, no accents, no signs."""
    split = unicodedata.normalize("NFKD", text.casefold())
    kept = (char if char.isalnum() else " " for char in split if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


def read_date(text: str) -> date | None:
    """Return the date in a cell, such as 1990-05-17 or 17/5/1990, the day before the month; None for any other."""
    if found := _YEAR_FIRST.match(text):
        year, month, day = found[1], found[2], found[3]
    elif found := _DAY_FIRST.match(text):
        year, month, day = found[3], found[2], found[1]
    else:
        return None
    rest = text[found.end() :].strip(" T")
    if rest and not _CLOCK.match(rest):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_minute(text: str) -> int | None:
    """Return the minute of the day in a cell such as 9:30 or 14.05; None for any other."""
    found = _CLOCK.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return int(found[1]) * 60 + int(found[2])


def line(cells: Iterable[object]) -> str:
    """Return one line of a CSV file; a cell that a spreadsheet would run as a formula gets an apostrophe."""
    written = io.StringIO()
    csv.writer(written).writerow([safe_cell(cell) for cell in cells])
    return written.getvalue()


def safe_cell(cell: object) -> str:
    """Return a cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" ")[:1] in set(_FORMULA) and text.strip(" ") else text
