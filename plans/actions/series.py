"""What happens to a series as a whole: cancelled, paused, resumed, ended, and the last change undone."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor
from plans.actions import course, holding, holds, waiting
from plans.actions.booking import lock, tell_patient, write_change
from plans.actions.deciding import for_clinician, need_reason, refuse_others
from plans.actions.placing import put_back, session_of
from plans.actions.single import tell
from plans.actions.visits import mark
from plans.models import Kind, Series, SeriesChange, Visit
from plans.queries.protocols import parsed
from plans.queries.slots import visit_type
from plans.queries.standing import standing, state_from_visits
from plans.rules import plan as plans
from plans.rules.visiting import HELD, State

SCOPES = ("one", "following", "all")


@transaction.atomic
def cancel(
    actor: Actor, visit: Visit, *, scope: str = "one", at: datetime, reason: str = ""
) -> SeriesChange | None:
    """Cancel a visit; in a series this one, this and the following, or all that are still to come.

    Returns the change of the series, None for a visit of no series. What is done stays done.
    """
    if scope not in SCOPES:
        raise Refused(_("Choose which sessions to cancel."), code="scope", field="scope")
    if visit.series is None:
        was = visit.state
        cancelled = mark(actor, visit, State.CANCELLED, at=at, reason=reason)
        if was != State.CANCELLED:
            tell(cancelled, "plans/cancelled", at)
        return None
    series = lock(visit.series)
    chosen = _in_scope(series, visit, scope)
    before = [session_of(one) for one in chosen]
    for one in chosen:
        mark(actor, one, State.CANCELLED, at=at, reason=reason)
    series.refresh_from_db(fields=["revision", "state"])
    change = write_change(actor, series, "cancel", before=before, after=(), at=at, reason=reason)
    tell_patient("plans/cancelled", series, change, chosen, at)
    return change


def _in_scope(series: Series, visit: Visit, scope: str) -> list[Visit]:
    held = Visit.objects.filter(series=series, state__in=HELD).select_related(
        "practitioner__user", "clinic", "patient", "series"
    )
    if scope == "one":
        held = held.filter(pk=visit.pk)
    elif scope == "following":
        held = held.filter(session_number__gte=visit.session_number or 0)
    chosen = list(held.order_by("session_number"))
    if not chosen:
        raise Refused(
            _("Nothing is left to cancel. Reload the page to see the series as it is."), code="nothing_held"
        )
    return chosen


@transaction.atomic
def undo(actor: Actor, change: SeriesChange, *, at: datetime) -> Series:
    """Take the last change back within three minutes: the series and every date stand again as they did before.

    Who took an offer of the waiting list waits again, and a series on hold stays so. Raises Refused when the time
    is over or the series has changed since, SlotTaken when an old time is gone.
    """
    offer, entries = waiting.taken_by(change), waiting.waited_before(change)
    series = lock(change.series)
    change = SeriesChange.objects.get(pk=change.pk)
    if change.undone_at is not None:
        return series
    _refuse_late(series, change, at)
    was = series.state
    if change.verb in holds.VERBS:
        refuse_others(actor, series)
        was = change.had["state"][0]
        _hold_again(series, change, at=at)
        holds.restore(series, change, entries)
    elif change.verb in course.VERBS:
        course.restore(actor, series, change, at=at)
    else:
        _restore(series, change, at)
    if offer is not None:
        waiting.wait_again(actor, offer, at)
    outbox.void(change)
    change.undone_at = at
    change.save(update_fields=["undone_at"])
    series.revision += 1
    series.state = was if was == Series.State.PAUSED else state_from_visits(series)
    series.save(update_fields=["revision", "state"])
    audit.record(actor, "undo", series, at=at, patient_id=series.patient_id, reason=change.verb)
    return series


def _refuse_late(series: Series, change: SeriesChange, at: datetime) -> None:
    if change.verb == "replan":
        raise Refused(
            _(
                "These dates moved because of an absence, so the old ones are gone. Move the sessions instead."
            ),
            code="undo_absence",
        )
    if change.revision != series.revision:
        raise Refused(
            _("The series has changed since, so this cannot be undone. Reload the page to see it as it is."),
            code="undo_too_late",
        )
    if at > change.at + outbox.UNDO_GRACE:
        raise Refused(
            _("It is too late to undo this: three minutes have passed. Change the series as it is now."),
            code="undo_too_late",
        )


def _restore(series: Series, change: SeriesChange, at: datetime) -> None:
    before, after = plans.from_data(change.before), plans.from_data(change.after)
    had = {session.number for session in before}
    # What the change made goes, unless somebody has begun to work in it already.
    made = [session.number for session in after if session.number not in had]
    try:
        Visit.objects.filter(series=series, session_number__in=made, state__in=HELD).delete()
    except ProtectedError:
        raise Refused(
            _("Work has begun in one of these visits, so they stay. Cancel them instead."), code="undo_begun"
        ) from None
    if change.verb == "cancel":
        _hold_again(series, change, at=at)
    elif before:
        put_back(standing(series), change, at=at)


def _hold_again(series: Series, change: SeriesChange, *, at: datetime) -> None:
    """Let the visits that a change cancelled stand again."""
    visits = []
    for session in plans.from_data(change.before):
        cancelled = Visit.objects.filter(series=series, session_number=session.number, state=State.CANCELLED)
        visit = cancelled.select_related("practitioner__user", "clinic", "patient").latest("state_at")
        visit.state, visit.state_before = visit.state_before or State.BOOKED, ""
        visit.sequence += 1
        visit.save(update_fields=["state", "state_before", "sequence"])
        visits.append(visit)
    if not visits:
        return
    holding.hold(visits, visit_type(series.clinic, Kind.TREATMENT))
    holding.refuse_taken_away(visits, min(visit.state_at for visit in visits), at=at)


@transaction.atomic
def pause(actor: Actor, series: Series, *, reason: str, at: datetime) -> Series:
    """Hold a series for a clinical reason: its dates stay, nobody is treated before a practitioner has looked.

    A time that is on offer to the patient is withdrawn; the place on the waiting list stays.
    """
    waiting.lock_of(series)
    series = for_clinician(actor, series)
    if series.state not in Series.OPEN:
        raise Refused(_("Only a series that is under way can be paused."), code="not_open")
    need_reason(reason)
    entries = waiting.waiting_for(series)
    had = holds.had_of(series, entries)
    for entry in entries:
        waiting.withdraw(actor, entry, at)
    series.state, series.hold_reason = Series.State.PAUSED, reason.strip()
    return _decided(actor, series, holds.PAUSE, had, at=at, reason=reason)


@transaction.atomic
def resume(actor: Actor, series: Series, *, earliest_on: date | None = None, at: datetime) -> Series:
    """Let a paused series go on; nothing is booked before `earliest_on`. Sessions before it are cancelled."""
    series = for_clinician(actor, series)
    if series.state != Series.State.PAUSED:
        raise Refused(_("This series is not paused."), code="not_paused")
    had, visits = holds.had_of(series), list[Visit]()
    if earliest_on is not None:
        visits = _cancel_held(actor, series, at, day__lt=earliest_on)
    series.hold_reason, series.earliest_on, series.held_by_answers = "", earliest_on, False
    series.state = state_from_visits(series)
    return _decided(actor, series, holds.RESUME, had, visits, at=at)


@transaction.atomic
def stop(actor: Actor, series: Series, *, end_reason: str, reason: str = "", at: datetime) -> Series:
    """End a series early. `end_reason` is an id of the protocol; sessions still to come are cancelled.

    Nobody waits for one of them any more.
    """
    waiting.lock_of(series)
    series = for_clinician(actor, series)
    if series.state in (Series.State.STOPPED, Series.State.COMPLETED):
        raise Refused(_("This series has ended already."), code="ended")
    known = {one.id: one for one in parsed(series.protocol_version).course.series_end_reasons}
    if end_reason not in known or not known[end_reason].ends_series:
        raise Refused(_("Choose why the series ends."), code="end_reason", field="end_reason")
    entries = waiting.waiting_for(series)
    had = holds.had_of(series, entries)
    visits = _cancel_held(actor, series, at)
    for entry in entries:
        waiting.end(actor, entry, at)
    series.state, series.end_reason, series.hold_reason = Series.State.STOPPED, end_reason, reason.strip()
    return _decided(actor, series, holds.STOP, had, visits, at=at, reason=reason)


def _cancel_held(actor: Actor, series: Series, at: datetime, **which: object) -> list[Visit]:
    """Cancel sessions that are held and return them; what was not yet said of earlier changes is not sent."""
    held = Visit.objects.filter(series=series, state__in=HELD, **which)
    visits = list(held.select_related("practitioner__user").order_by("session_number"))
    if visits:
        for change in series.changes.all():
            outbox.void(change)
    for visit in visits:
        mark(actor, visit, State.CANCELLED, at=at)
    series.refresh_from_db(fields=["revision", "state"])
    return visits


def _decided(
    actor: Actor,
    series: Series,
    verb: str,
    had: dict[str, list[str]],
    visits: Sequence[Visit] = (),
    *,
    at: datetime,
    reason: str = "",
) -> Series:
    """Save what was decided as one change, with the sessions it cancelled; the patient is told of those."""
    series.save(update_fields=[*holds.FIELDS, "state"])
    change = write_change(
        actor,
        series,
        verb,
        before=[session_of(visit) for visit in visits],
        after=(),
        at=at,
        reason=reason.strip(),
        had=holds.without_unsent(series, had),
        fields=("state", "dates") if visits else ("state",),
    )
    if visits:
        tell_patient("plans/cancelled", series, change, visits, at)
    return series
