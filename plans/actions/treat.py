"""A session: recorded as it happens, its flags settled, signed; after that only added to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import person
from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.rules.roles import Actor
from clinic.rules.timegrid import clock, local_day, to_local
from patients.actions.answers import record_answers
from patients.rules.flags import MayNotLiftError, settle
from patients.rules.questions import Answer, AskAt
from plans.actions import aftercare
from plans.actions.consequences import heed_answers, lengthen
from plans.actions.treat_checks import (
    NotReady,
    checked_areas,
    grounded,
    refuse_gone,
    refuse_held,
    refuse_impossible,
    refuse_outsider,
    refuse_unready,
)
from plans.actions.visits import mark
from plans.models import Addendum, AftercareSheet, FlagResolution, Series, SessionRecord, Visit
from plans.queries.treat import DEVICE, Ground, device_of, last_record, needled

__all__ = ["NotReady", "correct_end", "resolve_flag", "save", "sign"]

FIELDS = (
    *("started_at", "ended_at", "skin_cleaned", *DEVICE, "cartridge_lot", "cartridge_expiry"),
    *("cartridge_sterile", "cartridge_single_use", "needle_count", "areas", "numbing", "products"),
    *("handed_over", "endpoint", "is_strong", "inside_orbital_rim", "pain", "reaction"),
)
REASON_LEAST, REASON_MOST = 3, 500


@transaction.atomic
def save(
    actor: Actor, visit: Visit, data: dict[str, Any], at: datetime, answers: Sequence[Answer] = ()
) -> SessionRecord:
    """Save what is known of a session so far; the first save says that the treatment has begun.

    `data` may hold any of FIELDS; what is absent stays. Areas are {"area", "depth_mm": Decimal, "passes"}.
    A new record takes the device from the visit, or from the session before. `answers` of the patient are
    recorded beside the old ones. Raises Refused for a person without the right, a visit that is off or needs
    no record, a signed record, and values or answers that cannot be.
    """
    visit = _locked(visit)
    refuse_outsider(actor, visit)
    refuse_gone(visit)
    stand = grounded(visit)
    record = SessionRecord.objects.select_for_update().filter(visit=visit).first()
    if record is None:
        refuse_held(visit)
        record = _opened(actor, visit, at)
    _refuse_signed(record)
    given = {name: data[name] for name in FIELDS if name in data}
    if "areas" in given:
        given["areas"] = checked_areas(stand.protocol, given["areas"])
    changed = [name for name, value in given.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, given[name])
    record.saved_at = at
    refuse_impossible(record, at)
    record.save()
    if answers and visit.patient is not None:
        given_on = local_day(at, visit.clinic.zone)
        record_answers(actor, visit.patient, answers, at=at, given_on=given_on)
    if visit.state not in (Visit.State.IN_TREATMENT, Visit.State.DONE):
        mark(actor, visit, Visit.State.IN_TREATMENT, at=at)
    if answers:
        heed_answers(actor, record.patient, at)
    audit.record(actor, "save", record, at=at, patient_id=record.patient_id, fields=changed)
    return record


@transaction.atomic
def resolve_flag(actor: Actor, visit: Visit, flag_id: str, reason: str, at: datetime) -> FlagResolution:
    """Lift a block or settle a review for this session, with the reason; a second time returns what stands.

    Raises Refused for a flag that is not raised, a role that may not lift it, and a reason that is missing.
    """
    visit = _locked(visit)
    refuse_outsider(actor, visit)
    refuse_gone(visit)
    stand = grounded(visit)
    record = SessionRecord.objects.select_for_update().filter(visit=visit).first()
    if record is not None:
        _refuse_signed(record)
    flags = stand.flags(*needled(record))
    flag = next((flag for flag in flags if flag.id == flag_id), None)
    if flag is None:
        raise Refused(_("This flag is no longer raised. Reload the page."), code="no_such_flag")
    if flag not in stand.open(record):
        standing = [row for row in stand.settled if row.flag == flag_id]
        if standing:
            return standing[-1]
    said = _checked_reason(reason)
    try:
        resolution = settle(flag, reason=said, role=actor.clinical_role, by=actor.name, at=at)
    except MayNotLiftError:
        raise Refused(_refusal(flag.override), code="may_not_lift", field="reason") from None
    row = FlagResolution.objects.create(
        clinic_id=visit.clinic_id,
        patient_id=stand.consultation.patient_id,
        protocol_version_id=stand.version_id,
        flag=flag.id,
        answer=stand.answers.get(flag.question) if flag.question else None,
        visit=visit,
        reason=said,
        role=resolution.role,
        resolved_by_id=person(actor),
        resolved_at=at,
    )
    if record is not None and flag.question is None:
        kept = [entry for entry in record.flags if entry["flag"] != flag.id]
        record.flags = [*kept, {"flag": flag.id, "basis": flag.basis}]
        record.save(update_fields=["flags"])
    audit.record(actor, "settle", visit, at=at, patient_id=visit.patient_id, fields=["flag"])
    heed_answers(actor, stand.consultation.patient, at)
    return row


@transaction.atomic
def sign(actor: Actor, record: SessionRecord, at: datetime) -> AftercareSheet:
    """Sign a record for good: the visit is done, the aftercare is issued, the patient is told.

    A record without an end ends now. Signing twice returns the sheet that stands. Raises NotReady with every
    reason at its field, and Refused where the visit is off or the person may not.
    """
    visit = _locked(record.visit)
    record = SessionRecord.objects.select_for_update(of=("self",)).select_related("patient").get(pk=record.pk)
    record.visit = visit
    refuse_outsider(actor, visit)
    if record.signed_at is not None:
        return record.sheets.latest("number")
    refuse_gone(visit)
    stand = grounded(visit)
    record.ended_at = ended_at = record.ended_at or at.replace(second=0, microsecond=0)
    refuse_unready(record, stand)
    refuse_impossible(record, at)
    _seal(actor, record, stand, at)
    mark(actor, visit, Visit.State.DONE, at=at)
    lengthen(actor, record, stand, at)
    audit.record(actor, "sign", record, at=at, patient_id=record.patient_id)
    return aftercare.issue(actor, record, ended_at=ended_at, at=at)


@transaction.atomic
def correct_end(
    actor: Actor, record: SessionRecord, ended_at: datetime, reason: str, at: datetime
) -> AftercareSheet:
    """Say that a signed session ended at another time: the record stays, a new sheet shifts every time.

    The same end as on the newest sheet returns that sheet. Raises Refused for a draft, an end that is not
    after the start or still to come, and without a reason.
    """
    visit = _locked(record.visit)
    record = SessionRecord.objects.select_related("patient", "practitioner__user").get(pk=record.pk)
    record.visit = visit
    refuse_outsider(actor, visit)
    if record.signed_at is None or record.started_at is None:
        raise Refused(
            _("Sign the record first. Until then its times can simply be changed."), code="not_signed"
        )
    newest = record.sheets.latest("number")
    if newest.ended_at == ended_at:
        return newest
    _refuse_wrong_end(record.started_at, ended_at, at)
    said = _checked_reason(reason)
    _note_correction(actor, record, newest.ended_at, ended_at, said, at)
    audit.record(
        actor, "correct", record, at=at, patient_id=record.patient_id, fields=["ended_at"], reason=said
    )
    return aftercare.issue(actor, record, ended_at=ended_at, at=at, reason=said)


def _locked(visit: Visit) -> Visit:
    """Lock in the order of everybody else, the series first, and return the visit with what it stands on."""
    if visit.series_id:
        Series.objects.select_for_update().get(pk=visit.series_id)
    return (
        Visit.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient", "device", "series__consultation", "series__protocol_version")
        .get(pk=visit.pk)
    )


def _opened(actor: Actor, visit: Visit, at: datetime) -> SessionRecord:
    return SessionRecord(
        clinic=visit.clinic,
        patient=visit.patient,
        visit=visit,
        practitioner_id=actor.membership_id or visit.practitioner_id,
        saved_at=at,
        started_at=at.replace(second=0, microsecond=0),
        **device_of(visit, last_record(visit)),
    )


def _refuse_signed(record: SessionRecord) -> None:
    if record.signed_at is not None:
        raise Refused(
            _("This record is signed. Write an addendum, or correct the end time."), code="already_signed"
        )


def _checked_reason(reason: str) -> str:
    said = reason.strip()
    if not REASON_LEAST <= len(said) <= REASON_MOST:
        raise Refused(
            _("Write the reason in %(least)s to %(most)s characters.")
            % {"least": REASON_LEAST, "most": REASON_MOST},
            code="reason",
            field="reason",
        )
    return said


def _refusal(override: str | None) -> str:
    who = {
        "practitioner": _("This needs a practitioner."),
        "prescriber": _("Only a prescriber may lift this. Ask one to look at it with you."),
        "clinical_lead": _("Only the clinical lead may lift this."),
    }
    return who.get(override or "", _("Nobody may lift this. It clears when its cause is gone."))


def _seal(actor: Actor, record: SessionRecord, stand: Ground, at: datetime) -> None:
    """Write the signature, with what was raised and how it was settled."""
    flags = stand.flags(*needled(record))
    settled = {one.flag_id: one for one in stand.resolutions(flags, record)}
    signer = Membership.objects.select_related("user").get(clinic_id=record.clinic_id, user_id=person(actor))
    record.safety_repeated = not any(
        flag.id.endswith(".UNANSWERED")
        and AskAt.SESSION in stand.protocol.questionnaire.question(flag.question).ask_at
        for flag in flags
        if flag.question
    )
    record.flags = [
        {
            "flag": flag.id,
            "level": flag.level.value,
            "basis": flag.basis,
            "note": flag.staff_note,
            "reason": settled[flag.id].reason if flag.id in settled else "",
            "by": settled[flag.id].by if flag.id in settled else "",
        }
        for flag in flags
    ]
    record.saved_at = record.signed_at = at
    record.signed_by_id = actor.user_id
    record.signed_as = signer.signature
    record.save()


def _refuse_wrong_end(started_at: datetime, ended_at: datetime, at: datetime) -> None:
    if ended_at <= started_at:
        raise Refused(
            _("The end is not after the start. Correct it."), code="end_before_start", field="ended_at"
        )
    if ended_at > at:
        raise Refused(_("This time is still to come. Correct it."), code="future", field="ended_at")


def _note_correction(
    actor: Actor, record: SessionRecord, before: datetime, after: datetime, reason: str, at: datetime
) -> None:
    zone = record.visit.clinic.zone
    (old_day, old), (new_day, new) = to_local(before, zone), to_local(after, zone)
    was, now = f"{old_day} {clock(old)}", f"{new_day} {clock(new)}"
    Addendum.objects.create(
        clinic_id=record.clinic_id,
        patient_id=record.patient_id,
        record=record,
        text=_("The session ended at %(now)s, not at %(was)s. %(reason)s")
        % {"now": now, "was": was, "reason": reason},
        signed_at=at,
        signed_by_id=person(actor),
    )
