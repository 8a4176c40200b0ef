"""Two languages, placeholders, and how a day and an instant are said."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from patients.rules.terms import Language, Text, fill, placeholders_in, say_day, say_instant

EN, ES = Language.EN, Language.ES
MADRID = ZoneInfo("Europe/Madrid")


def test_a_text_answers_in_each_language_and_to_a_plain_code() -> None:
    text = Text(en="Rest", es="Descansa")
    assert (text[EN], text[ES], text[Language("es")]) == ("Rest", "Descansa", "Descansa")


def test_placeholders_are_found_and_filled() -> None:
    assert placeholders_in("From {from} until {until}. {NotOne} {}") == {"from", "until"}
    assert fill("From {from} until {until}.", {"from": "9", "until": "{from}"}) == "From 9 until {from}."


def test_a_placeholder_without_a_value_never_reaches_the_patient() -> None:
    with pytest.raises(KeyError, match="until"):
        fill("Until {until}", {"from": "9"})


def test_filling_interprets_nothing_else() -> None:
    assert fill("{x.__class__} %s {0} {clinic_phone}", {"clinic_phone": "{0}"}) == "{x.__class__} %s {0} {0}"


def test_days_read_as_the_texts_expect() -> None:
    day = date(2026, 6, 11)
    assert (say_day(day, EN), say_day(day, ES)) == ("Thursday 11 June", "el jueves 11 de junio")


@pytest.mark.parametrize(
    ("instant", "english", "spanish"),
    [
        (
            datetime(2026, 6, 11, 12, 0, tzinfo=UTC),
            "Thursday 11 June at 14:00",
            "el jueves 11 de junio a las 14:00",
        ),
        (
            datetime(2026, 6, 10, 23, 0, tzinfo=UTC),
            "Thursday 11 June at 01:00",
            "el jueves 11 de junio a la 1:00",
        ),
        (
            datetime(2026, 1, 4, 8, 5, tzinfo=UTC),
            "Sunday 4 January at 09:05",
            "el domingo 4 de enero a las 9:05",
        ),
    ],
)
def test_instants_read_as_the_texts_expect(instant: datetime, english: str, spanish: str) -> None:
    assert (say_instant(instant, MADRID, EN), say_instant(instant, MADRID, ES)) == (english, spanish)


def test_an_hour_that_the_clock_shows_twice_is_told_apart() -> None:
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert [say_instant(at, MADRID, EN) for at in (first, second)] == [
        "Sunday 25 October at 02:30 (before the clocks go back)",
        "Sunday 25 October at 02:30 (after the clocks go back)",
    ]
    assert say_instant(second, MADRID, ES) == (
        "el domingo 25 de octubre a las 2:30 (después de atrasar el reloj)"
    )
    assert say_instant(datetime(2026, 10, 25, 2, 0, tzinfo=UTC), MADRID, EN) == "Sunday 25 October at 03:00"


def test_the_half_hour_of_lord_howe_is_told_apart_too() -> None:
    at = datetime(2026, 4, 4, 15, 15, tzinfo=UTC)
    assert say_instant(at, ZoneInfo("Australia/Lord_Howe"), EN) == (
        "Sunday 5 April at 01:45 (after the clocks go back)"
    )


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        say_instant(datetime(2026, 6, 11, 12, 0), MADRID, EN)  # noqa: DTZ001
