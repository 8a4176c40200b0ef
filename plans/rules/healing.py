"""After a session: which day it is, what is usual, when to ask, and what the answers mean.

Hours count from the end of the session. Texts, windows and triage come from aftercare.json.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from clinic.rules.timegrid import local_day, round_up
from patients.rules.conditions import matches
from patients.rules.terms import Language
from plans.rules.protocol import Protocol
from plans.rules.protocol.care import RedFlag
from plans.rules.sheet import CheckInTime, Sheet, Usual, WarningSign, in_utc, wall_time
from plans.rules.terms import TriageAction
from plans.rules.treatment import Treated

SIGNS = "HQ-SIGNS"
"""The question of a check-in that lists the signs."""

_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class CheckInAnswers:
    """What came back from a check-in; `hours_without_answer` instead where nothing did.

    `signs` are options of HQ-SIGNS, `pain` is 0-10, `trend` an option of HQ-TREND.
    """

    hours_since_end: Decimal | None = None
    signs: frozenset[str] = frozenset()
    pain: int | None = None
    trend: str | None = None
    hours_without_answer: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TriageMatch:
    """One line of triage that matches: look at this red flag, or send one reminder."""

    id: str
    action: TriageAction
    red_flag: RedFlag | None


def day_of(ended_at: datetime, at: datetime, tz: ZoneInfo) -> int:
    """Which day of healing it is in the patient's zone: 0 on the day of the session, 1 on the next."""
    return (local_day(at, tz) - local_day(ended_at, tz)).days


def usual_on(sheet: Sheet, day: int) -> tuple[Usual, ...]:
    """What is usual on day `day` of healing, in the order of the sheet."""
    return tuple(one for one in sheet.expect if _covers(one.start_h, one.end_h, day))


def watch_on(sheet: Sheet, day: int) -> tuple[WarningSign, ...]:
    """The warning signs to look for on day `day` of healing, the most urgent first."""
    return tuple(
        sign
        for sign in sheet.red_flags
        if sign.start_h < (day + 1) * _DAY_HOURS and (sign.end_h is None or sign.end_h > day * _DAY_HOURS)
    )


def _covers(start_h: float, end_h: float | None, day: int) -> bool:
    """Whether the day begins inside the window: the windows are written as days of 24 hours."""
    return start_h <= day * _DAY_HOURS and (end_h is None or day * _DAY_HOURS < end_h)


def check_ins(
    protocol: Protocol, treated: Treated, *, ended_at: datetime, tz: ZoneInfo, language: Language
) -> tuple[CheckInTime, ...]:
    """When to ask how the skin is, and what. `due_at` is not rounded; `send_at` waits for the morning."""
    facts, anchor = treated.facts(protocol), in_utc(ended_at)
    times = []
    for one in protocol.aftercare.check_ins:
        if matches(one.when, facts):
            due = anchor + timedelta(hours=one.offset_h)
            send = after_quiet_hours(protocol, due, tz)
            times.append(CheckInTime(one.id, one.title[language], due, send, one.questions))
    return tuple(times)


def after_quiet_hours(protocol: Protocol, instant: datetime, tz: ZoneInfo) -> datetime:
    """`instant`, or if that lies between 21:00 and 08:00 of the patient's clock, the next 08:00; in UTC."""
    rules = protocol.aftercare.time_rules
    at = in_utc(instant)
    while (clock := wall_time(at, tz)) >= rules.quiet_from or clock < rules.quiet_until:
        at = round_up(at + timedelta(minutes=1), rules.round_minutes, tz)
    return at


def triage(protocol: Protocol, treated: Treated, answers: CheckInAnswers) -> tuple[TriageMatch, ...]:
    """Every line of triage that matches, the most urgent first: the first decides what the patient sees.

    The windows of red flags decide what is printed and do not gate triage. No match means no red flag, and
    never "all is well". Raises ValueError for a sign that is not among the options.
    """
    _refuse_unknown(protocol, answers.signs)
    facts = {
        **treated.facts(protocol),
        "signs": answers.signs,
        "pain": answers.pain,
        "trend": answers.trend,
        "hours_since_end": answers.hours_since_end,
        "hours_without_answer": answers.hours_without_answer,
    }
    return tuple(
        TriageMatch(rule.id, rule.action, protocol.red_flag(rule.red_flag) if rule.red_flag else None)
        for rule in protocol.aftercare.triage
        if matches(rule.when, facts)
    )


def _refuse_unknown(protocol: Protocol, signs: Collection[str]) -> None:
    options = {question.id: question.options for question in protocol.aftercare.check_in_questions}[
        SIGNS
    ] or ()
    unknown = set(signs) - {option.value for option in options}
    if unknown:
        raise ValueError(f"not among the signs: {', '.join(sorted(unknown))}")
