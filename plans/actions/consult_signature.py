"""The signature of a consultation: what it needs, what it keeps, and the series that it makes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from patients.rules.conditions import matches
from patients.rules.terms import Status
from plans.actions.consult_checks import lock, refuse_unless_own
from plans.models import Consultation, Series
from plans.queries.consult import Assessment, event_day
from plans.queries.consult import assess as assess_draft
from plans.queries.snapshot import as_data
from plans.rules.protocol import Protocol
from plans.rules.recommend import Recommendation, override_faults
from plans.rules.spacing import window

Problem = tuple[str | None, str]
"""The field, None for the whole, and what is missing there."""


class Incomplete(Refused):
    """Not ready for a signature; `problems` says of each field what is missing."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        field, message = problems[0]
        super().__init__(message, code="incomplete", field=field)
        self.problems = tuple(problems)


@transaction.atomic
def sign(
    actor: Actor, consultation: Consultation, at: datetime, seen: tuple[int, int] | None = None
) -> Series | None:
    """Sign a draft and make its series for the front desk to book; None where the decision is not to treat.

    `seen` is the proposal (sessions, days apart) that stood on the page: one that has changed since is
    refused, so that nobody signs what they have not read. A second signature returns the first one's series.
    Raises Incomplete with every missing field, and Refused while a flag is open.
    """
    draft = lock(consultation)
    if draft.signed_at is not None:
        return Series.objects.filter(consultation=draft).first()
    refuse_unless_own(actor, draft)
    found = assess_draft(draft, local_day(at, draft.clinic.zone))
    problems = list(_problems(draft, found, seen))
    if problems:
        raise Incomplete(problems)
    if draft.decision == Consultation.Decision.REFUSED:
        draft.sessions = draft.interval_days = None
    else:
        _refuse_open_flags(found)
    if draft.decision == Consultation.Decision.ACCEPTED and found.proposal is not None:
        draft.sessions, draft.interval_days = found.proposal.suggest, found.proposal.interval_days
    draft.proposal = as_data(found)
    draft.signed_at = draft.saved_at = at
    draft.signed_by_id = actor.user_id
    draft.signed_as = draft.practitioner.signature
    draft.save()
    series = _start_series(draft, found, at)
    audit.record(actor, "sign", draft, at=at, patient_id=draft.patient_id)
    return series


def _start_series(draft: Consultation, found: Assessment, at: datetime) -> Series | None:
    if draft.sessions is None or draft.interval_days is None:
        return None
    apart = window(found.protocol, draft.interval_days)
    event = event_day(draft, found)
    return Series.objects.create(
        clinic_id=draft.clinic_id,
        patient_id=draft.patient_id,
        consultation=draft,
        protocol_version_id=draft.protocol_version_id,
        practitioner_id=draft.practitioner_id,
        sessions=draft.sessions,
        min_days=apart.earliest,
        target_days=apart.target,
        max_days=apart.latest,
        event_on=event,
        event_name=draft.event_name if event else "",
        keep_clear_days=keep_clear_days(found.protocol, draft) if event else 0,
        created_at=at,
    )


def keep_clear_days(protocol: Protocol, draft: Consultation) -> int:
    """Return the days to keep free before an event: 14, or 21 for the skin or depth that EVENT-21 names.

    The condition is read for a later session (for the only one, where there is one): a first session is told
    apart by a note on the day, and must not stretch the whole series.
    """
    events = protocol.course.events
    facts = {
        "event_in_days": events.careful_days_before_event - 1,
        "depth_mm": draft.planned_depth,
        "skin_type": draft.skin_type,
        "session_number": 1 if draft.sessions == 1 else 2,
    }
    facts["aggressive"] = matches(protocol.course.depth.aggressive_when, facts)
    is_careful = any(matches(rule.when, facts) for rule in events.flags)
    return events.careful_days_before_event if is_careful else events.min_days_before_event


def _refuse_open_flags(found: Assessment) -> None:
    if found.status is Status.READY:
        return
    names = ", ".join(flag.id for flag in found.open)
    if found.status is Status.BLOCKED:
        message = _("Blocked by %(flags)s: settle what stands in the way, or decide not to treat.")
    else:
        message = _("Still to settle before you sign: %(flags)s.")
    raise Refused(message % {"flags": names}, code=str(found.status))


def _problems(draft: Consultation, found: Assessment, seen: tuple[int, int] | None) -> Iterator[Problem]:
    if not draft.practitioner.licence:
        yield None, _("Your licence number is missing: ask an administrator to add it.")
    if not draft.decision:
        yield "decision", _("Choose: accept, change or do not treat.")
    if draft.decision == Consultation.Decision.REFUSED:
        yield from _reason_problems(draft, found.protocol)
        return
    yield from _missing(draft)
    if found.proposal is not None and draft.decision:
        yield from _decision_problems(draft, found, found.proposal, seen)


def _missing(draft: Consultation) -> Iterator[Problem]:
    needed: Iterable[tuple[str, str]] = (
        ("skin_type", _("Choose the skin type.")),
        ("sun_damage", _("Choose how much sun damage there is.")),
        ("concerns", _("Give at least one concern a severity.")),
        ("goal", _("Choose how much change the patient hopes for.")),
        ("goal_words", _("Write the goal in the patient's own words.")),
        ("expectations_talk", _("Tick this once you have talked about risks, results and alternatives.")),
    )
    for field, message in needed:
        if getattr(draft, field) in (None, "", [], False):
            yield field, message
    if any(not concern["areas"] for concern in draft.concerns):
        yield "concerns", _("Choose where, for each concern.")


def _reason_problems(draft: Consultation, protocol: Protocol) -> Iterator[Problem]:
    least = protocol.course.override_bounds.reason_min_chars
    if len(draft.decision_reason.strip()) < least:
        yield "decision_reason", _("Write the reason in at least %(least)s characters.") % {"least": least}


def _decision_problems(
    draft: Consultation, found: Assessment, proposal: Recommendation, seen: tuple[int, int] | None
) -> Iterator[Problem]:
    now = (proposal.suggest, proposal.interval_days)
    words = {"sessions": now[0], "days": now[1]}
    if seen is not None and seen != now:
        message = _(
            "The recommendation is now %(sessions)s sessions, %(days)s days apart. Read it, then sign."
        )
        yield "decision", message % words
    elif draft.decision == Consultation.Decision.CHANGED:
        yield from _override_problems(draft, found.protocol, proposal)
    elif _typed(draft, now) != now:
        message = _(
            "You changed the numbers. Choose “Change it” and say why, "
            "or set them back to %(sessions)s sessions, %(days)s days apart."
        )
        yield "decision", message % words


def _typed(draft: Consultation, now: tuple[int, int]) -> tuple[int, int]:
    """Return the numbers as they were typed; what was left empty is what was recommended."""
    return (
        now[0] if draft.sessions is None else draft.sessions,
        now[1] if draft.interval_days is None else draft.interval_days,
    )


def _override_problems(
    draft: Consultation, protocol: Protocol, proposal: Recommendation
) -> Iterator[Problem]:
    bounds = protocol.course.override_bounds
    faults = override_faults(
        protocol,
        proposal,
        sessions=draft.sessions or 0,
        interval_days=draft.interval_days or 0,
        reason=draft.decision_reason,
    )
    wrong = {fault.field for fault in faults}
    if "sessions" in wrong:
        limits = {"least": bounds.sessions.min, "most": bounds.sessions.max}
        yield "sessions", _("Enter %(least)s to %(most)s sessions.") % limits
    if "interval_days" in wrong:
        limits = {"least": bounds.interval_days.min, "most": bounds.interval_days.max}
        yield "interval_days", _("Enter %(least)s to %(most)s days apart.") % limits
    yield from _reason_problems(draft, protocol)
