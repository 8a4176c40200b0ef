"""The aftercare sheet: who wins a slot, clock times, the night, clock changes, words for the patient."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.terms import Language
from plans.rules import protocol as protocols
from plans.rules.aftercare import compile_sheet
from plans.rules.protocol import Protocol
from plans.rules.sheet import ClinicTexts, Item, Omitted, Sheet, Usual, WarningSign, Why
from plans.rules.terms import Importance, Urgency
from plans.rules.treatment import Needling, Treated
from tests.plans.rules.shipped import PROTOCOL, copied_files, thing

MADRID = ZoneInfo("Europe/Madrid")
CLINIC = ClinicTexts(phone="01632 960100", emergency_number="112")
TREATED = Treated(areas=("face_full",), needling=Needling(Decimal("0.75")), skin_type=3)
ENDED = datetime(2026, 6, 10, 9, 7, tzinfo=UTC)
"""11:07 in Madrid, so that every clock time is rounded up to a quarter past."""


def sheet(
    treated: Treated = TREATED,
    ended_at: datetime = ENDED,
    tz: ZoneInfo = MADRID,
    language: Language = Language.EN,
    protocol: Protocol = PROTOCOL,
    **more: Any,
) -> Sheet:
    more = {"clinic": CLINIC, "next_session": ended_at + timedelta(days=35), **more}
    return compile_sheet(protocol, treated, ended_at=ended_at, tz=tz, language=language, **more)


def line(found: Sheet, slot: str) -> Item:
    (item,) = (item for item in found.items if item.slot == slot)
    return item


def clock(at: datetime | None) -> str:
    assert at is not None
    return f"{at.astimezone(MADRID):%Y-%m-%d %H:%M}"


def test_hours_become_clock_times_rounded_up_to_a_quarter() -> None:
    makeup = line(sheet(), "makeup")
    assert (clock(makeup.from_), clock(makeup.until)) == ("2026-06-10 11:15", "2026-06-12 11:15")
    assert makeup.text == (
        "No makeup on the treated skin until Friday 12 June at 11:15. "
        "If it still feels rough or sore, wait a little longer."
    )


def test_the_same_line_in_spanish() -> None:
    spanish = sheet(language=Language.ES)
    assert line(spanish, "sun_avoid").text == (
        "Mantén la piel tratada lejos del sol hasta el viernes 12 de junio a las 11:15. "
        "Usa un sombrero de ala ancha y quédate a la sombra."
    )
    assert line(spanish, "sun_avoid").category_label == "Sol"


def test_every_line_names_the_rule_and_the_sources_it_comes_from() -> None:
    found = sheet()
    assert (found.protocol_id, found.protocol_version) == ("microneedling", "2026.1-draft")
    assert (line(found, "makeup").id, line(found, "makeup").source_ids) == (
        "AC-MAKEUP",
        ("SEED-002", "SEED-004"),
    )


def test_a_line_without_an_end_lasts_until_the_series_ends() -> None:
    daily = line(sheet(), "spf_daily")
    assert (clock(daily.from_), daily.until, daily.end_h) == ("2026-06-11 11:15", None, None)


def test_a_line_that_follows_another_starts_when_that_one_ends() -> None:
    strong = replace(TREATED, needling=Needling(Decimal("0.75"), practitioner_marked=True))
    assert [line(sheet(one), "makeup_back").start_h for one in (TREATED, strong)] == [48, 120]


@pytest.mark.parametrize(("end_h", "left_out"), [(72, True), (168, True), (169, False)])
def test_a_line_with_no_time_left_is_left_out_and_said_so(end_h: int, left_out: bool) -> None:
    files = copied_files()
    thing(files, "aftercare.json", "AC-SHADE")["end_h"] = end_h
    strong = replace(TREATED, needling=Needling(practitioner_marked=True))
    found = sheet(strong, protocol=protocols.parse(files))
    assert found.omitted == ((Omitted("AC-SHADE", Why.NO_TIME_LEFT),) if left_out else ())
    assert ("sun_shade" in {item.slot for item in found.items}) is not left_out


def test_without_a_booked_session_the_line_about_it_is_left_out_and_said_so() -> None:
    found = sheet(next_session=None)
    assert found.omitted == (Omitted("AC-NEXT", Why.NO_NEXT_SESSION),)
    assert sheet(replace(TREATED, sessions_left=0), next_session=None).omitted == ()


def test_the_next_session_is_told_by_the_clock() -> None:
    assert line(sheet(), "next").text == (
        "Each session builds on the last. Your next one is Wednesday 15 July at 11:07."
    )


def test_the_clinics_own_products_replace_the_defaults() -> None:
    own = ClinicTexts("1", "112", {"product_cleanser": "Cicaplast wash"})
    assert "with Cicaplast wash and" in line(sheet(clinic=own), "cleanse_daily").text
    assert "with a gentle cleanser and" in line(sheet(), "cleanse_daily").text
    assert "un limpiador suave" in line(sheet(language=Language.ES), "cleanse_daily").text


def test_what_a_clinic_types_is_never_read_as_a_placeholder() -> None:
    own = ClinicTexts("{until}", "{from}", {"product_cleanser": "{x.__class__} %s <b>"})
    found = sheet(clinic=own)
    assert "{x.__class__} %s <b>" in line(found, "cleanse_daily").text
    assert found.red_flags[0].who == "{from}"


@pytest.mark.parametrize(
    ("local_end", "at_night"),
    [
        ("2026-06-10T13:45", False),
        ("2026-06-10T13:46", True),
        ("2026-06-10T14:00", True),
        ("2026-06-10T22:30", True),
        ("2026-06-10T22:45", True),
        ("2026-06-10T22:46", False),
        ("2026-06-10T23:00", False),
    ],
)
def test_the_first_wash_in_the_night_waits_for_the_morning(local_end: str, at_night: bool) -> None:
    ended = datetime.fromisoformat(local_end).replace(tzinfo=MADRID)
    texts = [line(sheet(ended_at=ended, language=language), "cleanse_first").text for language in Language]
    assert ["or when you wake up" in texts[0], "o cuando despiertes" in texts[1]] == [at_night, at_night]


def test_lines_are_printed_by_category_then_start_then_importance() -> None:
    found = sheet()
    categories = [category.value for category in PROTOCOL.aftercare.categories]
    told = [
        (categories.index(item.category), item.start_h, list(Importance).index(item.importance))
        for item in found.items
    ]
    assert told == sorted(told)
    assert [item.id for item in found.items if item.category == "sun"] == [
        "AC-SUN",
        "AC-TANBED",
        "AC-SPF-WAIT",
        "AC-SELFTAN",
        "AC-SPF",
        "AC-SHADE",
    ]


def test_warning_signs_say_how_soon_and_with_whom_the_most_urgent_first() -> None:
    first, last = sheet().red_flags[0], sheet().red_flags[-1]
    assert (first.urgency, first.who, first.urgency_label, first.act_within_h) == (
        Urgency.EMERGENCY,
        "112",
        "Emergency",
        0,
    )
    assert "call 112 now" in first.text
    assert (last.id, last.who, last.until) == ("RF-PREG", "01632 960100", None)
    order = [list(Urgency).index(sign.urgency) for sign in sheet().red_flags]
    assert order == sorted(order)


def test_what_is_printed_follows_the_session() -> None:
    signs = {sign.id for sign in sheet().red_flags}
    strong = sheet(replace(TREATED, needling=Needling(practitioner_marked=True), anaesthetic_used=True))
    assert {sign.id for sign in strong.red_flags} - signs == {"RF-NUMB", "RF-LONGRED-STRONG"}
    assert signs - {sign.id for sign in strong.red_flags} == {"RF-LONGRED"}


def test_no_line_speaks_of_today_or_tomorrow() -> None:
    words = {Language.EN: ("today", "tomorrow", "tonight"), Language.ES: ("hoy", "mañana por", "esta noche")}
    for language in Language:
        for item in sheet(language=language).items:
            assert not [word for word in words[language] if word in item.text.lower().split()], item.id


def test_an_end_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sheet(ended_at=datetime(2026, 6, 10, 11, 7), next_session=None)  # noqa: DTZ001


ZONES = st.sampled_from(
    [
        "Europe/Madrid",
        "America/New_York",
        "America/Bogota",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
    ]
).map(ZoneInfo)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)
TREATMENTS = st.builds(
    Treated,
    areas=st.lists(
        st.sampled_from([area.id for area in PROTOCOL.course.areas]), min_size=1, max_size=3, unique=True
    ).map(tuple),
    needling=st.builds(
        Needling, depth_mm=st.none() | st.decimals("0.1", "2.5", places=2), practitioner_marked=st.booleans()
    ),
    skin_type=st.integers(1, 6),
    history=st.frozensets(st.sampled_from(["hsv", "pih", "melasma", "sensitive", "contact_allergy"])),
    session_number=st.integers(1, 6),
    sessions_left=st.integers(0, 5),
    anaesthetic_used=st.booleans(),
)


@settings(max_examples=30)
@given(treated=TREATMENTS, ended_at=INSTANTS, tz=ZONES, language=st.sampled_from(Language))
def test_no_clock_change_and_no_rounding_ever_shortens_a_wait(
    treated: Treated, ended_at: datetime, tz: ZoneInfo, language: Language
) -> None:
    found = sheet(treated, ended_at, tz, language)
    lines: tuple[Item | Usual | WarningSign, ...] = (*found.items, *found.expect, *found.red_flags)
    for item in lines:
        exact = [ended_at + timedelta(hours=item.start_h)]
        shown = [item.from_]
        if item.until is not None and item.end_h is not None:
            exact.append(ended_at + timedelta(hours=item.end_h))
            shown.append(item.until)
        for wanted, told in zip(exact, shown, strict=True):
            assert timedelta(0) <= told - wanted < timedelta(minutes=15)
            local = told.astimezone(tz)
            assert (local.minute % 15, local.second, local.microsecond) == (0, 0, 0)


@settings(max_examples=30)
@given(treated=TREATMENTS, ended_at=INSTANTS, tz=ZONES, minutes=st.integers(15, 600))
def test_correcting_the_end_moves_every_time(
    treated: Treated, ended_at: datetime, tz: ZoneInfo, minutes: int
) -> None:
    next_session = ended_at + timedelta(days=35)
    before = sheet(treated, ended_at, tz, next_session=next_session)
    after = sheet(treated, ended_at + timedelta(minutes=minutes), tz, next_session=next_session)
    for old, new in zip(before.items, after.items, strict=True):
        assert new.id == old.id
        assert new.from_ > old.from_
        assert (new.until is None and old.until is None) or (
            new.until is not None and old.until is not None and new.until > old.until
        )
    for old_sent, new_sent in zip(before.check_ins, after.check_ins, strict=True):
        assert new_sent.due_at - old_sent.due_at == timedelta(minutes=minutes)


@settings(max_examples=30)
@given(treated=TREATMENTS)
def test_a_stronger_treatment_never_shortens_a_must_not(treated: Treated) -> None:
    marked = replace(treated, needling=replace(treated.needling, practitioner_marked=True))
    plain = {item.slot: item for item in sheet(treated).items if item.start_h == 0}
    for item in sheet(marked).items:
        if item.slot in plain and item.end_h is not None:
            assert item.end_h >= (plain[item.slot].end_h or 0)
