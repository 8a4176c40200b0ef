"""Every worked case in tests/cases/clinical, exactly; a file that is added there is run as well."""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from clinic.rules.roles import Role
from patients.rules.conditions import matches
from patients.rules.flags import Flag, may_lift, settle, status
from patients.rules.terms import Language, Level, fill, say_instant
from plans.rules.followup import series_end
from plans.rules.healing import CheckInAnswers, triage
from plans.rules.protocol.care import AfterInstruction, BeforeInstruction
from plans.rules.recommend import Recommendation, override_faults, recommend
from plans.rules.sheet import Sheet
from plans.rules.spacing import booking_state
from plans.rules.terms import BookingState
from tests.plans.rules.clinical_cases import (
    SESSION_DAY,
    Json,
    aftercare_of,
    consult_of,
    keys,
    local,
    precare_of,
    read_cases,
    treated_of,
)
from tests.plans.rules.shipped import PROTOCOL

CASES = dict(read_cases())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_worked(case: Json) -> None:
    optional = ("aftercare", "precare", "checks", "explain")
    keys(case, "id", "title", "tags", "input", "expected", may=optional)
    found = recommend(PROTOCOL, consult_of(PROTOCOL, case["input"]))
    check_proposal(case["expected"], found)
    sheet = check_aftercare(case, found) if "aftercare" in case else None
    if "precare" in case:
        check_precare(case, found)
    for check in case.get("checks", ()):
        assert len(check) == 1
        ((kind, wanted),) = check.items()
        CHECKS[kind](Seen(case, found, sheet), wanted)


def test_there_are_cases_to_run() -> None:
    assert len(CASES) >= 53


def check_proposal(expected: Json, found: Recommendation) -> None:
    keys(
        expected,
        *("status", "sessions", "interval_days", "window_days", "target_day", "flags", "maintenance"),
        may=("shown", "not_shown"),
    )
    shown = [line.id for line in found.lines if line.shown]
    kept = [line.id for line in found.lines if not line.shown]
    assert {
        "status": found.status,
        "sessions": {"min": found.min, "max": found.max, "suggest": found.suggest},
        "interval_days": found.interval_days,
        "window_days": [found.window.earliest, found.window.latest],
        "target_day": found.window.target,
        "flags": {level: sorted(flag.id for flag in found.flags if flag.level is level) for level in Level},
        "maintenance": found.maintenance.id,
        "shown": shown,
        "not_shown": kept,
    } == {"shown": shown, "not_shown": kept, **expected}


def check_aftercare(case: Json, found: Recommendation) -> Sheet:
    wanted = keys(case["aftercare"], "session", "expect", may=("absent_slots",))
    sheet = aftercare_of(PROTOCOL, case["input"], wanted["session"], found.history)
    treated = treated_of(case["input"], wanted["session"], found.history)
    slots = matching_slots(PROTOCOL.aftercare.instructions, treated.facts(PROTOCOL))
    assert (len(sheet.items), {item.slot for item in sheet.items}) == (len(slots), slots)
    check_lines(sheet, wanted)
    return sheet


def check_precare(case: Json, found: Recommendation) -> None:
    wanted = keys(case["precare"], "session", "expect", may=("absent_slots",))
    check_lines(precare_of(PROTOCOL, case["input"], wanted["session"], found.history), wanted)


def matching_slots(lines: Iterable[AfterInstruction | BeforeInstruction], facts: Json) -> set[str]:
    return {line.slot for line in lines if matches(line.when, facts)}


def check_lines(sheet: Sheet, wanted: Json) -> None:
    items = {item.slot: item for item in sheet.items}
    assert not items.keys() & set(wanted.get("absent_slots", ()))
    for line in wanted["expect"]:
        keys(line, "slot", "id", "start_h", "end_h", "from_local", "until_local")
        item = items[line["slot"]]
        clock = {"from_local": local(item.from_, sheet), "until_local": local(item.until, sheet)}
        assert {
            "slot": item.slot,
            "id": item.id,
            "start_h": item.start_h,
            "end_h": item.end_h,
            **{name: at for name, at in clock.items() if line[name] is not None},
        } == {name: value for name, value in line.items() if name not in clock or value is not None}


@dataclass(frozen=True)
class Seen:
    """What a check may look at."""

    case: Json
    found: Recommendation
    sheet: Sheet | None

    def flag(self, name: str) -> Flag:
        return next(flag for flag in self.found.flags if flag.id == name)

    def printed(self) -> Sheet:
        assert self.sheet is not None
        return self.sheet


def check_booking(seen: Seen, wanted: Json) -> None:
    keys(wanted, "days_since_last", "state", may=("interval_days",))
    interval = wanted.get("interval_days", seen.found.interval_days)
    assert booking_state(PROTOCOL, interval, wanted["days_since_last"]).state == wanted["state"]


def check_clear_in_days(seen: Seen, wanted: Json) -> None:
    clear_on = {flag.question: flag.clear_on for flag in seen.found.flags if flag.clear_on}
    assert {question: (clear_on[question] - SESSION_DAY).days for question in wanted} == wanted


def check_override_sessions(seen: Seen, wanted: Json) -> None:
    keys(wanted, "sessions", "reason", "result")
    faults = override_faults(
        PROTOCOL,
        seen.found,
        sessions=wanted["sessions"],
        interval_days=seen.found.interval_days,
        reason=wanted["reason"],
    )
    assert (not faults) == wanted["result"]


def check_override_role(seen: Seen, wanted: Json) -> None:
    assert {name: seen.flag(name).override for name in wanted} == wanted


def check_may_settle(seen: Seen, wanted: Json) -> None:
    keys(wanted, "flag", "role", "result")
    assert may_lift(seen.flag(wanted["flag"]), Role(wanted["role"])) == wanted["result"]


def check_status_after_settling(seen: Seen, wanted: Json) -> None:
    keys(wanted, "settled", "result")
    resolutions = [
        settle(
            seen.flag(name),
            reason="Seen and agreed with the patient",
            role=Role.CLINICAL_LEAD,
            by="Dr Okafor",
            at=datetime(2026, 5, 30, tzinfo=UTC),
        )
        for name in wanted["settled"]
    ]
    assert status(seen.found.flags, resolutions) == wanted["result"]


def check_series(seen: Seen, wanted: Json) -> None:
    keys(wanted, "sessions_left", "result", may=("booking_state",))
    state = BookingState(wanted["booking_state"]) if "booking_state" in wanted else None
    end = series_end(
        PROTOCOL,
        sessions_left=wanted["sessions_left"],
        open_flags={flag.id for flag in seen.found.flags},
        booking_state=state,
    )
    assert (None if end is None else end.id) == wanted["result"]


def check_night_rule(seen: Seen, wanted: Json) -> None:
    keys(wanted, "slot", "applies", "shows_text")
    session = seen.case["aftercare"]["session"]
    for language in Language:
        sheet = aftercare_of(PROTOCOL, seen.case["input"], session, seen.found.history, language)
        item = next(item for item in sheet.items if item.slot == wanted["slot"])
        written = "night_text" if wanted["applies"] else "text"
        values = {"from": say_instant(item.from_, ZoneInfo(sheet.tz), language)}
        values |= {one.id: one.text[language] for one in PROTOCOL.aftercare.product_defaults}
        assert item.text == fill(PROTOCOL.text(item.id, written, language), values)
        if wanted["shows_text"] is not None:
            assert wanted["shows_text"][language] in item.text


def check_expect_ids(seen: Seen, wanted: list[str]) -> None:
    assert set(wanted) <= {one.id for one in seen.printed().expect}


def check_expect_not(seen: Seen, wanted: list[str]) -> None:
    assert not set(wanted) & {one.id for one in seen.printed().expect}


def check_check_ins(seen: Seen, wanted: list[str]) -> None:
    assert [one.id for one in seen.printed().check_ins] == wanted


def check_triage(seen: Seen, wanted: Json) -> None:
    asked = ("signs", "hours", "trend", "pain", "hours_without_answer")
    keys(wanted, "result", may=(*asked, "anaesthetic_used", "practitioner_marked"))
    answers = CheckInAnswers(
        hours_since_end=hours(wanted.get("hours")),
        signs=frozenset(wanted.get("signs", ())),
        pain=wanted.get("pain"),
        trend=wanted.get("trend"),
        hours_without_answer=hours(wanted.get("hours_without_answer")),
    )
    found = triage(PROTOCOL, treated_of(seen.case["input"], wanted, seen.found.history), answers)
    first = found[0] if found else None
    told = None if first is None else first.red_flag.id if first.red_flag else first.action
    assert told == wanted["result"]


def hours(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


CHECKS: dict[str, Callable[..., None]] = {
    "booking": check_booking,
    "clear_in_days": check_clear_in_days,
    "override_sessions": check_override_sessions,
    "override_role": check_override_role,
    "may_settle": check_may_settle,
    "status_after_settling": check_status_after_settling,
    "series": check_series,
    "night_rule": check_night_rule,
    "expect_ids": check_expect_ids,
    "expect_not": check_expect_not,
    "check_ins": check_check_ins,
    "triage": check_triage,
}


def with_unread_key(case: Json, *path: str) -> Json:
    changed = copy.deepcopy(dict(case))
    place = changed
    for key in path:
        place = place[key]
    place["unread"] = 1
    return changed


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("input",),
        ("input", "screening", "SQ-HSV-PAST"),
        ("expected",),
        ("expected", "sessions"),
        ("expected", "flags"),
        ("aftercare",),
        ("aftercare", "session"),
    ],
    ids="/".join,
)
def test_a_key_that_nobody_reads_fails_its_case(path: tuple[str, ...]) -> None:
    case = CASES["case-worked-D13"]
    test_worked(case)
    with pytest.raises(AssertionError):
        test_worked(with_unread_key(case, *path))


def test_an_unknown_kind_of_check_fails_its_case() -> None:
    with pytest.raises(KeyError, match="weather"):
        test_worked({**CASES["case-worked-D13"], "checks": [{"weather": "fine"}]})
