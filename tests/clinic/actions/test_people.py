"""People are engaged with roles, get hours and leave, change roles, and go; their sessions end with that."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clinic.actions import people
from clinic.actions.people import Person
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Leave, Membership, Message, Shift, User
from clinic.rules.roles import SYSTEM, Right, Role
from tests.people import Team, a_team
from tests.rush import rush

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 9)
IMRAN = Person(
    "Imran@Example.org ", "Imran Sheikh", title="Nurse", licence="NMC 1", password="a-long-password"
)


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def engage(team: Team, person: Person = IMRAN, *roles: Role) -> Membership:
    return people.engage(team.admin.actor, team.clinic, person, roles or {Role.PRACTITIONER}, at=AT)


def test_a_practitioner_is_engaged_with_a_calendar_of_their_own(team: Team) -> None:
    member = engage(team, IMRAN, Role.PRACTITIONER, Role.PRESCRIBER)
    user = User.objects.get(email="imran@example.org")
    assert (member.user, member.title, member.licence) == (user, "Nurse", "NMC 1")
    assert member.roles == {Role.PRACTITIONER, Role.PRESCRIBER}
    assert user.check_password("a-long-password")
    assert user.resource is not None
    assert user.resource.kind == "practitioner"
    assert AuditEntry.objects.get().verb == "engage"
    assert not Message.objects.exists()


def test_the_desk_needs_no_calendar(team: Team) -> None:
    assert engage(team, IMRAN, Role.FRONT_DESK).user.resource is None


def test_somebody_without_a_password_is_mailed_how_to_choose_one(team: Team) -> None:
    member = engage(team, Person("imran@example.org", "Imran"))
    mail = Message.objects.get()
    assert (mail.to, mail.clinic, mail.subject_id) == ("imran@example.org", team.clinic, str(member.pk))
    assert "/staff/password/reset/" in mail.body


def test_who_works_elsewhere_keeps_account_and_calendar(team: Team) -> None:
    first, other = engage(team), a_team("mistral")
    person = Person("imran@example.org", "Another Name", password="another-password")
    second = people.engage(other.admin.actor, other.clinic, person, {Role.PRACTITIONER}, at=AT)
    assert second.user == first.user
    user = User.objects.get(pk=first.user_id)
    assert (user.name, user.resource_id) == ("Imran Sheikh", first.user.resource_id)
    assert user.check_password("a-long-password")


@pytest.mark.parametrize(
    ("person", "roles", "field"),
    [
        (IMRAN, {Role.PRESCRIBER}, "roles"),
        (IMRAN, {Role.CLINICAL_LEAD, Role.ADMIN}, "roles"),
        (IMRAN, {Role.PATIENT}, "roles"),
        (IMRAN, set(), "roles"),
        (Person("imran", "Imran"), {Role.ADMIN}, "email"),
        (Person("i@b.org", "  "), {Role.ADMIN}, "name"),
    ],
)
def test_what_does_not_go_together_is_refused(team: Team, person: Person, roles: Any, field: str) -> None:
    with pytest.raises(Refused) as refused:
        people.engage(team.admin.actor, team.clinic, person, roles, at=AT)
    assert refused.value.field == field
    assert Membership.objects.filter(clinic=team.clinic).count() == 4


def test_a_member_is_engaged_once(team: Team) -> None:
    engage(team)
    with pytest.raises(Refused) as refused:
        engage(team)
    assert refused.value.code == "member"


def test_a_second_click_invites_nobody_twice(team: Team) -> None:
    nurse = Person(" Nurse@example.org", "Nurse", title="Nurse")
    member = engage(team, nurse, Role.FRONT_DESK)
    assert engage(team, nurse, Role.FRONT_DESK) == member
    assert (Message.objects.count(), AuditEntry.objects.count()) == (1, 1)
    for person, role, later in (
        (nurse, Role.ADMIN, AT),
        (replace(nurse, licence="NMC 3"), Role.FRONT_DESK, AT),
        (nurse, Role.FRONT_DESK, AT + timedelta(minutes=1)),
    ):
        with pytest.raises(Refused) as refused:
            people.engage(team.admin.actor, team.clinic, person, {role}, at=later)
        assert refused.value.code == "member"
    people.disable(team.admin.actor, member, at=AT)
    with pytest.raises(Refused):
        engage(team, nurse, Role.FRONT_DESK)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_invite_one_person_at_once_make_one_member(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    give_calendar = people._give_calendar

    def slowly(*given: Any) -> None:
        time.sleep(0.2)
        give_calendar(*given)

    monkeypatch.setattr(people, "_give_calendar", slowly)  # so that the others are under way by then
    team, roles = a_team(), (Role.FRONT_DESK, Role.PRACTITIONER, Role.ADMIN)
    User.objects.create_user("imran@example.org", None, name="Imran")
    results = rush(3, lambda n: engage(team, IMRAN, roles[n]))
    assert [one.code for one in results if isinstance(one, Refused)] == ["member", "member"]
    assert Membership.objects.filter(user__email="imran@example.org").count() == 1


def test_other_roles_hold_at_once_and_end_the_sessions(team: Team) -> None:
    changed = people.change_roles(team.admin.actor, team.desk, {Role.PRACTITIONER}, at=AT)
    assert changed.roles == {Role.PRACTITIONER}
    assert changed.user.session_epoch == 1
    assert User.objects.get(pk=team.desk.user_id).resource is not None
    assert AuditEntry.objects.get().fields == ["is_front_desk", "is_practitioner"]


def test_a_disabled_member_may_nothing_here(team: Team) -> None:
    people.disable(team.admin.actor, team.practitioner, at=AT)
    assert not Membership.objects.active().filter(pk=team.practitioner.pk).exists()
    user = User.objects.get(pk=team.practitioner.user_id)
    assert (user.is_active, user.session_epoch) == (True, 1)


def test_nobody_changes_their_own_rights(team: Team) -> None:
    with pytest.raises(Refused) as refused:
        people.disable(team.admin.actor, team.admin, at=AT)
    assert refused.value.code == "oneself"
    with pytest.raises(Refused) as refused:
        people.change_roles(team.admin.actor, team.admin, {Role.PRACTITIONER}, at=AT)
    assert refused.value.code == "oneself"
    team.admin.refresh_from_db()
    assert team.admin.actor.may(Right.MANAGE_CLINIC)


def test_shifts_hold_from_a_date_and_replace_those_of_that_date(team: Team) -> None:
    Shift.objects.all().delete()
    for spans in ([(540, 600)], [(600, 720)]):
        people.set_shifts(SYSTEM, team.practitioner, DAY, {0: spans}, at=AT)
    people.set_shifts(SYSTEM, team.practitioner, date(2026, 6, 1), {4: [(540, 600)]}, at=AT)
    rows = Shift.objects.order_by("since").values_list("since", "weekday", "start_minute", "end_minute")
    assert list(rows) == [(DAY, 0, 600, 720), (date(2026, 6, 1), 4, 540, 600)]


def test_leave_is_days_or_hours(team: Team) -> None:
    people.give_leave(
        team.admin.actor, team.practitioner, DAY, DAY, hours=(540, 600), reason="Dentist", at=AT
    )
    leave = Leave.objects.get()
    assert (leave.first, leave.last, leave.start_minute, leave.end_minute) == (DAY, DAY, 540, 600)
    with pytest.raises(Refused):
        people.give_leave(team.admin.actor, team.practitioner, DAY, date(2026, 3, 8), at=AT)


def test_nobody_but_an_administrator_of_the_clinic_engages_or_disables(team: Team) -> None:
    for actor in (team.desk.actor, team.lead.actor, a_team("mistral").admin.actor):
        for attempt in (
            lambda who: people.engage(who, team.clinic, IMRAN, {Role.ADMIN}, at=AT),
            lambda who: people.change_roles(who, team.desk, {Role.ADMIN}, at=AT),
            lambda who: people.disable(who, team.desk, at=AT),
            lambda who: people.set_shifts(who, team.practitioner, DAY, {0: [(540, 600)]}, at=AT),
            lambda who: people.give_leave(who, team.practitioner, DAY, DAY, at=AT),
        ):
            with pytest.raises(Refused, match="role"):
                attempt(actor)
    assert not AuditEntry.objects.exists()
    assert not User.objects.filter(email="imran@example.org").exists()


@pytest.mark.parametrize("theme", ["light", "dark", ""])
def test_everybody_chooses_their_own_colours(team: Team, theme: str) -> None:
    people.choose_theme(team.desk.actor, team.desk.user, theme, at=AT)
    assert User.objects.get(pk=team.desk.user_id).theme == theme
    with pytest.raises(Refused):
        people.choose_theme(team.admin.actor, team.desk.user, "light", at=AT)
    with pytest.raises(Refused):
        people.choose_theme(team.desk.actor, team.desk.user, "purple", at=AT)


def test_who_left_comes_back_in_the_same_roles(team: Team) -> None:
    people.disable(team.admin.actor, team.practitioner, at=AT)
    back = people.enable(team.admin.actor, team.practitioner, at=AT)
    assert (back.is_active, set(back.roles)) == (True, {Role.PRACTITIONER})
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["disable", "enable"]


def test_the_last_administrator_stays(team: Team) -> None:
    with pytest.raises(Refused) as refused:
        people.disable(SYSTEM, team.admin, at=AT)
    assert refused.value.code == "last_admin"
    with pytest.raises(Refused) as refused:
        people.change_roles(SYSTEM, team.admin, {Role.FRONT_DESK}, at=AT)
    assert refused.value.code == "last_admin"
    second = engage(team, IMRAN, Role.ADMIN)
    people.disable(second.actor, team.admin, at=AT)
    assert not Membership.objects.get(pk=team.admin.pk).is_active


def test_a_member_is_described_and_a_shared_name_is_their_own(team: Team) -> None:
    words = {"name": " Ana  Núñez ", "title": "Lead nurse", "licence": "NMC 2"}
    member = people.describe(team.admin.actor, team.desk, **words, at=AT)
    assert (member.user.name, member.title, member.licence) == ("Ana Núñez", "Lead nurse", "NMC 2")
    assert AuditEntry.objects.get().fields == ["licence", "name", "title"]
    other = a_team("mistral")
    people.engage(other.admin.actor, other.clinic, Person(member.user.email, "X"), {Role.ADMIN}, at=AT)
    with pytest.raises(Refused) as refused:
        people.describe(team.admin.actor, team.desk, **{**words, "name": "Other"}, at=AT)
    assert refused.value.code == "works_elsewhere"


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("name", "x" * 121), ("licence", "x" * 41)])
def test_words_that_cannot_be_describe_nobody(team: Team, field: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        people.describe(
            team.admin.actor, team.desk, **{"name": "Ana", "title": "", "licence": "", field: value}, at=AT
        )
    assert refused.value.field == field
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_do_not_lock_everybody_out() -> None:
    team = a_team()
    pair = (team.admin, engage(team, IMRAN, Role.ADMIN))
    results = rush(2, lambda n: people.disable(pair[n].actor, pair[1 - n], at=AT))
    assert [one.code for one in results if isinstance(one, Refused)] == ["last_admin"]
    assert Membership.objects.active().filter(clinic=team.clinic, is_admin=True).count() == 1


def test_an_address_that_is_known_of_a_patient_tells_a_clinic_no_name(team: Team) -> None:
    User.objects.create_user("imran@example.org", name="Imran Sheikh, née Malik")
    assert engage(team).user.name == "Imran Sheikh"


def test_who_works_elsewhere_keeps_the_name_they_are_known_by(team: Team) -> None:
    engage(a_team("casa-lima"), replace(IMRAN, name="Dr Imran Sheikh"))
    assert engage(team).user.name == "Dr Imran Sheikh"


def test_no_password_is_hashed_for_somebody_who_has_an_account(team: Team, monkeypatch: Any) -> None:
    engage(team)
    other = a_team("mistral")
    monkeypatch.setattr(people, "make_password", None)  # calling it would fail
    people.engage(other.admin.actor, other.clinic, IMRAN, {Role.ADMIN}, at=AT)
    assert Membership.objects.filter(user__email="imran@example.org").count() == 2
