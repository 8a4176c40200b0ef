"""Leave, closures and things out of use: saved at once where nobody is booked, else once everybody is decided.

`accept` is several transactions on purpose: first the absence takes effect, so that nothing new is booked into
it, then each patient is settled alone, so that one whose time was taken meanwhile holds up nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, people, site
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Clinic, Device, Membership, Resource, Room
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import Span, local_day
from plans.actions import holding
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
class Wanted:
    """An absence as it was asked for: the last day included; with hours, only those minutes of each day."""

    kind: str
    first: date
    last: date
    membership: Membership | None = None
    place: Room | Device | None = None
    hours: Span | None = None
    reason: str = ""


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
    """Save an absence that touches no visit; of any other make a draft with a plan for all that it touches.

    `key` is the form's own id: the same form twice makes one. `go_on` ends the search for a better plan early.
    Raises Refused for impossible days, for somebody or something of another clinic, and where more visits are
    touched than anybody could decide on one page.
    """
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    made_before = Absence.objects.filter(pk=key).first() if key else None
    if made_before is not None:
        must(actor, Right.MANAGE_CLINIC, made_before.clinic_id)
        return made_before
    absence = _drafted(actor, clinic, wanted, at, key)
    visits = _touched_for_sure(absence, at)
    if not visits:
        _take_effect(actor, absence, at)
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


def _drafted(actor: Actor, clinic: Clinic, wanted: Wanted, at: datetime, key: UUID | None) -> Absence:
    start, end = site.absence(wanted.first, wanted.last, wanted.hours)
    _refuse_wrong(clinic, wanted, at)
    absence = Absence.objects.create(
        pk=key or uuid4(),
        clinic=clinic,
        kind=wanted.kind,
        membership=wanted.membership,
        place_id=wanted.place.resource_id if wanted.place else None,
        first=wanted.first,
        last=wanted.last,
        start_minute=start,
        end_minute=end,
        reason=wanted.reason.strip(),
        drafted_at=at,
        drafted_by_id=actor.user_id,
    )
    return with_names(Absence.objects.all()).get(pk=absence.pk)


def _refuse_wrong(clinic: Clinic, wanted: Wanted, at: datetime) -> None:
    if wanted.last < local_day(at, clinic.zone):
        raise Refused(
            _("These days have passed. Enter days that are still to come."), code="past", field="last"
        )
    if wanted.kind == Absence.Kind.LEAVE:
        member = wanted.membership
        fits = member is not None and member.clinic_id == clinic.pk and member.user.resource_id is not None
        field = "who"
    else:
        place = {Absence.Kind.ROOM: Room, Absence.Kind.DEVICE: Device}.get(Absence.Kind(wanted.kind))
        fits = place is None or (isinstance(wanted.place, place) and wanted.place.clinic_id == clinic.pk)
        field = wanted.kind
    if not fits:
        raise Refused(_("Choose who or what is not there."), code="nobody", field=field)


def _touched_for_sure(absence: Absence, at: datetime) -> list[Visit]:
    """Return what an absence touches, after whoever is booking there at this moment has finished."""
    away = away_of(absence)
    if away.resource is not None:
        holding.lock([away.resource])
    else:
        practitioners = Resource.objects.filter(practitioner__memberships__clinic=absence.clinic_id)
        holding.lock(practitioners.values_list("pk", flat=True))
    return touched(absence.clinic, away, at=at)


def _take_effect(actor: Actor, absence: Absence, at: datetime) -> None:
    """Write the leave, closure or outage; each writes its own line of the log."""
    span = None
    if absence.start_minute is not None and absence.end_minute is not None:
        span = (absence.start_minute, absence.end_minute)
    first, last, reason = absence.first, absence.last, absence.reason
    if absence.membership is not None:
        people.give_leave(actor, absence.membership, first, last, at=at, hours=span, reason=reason)
    elif absence.place is not None:
        thing = getattr(absence.place, absence.kind)
        site.put_out_of_use(actor, thing, first, last, at=at, hours=span, reason=reason)
    else:
        site.close(actor, absence.clinic, first, last, at=at, hours=span, reason=reason)
    absence.state, absence.effective_at = Absence.State.EFFECTIVE, at
    absence.save(update_fields=["state", "effective_at"])


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
    absence = _locked(absence)
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


def _locked(absence: Absence) -> Absence:
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
    absence = _locked(absence)
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
    absence = _locked(absence)
    inside = {str(visit.pk) for visit in _touched_for_sure(absence, at)}
    rows = list(absence.decisions.filter(settled_at=None))
    for row in rows:
        row.choice = _checked(row, choices.get(row.pk, ""))
    gone = [row for row in rows if not inside & set(row.touched)]
    rows = [row for row in rows if row not in gone]
    if absence.is_draft:
        _refuse_stranded(rows, inside)
        _take_effect(actor, absence, at)
    elif rows and not any(row.choice for row in rows):
        raise _undecided(rows[0])
    Decision.objects.filter(pk__in=[row.pk for row in gone]).delete()
    Decision.objects.bulk_update(rows, ["choice"])
    return [row for row in rows if row.choice]


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
    absence = _locked(absence)
    rows = list(absence.decisions.filter(pk__in=[row.pk for row in failed], settled_at=None))
    for row in rows:
        row.choice, row.clashed = "", True
    theirs = {pk for row in rows for pk in row.touched}
    inside = touched(absence.clinic, away_of(absence), at=at)
    write_plan(absence, [visit for visit in inside if str(visit.pk) in theirs], at=at, rows=rows, go_on=go_on)
    audit.record(actor, "replan", absence, at=at, clinic_id=absence.clinic_id)
