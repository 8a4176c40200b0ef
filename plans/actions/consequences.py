"""What answers and sessions do to the dates that are still to come: windows grow, dates wait, series pause."""

from datetime import date, datetime

from django.db import transaction

from clinic.actions import audit
from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from patients.models import Patient
from patients.rules.conditions import Facts
from patients.rules.flags import Flag, clears_on, open_flags
from patients.rules.terms import Level
from plans.models import Kind, Series, SessionRecord, Visit
from plans.queries.standing import state_from_visits
from plans.queries.treat import Ground, ground, needled
from plans.rules.spacing import longer_window
from plans.rules.treatment import Needling, needling_facts
from plans.rules.visiting import STANDING, State


@transaction.atomic
def lengthen(actor: Actor, record: SessionRecord, stand: Ground, at: datetime) -> Series | None:
    """Give the session after a signed record the longer window that what was done asks for.

    A deeper or stronger treatment than the one that was planned, or skin that took long to settle. Returns the
    series where its window grew, None where the agreed one stands. The series is locked.
    """
    series, number = record.visit.series, record.visit.session_number
    if series is None or number is None or number >= series.sessions:
        return None
    planned = _planned(stand)
    areas, needling = needled(record)
    downtime = {"last_downtime_days": stand.screening.last_downtime_days}
    done = {**needling_facts(stand.protocol, areas, needling), **downtime}
    longer = longer_window(stand.protocol, series.min_days, planned, done)
    if longer is None:
        return None
    series = Series.objects.get(pk=series.pk)  # the visit that was marked done has changed it
    series.windows[str(number)] = [longer.earliest, longer.target, longer.latest]
    series.revision += 1
    series.save(update_fields=["windows", "revision"])
    audit.record(actor, "lengthen", series, at=at, patient_id=series.patient_id, fields=["windows"])
    return series


def _planned(stand: Ground) -> Facts:
    consultation = stand.consultation
    areas = sorted({area for concern in consultation.concerns for area in concern["areas"]})
    return needling_facts(stand.protocol, areas, Needling(depth_mm=consultation.planned_depth))


@transaction.atomic
def heed_answers(actor: Actor, patient: Patient, at: datetime) -> list[Series]:
    """Let the patient's answers move the dates of their series; returns the series that changed.

    A block that clears on a day lets nothing be booked before it. A block without a day pauses the series
    until an answer changes or somebody who may lifts it; then the series goes on by itself. A question without
    an answer, or with "not sure", moves nothing: it is asked again before the session.
    """
    ended = (Series.State.COMPLETED, Series.State.STOPPED)
    found = Series.objects.select_for_update(of=("self",)).filter(patient=patient).exclude(state__in=ended)
    changed = []
    for series in found.select_related("clinic", "patient", "protocol_version", "consultation").order_by(
        "pk"
    ):
        blocks = _blocks(series, local_day(at, series.clinic.zone))
        if _heed(series, blocks):
            series.revision += 1
            series.save(update_fields=["cleared_on", "held_by_answers", "state", "hold_reason", "revision"])
            audit.record(actor, "heed", series, at=at, patient_id=patient.pk, fields=["dates"])
            changed.append(series)
    return changed


def _heed(series: Series, blocks: tuple[Flag, ...]) -> bool:
    """Set what the blocks ask for, and say whether that is new."""
    was = (series.cleared_on, series.held_by_answers)
    undated = [flag for flag in blocks if flag.clear_on is None]
    series.cleared_on = clears_on([flag for flag in blocks if flag.clear_on is not None])
    if undated and series.state in Series.OPEN:
        series.state, series.held_by_answers = Series.State.PAUSED, True
        series.hold_reason = " ".join(flag.staff_note for flag in undated)[:500]
    elif not undated and series.held_by_answers:
        series.state, series.held_by_answers, series.hold_reason = state_from_visits(series), False, ""
    return was != (series.cleared_on, series.held_by_answers)


def _blocks(series: Series, today: date) -> tuple[Flag, ...]:
    """Return the blocks that an answer raises today and nobody has lifted for the next session."""
    stand = ground(_next_session(series, today), with_old_answers=True)
    if stand is None:
        return ()
    raised = [
        flag
        for flag in stand.screening.flags
        if flag.level is Level.BLOCK and flag.question and not flag.id.endswith((".UNANSWERED", ".UNSURE"))
    ]
    return open_flags(raised, stand.resolutions(raised, None))


def _next_session(series: Series, today: date) -> Visit:
    """Return the next session as if it were today, because what blocks it today says when it will not."""
    standing = series.visits.filter(state__in=STANDING).order_by("session_number")
    visits = list(standing.select_related("clinic", "patient"))
    done = max((visit.session_number or 0 for visit in visits if visit.state == State.DONE), default=0)
    found = next((visit for visit in visits if visit.session_number == done + 1), None)
    visit = found or Visit(
        clinic=series.clinic, patient=series.patient, kind=Kind.TREATMENT, session_number=done + 1
    )
    visit.series, visit.day = series, today
    return visit
