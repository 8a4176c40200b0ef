"""How many sessions a series has: one more, the last one less, or one in between not given. Signed overrides."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import outbox
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor
from plans.actions import booking, checking, deciding, holding
from plans.actions.placing import had_of, place, put_back, session_of
from plans.models import Series, SeriesChange, Visit
from plans.queries.course import MOVABLE, may_go, removable
from plans.queries.protocols import parsed
from plans.queries.standing import Standing, standing, state_from_visits
from plans.rules.plan import Session, disruption
from plans.rules.visiting import STANDING, State

ADD, REMOVE, SKIP = "add_session", "remove_session", "skip"
VERBS = (ADD, REMOVE, SKIP)
SALT = "plans.skip"


@transaction.atomic
def add(actor: Actor, series: Series, *, reason: str, key: UUID, at: datetime) -> SeriesChange:
    """Give a series one session more, to book like any other. `key` is the form's own id: used once.

    Raises Refused without a written reason, beyond what the protocol lets anybody sign, and for a series that
    is not under way.
    """
    series = deciding.for_clinician(actor, series)
    made_before = _made_before(series, key)
    if made_before is not None:
        return made_before
    _refuse_closed(series)
    deciding.need_reason(reason)
    most = parsed(series.protocol_version).course.override_bounds.sessions.max
    if series.sessions >= most:
        raise Refused(
            _("A series has at most %(most)s sessions, whoever signs. Start a new consultation instead.")
            % {"most": most},
            code="most_sessions",
        )
    series.sessions += 1
    series.save(update_fields=["sessions"])
    return booking.write_change(
        actor,
        series,
        ADD,
        before=(),
        after=(),
        at=at,
        reason=reason.strip(),
        nonce=key,
        had={"number": [str(series.sessions)]},
        fields=("sessions",),
    )


@transaction.atomic
def remove(actor: Actor, series: Series, *, reason: str, key: UUID, at: datetime) -> SeriesChange:
    """Take the last session away; its date, if it has one, is free again. What is done is never taken away."""
    series = deciding.for_clinician(actor, series)
    made_before = _made_before(series, key)
    if made_before is not None:
        return made_before
    stand = standing(series)
    number = removable(stand)
    if number is None:
        raise Refused(
            _("The last session cannot be taken away: it is done, under way, or the only one."), code="done"
        )
    return _leave_out(actor, stand, number, REMOVE, plan=(), reason=reason, key=key, at=at)


def offer(series: Series, number: int, plan: Sequence[Session]) -> str:
    """Sign what becomes of the later sessions where one is left out: they have the numbers of after that."""
    return booking.offer(series, plan, salt=f"{SALT}.{number}")


def read_offer(token: str, number: int) -> booking.Offer:
    """Return what was signed for leaving out this session. Raises Refused on any other token."""
    return booking.read_offer(token, salt=f"{SALT}.{number}")


@transaction.atomic
def skip(actor: Actor, series: Series, number: int, token: str, *, reason: str, at: datetime) -> SeriesChange:
    """Leave one session out: its time is free again, and those after it count one less.

    `token` is the offer that was shown for this session: the new times of later ones, by the numbers they have
    then, or none of them to keep every date. Raises Refused where the gap that is left may not be booked, or where
    the offer is forged, old or stale; SlotTaken where a new time is gone.
    """
    chosen = read_offer(token, number)
    if chosen.series != series.pk:
        raise Refused(_("This proposal belongs to another series."), code="offer_of_another")
    series = deciding.for_clinician(actor, series)
    made_before = _made_before(series, chosen.nonce)
    if made_before is not None:
        return made_before
    if series.revision != chosen.revision:
        raise Refused(
            _("The plan has changed since this was shown. Nothing has been changed."), code="offer_stale"
        )
    return _leave_out(
        actor,
        standing(series),
        number,
        SKIP,
        plan=chosen.plan,
        reason=reason,
        key=chosen.nonce,
        at=at,
    )


def _leave_out(
    actor: Actor,
    stand: Standing,
    number: int,
    verb: str,
    *,
    plan: Sequence[Session],
    reason: str,
    key: UUID,
    at: datetime,
) -> SeriesChange:
    series = stand.series
    _refuse_closed(series)
    deciding.need_reason(reason)
    if not may_go(stand, number):
        raise Refused(
            _("Session %(number)s cannot be left out: it is done, under way, or the only one.")
            % {"number": number},
            code="done",
        )
    gone, before = stand.visits.get(number), _before(stand, number, plan)
    had = _had(stand, before, number)
    _free(gone, at)
    _close_up(series, stand, number)
    visits = _rearrange(actor, series, number, plan, reason=reason.strip(), at=at)
    series.state = _state_of(series)
    change = booking.write_change(
        actor,
        series,
        verb,
        before=before,
        after=plan,
        at=at,
        reason=reason.strip(),
        nonce=key,
        had=had,
        cost=disruption([one for one in before if one.number != number], plan),
        fields=("sessions", "dates"),
    )
    _tell(series, change, gone, visits, at)
    return change


def _before(stand: Standing, number: int, plan: Sequence[Session]) -> list[Session]:
    """Return what changes as it stands: the session that goes, then those that move, by the numbers they have."""
    numbers = [number, *(one.number + (one.number >= number) for one in plan)]
    return [session_of(stand.visits[n]) for n in numbers if n in stand.visits]


def _had(stand: Standing, before: Sequence[Session], number: int) -> dict[str, list[str]]:
    """Return what an undo brings back: of the next session too, which may get a reason for its gap."""
    joint = stand.visits.get(number + 1)
    had = had_of(stand, [*before, *([session_of(joint)] if joint else [])])
    return {"number": [str(number)], **had}


def _state_of(series: Series) -> str:
    done = series.visits.filter(state=State.DONE).count()
    return Series.State.COMPLETED if done >= series.sessions else state_from_visits(series)


def _free(visit: Visit | None, at: datetime) -> None:
    """Cancel the visit of a session that is not given."""
    if visit is None:
        return
    holding.let_go([visit])
    outbox.void(visit)
    visit.state_before, visit.state, visit.state_at = visit.state, State.CANCELLED, at
    visit.sequence += 1
    visit.save(update_fields=["state_before", "state", "state_at", "sequence"])


def _close_up(series: Series, stand: Standing, number: int) -> None:
    """Let every session after one that is gone count one less, in order, so that no number is there twice."""
    for old in sorted(stand.visits):
        if old > number:
            visit = stand.visits[old]
            visit.session_number = old - 1
            visit.save(update_fields=["session_number"])
    series.sessions -= 1
    series.windows = {str(int(n) - (int(n) > number)): days for n, days in series.windows.items()}
    series.save(update_fields=["sessions", "windows"])


def _rearrange(
    actor: Actor, series: Series, number: int, plan: Sequence[Session], *, reason: str, at: datetime
) -> list[Visit]:
    """Check what stands together now, and give later sessions their new times; returns those that moved."""
    stand = standing(series)
    checked, joint = list(plan), stand.visits.get(number)
    stays = joint is not None and number not in {one.number for one in plan}
    if joint is not None and stays and joint.state in MOVABLE:
        checked.append(session_of(joint))
    if not checked:
        return []
    checking.refuse_unfit(actor, stand, checked, at=at, reason=reason, by_hand=[number] if stays else ())
    if joint is not None and stays:
        _keep_reason(series, joint, reason)
    return place(stand, plan, at=at, reason=reason)[1] if plan else []


def _keep_reason(series: Series, visit: Visit, reason: str) -> None:
    """Write the reason on a session that keeps its date, where it lies outside its window by now."""
    before = series.visits.filter(session_number=(visit.session_number or 0) - 1, state__in=STANDING).first()
    if before is None:
        return
    days = series.window_after(before.session_number or 0)
    if not days.earliest <= (visit.day - before.day).days <= days.latest:
        visit.override_reason = reason
        visit.save(update_fields=["override_reason"])


def _tell(
    series: Series, change: SeriesChange, gone: Visit | None, moved: Sequence[Visit], at: datetime
) -> None:
    if gone is not None:
        booking.tell_patient("plans/cancelled", series, change, [gone], at)
    if moved:
        booking.tell_patient("plans/moved", series, change, moved, at)


def restore(actor: Actor, series: Series, change: SeriesChange, *, at: datetime) -> None:
    """Take a change of the number of sessions back; the series is locked. Raises SlotTaken."""
    deciding.refuse_others(actor, series)
    number = int(change.had["number"][0])
    if change.verb == ADD:
        series.sessions -= 1
        series.save(update_fields=["sessions"])
        return
    series.sessions += 1
    series.windows = {str(int(n) + (int(n) >= number)): days for n, days in series.windows.items()}
    series.save(update_fields=["sessions", "windows"])
    later = series.visits.filter(session_number__gte=number, state__in=STANDING)
    for visit in later.order_by("-session_number"):
        visit.session_number = (visit.session_number or 0) + 1
        visit.save(update_fields=["session_number"])
    if str(number) in change.had:
        gone = series.visits.filter(session_number=number, state=State.CANCELLED).latest("state_at")
        gone.state, gone.state_before = gone.state_before, ""
        gone.save(update_fields=["state", "state_before"])
    stand = standing(series)
    joint = stand.visits.get(number + 1)
    if joint is not None:
        joint.override_reason = change.had[str(number + 1)][1]
        joint.save(update_fields=["override_reason"])
    if change.before:
        put_back(stand, change, at=at)


def _made_before(series: Series, key: UUID) -> SeriesChange | None:
    """Return what the same form made already; the key of anything else is refused."""
    found = SeriesChange.objects.filter(pk=key).first()
    if found is not None and (found.series_id != series.pk or found.verb not in VERBS):
        raise Refused(_("This form was used before. Open it afresh."), code="key_used")
    return found


def _refuse_closed(series: Series) -> None:
    if series.state not in Series.OPEN:
        raise Refused(
            _("This series is %(state)s, so its sessions cannot be changed.")
            % {"state": series.get_state_display()},
            code="not_open",
        )
