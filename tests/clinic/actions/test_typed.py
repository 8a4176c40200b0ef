"""What was typed is stored with single spaces, and refused where it does not fit."""

import pytest

from clinic.actions.refusal import Refused
from clinic.actions.typed import one_line, refuse_longer


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("  Fern \t\n room ", "Fern room"), (" \n ", ""), ("", ""), ("غرفة  ٢", "غرفة ٢"), ("😀" * 9, "😀" * 9)],
)
def test_words_have_one_space_between_them(typed: str, stored: str) -> None:
    assert one_line(typed, 9, "name") == stored


def test_spaces_that_go_do_not_count() -> None:
    assert one_line(" " * 50 + "Fern     room", 9, "name") == "Fern room"


def test_one_character_too_many_is_refused_at_its_field() -> None:
    with pytest.raises(Refused) as refused:
        one_line("Fern rooms", 9, "name")
    told = refused.value
    assert (told.code, told.field, str(told)) == ("too_long", "name", "Enter at most 9 characters.")


def test_what_is_stored_as_typed_is_counted_as_typed() -> None:
    refuse_longer(" Fern  ro", 9, "note")
    with pytest.raises(Refused, match=r"^Enter at most 9 characters\.$"):
        refuse_longer(" Fern  roo", 9, "note")
