import datetime

import pytest

from plans.forms.callers import CallerForm

TYPED = {"name": "Zoë 🌷", "kind": "review", "key": "11111111-1111-4111-8111-111111111111", "slot": "none"}


@pytest.mark.parametrize("typed", ["22/6/1985", "22 6 1985", "22.06.1985", "22-6-1985", "٢٢/٦/١٩٨٥"])
def test_a_date_of_birth_is_read_from_one_box(typed: str) -> None:
    form = CallerForm({**TYPED, "birth_date": typed})
    assert "birth_date" not in form.errors
    assert form.cleaned_data["birth_date"] == datetime.date(1985, 6, 22)


@pytest.mark.parametrize(
    "typed",
    ["", "22/6", "22/6/85", "31/2/1990", "1990-6-22", "soon", "1/1/1/1990", "x" * 41, f"1 {'9' * 20} 1985"],
)
def test_what_is_no_date_says_how_to_write_one(typed: str) -> None:
    form = CallerForm({**TYPED, "birth_date": typed})
    assert "birth_date" in form.errors


def test_the_question_whether_it_is_somebody_else_is_asked_only_then() -> None:
    form = CallerForm()
    assert form["is_somebody_else"].is_hidden
    form.ask_whether_somebody_else()
    assert not form["is_somebody_else"].is_hidden
