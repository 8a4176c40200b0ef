"""The before-care sheet: clock times rounded down, late bookings, and what needs agreement."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.terms import Language
from plans.rules import protocol as protocols
from plans.rules.precare import Planned, compile_sheet
from plans.rules.protocol import Protocol
from plans.rules.sheet import ClinicTexts, Item, Omitted, Sheet, Why
from tests.plans.rules.shipped import PROTOCOL, copied_files, thing

MADRID = ZoneInfo("Europe/Madrid")
CLINIC = ClinicTexts(phone="01632 960100", emergency_number="112")
PLANNED = Planned(areas=("face_full",), skin_type=3)
STARTS = datetime(2026, 6, 29, 8, 50, tzinfo=UTC)
"""10:50 in Madrid."""


def sheet(
    planned: Planned = PLANNED,
    *,
    booked_before: timedelta = timedelta(days=60),
    protocol: Protocol = PROTOCOL,
    **more: Any,
) -> Sheet:
    more = {"starts_at": STARTS, "tz": MADRID, "language": Language.EN, "clinic": CLINIC, **more}
    return compile_sheet(protocol, planned, at=more["starts_at"] - booked_before, **more)


def line(found: Sheet, name: str) -> Item:
    (item,) = (item for item in found.items if item.id == name)
    return item


def test_hours_before_become_clock_times_rounded_down_to_a_quarter() -> None:
    numb = line(sheet(replace(PLANNED, anaesthetic_planned=True)), "PC-NUMB")
    assert numb.text == (
        "Please arrive by Monday 29 June at 09:45, so the cream has time to work. "
        "Do not put your own cream on."
    )
    assert numb.until is not None
    assert numb.until.astimezone(MADRID).strftime("%H:%M") == "10:45"


def test_a_start_that_has_passed_reads_now_in_both_languages() -> None:
    late = timedelta(days=5)
    assert line(sheet(booked_before=late), "PC-RETINOID").text == (
        "From now, stop retinol, retinoid and vitamin A creams on the skin we will treat."
    )
    spanish = line(sheet(booked_before=late, language=Language.ES), "PC-RETINOID").text
    assert spanish.startswith("Desde ahora, deja el retinol")


def test_a_must_not_that_came_too_late_asks_its_safety_question_again() -> None:
    late = {
        item.id: item.ask_again for item in sheet(booked_before=timedelta(days=5)).items if item.ask_again
    }
    assert late == {
        "PC-RETINOID": "SQ-TOPRET",
        "PC-ACIDS": "SQ-TOPRET",
        "PC-SUN": "SQ-TAN",
        "PC-SELFTAN": "SQ-FAKETAN",
        "PC-WAX": "SQ-WAX",
        "PC-INJECT": "SQ-BTX",
        "PC-OTHER": "SQ-PEEL",
    }
    assert [item.id for item in sheet().items if item.ask_again] == []


def test_only_a_must_not_asks_again() -> None:
    files = copied_files()
    for name in ("PC-QUESTIONS", "PC-NEWPRODUCTS"):
        thing(files, "precare.json", name)["screening_question"] = "SQ-CHANGED"
    found = sheet(booked_before=timedelta(hours=1), protocol=protocols.parse(files))
    assert [line(found, name).ask_again for name in ("PC-QUESTIONS", "PC-NEWPRODUCTS")] == [None, None]


def test_a_late_booking_leaves_no_line_out() -> None:
    on_time, late = sheet(), sheet(booked_before=timedelta(minutes=5))
    assert [item.id for item in late.items] == [item.id for item in on_time.items]


def test_a_line_that_needs_agreement_waits_for_it() -> None:
    dark = replace(PLANNED, skin_type=5)
    assert sheet(dark).omitted == (Omitted("PC-PRIME", Why.NOT_AGREED),)
    agreed = sheet(dark, agreed=["PC-PRIME"])
    assert (agreed.omitted, line(agreed, "PC-PRIME").category_label) == ((), "Getting ready")
    assert sheet(agreed=["PC-PRIME"]).omitted == ()


def test_skin_that_marks_easily_gets_one_sunscreen_line() -> None:
    def sunscreen(planned: Planned) -> list[str]:
        return [item.id for item in sheet(planned).items if item.slot == "spf"]

    assert sunscreen(PLANNED) == ["PC-SPF"]
    assert sunscreen(replace(PLANNED, concerns=("melasma",))) == ["PC-SUN-DARK"]


def test_nobody_is_told_to_stop_a_blood_thinner() -> None:
    on_thinner = replace(PLANNED, history=frozenset({"anticoagulant"}))
    assert line(sheet(on_thinner), "PC-THINNER").text == (
        "If you take a blood thinner, please do not stop it. We will be gentle."
    )


def test_a_sheet_for_before_holds_instructions_alone() -> None:
    found = sheet()
    assert (found.expect, found.red_flags, found.check_ins) == ((), (), ())
    assert found.anchor == STARTS


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sheet(starts_at=datetime(2026, 6, 29, 10, 50))  # noqa: DTZ001


@settings(max_examples=40)
@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    zone=st.sampled_from(["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_nobody_is_ever_told_to_come_or_to_stop_too_late(at: datetime, zone: str) -> None:
    starts_at, tz = at.replace(tzinfo=UTC), ZoneInfo(zone)
    for item in sheet(starts_at=starts_at, tz=tz).items:
        exact = starts_at + timedelta(hours=item.start_h)
        assert timedelta(0) <= exact - item.from_ < timedelta(minutes=15)
        assert item.from_.astimezone(tz).minute % 15 == 0
