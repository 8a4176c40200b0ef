"""What a clinic may change: the list, its bounds, and that it agrees with what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from patients.rules.terms import Text
from plans.rules.protocol import check_edits, parse
from plans.rules.protocol.drafting import Edit, with_edits
from plans.rules.protocol.editable import Careful, Number, Section, Unit, lines, longest_needle
from tests.plans.rules.shipped import FILES, PROTOCOL

LINES = {line.key: line for line in lines(PROTOCOL)}


def number(key: str, name: str) -> Number:
    return next(one for one in LINES[key].numbers if one.name == name)


def test_every_section_is_there_once_a_line() -> None:
    counts = {section: sum(line.section is section for line in LINES.values()) for section in Section}
    course = PROTOCOL.course
    assert counts == {
        Section.INTERVALS: len(course.interval_rules),
        Section.SESSIONS: 3 * len(course.concerns),
        Section.DEPTH: len(course.areas),
        Section.UPKEEP: len(course.maintenance.rules),
        Section.AFTERCARE: len(PROTOCOL.aftercare.instructions),
        Section.PRECARE: len(PROTOCOL.precare.instructions),
    }
    assert len(LINES) == sum(counts.values()) == len(lines(PROTOCOL))


@pytest.mark.parametrize(
    ("key", "name", "value", "low", "high", "unit", "careful"),
    [
        ("protocol/I-AGE-40", "days", 35, 28, 42, Unit.DAYS, Careful.HIGHER),
        ("protocol/acne_scars.mild", "suggest", 3, 3, 6, Unit.SESSIONS, Careful.NEITHER),
        ("protocol/nose", "depth_mm.max", "0.75", "0.1", "2.5", Unit.MILLIMETRES, Careful.LOWER),
        ("protocol/MT-40-SUN", "target_days", 105, 90, 120, Unit.DAYS, Careful.NEITHER),
        ("aftercare/AC-SUN", "end_h", 48, 48, 168, Unit.HOURS_AFTER, Careful.HIGHER),
        ("aftercare/AC-PEPTIDE", "start_h", 24, 0, 72, Unit.HOURS_AFTER, Careful.HIGHER),
        ("aftercare/AC-SPF", "params.spf", 30, 30, 50, Unit.SPF, Careful.HIGHER),
        ("precare/PC-RETINOID", "start_h", -168, -336, -24, Unit.HOURS_BEFORE, Careful.LOWER),
    ],
)
def test_bounds_come_from_the_data(
    key: str, name: str, value: Any, low: Any, high: Any, unit: Unit, careful: Careful
) -> None:
    assert number(key, name) == Number(name, Decimal(value), Decimal(low), Decimal(high), unit, careful)


def test_a_row_of_sessions_is_called_by_concern_and_severity() -> None:
    assert LINES["protocol/acne_scars.severe"].title == Text(
        "Acne scars, severe", "Cicatrices de acné, grave"
    )


def test_a_line_without_numbers_still_has_its_words() -> None:
    line = LINES["precare/PC-THINNER"]
    assert line.numbers == ()
    assert [one.name for one in line.wordings] == ["title", "text"]
    assert [one.name for one in LINES["aftercare/AC-CLEANSE-FIRST"].wordings] == [
        "title",
        "text",
        "night_text",
    ]


def test_a_text_says_what_it_must_carry() -> None:
    carried = {one.name: one.placeholders for one in LINES["aftercare/AC-CLEANSE-FIRST"].wordings}
    both = frozenset({"from", "product_cleanser"})
    assert carried == {"title": frozenset(), "text": both, "night_text": both}


def test_depth_ends_where_the_devices_end() -> None:
    assert longest_needle(PROTOCOL.course) == Decimal("2.5")


@pytest.mark.parametrize(
    ("careful", "value", "looser"),
    [
        (Careful.HIGHER, 34, True),
        (Careful.HIGHER, 36, False),
        (Careful.LOWER, 36, True),
        (Careful.LOWER, 34, False),
        (Careful.NEITHER, 28, False),
        (Careful.HIGHER, 35, False),
    ],
)
def test_looser_is_the_less_careful_side(careful: Careful, value: int, looser: bool) -> None:
    days = Number("days", Decimal(35), Decimal(28), Decimal(42), Unit.DAYS, careful)
    assert days.is_looser(Decimal(value)) is looser


@pytest.mark.parametrize(
    ("unit", "value", "allowed"),
    [
        (Unit.DAYS, "28", True),
        (Unit.DAYS, "27", False),
        (Unit.DAYS, "43", False),
        (Unit.DAYS, "30.5", False),
        (Unit.HOURS_AFTER, "30.5", True),
        (Unit.DAYS, "NaN", False),
    ],
)
def test_what_a_number_allows(unit: Unit, value: str, allowed: bool) -> None:
    days = Number("days", Decimal(35), Decimal(28), Decimal(42), unit, Careful.HIGHER)
    assert days.allows(Decimal(value)) is allowed


@pytest.mark.parametrize("bound", ["low", "high"])
def test_every_number_may_go_to_its_bounds(bound: str) -> None:
    """The list of what may be changed, and the check of what may not, are two pieces of code: they agree."""
    edits = {
        line.key: Edit(numbers={one.name: getattr(one, bound) for one in line.numbers})
        for line in LINES.values()
    }
    assert check_edits(PROTOCOL, parse(with_edits(FILES, LINES.values(), edits))) == ()


def test_every_wording_may_be_changed() -> None:
    edits = {
        line.key: Edit(
            wordings={
                one.name: Text(f"{one.text.en} Please.", f"{one.text.es} Gracias.") for one in line.wordings
            }
        )
        for line in LINES.values()
    }
    assert check_edits(PROTOCOL, parse(with_edits(FILES, LINES.values(), edits))) == ()
