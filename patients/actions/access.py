"""Who may open a patient's page: keys given, taken back, and confirmed once with the birth date."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinic.actions import audit, outbox
from clinic.actions.addresses import address_of
from clinic.actions.authority import must, person
from clinic.actions.refusal import Refused
from clinic.models import Message, User
from clinic.rules.roles import Actor, Right
from patients.actions.merging import refuse_merged
from patients.models import Patient, PatientAccess
from patients.queries.access import MOST_TRIES, is_locked


@dataclass(slots=True)
class Addressee:
    """Whom a mail goes to, in which language."""

    email: str
    language: str


@transaction.atomic
def grant_access(
    actor: Actor,
    patient: Patient,
    email: str,
    relation: str = PatientAccess.Relation.SELF,
    *,
    at: datetime,
) -> PatientAccess:
    """Let an address open the patient's page, and invite it by mail.

    A key that stands is returned as it is and nothing is sent, so that whoever books may ask for it every
    time; one that is locked by wrong birth dates is replaced. Raises Refused for an address that is none.
    """
    must(actor, Right.EDIT_IDENTITY, patient.clinic_id)
    address = address_of(email)
    if relation not in PatientAccess.Relation.values:
        raise Refused(_("Choose who this is."), code="relation", field="relation")
    # Two desks must not make two keys.
    refuse_merged(Patient.objects.select_for_update(no_key=True).get(pk=patient.pk))
    user = _account(address, patient, relation)
    standing = PatientAccess.objects.filter(patient=patient, user=user, revoked_at=None).first()
    if standing is not None and not is_locked(standing):
        return standing
    if standing is not None:
        take_back(actor, standing, at=at)
    key = PatientAccess.objects.create(
        user=user, patient=patient, relation=relation, granted_by_id=person(actor), granted_at=at
    )
    audit.record(actor, "grant", key, at=at, patient_id=patient.pk, clinic_id=patient.clinic_id)
    _invite(key, at)
    return key


@transaction.atomic
def invite_again(actor: Actor, key: PatientAccess, *, at: datetime) -> bool:
    """Send the invitation once more; False where one is still on its way, after a double click."""
    must(actor, Right.EDIT_IDENTITY, key.patient.clinic_id)
    PatientAccess.objects.select_for_update(no_key=True).get(pk=key.pk)
    waiting = Message.objects.filter(
        subject_kind=key._meta.model_name, subject_id=str(key.pk), state__in=outbox.WAITING
    )
    if waiting.exists():
        return False
    audit.record(actor, "invite", key, at=at, patient_id=key.patient_id, clinic_id=key.patient.clinic_id)
    _invite(key, at)
    return True


@transaction.atomic
def revoke_access(actor: Actor, key: PatientAccess, *, at: datetime) -> None:
    """Take a key back; it opens nothing from the next click on. A second time changes nothing."""
    must(actor, Right.EDIT_IDENTITY, key.patient.clinic_id)
    take_back(actor, key, at=at)


def take_back(actor: Actor, key: PatientAccess, *, at: datetime) -> None:
    """Take a key back as part of the caller's transaction, with the invitation that is still on its way."""
    outbox.void(key)
    if PatientAccess.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        audit.record(actor, "revoke", key, at=at, patient_id=key.patient_id, clinic_id=key.patient.clinic_id)


def confirm_birth_date(actor: Actor, key: PatientAccess, birth_date: date, *, at: datetime) -> None:
    """Confirm that whoever holds a key knows the patient: once, with at most five tries.

    The try is counted by one UPDATE, committed before the date is compared, so parallel tries all count:
    call this outside any transaction. Raises Refused with code `wrong_birth_date`, or `locked` once only the
    clinic can help.
    """
    if actor.user_id != key.user_id:
        raise Refused(_("This is not your page."), code="not_allowed")
    counted = PatientAccess.objects.filter(
        pk=key.pk, revoked_at=None, confirmed_at=None, confirm_tries__lt=MOST_TRIES
    ).update(confirm_tries=F("confirm_tries") + 1)
    key.refresh_from_db(fields=["confirm_tries", "confirmed_at", "revoked_at"])
    if key.confirmed_at is not None and key.revoked_at is None:
        return
    is_right = bool(counted) and birth_date == key.patient.birth_date
    with transaction.atomic():
        if is_right:
            standing = PatientAccess.objects.filter(pk=key.pk, confirmed_at=None, revoked_at=None)
            standing.update(confirmed_at=at)
        audit.record(
            actor,
            "confirm" if is_right else "confirm_failed",
            key,
            at=at,
            patient_id=key.patient_id,
            clinic_id=key.patient.clinic_id,
        )
    if not is_right:
        raise _wrong(MOST_TRIES - key.confirm_tries if counted else 0)


def _wrong(left: int) -> Refused:
    if left <= 0:
        return Refused(
            _("That was one try too many. Please call the clinic: they can open your page again."),
            code="locked",
        )
    message = ngettext(
        "This is not the date of birth that the clinic has. You can try %(n)s more time.",
        "This is not the date of birth that the clinic has. You can try %(n)s more times.",
        left,
    ) % {"n": left}
    return Refused(message, code="wrong_birth_date", field="birth_date")


def _account(address: str, patient: Patient, relation: str) -> User:
    """Return who signs in with this address; a new one has no password, so only codes let them in."""
    name = patient.name if relation == PatientAccess.Relation.SELF else ""
    fields = {"name": name, "language": patient.language, "password": make_password(None)}
    return User.objects.get_or_create(email=address, defaults=fields)[0]


def _invite(key: PatientAccess, at: datetime) -> None:
    outbox.queue(
        "patients/invitation",
        key,
        Addressee(key.user.email, key.user.language or key.patient.language),
        at=at,
        context={"clinic": key.patient.clinic},
        patient_id=key.patient_id,
        clinic_id=key.patient.clinic_id,
        secret=True,
    )
