"""Which day it is, what is usual, when to ask, and what the answers mean."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.terms import Language
from plans.rules.aftercare import compile_sheet
from plans.rules.healing import (
    CheckInAnswers,
    after_quiet_hours,
    check_ins,
    day_of,
    triage,
    usual_on,
    watch_on,
)
from plans.rules.sheet import ClinicTexts, Sheet
from plans.rules.terms import TriageAction
from plans.rules.treatment import Needling, Treated
from tests.plans.rules.shipped import PROTOCOL

MADRID = ZoneInfo("Europe/Madrid")
TREATED = Treated(areas=("face_full",), needling=Needling(Decimal("0.75")), skin_type=3)
STRONG = Treated(areas=("face_full",), needling=Needling(practitioner_marked=True), skin_type=3)
ENDED = datetime(2026, 6, 10, 18, 30, tzinfo=UTC)
"""20:30 in Madrid."""


def sheet(treated: Treated = TREATED) -> Sheet:
    return compile_sheet(
        PROTOCOL,
        treated,
        ended_at=ENDED,
        tz=MADRID,
        language=Language.EN,
        clinic=ClinicTexts("1", "112"),
        next_session=ENDED + timedelta(days=35),
    )


def test_days_of_healing_are_calendar_days_of_the_patient() -> None:
    moments = [ENDED, ENDED + timedelta(hours=3), ENDED + timedelta(hours=4), ENDED + timedelta(days=12)]
    assert [day_of(ENDED, at, MADRID) for at in moments] == [0, 0, 1, 12]


@pytest.mark.parametrize(
    ("day", "ids"),
    [
        (0, ["EX-D0"]),
        (1, ["EX-D1"]),
        (2, ["EX-D2"]),
        (3, ["EX-D3"]),
        (4, ["EX-D3"]),
        (5, ["EX-D5"]),
        (6, ["EX-D5"]),
        (7, ["EX-D7"]),
        (13, ["EX-D7"]),
        (14, ["EX-D14"]),
        (28, ["EX-W4"]),
        (42, []),
    ],
)
def test_what_is_usual_on_a_day_is_what_its_title_says(day: int, ids: list[str]) -> None:
    assert [one.id for one in usual_on(sheet(), day)] == ids


def test_after_a_strong_treatment_twelve_days_are_usual() -> None:
    days = [day for day in range(20) if "EX-AGG" in {one.id for one in usual_on(sheet(STRONG), day)}]
    assert days == list(range(1, 12))


@pytest.mark.parametrize(
    ("day", "first", "absent"),
    [(0, "RF-ALLERGY", "RF-PUS"), (2, "RF-ALLERGY", "RF-LUMPS"), (40, "RF-DARK", "RF-EYE")],
)
def test_what_to_watch_for_on_a_day_the_most_urgent_first(day: int, first: str, absent: str) -> None:
    watched = [sign.id for sign in watch_on(sheet(), day)]
    assert watched[0] == first
    assert absent not in watched
    assert watched[-1] == "RF-PREG"


def test_a_warning_sign_is_watched_for_to_the_last_day_of_its_window() -> None:
    days = [day for day in range(10) if "RF-ALLERGY" in {sign.id for sign in watch_on(sheet(), day)}]
    assert days == [0, 1, 2]
    days = [day for day in range(40) if "RF-PUS" in {sign.id for sign in watch_on(sheet(), day)}]
    assert days == list(range(1, 28))


def test_check_ins_are_due_on_the_hour_and_sent_by_day() -> None:
    found = check_ins(PROTOCOL, TREATED, ended_at=ENDED, tz=MADRID, language=Language.ES)
    assert [(one.id, one.due_at - ENDED) for one in found] == [
        ("CI-24", timedelta(hours=24)),
        ("CI-72", timedelta(hours=72)),
        ("CI-168", timedelta(hours=168)),
        ("CI-336", timedelta(hours=336)),
    ]
    assert all(one.send_at == one.due_at for one in found)
    assert found[0].questions == ("HQ-PAIN", "HQ-SIGNS", "HQ-CARE")


def test_a_strong_treatment_is_asked_on_day_twelve_as_well() -> None:
    found = check_ins(PROTOCOL, STRONG, ended_at=ENDED, tz=MADRID, language=Language.EN)
    assert [one.id for one in found] == ["CI-24", "CI-72", "CI-168", "CI-288", "CI-336"]


@pytest.mark.parametrize(
    ("due", "sent"),
    [
        ("2026-06-10T20:59", "2026-06-10T20:59"),
        ("2026-06-10T21:00", "2026-06-11T08:00"),
        ("2026-06-10T23:37", "2026-06-11T08:00"),
        ("2026-06-11T00:00", "2026-06-11T08:00"),
        ("2026-06-11T07:59", "2026-06-11T08:00"),
        ("2026-06-11T08:00", "2026-06-11T08:00"),
        ("2026-03-28T22:10", "2026-03-29T08:00"),
        ("2026-10-24T22:10", "2026-10-25T08:00"),
    ],
)
def test_nothing_is_sent_in_the_night(due: str, sent: str) -> None:
    at = datetime.fromisoformat(due).replace(tzinfo=MADRID)
    assert after_quiet_hours(PROTOCOL, at, MADRID).astimezone(MADRID).strftime("%Y-%m-%dT%H:%M") == sent


def found_ids(answers: CheckInAnswers, treated: Treated = TREATED) -> list[str]:
    return [
        match.red_flag.id if match.red_flag else match.action for match in triage(PROTOCOL, treated, answers)
    ]


def signs(*names: str, hours: int = 100) -> CheckInAnswers:
    return CheckInAnswers(hours_since_end=Decimal(hours), signs=frozenset(names))


def test_the_most_urgent_comes_first_and_staff_see_all() -> None:
    assert found_ids(signs("lumps", "rash", "eye", "breathing")) == [
        "RF-ALLERGY",
        "RF-EYE",
        "RF-RASH",
        "RF-LUMPS",
    ]


def test_one_reminder_follows_a_check_in_without_an_answer() -> None:
    (match,) = triage(PROTOCOL, TREATED, CheckInAnswers(hours_without_answer=Decimal(24)))
    assert (match.action, match.red_flag) == (TriageAction.REMIND_ONCE, None)
    assert found_ids(CheckInAnswers(hours_without_answer=Decimal("23.9"))) == []


def test_crusts_after_a_strong_treatment_are_usual_until_day_twelve() -> None:
    assert found_ids(signs("crusts", "still_red", hours=287), STRONG) == []
    assert found_ids(signs("crusts", "still_red", hours=288), STRONG) == ["RF-LONGRED-STRONG"]
    assert found_ids(signs("crusts", hours=167)) == []
    assert found_ids(signs("crusts", hours=168)) == ["RF-LONGRED"]


def test_the_windows_of_red_flags_do_not_gate_triage() -> None:
    assert found_ids(signs("bleeding", hours=1000)) == ["RF-BLEED"]


def test_a_sign_that_is_not_among_the_options_is_never_passed_over() -> None:
    with pytest.raises(ValueError, match="not among the signs: faver"):
        triage(PROTOCOL, TREATED, signs("faver"))


OPTIONS = next(one.options for one in PROTOCOL.aftercare.check_in_questions if one.id == "HQ-SIGNS") or ()
SIGNS = st.frozensets(st.sampled_from([option.value for option in OPTIONS]))
CALM = {"none", "still_red", "crusts"}


@settings(max_examples=60)
@given(found=SIGNS, more=SIGNS, hours=st.integers(0, 2000), treated=st.sampled_from([TREATED, STRONG]))
def test_another_sign_never_makes_it_less_urgent(
    found: frozenset[str], more: frozenset[str], hours: int, treated: Treated
) -> None:
    before = found_ids(CheckInAnswers(Decimal(hours), found), treated)
    after = found_ids(CheckInAnswers(Decimal(hours), found | more), treated)
    assert set(before) <= set(after)


@pytest.mark.parametrize("sign", sorted({option.value for option in OPTIONS} - CALM))
@pytest.mark.parametrize("hours", [0, 23, 100, 2000])
def test_every_worrying_sign_is_a_red_flag_at_any_time(sign: str, hours: int) -> None:
    assert len(found_ids(signs(sign, hours=hours))) >= 1
    assert len(found_ids(signs(sign, hours=hours), STRONG)) >= 1
