"""The three people of every test: the owner of a thing, a colleague, and a stranger; and how they sign in."""

from dataclasses import dataclass

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.utils import timezone

from clinic.models import Clinic, Membership, User
from clinic.permissions import PATIENT, STAFF
from tests.factories.clinic import ClinicFactory, DeviceFactory, MembershipFactory, RoomFactory, open_weekdays

PASSWORD = "quarry-lane-willow"


@dataclass(frozen=True)
class Team:
    """One clinic with a person in each role."""

    clinic: Clinic
    practitioner: Membership
    lead: Membership
    desk: Membership
    admin: Membership


def a_team(slug: str = "fernway", time_zone: str = "Europe/London") -> Team:
    """Make a clinic that is open on weekdays, with two practitioners, a desk, an admin, rooms and a pen."""
    clinic = ClinicFactory.create(slug=slug, name=slug.title(), time_zone=time_zone)
    open_weekdays(clinic)
    RoomFactory.create(clinic=clinic, kind="treatment")
    RoomFactory.create(clinic=clinic, kind="consulting")
    DeviceFactory.create(clinic=clinic)
    make = MembershipFactory.create
    return Team(
        clinic=clinic,
        practitioner=make(clinic=clinic, is_practitioner=True, position=1),
        lead=make(clinic=clinic, is_practitioner=True, is_prescriber=True, is_clinical_lead=True, position=2),
        desk=make(clinic=clinic, is_front_desk=True),
        admin=make(clinic=clinic, is_admin=True),
    )


def signed_in(user: User, kind: str = STAFF) -> Client:
    """Return a browser in which the person is signed in, as staff or as a patient."""
    client = Client()
    client.force_login(user)
    now = timezone.now().timestamp()
    session = client.session
    session["kind"] = kind
    session["began_at"] = now
    if kind == STAFF:
        session["account_authentication_methods"] = [{"method": "password", "at": now, "email": user.email}]
    session.save()
    return client


def as_staff(member: Membership) -> Client:
    """Return the browser of a member of staff, who has a password and a second factor."""
    if not member.user.has_usable_password():
        member.user.set_password(PASSWORD)
        member.user.save(update_fields=["password"])
        TOTP.activate(member.user, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(member.user)
    return signed_in(member.user, STAFF)


def as_patient(user: User) -> Client:
    """Return the browser of a patient."""
    return signed_in(user, PATIENT)
