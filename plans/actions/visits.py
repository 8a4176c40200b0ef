"""What happens to one visit: its state, step by step, and back again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from plans.actions import course, holding
from plans.actions.single import tell
from plans.models import Kind, Series, SessionRecord, Visit, VisitType
from plans.rules.visiting import HELD, State, may_follow


@transaction.atomic
def mark(actor: Actor, visit: Visit, state: str, *, at: datetime, reason: str = "") -> Visit:
    """Set a visit's state and carry its series along. The same state twice is no error and changes nothing.

    CANCELLED and NO_SHOW free what the visit held and void its unsent mails. Raises Refused where the state
    cannot follow, or where the day is wrong: nobody arrives on another day, nobody has failed to come before
    the start.
    """
    visit = _locked(visit)
    before, after = State(visit.state), State(state)
    if before is after:
        return visit
    if not may_follow(before, after):
        raise Refused(
            _("This visit is %(before)s, so it cannot become %(after)s. Reload the page to see it as it is.")
            % {"before": visit.get_state_display(), "after": Visit.State(after).label},
            code="state_order",
        )
    if visit.kind == Kind.BLOCKED and after is not State.CANCELLED:
        raise Refused(_("Nobody arrives at blocked time; it can only be cancelled."), code="blocked")
    _check_day(visit, after, at)
    visit.state_before, visit.state, visit.state_at = before, after, at
    if after in (State.CANCELLED, State.NO_SHOW):
        visit.sequence += 1
        holding.let_go([visit])
        outbox.void(visit)
    visit.save(update_fields=["state", "state_before", "state_at", "sequence"])
    audit.record(
        actor, after, visit, at=at, patient_id=visit.patient_id, clinic_id=visit.clinic_id, reason=reason
    )
    if visit.series is not None:
        _carry_along(visit.series)
    return visit


@transaction.atomic
def undo(actor: Actor, visit: Visit, *, at: datetime) -> Visit:
    """Take the last step back, inside the same day. What the visit had let go is held again, or refused."""
    visit = _locked(visit)
    if not visit.state_before or not _same_day(visit, at):
        raise Refused(_("There is nothing to take back any more."), code="nothing_to_undo")
    if visit.state == State.DONE and hasattr(visit, "record"):
        raise Refused(_("The record of this session is signed, so it stays done."), code="signed")
    if visit.state == State.CANCELLED and visit.series_id:
        raise Refused(
            _("The patient hears of this through the series. Book the session again there."),
            code="through_series",
        )
    back = State(visit.state_before)
    came_back, let_go_at = back in HELD and State(visit.state) not in HELD, visit.state_at
    if came_back:
        _refuse_second(visit)
        _refuse_recounted(visit)
        outbox.void(visit)  # a mail that it is cancelled, where none has gone out yet
        holding.hold([visit], VisitType.objects.filter(clinic=visit.clinic, kind=visit.kind).first())
    audit.record(actor, "undo", visit, at=at, patient_id=visit.patient_id, reason=visit.state)
    visit.state, visit.state_before, visit.state_at = back, "", at
    visit.sequence += 1
    visit.save(update_fields=["state", "state_before", "state_at", "sequence"])
    if came_back:
        holding.refuse_taken_away([visit], let_go_at, at=at)
    if visit.series is not None:
        _carry_along(visit.series)
    elif came_back:
        tell(visit, "plans/booked", at)
    return visit


def may_undo(visit: Visit, at: datetime) -> bool:
    """Say whether the last step can still be taken back, so that a page offers it only then."""
    signed = visit.state == State.DONE and hasattr(visit, "record")
    cancelled = visit.state == State.CANCELLED and visit.series_id is not None
    return bool(visit.state_before) and _same_day(visit, at) and not signed and not cancelled


def _same_day(visit: Visit, at: datetime) -> bool:
    zone = visit.clinic.zone
    return local_day(visit.state_at, zone) == local_day(at, zone)


def _locked(visit: Visit) -> Visit:
    if visit.series_id:
        Series.objects.select_for_update().get(pk=visit.series_id)
    return (
        Visit.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient", "series", "practitioner__user")
        .get(pk=visit.pk)
    )


def _check_day(visit: Visit, after: State, at: datetime) -> None:
    today = local_day(at, visit.clinic.zone)
    # A record may be signed the morning after; what it says was done was done on its day.
    late_signature = after is State.DONE and visit.day < today and _is_recorded(visit)
    here_now = after in (State.ARRIVED, State.IN_ROOM, State.IN_TREATMENT, State.DONE)
    if here_now and visit.day != today and not late_signature:
        raise Refused(
            _("This visit is on another day. Move it first if the patient is here now."), code="other_day"
        )
    if after is State.DONE and visit.kind == Kind.TREATMENT and not _is_recorded(visit):
        raise Refused(_("A session is finished by signing its record."), code="no_record")
    if after is State.NO_SHOW and at < visit.starts_at:
        raise Refused(_("This visit has not started yet. Cancel it instead."), code="not_yet")


def _is_recorded(visit: Visit) -> bool:
    return SessionRecord.objects.filter(visit=visit, signed_at__isnull=False).exists()


def _refuse_second(visit: Visit) -> None:
    """Refuse to bring a session back that was booked again meanwhile."""
    if visit.series_id is None:
        return
    twin = Visit.objects.filter(series_id=visit.series_id, session_number=visit.session_number)
    if twin.filter(state__in=[*HELD, State.DONE]).exclude(pk=visit.pk).exists():
        raise Refused(
            _("Session %(number)s has another date by now.") % {"number": visit.session_number},
            code="booked_again",
        )


def _refuse_recounted(visit: Visit) -> None:
    """Refuse to bring a session back after one was left out: its number is another session's by now, or none's."""
    if visit.series is None:
        return
    left_out = visit.series.changes.filter(verb__in=(course.REMOVE, course.SKIP), undone_at=None)
    is_beyond = (visit.session_number or 0) > visit.series.sessions
    if is_beyond or left_out.filter(at__gte=visit.state_at).exists():
        raise Refused(
            _("A session of this series was left out since, so this one cannot come back."), code="recounted"
        )


def _carry_along(series: Series) -> None:
    """Let a series be to book, booked, under way or completed, by what its visits say."""
    if series.state in (Series.State.PAUSED, Series.State.STOPPED):
        return
    states = list(series.visits.values_list("state", flat=True))
    done = sum(state == State.DONE for state in states)
    held = sum(state in HELD for state in states)
    if done >= series.sessions:
        series.state = Series.State.COMPLETED
    elif done:
        series.state = Series.State.ACTIVE
    else:
        series.state = Series.State.BOOKED if held else Series.State.TO_BOOK
    series.revision += 1
    series.save(update_fields=["state", "revision"])
