import pytest

from clinic.rules.typed_hours import NotHours, read_hours, write_hours


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9-17", ((540, 1020),)),
        ("09:00–12:30, 13.30-17:15", ((540, 750), (810, 1035))),
        ("13:30 to 17:00 and 9 to 12", ((540, 720), (810, 1020))),
        ("9-12, 12-17", ((540, 1020),)),
        ("9am-5:30pm", ((540, 1050),)),
        ("12am-12pm", ((0, 720),)),
        ("0-24:00", ((0, 1440),)),
        ("8h30-10", ((510, 600),)),
        ("0830-1000; 10:15 — 11", ((510, 600), (615, 660))),
        ("", ()),
        ("  Closed ", ()),
        ("–", ()),
    ],
)
def test_hours_are_read_as_staff_type_them(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert read_hours(text) == spans


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("17-9", "order"),
        ("9-9", "order"),
        ("9-13, 12-17", "overlap"),
        ("9-17, 9-17", "overlap"),
        ("nine to five", "format"),
        ("9", "format"),
        ("9-25", "format"),
        ("9-12:75", "format"),
        ("13pm-15pm", "format"),
        ("9-17,", "format"),
        ("🙂", "format"),
        ("א-ב", "format"),
        ("9-" * 5_000, "format"),
    ],
)
def test_what_is_no_hours_says_why(text: str, code: str) -> None:
    with pytest.raises(NotHours) as wrong:
        read_hours(text)
    assert wrong.value.code == code


def test_hours_are_written_as_they_are_read() -> None:
    spans = ((540, 750), (810, 1440))
    assert write_hours(spans) == "09:00–12:30, 13:30–24:00"
    assert read_hours(write_hours(spans)) == spans
    assert write_hours(()) == ""
