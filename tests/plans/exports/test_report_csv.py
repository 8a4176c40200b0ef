"""A figure as a file that no spreadsheet runs."""

import csv
from datetime import date
from io import StringIO

import pytest

from plans.exports.report_csv import csv as as_csv
from plans.exports.report_figure import Cell, Figure
from plans.rules.report import Days

SPAN = Days(date(2026, 1, 5), date(2026, 3, 29))


def rows_of(*rows: tuple[Cell, ...]) -> list[list[str]]:
    figure = Figure("x", "No-shows", "7 %", "Missed ÷ due, in all", [], ("Practitioner", "Share"), rows)
    text = as_csv(figure, SPAN)
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:], newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_file_is_a_formula(start: str) -> None:
    name = f'{start}HYPERLINK("http://evil.example","x")'
    assert rows_of((name, 1))[-1] == [f"'{name}", "1"]


def test_a_file_says_what_it_is_and_holds_the_table() -> None:
    assert rows_of(("Bo, the elder", "0 %"), ('"Ana"\nPrieto', "100 %")) == [
        ["No-shows"],
        ["From", "2026-01-05", "until", "2026-03-29"],
        ["Missed ÷ due, in all"],
        ["Practitioner", "Share"],
        ["Bo, the elder", "0 %"],
        ['"Ana"\nPrieto', "100 %"],
    ]
