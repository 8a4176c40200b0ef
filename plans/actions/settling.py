"""Carrying out what was decided on each patient whom an absence touches: one transaction a patient."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor
from plans.actions import checking, holding, single
from plans.actions import series as whole
from plans.actions.booking import claims_of, lock, tell_patient, write_change
from plans.actions.holding import SlotTaken
from plans.actions.placing import place, session_of
from plans.models import Call, Decision, Kind, Series, Visit
from plans.queries.gaps import gap_between
from plans.queries.single import session_slot
from plans.queries.standing import Standing, standing
from plans.rules import decisions
from plans.rules import plan as plans
from plans.rules.plan import Session
from plans.rules.visiting import HELD

INSIDE = ("first", "on_plan", "unknown")
Choice = Decision.Choice


Group = list[Decision]
"""All that was decided on one patient."""


def settle(actor: Actor, rows: Sequence[Decision], *, at: datetime) -> tuple[int, list[Decision]]:
    """Carry out the decisions and return how many patients are done, and the decisions that failed.

    What is freed comes first. A time that another patient of the plan is about to leave is tried again after
    that; only patients who exchange times with each other are done in one transaction.
    """
    by_patient: dict[UUID, Group] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.choice == Choice.MOVE):
        by_patient[row.patient_id].append(row)
    waiting, done, failed = list(by_patient.values()), 0, []
    while waiting:
        taken: list[Group] = []
        for theirs in waiting:
            try:
                settle_patient(actor, theirs, at=at)
                done += 1
            except SlotTaken:
                taken.append(theirs)
            except Refused:
                failed += theirs
        if len(taken) == len(waiting):
            exchanged, left = exchange(actor, taken, at=at)
            return done + exchanged, failed + left
        waiting = taken
    return done, failed


def exchange(actor: Actor, groups: Sequence[Group], *, at: datetime) -> tuple[int, list[Decision]]:
    """Let patients take each other's times, all in one transaction; whoever cannot is left out of it.

    Returns how many did, and the decisions of those who could not.
    """
    together, failed = list(groups), list[Decision]()
    while together:
        try:
            with transaction.atomic():
                still = {row.pk: row for row in _lock([row for theirs in together for row in theirs])}
                for theirs in together:
                    holding.let_go(_leaving([still[row.pk] for row in theirs if row.pk in still]))
                for theirs in together:
                    settle_patient(actor, theirs, at=at)
            return len(together), failed
        except Refused:
            together = [one for one in together if one is not theirs]
            failed += theirs
    return 0, failed


def _leaving(rows: Sequence[Decision]) -> list[Visit]:
    """Return the visits that the decisions move, as they are now. Raises Refused where nothing would move."""
    rows = [row for row in rows if row.choice == Choice.MOVE]
    sessions = [(row.series_id, one.number) for row in rows for one in _plan_of(row)[1] if row.series_id]
    of_series = Visit.objects.filter(series__in={series for series, _number in sessions}, state__in=HELD)
    alone = Visit.objects.filter(pk__in=[row.visit_id for row in rows if row.visit_id])
    return [visit for visit in of_series if (visit.series_id, visit.session_number) in sessions] + list(alone)


def _lock(rows: Sequence[Decision]) -> Group:
    """Lock the decisions, then series, visits of none, and all that is to be held: each kind in id order.

    Whoever settles two series at once, or lets patients exchange their times, waits here and nowhere else.
    Returns the decisions as they are now, without those that somebody else has settled meanwhile.
    """
    known = Decision.objects.select_related("absence__clinic", "patient", "series", "visit")
    known = known.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in rows], settled_at=None)
    rows = list(known.order_by("pk"))
    for model, wanted in (
        (Series, [row.series_id for row in rows if row.series_id]),
        (Visit, [row.visit_id for row in rows if row.visit_id]),
    ):
        held = model._default_manager.select_for_update(of=("self",)).filter(pk__in=wanted)
        list(held.order_by("pk").values_list("pk"))
    slots = [session.slot for row in rows if row.choice == Choice.MOVE for session in _changed(row)]
    things: list[Any] = [part for slot in slots for part in (slot.practitioner, slot.room, slot.device)]
    things += [row.patient.resource_id for row in rows]
    holding.lock(thing for thing in things if thing is not None)
    return rows


@transaction.atomic
def settle_patient(actor: Actor, rows: Sequence[Decision], *, at: datetime) -> None:
    """Do all that was decided on one patient, or nothing. What is settled already stays as it is.

    Raises SlotTaken where somebody else has a time, Refused where the series has changed or does not allow it.
    """
    for row in _lock(rows):
        if not row.choice:
            raise _stale()  # it failed for somebody else meanwhile, and is to be decided again
        if row.choice == Choice.CANCEL:
            _cancel(actor, row, at)
        elif row.choice == Choice.MOVE and row.series is not None:
            _move_series(actor, row, row.series, at)
        elif row.choice == Choice.MOVE and row.visit is not None:
            _move_visit(actor, row, row.visit, at)
        elif row.choice == Choice.KEEP:
            Call.objects.filter(visit__in=row.touched).delete()  # whatever was talked about before
        row.settled_at = at
        row.save(update_fields=["settled_at"])
        audit.record(
            actor,
            "settle",
            row,
            at=at,
            patient_id=row.patient_id,
            clinic_id=row.absence.clinic_id,
            reason=row.choice,
        )


def _cancel(actor: Actor, row: Decision, at: datetime) -> None:
    """Cancel what falls into the absence, and nothing else of the series; the patient is told."""
    visits = Visit.objects.filter(pk__in=row.touched, state__in=HELD).order_by("starts_at")
    for visit in visits.select_related("clinic", "patient", "series"):
        whole.cancel(actor, visit, scope="one", at=at, reason=_words(row))


def _move_series(actor: Actor, row: Decision, series: Series, at: datetime) -> None:
    series = lock(series)
    before, plan = _plan_of(row)
    needs = checking.offered(series.clinic, Kind.TREATMENT)
    claims_of(series, needs, plan)
    stand = standing(series)
    held = {number: session_of(visit) for number, visit in stand.visits.items()}
    if any(held.get(session.number) != session for session in before):
        raise _stale()
    reason = _words(row) if _refuse_early(stand, plan) else ""
    checking.refuse_unfit(actor, stand, plan, at=at, reason=reason, needs=needs)
    confirmed = [visit.pk for visit in stand.visits.values() if visit.state == Visit.State.CONFIRMED]
    old, visits = place(stand, plan, at=at, reason=reason)
    change = write_change(
        actor, series, "replan", before=old, after=plan, at=at, reason=_words(row), cost=row.cost
    )
    moved = _other_than_room(before, plan)
    _stay_confirmed([v.pk for v in visits if v.pk in confirmed and v.session_number not in moved])
    if moved:
        tell_patient("plans/moved", series, change, visits, at)


def _move_visit(actor: Actor, row: Decision, visit: Visit, at: datetime) -> None:
    locked = Visit.objects.select_for_update(of=("self",)).select_related("practitioner__user")
    visit = locked.get(pk=visit.pk)
    before, plan = _plan_of(row)
    if session_slot(visit) != before[0].slot:
        raise _stale()
    was_confirmed = visit.state == Visit.State.CONFIRMED
    single.move(actor, visit, plan[0].slot, at=at, seen=visit.sequence)
    if not _other_than_room(before, plan):
        outbox.void(visit)  # the patient's time is the same: there is nothing to tell
        _stay_confirmed([visit.pk] if was_confirmed else [])


def _plan_of(row: Decision) -> tuple[tuple[Session, ...], tuple[Session, ...]]:
    """Return where the sessions were when the plan was made, and those that get another slot."""
    plan = _changed(row)
    if not plan:
        raise _stale()
    return plans.from_data(row.before), plan


def _changed(row: Decision) -> tuple[Session, ...]:
    return decisions.changed(plans.from_data(row.before), plans.from_data(row.after))


def _other_than_room(before: Sequence[Session], plan: Sequence[Session]) -> set[int]:
    """Return the sessions for which something changes that the patient knows: the time, or who treats."""
    old = {session.number: session.slot for session in before}
    return {one.number for one in plan if decisions.kind_of(old[one.number], one.slot) != "room"}


def _stay_confirmed(visits: Sequence[UUID]) -> None:
    Visit.objects.filter(pk__in=visits).update(state=Visit.State.CONFIRMED)


def _refuse_early(stand: Standing, plan: Sequence[Session]) -> bool:
    """Say whether a session will be late, so that a reason is kept. Too early is refused, whoever asks."""
    series, changed = stand.series, {session.number for session in plan}
    days = {number: visit.day for number, visit in stand.visits.items()}
    days.update({session.number: session.slot.day for session in plan})
    is_late = False
    for before, number in pairwise(sorted(days)):
        if number == before + 1 and {before, number} & changed:
            gap = gap_between(series, number, days[before], days[number])
            if gap.state == "too_early":
                raise Refused(_("That would be too early after the session before."), code="too_early")
            is_late = is_late or gap.state not in INSIDE
    return is_late


def _words(row: Decision) -> str:
    """Return why, for the patient's record: neither who is away nor for what reason."""
    return _("Planned anew around an absence from %(first)s to %(last)s.") % {
        "first": row.absence.first.isoformat(),
        "last": row.absence.last.isoformat(),
    }


def _stale() -> Refused:
    return Refused(_("The dates have changed since the plan was made."), code="stale")
