"""Three boxes make a date, in any figures; anything else is explained in one sentence."""

from datetime import date

import pytest

from patients.forms.access import ConfirmForm
from patients.forms.birth_date import NOT_A_DATE


def form(day: str, month: str, year: str) -> ConfirmForm:
    return ConfirmForm({"birth_date_day": day, "birth_date_month": month, "birth_date_year": year})


@pytest.mark.parametrize(
    "boxes", [("22", "6", "1985"), ("22", "06", " 1985 "), ("٢٢", "٦", "١٩٨٥"), ("22.", "6.", "1985")]
)
def test_figures_of_any_script_make_a_date(boxes: tuple[str, str, str]) -> None:
    filled = form(*boxes)
    assert filled.is_valid()
    assert filled.cleaned_data["birth_date"] == date(1985, 6, 22)


@pytest.mark.parametrize(
    "boxes",
    [("", "", ""), ("22", "6", ""), ("31", "2", "1985"), ("x", "6", "1985"), ("22", "13", "1985"),
     ("22", "6", "0"), ("9" * 5000, "6", "1985"), ("😀", "6", "1985"), ("22\x00", "6", "1985")],
)  # fmt: skip
def test_anything_else_is_explained_once_and_kept(boxes: tuple[str, str, str]) -> None:
    filled = form(*boxes)
    assert filled.errors == {"birth_date": [str(NOT_A_DATE)]}
    assert filled["birth_date"].value() == list(boxes)
