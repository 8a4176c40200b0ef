"""Time that is taken away: saved at once where nobody is booked, else once everybody is decided.

`accept` is several transactions on purpose: first the absence takes effect, so that nothing new is booked into
it, then each patient is settled alone, so that one whose time was taken meanwhile holds up nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Clinic, Resource
from clinic.rules.roles import Actor, Right
from plans.actions import holding
from plans.actions.drafting import Wanted, drafted, same_again
from plans.actions.effects import take_effect
from plans.actions.planning import GoOn, write_plan
from plans.actions.settling import settle
from plans.models import Absence, Decision, Visit
from plans.queries.disruptions import away_of, touched, with_names
from plans.queries.replanning import Pins
from plans.rules import plan as plans
from plans.rules.scheduling.replan import always

Choice = Decision.Choice
MOST_VISITS = 120  # about what a person can decide on one page, and a request can plan


@dataclass(frozen=True, slots=True)
class Settled:
    """How many patients were settled, and how many have to be asked about again."""

    done: int
    again: int


@transaction.atomic
def draft(
    actor: Actor,
    clinic: Clinic,
    wanted: Wanted,
    *,
    at: datetime,
    key: UUID | None = None,
    go_on: GoOn = always,
) -> Absence:
    """Save what touches no visit; of anything else make a draft with a plan for all that it touches.

    `key` is the form's own id: the same form twice makes one, at one instant too. `go_on` ends the search for a
    better plan early. Raises Refused for impossible days or hours, for somebody or something of another clinic, for
    a key that made something else, and where more visits are touched than anybody could decide on one page.
    """
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    _lock_hours(clinic.pk)
    made_before = Absence.objects.filter(pk=key).first() if key else None
    if made_before is not None:
        must(actor, Right.MANAGE_CLINIC, made_before.clinic_id)
        return same_again(made_before, clinic, wanted)
    absence = drafted(actor, clinic, wanted, at=at, key=key)
    # Nobody who books has to wait for the plan: whoever comes in meanwhile is found when it is accepted.
    visits = touched(clinic, away_of(absence), at=at) or _touched_for_sure(absence, at)
    if not visits:
        take_effect(actor, absence, at=at)
        return absence
    if len(visits) > MOST_VISITS:
        raise Refused(
            _("%(n)s visits stand in this time, more than can be decided at once. Enter it in shorter parts.")
            % {"n": len(visits)},
            code="too_many",
            field="last",
        )
    write_plan(absence, visits, at=at, go_on=go_on)
    audit.record(actor, "draft", absence, at=at, clinic_id=clinic.pk)
    return absence


def _lock_hours(clinic: int) -> None:
    """Let whoever changes the hours of a clinic wait for each other; bookings only refer to it and go on."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic)


def _touched_for_sure(absence: Absence, at: datetime) -> list[Visit]:
    """Return what an absence touches, after whoever is booking there at this moment has finished."""
    away = away_of(absence)
    if away.resource is not None:
        holding.lock([away.resource])
    else:
        practitioners = Resource.objects.filter(practitioner__memberships__clinic=absence.clinic_id)
        holding.lock(practitioners.values_list("pk", flat=True))
    return touched(absence.clinic, away, at=at)


@transaction.atomic
def run_again(
    actor: Actor,
    absence: Absence,
    *,
    at: datetime,
    pins: Pins | None = None,
    choices: Mapping[int, str] | None = None,
    go_on: GoOn = always,
) -> Absence:
    """Plan what is not decided otherwise anew, around the sessions that are pinned.

    `choices` (by decision) are kept; who stays or is cancelled is not planned. `pins` None holds everything that
    is proposed already, so that only what has come in since gets a plan.
    """
    must(actor, Right.MANAGE_CLINIC, absence.clinic_id)
    absence = locked(absence)
    _refuse_withdrawn(absence)
    rows = list(absence.decisions.filter(settled_at=None))
    for row in rows:
        row.choice = _checked(row, (choices or {}).get(row.pk, row.choice))
    if pins is None:
        pins = {row.subject: plans.from_data(row.after) for row in rows if row.after and row.subject}
    write_plan(
        absence, touched(absence.clinic, away_of(absence), at=at), at=at, pins=pins, rows=rows, go_on=go_on
    )
    audit.record(actor, "replan", absence, at=at, clinic_id=absence.clinic_id)
    return absence


def locked(absence: Absence) -> Absence:
    """Lock an absence after its clinic, and return it fresh."""
    _lock_hours(absence.clinic_id)
    Absence.objects.select_for_update().get(pk=absence.pk)
    return with_names(Absence.objects.all()).get(pk=absence.pk)


def _checked(row: Decision, choice: str) -> str:
    if choice and choice not in Choice.values:
        raise Refused(_("Choose one of the ways that are offered."), code="choice", field=f"choice-{row.pk}")
    return "" if choice == Choice.MOVE and not row.may_move else choice


@transaction.atomic
def discard(actor: Actor, absence: Absence, *, at: datetime) -> None:
    """Throw a draft away: nothing was changed by it."""
    must(actor, Right.MANAGE_CLINIC, absence.clinic_id)
    absence = locked(absence)
    if not absence.is_draft:
        raise Refused(_("This is in effect by now, so it cannot be thrown away."), code="effective")
    audit.record(actor, "discard", absence, at=at, clinic_id=absence.clinic_id)
    absence.delete()


def accept(
    actor: Actor, absence: Absence, choices: Mapping[int, str], *, at: datetime, go_on: GoOn = always
) -> Settled:
    """Save an absence with all decisions made and do each of them, one transaction a patient.

    Raises Refused, and nothing has changed, while a decision is missing. Patients whose time was taken meanwhile
    are planned anew, alone, and asked about again; the others stay done. Accepting twice does it once.
    """
    chosen = decide(actor, absence, choices, at=at)
    done, failed = settle(actor, chosen, at=at)
    if failed:
        _ask_again(actor, absence, failed, at=at, go_on=go_on)
    return Settled(done, len({row.patient_id for row in failed}))


@transaction.atomic
def decide(actor: Actor, absence: Absence, choices: Mapping[int, str], *, at: datetime) -> list[Decision]:
    """Keep the decisions and let a draft take effect; returns those to carry out.

    Raises Refused where a decision is missing (`undecided`), or where somebody was booked into the time since the
    plan was made (`new_visits`).
    """
    must(actor, Right.MANAGE_CLINIC, absence.clinic_id)
    absence = locked(absence)
    _refuse_withdrawn(absence)
    inside = {str(visit.pk) for visit in _touched_for_sure(absence, at)}
    rows = list(absence.decisions.filter(settled_at=None))
    for row in rows:
        row.choice = _checked(row, choices.get(row.pk, ""))
    gone = [row for row in rows if not inside & set(row.touched)]
    rows = [row for row in rows if row not in gone]
    if absence.is_draft:
        _refuse_stranded(rows, inside)
        take_effect(actor, absence, at=at)
    elif rows and not any(row.choice for row in rows):
        raise _undecided(rows[0])
    Decision.objects.filter(pk__in=[row.pk for row in gone]).delete()
    Decision.objects.bulk_update(rows, ["choice"])
    return [row for row in rows if row.choice]


def _refuse_withdrawn(absence: Absence) -> None:
    if absence.state == Absence.State.WITHDRAWN:
        raise Refused(_("This was withdrawn by now. Nothing is to be decided."), code="withdrawn")


def _refuse_stranded(rows: Sequence[Decision], inside: set[str]) -> None:
    """Refuse to leave any visit inside without a decision."""
    if inside - {pk for row in rows for pk in row.touched}:
        raise Refused(
            _(
                "Somebody was booked into this time since the plan was made. Decide on them too; nothing is saved."
            ),
            code="new_visits",
        )
    missing = [row for row in rows if not row.choice]
    if missing:
        raise _undecided(missing[0])


def _undecided(row: Decision) -> Refused:
    return Refused(
        _("Decide what becomes of every patient first. Nothing is saved while a decision is missing."),
        code="undecided",
        field=f"choice-{row.pk}",
    )


@transaction.atomic
def _ask_again(
    actor: Actor, absence: Absence, failed: Sequence[Decision], *, at: datetime, go_on: GoOn
) -> None:
    """Plan those alone whose time was gone, and wait for a decision on them once more."""
    absence = locked(absence)
    rows = list(absence.decisions.filter(pk__in=[row.pk for row in failed], settled_at=None))
    for row in rows:
        row.choice, row.clashed = "", True
    theirs = {pk for row in rows for pk in row.touched}
    inside = touched(absence.clinic, away_of(absence), at=at)
    write_plan(absence, [visit for visit in inside if str(visit.pk) in theirs], at=at, rows=rows, go_on=go_on)
    audit.record(actor, "replan", absence, at=at, clinic_id=absence.clinic_id)
