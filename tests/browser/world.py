"""A clinic with a row of everything, under the names that break pages, and a browser for each person."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from django.urls import reverse

from clinic.actions.site import close, put_out_of_use
from clinic.models import Message
from clinic.rules.pages import PAGES, Audience
from patients.models import Patient
from patients.rules.terms import Text
from plans.actions import booking, consult, consult_signature, disruptions, treat
from plans.actions.drafting import Wanted
from plans.actions.protocol_draft import save_line
from plans.actions.visits import mark
from plans.models import Absence, AftercareSheet, Series, Visit
from plans.queries.proposals import search
from plans.queries.protocol_draft import drafting
from plans.queries.standing import standing
from plans.rules.wishes import Wishes
from tests.factories.booking import MONDAY, Desk, offer_visit_types
from tests.factories.clinic import MembershipFactory, UserFactory
from tests.factories.consult import a_draft, publish_shipped
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.plans import RecordFactory, VisitFactory, clear_answers, consent_to_treatment
from tests.factories.treat import done
from tests.factories.waiting import an_offer, joined, wanted
from tests.house.test_rights import EVERY
from tests.people import PASSWORD, Team, a_team, as_patient, as_staff, signed_in

LONG = "Maximiliana-Konstantina Wolfeschlegelsteinhausenbergerdorff-Papadopoulou von und zu Hohenlohe"
RIGHT_TO_LEFT = "فاطمة الزهراء بنت عبد الرحمن 🌷"
HOUR = datetime.timedelta(hours=1)


@dataclass
class World:
    """The rows that addresses name, and who may open them."""

    rows: dict[str, Any]
    others: dict[str, Any]
    people: dict[str, Client]

    def address(self, name: str, query: str = "", /, **others: str) -> str:
        """Return the address of a page; `patient="newcomer"` puts another row in, as `?who={member}` does."""
        pattern: Any = EVERY[name].pattern
        keys = set(pattern.converters) | set(pattern.regex.groupindex)
        if PAGES[name].audience is Audience.STAFF:
            keys.add("clinic")
        unknown = keys - set(self.rows)
        assert not unknown, f"{name}: put a row of {unknown} into the world"
        rows = {key: self.rows[key] for key in keys}
        rows.update({key: self.others[other] for key, other in others.items()})
        return reverse(name, kwargs=rows) + query.format_map(self.rows)


def a_world(clock: Any, mail_folder: Path) -> World:
    """Plant the clinic on a Monday, and let it be the hour after its first session ended."""
    clock.move_to(MONDAY, tick=False)
    team = a_team()
    publish_shipped(team.clinic)
    offer_visit_types(team)
    for member, name in ((team.practitioner, LONG), (team.desk, RIGHT_TO_LEFT)):
        member.user.name = name
        member.user.save(update_fields=["name"])
    treated = _booked(team, _planned(team, LONG))
    first = treated.visits.earliest("starts_at")
    clock.move_to(first.starts_at + 2 * HOUR, tick=False)
    sheet = _treated(team, first)
    to_book = _planned(team, RIGHT_TO_LEFT)
    untouched = consult.open_consultation(
        team.practitioner.actor,
        team.practitioner,
        PatientFactory.create(clinic=team.clinic, name=LONG),
        MONDAY,
    )
    open_visit = VisitFactory.create(
        series=to_book, session_number=1, day=first.day, start_minute=15 * 60, state="arrived"
    )
    RecordFactory.create(visit=open_visit)
    _absences(team, first)
    _protocol_draft(team)
    write_mail(mail_folder)
    return World(
        rows={
            **_rows(team, treated, first, sheet),
            **_waiting(team, treated),
            "absence": _drafted_absence(team, treated).pk,
        },
        others={
            "to_book": _planned(team, "👩🏽‍⚕️ Zoë").pk,
            "open_visit": open_visit.pk,
            "later_visit": treated.visits.latest("starts_at").pk,
            "draft": a_draft(team.practitioner, to_book.patient, MONDAY).pk,
            "untouched": untouched.pk,
            "in_effect": _closed_on_a_sunday(team).pk,
            "newcomer": to_book.patient_id,
            "merged": PatientFactory.create(clinic=team.clinic, name=LONG, merged_into=treated.patient).pk,
        },
        people=_people(team, treated.patient, to_book.patient),
    )


def _planned(team: Team, name: str) -> Series:
    """Sign a plan of four sessions for somebody new."""
    patient = PatientFactory.create(clinic=team.clinic, name=name, desk_note=name * 2, phone="+442079460018")
    consent_to_treatment(patient, team.clinic)
    draft = a_draft(team.practitioner, patient, MONDAY, goal_words=f"{name} " * 10)
    series = consult_signature.sign(team.practitioner.actor, draft, MONDAY)
    assert series is not None
    return series


def _booked(team: Team, series: Series) -> Series:
    """Book the first proposal."""
    stand = standing(series)
    choice = search(stand, Wishes(), at=MONDAY).choices[0]
    booking.confirm(team.desk.actor, series, booking.offer(series, choice.plan), at=MONDAY)
    return Series.objects.get(pk=series.pk)


def _treated(team: Team, visit: Visit) -> AftercareSheet:
    """Record and sign a session through the pages' own action."""
    mark(team.desk.actor, visit, "arrived", at=visit.starts_at)
    assert visit.patient is not None
    clear_answers(visit.patient, team.clinic, visit.starts_at)
    values = done(started_at=visit.starts_at, ended_at=visit.starts_at + HOUR, reaction=LONG)
    record = treat.save(team.practitioner.actor, visit, values, visit.starts_at + HOUR)
    return treat.sign(team.practitioner.actor, record, visit.starts_at + HOUR)


def _absences(team: Team, visit: Visit) -> None:
    admin, later = team.admin.actor, visit.day + datetime.timedelta(days=40)
    close(admin, team.clinic, later, later, reason=LONG, at=MONDAY)
    put_out_of_use(admin, team.clinic.rooms.earliest("pk"), later, later, reason=LONG, at=MONDAY)


def _closed_on_a_sunday(team: Team) -> Absence:
    """Close when nobody is booked, which is in effect at once."""
    sunday = MONDAY.date() + datetime.timedelta(days=41)
    wanted = Wanted("closure", sunday, sunday, reason=LONG)
    return disruptions.draft(team.admin.actor, team.clinic, wanted, at=MONDAY + 3 * HOUR)


def _drafted_absence(team: Team, series: Series) -> Absence:
    """Plan to close on the day of the next session, so that its patient has to be decided about."""
    day = series.visits.filter(session_number=2).earliest("day").day
    return disruptions.draft(
        team.admin.actor,
        team.clinic,
        Wanted("closure", day, day, reason=LONG),
        at=MONDAY + 3 * HOUR,
    )


def _protocol_draft(team: Team) -> None:
    """Change a number to the less careful side and a wording in one language alone, in one line each."""
    lead, clinic = team.lead, team.clinic
    lead.user.name = LONG
    lead.user.save(update_fields=["name"])
    words = {"text": Text("No sun until {until}. " + "Stay inside. " * 25, "Sin sol hasta {until}.")}
    for key, numbers, wordings in (
        ("protocol/I-DEEP", {"days": Decimal(28)}, {}),
        ("aftercare/AC-SUN", {}, words),
    ):
        seen = drafting(clinic).seen(key)
        save_line(lead.actor, clinic, key, numbers, wordings, seen=seen, at=MONDAY)


def _waiting(team: Team, series: Series) -> dict[str, Any]:
    """Put the patient on the waiting list with an offer to answer, and park a mail to them."""
    desk = Desk(team, series, series.patient)
    entry = joined(desk, wanted(0, 90, times=["morning", "evening"], practitioner=team.practitioner))
    mail = Message.objects.filter(patient_id=series.patient_id).earliest("pk")
    Message.objects.filter(pk=mail.pk).update(state=Message.State.PARKED)
    return {
        "entry": entry.pk,
        "offer": an_offer(entry).pk,
        "answer": "refusal",
        "number": 3,
        "message": mail.pk,
        "do": "again",
    }


def _rows(team: Team, series: Series, visit: Visit, sheet: AftercareSheet) -> dict[str, Any]:
    user = team.admin.user
    return {
        "clinic": team.clinic.slug,
        "patient": series.patient_id,
        "series": series.pk,
        "visit": visit.pk,
        "consultation": series.consultation_id,
        "sheet": sheet.pk,
        "date": visit.day.isoformat(),
        "number": 3,
        "other": PatientFactory.create(clinic=series.clinic, name=RIGHT_TO_LEFT).pk,
        "what": "device",
        "place": series.clinic.devices.earliest("pk").pk,
        "offered": "treatment",
        "member": team.practitioner.pk,
        "practitioner": team.practitioner.pk,
        "version": "2026.1-draft",
        "file": "aftercare",
        "line": "AC-SUN",
        "figure": "window",
        "uidb36": user_pk_to_url_str(user),
        "key": default_token_generator.make_token(user),
    }


def _people(team: Team, patient: Patient, newcomer: Patient) -> dict[str, Client]:
    granted_by = team.desk.user
    owner = AccessFactory.create(patient=patient, granted_by=granted_by).user
    parent = AccessFactory.create(patient=patient, granted_by=granted_by).user
    AccessFactory.create(patient=newcomer, user=parent, granted_by=granted_by, confirmed_at=None)
    roamer = MembershipFactory.create(clinic=team.clinic, is_front_desk=True)
    MembershipFactory.create(user=roamer.user, is_front_desk=True)
    return {
        "nobody": Client(),
        "desk": as_staff(team.desk),
        "practitioner": as_staff(team.practitioner),
        "lead": as_staff(team.lead),
        "admin": as_staff(team.admin),
        "roamer": as_staff(roamer),
        "without a second factor": signed_in(UserFactory.create()),
        "half signed in": _posted("account_login", login=team.desk.user.email, password=PASSWORD),
        "asked for a code": _posted("patients:sign_in", email=owner.email),
        "patient": as_patient(owner),
        "parent": as_patient(parent),
    }


def _posted(name: str, **data: str) -> Client:
    """Return a browser in which a first form has been sent."""
    browser = Client()
    answer = browser.post(reverse(name), data)
    assert answer.status_code == 302, answer.content.decode()
    return browser


def write_mail(folder: Path) -> None:
    """Put one mail where the demo's page looks."""
    backend = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
    body = f"{LONG}\n\nhttp://localhost:8000/my/sign-in/\n"
    EmailMessage("Your visits are booked", body, to=["a@example.org"], connection=backend).send()
