"""The people of a clinic: who works here as what, when, and who no longer does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit, outbox
from clinic.actions.addresses import address_of
from clinic.actions.authority import must
from clinic.actions.invitations import welcome
from clinic.actions.refusal import Refused
from clinic.actions.site import absence, in_week
from clinic.actions.typed import one_line
from clinic.models import Clinic, Leave, Membership, Message, Resource, Shift, User
from clinic.rules.roles import Actor, Right, Role
from clinic.rules.timegrid import Span

FLAG_OF = {
    Role.FRONT_DESK: "is_front_desk",
    Role.PRACTITIONER: "is_practitioner",
    Role.PRESCRIBER: "is_prescriber",
    Role.CLINICAL_LEAD: "is_clinical_lead",
    Role.ADMIN: "is_admin",
}
THEMES = ("", "light", "dark")
SECOND_CLICK = timedelta(minutes=1)
LONGEST = {"name": 120, "title": 60, "licence": 40}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to engage. Without a password they are mailed how to set one."""

    email: str
    name: str
    title: str = ""
    licence: str = ""
    language: str = "en-gb"
    password: str | None = None
    is_demo: bool = False
    position: int = 0


@transaction.atomic
def engage(
    actor: Actor, clinic: Clinic, person: Person, roles: Collection[Role], *, at: datetime
) -> Membership:
    """Make a person a member of a clinic with roles; a practitioner gets a calendar of their own.

    Somebody who works elsewhere already keeps their account, password and calendar. Who was invited as the same
    a moment ago is not invited twice. Raises Refused for an address that is none, for roles that do not go
    together, and for somebody who is a member already.
    """
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    own: dict[str, Any] = {field: _tidy(field, getattr(person, field)) for field in ("title", "licence")}
    own |= _flags(roles)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # two invitations of one person at once
    user = _account(person)
    standing = Membership.objects.filter(clinic=clinic, user=user).first()
    if standing is not None:
        if all(getattr(standing, field) == value for field, value in own.items()) and _just_told(
            standing, at
        ):
            return standing
        raise Refused(_("This person is a member of the clinic already."), code="member", field="email")
    _give_calendar(user, own)
    member = Membership.objects.create(clinic=clinic, user=user, position=person.position, **own)
    audit.record(actor, "engage", member, at=at, clinic_id=clinic.pk, fields=roles)
    if person.password is None:
        welcome(member, at=at)
    return member


def _just_told(member: Membership, at: datetime) -> bool:
    """Say whether a mail to a member was written a moment ago: what follows is the second of two clicks."""
    told = Message.objects.filter(
        subject_kind=member._meta.model_name, subject_id=str(member.pk), queued_at__gt=at - SECOND_CLICK
    )
    return member.is_active and told.exists()


def _flags(roles: Collection[Role]) -> dict[str, bool]:
    held = set(roles)
    if not held or not held <= set(FLAG_OF):
        raise Refused(_("Choose at least one role in the clinic."), code="roles", field="roles")
    if held & {Role.PRESCRIBER, Role.CLINICAL_LEAD} and Role.PRACTITIONER not in held:
        raise Refused(
            _("A prescriber or clinical lead is a practitioner as well: choose that too."),
            code="roles",
            field="roles",
        )
    return {flag: role in held for role, flag in FLAG_OF.items()}


def _account(person: Person) -> User:
    email, name = address_of(person.email), _tidy("name", person.name)
    fields: dict[str, Any] = {
        "name": name,
        "language": person.language,
        "password": lambda: make_password(person.password),  # slow on purpose: only for somebody new
        "is_demo": person.is_demo,
    }
    user, is_new = User.objects.get_or_create(email=email, defaults=fields)
    if not is_new and not user.memberships.exists():  # a patient so far: who types an address learns no name
        user.name = name
        user.save(update_fields=["name"])
    return user


def _tidy(field: str, typed: str) -> str:
    words = one_line(typed, LONGEST[field], field)
    if field == "name" and not words:
        raise Refused(_("Enter the person's name."), code="empty", field="name")
    return words


def _give_calendar(user: User, flags: Mapping[str, Any]) -> None:
    if flags["is_practitioner"] and user.resource_id is None:
        user.resource = Resource.objects.create(kind=Resource.Kind.PRACTITIONER)
        user.save(update_fields=["resource"])


@transaction.atomic
def change_roles(actor: Actor, member: Membership, roles: Collection[Role], *, at: datetime) -> Membership:
    """Give a member other roles. Their sessions end, so that the change holds from the next click."""
    must(actor, Right.MANAGE_CLINIC, member.clinic_id)
    flags = _flags(roles)
    _refuse_oneself(actor, member)
    if not flags["is_admin"]:
        _keep_an_admin(member)
    _give_calendar(member.user, flags)
    changed = [flag for flag, held in flags.items() if getattr(member, flag) != held]
    for flag, held in flags.items():
        setattr(member, flag, held)
    member.save(update_fields=list(flags))
    _end_sessions(member)
    audit.record(actor, "change_roles", member, at=at, clinic_id=member.clinic_id, fields=changed)
    return member


@transaction.atomic
def disable(actor: Actor, member: Membership, *, at: datetime) -> Membership:
    """End a membership. The account stays, for what it signed and for other clinics; its sessions end."""
    must(actor, Right.MANAGE_CLINIC, member.clinic_id)
    _refuse_oneself(actor, member)
    _keep_an_admin(member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    outbox.void(member)
    _end_sessions(member)
    audit.record(actor, "disable", member, at=at, clinic_id=member.clinic_id)
    return member


@transaction.atomic
def enable(actor: Actor, member: Membership, *, at: datetime) -> Membership:
    """Let somebody who had left work here again, in the roles that they had. A second time changes nothing."""
    must(actor, Right.MANAGE_CLINIC, member.clinic_id)
    if member.is_active:
        return member
    member.is_active = True
    member.save(update_fields=["is_active"])
    audit.record(actor, "enable", member, at=at, clinic_id=member.clinic_id)
    return member


@transaction.atomic
def describe(
    actor: Actor, member: Membership, *, name: str, title: str, licence: str, at: datetime
) -> Membership:
    """Put right how a member is called: name, job title, licence. What is signed keeps what was signed.

    Raises Refused for a name that is also used by another clinic: it is the person's own.
    """
    must(actor, Right.MANAGE_CLINIC, member.clinic_id)
    member = Membership.objects.select_related("user").get(pk=member.pk)
    own = {"title": _tidy("title", title), "licence": _tidy("licence", licence)}
    changed = [field for field, value in own.items() if getattr(member, field) != value]
    name = _tidy("name", name)
    if name != member.user.name:
        _rename(member, name)
        changed.append("name")
    member.title, member.licence = own["title"], own["licence"]
    member.save(update_fields=["title", "licence"])
    if changed:
        audit.record(actor, "describe", member, at=at, clinic_id=member.clinic_id, fields=changed)
    return member


def _rename(member: Membership, name: str) -> None:
    if Membership.objects.filter(user=member.user_id).exclude(pk=member.pk).exists():
        raise Refused(
            _("This person works for another clinic too, so their name is not this clinic's to change."),
            code="works_elsewhere",
            field="name",
        )
    member.user.name = name
    member.user.save(update_fields=["name"])


def _keep_an_admin(member: Membership) -> None:
    """Refuse to lose the last administrator: two of them at once must not take each other's right away."""
    Clinic.objects.select_for_update(no_key=True).get(pk=member.clinic_id)
    others = Membership.objects.active().filter(clinic=member.clinic_id, is_admin=True).exclude(pk=member.pk)
    if member.is_admin and not others.exists():
        raise Refused(
            _("Nobody else is an administrator here. Make somebody else one first."), code="last_admin"
        )


def _refuse_oneself(actor: Actor, member: Membership) -> None:
    if actor.user_id == member.user_id:
        raise Refused(_("Ask another administrator: nobody changes their own rights."), code="oneself")


def _end_sessions(member: Membership) -> None:
    User.objects.filter(pk=member.user_id).update(session_epoch=F("session_epoch") + 1)
    member.user.refresh_from_db(fields=["session_epoch"])


@transaction.atomic
def set_shifts(
    actor: Actor,
    member: Membership,
    since: date,
    week: Mapping[int, Sequence[Span]],
    *,
    at: datetime,
    then: Mapping[int, Sequence[Span]] | None = None,
) -> None:
    """Set the weekly hours that hold from `since` on: weekday (0 = Monday) to spans of minutes.

    With `then` two weeks take turns: `week` is that of `since`, `then` the next.
    """
    must(actor, Right.MANAGE_CLINIC, member.clinic_id)
    turns = [(None, week)] if then is None else [(0, week), (1, then)]
    rows = [
        Shift(membership=member, since=since, turn=turn, weekday=weekday, start_minute=start, end_minute=end)
        for turn, hours in turns
        for weekday, start, end in in_week(hours)
    ]
    if not rows:
        raise Refused(_("Enter the hours of at least one day."), code="hours", field="hours")
    member.shifts.filter(since=since).delete()
    Shift.objects.bulk_create(rows)
    audit.record(actor, "set_shifts", member, at=at, clinic_id=member.clinic_id, fields=["shifts"])


@transaction.atomic
def give_leave(
    actor: Actor,
    member: Membership,
    first: date,
    last: date,
    *,
    at: datetime,
    hours: Span | None = None,
    reason: str = "",
) -> Leave:
    """Put a member on leave on first..last, the last included; with hours, for those minutes of each day."""
    must(actor, Right.MANAGE_CLINIC, member.clinic_id)
    start, end = absence(first, last, hours)
    leave = Leave.objects.create(
        membership=member, first=first, last=last, start_minute=start, end_minute=end, reason=reason
    )
    audit.record(actor, "give_leave", leave, at=at, clinic_id=member.clinic_id)
    return leave


@transaction.atomic
def choose_theme(actor: Actor, user: User, theme: str, *, at: datetime) -> None:
    """Save the colours a person wants: light, dark, or empty for those of the device."""
    if theme not in THEMES:
        raise Refused(_("Choose light, dark, or as the device."), code="theme", field="theme")
    if actor.user_id != user.pk:
        raise Refused(_("Everybody chooses their own colours."), code="not_allowed")
    user.theme = theme
    user.save(update_fields=["theme"])
    audit.record(actor, "choose_theme", user, at=at, fields=["theme"])
