"""What keeps a consultation from being opened, saved or settled, each said in a sentence."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.rules.roles import Actor, Right
from patients.actions.merging import refuse_merged
from patients.models import Patient
from patients.rules.flags import Flag, may_lift
from patients.rules.questions import Answer
from patients.rules.terms import Level, Override
from plans.models import Consultation, Kind, Visit
from plans.queries.consult import Assessment
from plans.rules.protocol import Protocol
from plans.rules.terms import Goal, Severity, SunDamage

MOST_REASON = 1000
DEEPEST = Decimal("9.99")


class Concern(TypedDict, total=False):
    """One concern of the draft: ids of the protocol, and a severity, or a grade where it has a scale."""

    id: str
    severity: str
    grade: int
    areas: list[str]


class Draft(TypedDict, total=False):
    """What to save; what is left out stays as it is. `seen` is the `saved_at` that stood on the page."""

    skin_type: int | None
    sun_damage: str
    goal: str
    goal_words: str
    skincare_now: str
    past_treatments: str
    planned_depth: Decimal | None
    numbing_planned: bool
    event_on: Any
    event_name: str
    concerns: list[Concern]
    expectations_talk: bool
    decision: str
    decision_reason: str
    sessions: int | None
    interval_days: int | None
    answers: Iterable[Answer]
    seen: datetime | None


def lock(consultation: Consultation) -> Consultation:
    """Return the consultation as it is now, held until the transaction ends."""
    held = (
        Consultation.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient", "protocol_version", "practitioner__user")
        .get(pk=consultation.pk)
    )
    refuse_merged(held.patient)
    return held


def refuse_strangers(actor: Actor, practitioner: Membership, patient: Patient, visit: Visit | None) -> None:
    if not actor.may(Right.WRITE_CLINICAL) or actor.membership_id != practitioner.pk:
        raise Refused(_("Only a practitioner may start a consultation, for themselves."), code="not_allowed")
    if practitioner.clinic_id != patient.clinic_id:
        raise Refused(_("This patient belongs to another clinic."), code="other_clinic")
    refuse_merged(patient)
    if visit is not None and (visit.patient_id, visit.clinic_id) != (patient.pk, patient.clinic_id):
        raise Refused(_("This visit belongs to another patient."), code="other_visit", field="visit")
    if visit is not None and visit.kind != Kind.CONSULTATION:
        raise Refused(_("This visit is not booked as a consultation."), code="other_kind", field="visit")


def refuse_outsider(actor: Actor, draft: Consultation) -> None:
    if actor.clinic_id != draft.clinic_id or not actor.may(Right.WRITE_CLINICAL):
        raise Refused(_("Only a practitioner of this clinic may do this."), code="not_allowed")


def refuse_signed(draft: Consultation) -> None:
    if draft.signed_at is not None:
        raise Refused(
            _("This consultation is signed. What comes later is written as an addendum."), code="signed"
        )


def refuse_unless_own(actor: Actor, draft: Consultation) -> None:
    refuse_outsider(actor, draft)
    if draft.practitioner_id != actor.membership_id:
        raise Refused(
            _("This draft belongs to %(name)s. Start a consultation of your own.")
            % {"name": draft.practitioner.user.name},
            code="not_yours",
        )
    refuse_signed(draft)


def refuse_stale(draft: Consultation, seen: datetime | None) -> None:
    if seen is not None and seen != draft.saved_at:
        raise Refused(
            _(
                "This draft was saved in another tab since you opened this page, so nothing was saved now. "
                "What you typed is still here: save again to keep it in place of the other."
            ),
            code="stale",
        )


def refuse_unknown(protocol: Protocol, data: Draft) -> None:
    """The form offers only what the protocol has; whoever writes past it is told here."""
    allowed = {
        "skin_type": {None, *(one.value for one in protocol.course.skin_types)},
        "sun_damage": {"", *SunDamage},
        "goal": {"", *Goal},
        "decision": {"", *Consultation.Decision.values},
    }
    for field, values in allowed.items():
        if field in data and data[field] not in values:  # type: ignore[literal-required]
            raise Refused(_("Choose one of the answers offered."), code="unknown", field=field)
    depth = data.get("planned_depth")
    if depth is not None and not 0 < depth <= DEEPEST:
        raise Refused(_("Enter a depth above 0 mm, such as 1.50."), code="depth", field="planned_depth")
    for concern in data.get("concerns", ()):
        if not _is_known(protocol, concern):
            raise Refused(_("Choose concerns and areas of the protocol."), code="unknown", field="concerns")


def _is_known(protocol: Protocol, concern: Concern) -> bool:
    known = {one.id: one for one in protocol.course.concerns}
    areas = {area.id for area in protocol.course.areas}
    found = known.get(concern.get("id", ""))
    if found is None or not areas.issuperset(concern.get("areas", ())):
        return False
    if found.grades is not None:
        return concern.get("grade") in {grade.grade for grade in found.grades}
    return concern.get("severity") in set(Severity)


def liftable(actor: Actor, found: Assessment, flag_id: str, reason: str) -> Flag:
    """Return the flag, if the person may lift or settle it with that reason; raises Refused otherwise."""
    flag = found.flag(flag_id)
    least = found.protocol.course.override_bounds.reason_min_chars
    if flag is None or flag.level is Level.NOTE:
        raise Refused(_("This flag is not open: there is nothing to settle."), code="no_such_flag")
    if flag.override is Override.NOBODY:
        raise Refused(
            _("Nobody may lift this: it stays until the answer changes."), code="nobody", field="reason"
        )
    if not may_lift(flag, actor.clinical_role):
        raise Refused(
            _("Your role may not settle this: ask a colleague who may."), code="role", field="reason"
        )
    if not least <= len(reason.strip()) <= MOST_REASON:
        raise Refused(
            _("Write the reason in at least %(least)s and at most %(most)s characters.")
            % {"least": least, "most": MOST_REASON},
            code="reason",
            field="reason",
        )
    return flag
