"""How many sessions, how far apart: the proposal for one patient, every number with its reason and source.

The software proposes, the practitioner decides and signs. All numbers come from protocol.json; the order of
work is its `algorithm`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from patients.rules.conditions import SEVERITY_OF, Facts, matches
from patients.rules.flags import Flag, Resolution, status
from patients.rules.screening import Screening
from patients.rules.terms import Status, Text
from plans.rules.protocol import Protocol
from plans.rules.protocol.core import Concern, IntervalRule, Modifier, SessionsRow
from plans.rules.protocol.course import MaintenanceRule
from plans.rules.spacing import Window, window
from plans.rules.terms import Fault, Goal, Severity, SunDamage
from plans.rules.treatment import Needling, Skin, guards, needling_facts


@dataclass(frozen=True, slots=True)
class ConcernFound:
    """One concern of the patient with its areas, and its severity or, where it has a scale, its grade."""

    concern: str
    areas: tuple[str, ...]
    severity: Severity | None = None
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class Consult:
    """What a proposal rests on. Age in full years on the reference day; skin type 1-6.

    `screening` is the outcome of the safety questions, `plan` the depth that is planned, `history` what is
    known beyond the questions. `event_in_days` counts from the session; of it and the answer the nearer one
    counts.
    """

    age: int
    skin_type: int
    concerns: tuple[ConcernFound, ...]
    screening: Screening
    sun_damage: SunDamage = SunDamage.NONE
    goal: Goal = Goal.STANDARD
    plan: Needling = field(default_factory=Needling)
    session_number: int = 1
    history: frozenset[str] = frozenset()
    event_in_days: int | None = None


class Reason(StrEnum):
    """What a line explains."""

    SESSIONS = "sessions"
    MODIFIER = "modifier"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Line:
    """One rule that matched, with what the patient reads; `shown` False: kept for audit alone."""

    id: str
    reason: Reason
    text: Text
    source_ids: tuple[str, ...]
    shown: bool


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The proposal. Sessions are counts, days are counted from the real date of the last session."""

    status: Status
    min: int
    max: int
    suggest: int
    interval_days: int
    window: Window
    flags: tuple[Flag, ...]
    lines: tuple[Line, ...]
    history: frozenset[str]
    maintenance: MaintenanceRule


def recommend(
    protocol: Protocol, consult: Consult, resolutions: tuple[Resolution, ...] = ()
) -> Recommendation:
    """The proposal for `consult`; `resolutions` are the flags already lifted or settled.

    Raises ValueError without a concern, or for a concern without a usable severity or grade, and KeyError for
    a concern or an area that the protocol does not have.
    """
    rows = [_row(protocol, found) for found in consult.concerns]
    if not rows:
        raise ValueError("a proposal needs at least one concern")
    facts = _facts(protocol, consult, rows)
    modifiers = [one for one in protocol.course.session_modifiers if matches(one.when, facts)]
    sessions = _sessions(protocol, rows, modifiers)
    intervals = [rule for rule in protocol.course.interval_rules if matches(rule.when, facts)]
    interval = _interval_days(protocol, intervals)
    flags = (*consult.screening.flags, *_flags(protocol, consult, rows, facts))
    return Recommendation(
        status=status(flags, resolutions),
        min=sessions[0],
        max=sessions[1],
        suggest=sessions[2],
        interval_days=interval,
        window=window(protocol, interval),
        flags=flags,
        lines=tuple(_lines(protocol, rows, modifiers, intervals, interval)),
        history=_history(protocol, consult),
        maintenance=maintenance(protocol, facts),
    )


def override_faults(
    protocol: Protocol, proposal: Recommendation, *, sessions: int, interval_days: int, reason: str
) -> tuple[Fault, ...]:
    """What keeps a practitioner from agreeing to these numbers instead of the proposal; empty if nothing.

    Bounds are 1-10 sessions and 21-84 days (`override_bounds`; SEED-001 and house rule). Sessions outside
    the proposed range, or another interval, need a written reason.
    """
    bounds = protocol.course.override_bounds
    faults = []
    for name, chosen, allowed in (
        ("sessions", sessions, bounds.sessions),
        ("interval_days", interval_days, bounds.interval_days),
    ):
        if not allowed.min <= chosen <= allowed.max:
            faults.append(Fault(name, f"is between {allowed.min} and {allowed.max}"))
    changed = not proposal.min <= sessions <= proposal.max or interval_days != proposal.interval_days
    if changed and bounds.reason_required and len(reason.strip()) < bounds.reason_min_chars:
        faults.append(Fault("reason", f"needs at least {bounds.reason_min_chars} characters"))
    return tuple(faults)


def maintenance(protocol: Protocol, facts: Facts) -> MaintenanceRule:
    """When to come back after the series: the first rule that matches, and the last one always does.

    `facts` need `age` and `sun_damage`.
    """
    return next(rule for rule in protocol.course.maintenance.rules if matches(rule.when, facts))


@dataclass(frozen=True, slots=True)
class _Row:
    """A concern of the patient next to what the protocol says of it."""

    found: ConcernFound
    concern: Concern
    sessions: SessionsRow


def _row(protocol: Protocol, found: ConcernFound) -> _Row:
    concern = protocol.concern(found.concern)
    graded = {grade.grade: grade.severity for grade in concern.grades or ()}
    severity = found.severity if found.grade is None else graded.get(found.grade)
    for sessions in concern.sessions:
        if sessions.severity == severity:
            return _Row(found, concern, sessions)
    raise ValueError(f"{found.concern} needs a severity, or a grade of its scale")


def _facts(protocol: Protocol, consult: Consult, rows: list[_Row]) -> Facts:
    areas = tuple(dict.fromkeys(area for row in rows for area in row.found.areas))
    severities: dict[str, Severity] = {}
    for row in sorted(rows, key=lambda row: list(Severity).index(row.sessions.severity)):
        severities[f"{SEVERITY_OF}{row.concern.id}"] = row.sessions.severity
    return {
        **needling_facts(protocol, areas, consult.plan),
        **severities,
        "age": consult.age,
        "skin_type": consult.skin_type,
        "sun_damage": consult.sun_damage,
        "goal": consult.goal,
        "concerns": tuple(row.concern.id for row in rows),
        "history": _history(protocol, consult),
        "session_number": consult.session_number,
        "last_downtime_days": consult.screening.last_downtime_days,
        "event_in_days": _event_in_days(consult),
    }


def _history(protocol: Protocol, consult: Consult) -> frozenset[str]:
    of_concerns = (protocol.concern(found.concern).sets_history for found in consult.concerns)
    return consult.history | consult.screening.history | {entry for entry in of_concerns if entry}


def _event_in_days(consult: Consult) -> int | None:
    known = (consult.event_in_days, consult.screening.event_in_days)
    return min((days for days in known if days is not None and days >= 0), default=None)


def _sessions(protocol: Protocol, rows: list[_Row], modifiers: list[Modifier]) -> tuple[int, int, int]:
    """Min, max and suggestion: the biggest of every concern, never their sum; clamped only at the end."""
    defaults = protocol.course.defaults
    least = max(row.sessions.min for row in rows)
    most = max(row.sessions.max for row in rows) + sum(one.add_max for one in modifiers)
    suggest = max(row.sessions.suggest for row in rows) + sum(one.add_suggest for one in modifiers)
    caps = (row.concern.cap_max for row in rows if row.concern.cap_max is not None)
    most = _clamp(min((most, *caps)), least, defaults.sessions_max)
    suggest = _clamp(suggest, least, most)
    shortest, longest = defaults.sessions_min, defaults.sessions_max
    return (
        _clamp(least, shortest, longest),
        _clamp(most, shortest, longest),
        _clamp(suggest, shortest, longest),
    )


def _interval_days(protocol: Protocol, intervals: list[IntervalRule]) -> int:
    defaults = protocol.course.defaults
    longest = max(rule.days for rule in intervals)
    return _clamp(longest, defaults.interval_min_days, defaults.interval_max_days)


def _clamp(value: int, lowest: int, highest: int) -> int:
    return max(lowest, min(value, highest))


def _flags(protocol: Protocol, consult: Consult, rows: list[_Row], facts: Facts) -> Iterator[Flag]:
    """The flags of age, skin type, concerns, depth and a coming event, in that order."""
    course = protocol.course
    general = [rule.flag(facts, protocol.version) for rule in (*course.age_rules, *course.skin_type_rules)]
    noted = [
        note.flag({**facts, **_this_concern(row)}, protocol.version)
        for row in rows
        for note in row.concern.notes
    ]
    coming = [rule.flag(facts, protocol.version) for rule in course.events.flags]
    skin = Skin(consult.skin_type, _history(protocol, consult), consult.session_number)
    areas = tuple(area for row in rows for area in row.found.areas)
    raised = (*general, *noted, *guards(protocol, areas, consult.plan, skin), *coming)
    seen: set[str] = set()
    for flag in raised:
        if flag is not None and flag.id not in seen:
            seen.add(flag.id)
            yield flag


def _this_concern(row: _Row) -> Mapping[str, Severity | int | None]:
    return {"this_concern.severity": row.sessions.severity, "this_concern.grade": row.found.grade}


def _lines(
    protocol: Protocol,
    rows: list[_Row],
    modifiers: list[Modifier],
    intervals: list[IntervalRule],
    interval: int,
) -> Iterator[Line]:
    result = _sessions(protocol, rows, modifiers)
    for row in {row.sessions.id: row.sessions for row in rows}.values():
        yield Line(row.id, Reason.SESSIONS, row.patient_text, row.source_ids, shown=True)
    for one in modifiers:
        others = [other for other in modifiers if other is not one]
        shown = _sessions(protocol, rows, others) != result
        yield Line(one.id, Reason.MODIFIER, one.patient_text, one.source_ids, shown)
    for rule in intervals:
        yield Line(rule.id, Reason.INTERVAL, rule.patient_text, rule.source_ids, rule.days == interval)
