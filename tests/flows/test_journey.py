"""The whole of it through the pages: a new patient is registered, seen, planned, booked, treated and told."""

import datetime
import re
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from clinic.actions import outbox
from clinic.models import AuditEntry
from patients.models import Patient
from patients.rules.questions import AskAt
from plans.models import AftercareSheet, Consultation, Series, SessionRecord, Visit
from plans.queries.protocols import parsed
from tests.factories.booking import MONDAY, offer_visit_types
from tests.factories.consult import publish_shipped
from tests.people import Team, a_team, as_staff

pytestmark = pytest.mark.django_db
NAME = "Đào Thị Hoà"
ADDRESS = "hoa@example.org"
HOUR = datetime.timedelta(hours=1)


class Journey:
    """A clinic, its browsers, and the clock on the wall."""

    def __init__(self, team: Team, clock: Any) -> None:
        self.team, self.clock = team, clock
        self.version = publish_shipped(team.clinic)
        offer_visit_types(team)
        self.desk = self.practitioner = Client()
        self.at(MONDAY)

    def at(self, moment: datetime.datetime) -> None:
        """Let it be another time, on which people sign in anew."""
        self.clock.move_to(moment, tick=False)
        self.now = moment
        self.desk, self.practitioner = as_staff(self.team.desk), as_staff(self.team.practitioner)

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.team.clinic.slug, *args])

    def post(self, browser: Client, url: str, data: dict[str, Any]) -> str:
        """Post, expect to be sent on, and return where to."""
        answer = browser.post(url, data)
        shown = re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())
        assert answer.status_code == 302, shown
        return str(answer.headers["Location"])

    def clear(self, at: AskAt) -> dict[str, str]:
        """Answer every question of a kind with what raises nothing."""
        questions = parsed(self.version).questionnaire.questions
        return {f"q_{one.id}": one.clear_answer for one in questions if at in one.ask_at}

    def mails(self) -> list[Any]:
        """Send what is due, and return everything that was sent."""
        outbox.send_due(at=self.now)
        return mail.outbox


@pytest.fixture
def journey(time_machine: Any) -> Journey:
    return Journey(a_team(), time_machine)


def registered(journey: Journey) -> Patient:
    details = {
        "name": NAME,
        "birth_date_day": "17",
        "birth_date_month": "5",
        "birth_date_year": "1990",
        "email": ADDRESS,
        "phone": "020 7946 0018",
        "language": "en-gb",
    }
    journey.post(journey.desk, journey.url("patients:new"), details)
    return Patient.objects.get(name=NAME)


def consulted(journey: Journey, patient: Patient) -> Series:
    url = journey.post(journey.practitioner, journey.url("plans:consultation_new", patient.pk), {})
    draft = Consultation.objects.get()
    seen = {
        "saved_at": draft.saved_at.isoformat(),
        "skin_type": "3",
        "sun_damage": "none",
        "goal": "standard",
        "goal_words": "Smoother cheeks",
        "numbing_planned": "on",
        "expectations_talk": "on",
        "c_acne_scars": "g3",
        "a_acne_scars": ["cheeks"],
        **journey.clear(AskAt.CONSULTATION),
    }
    journey.post(journey.practitioner, url, seen)
    page = journey.practitioner.get(url).content.decode()
    assert "4 sessions, 28 days apart" in page
    draft.refresh_from_db()
    decided = {"decision": "accepted", "sessions": "4", "interval_days": "28", "seen": "4x28"}
    data = {**seen, **decided, "saved_at": draft.saved_at.isoformat()}
    journey.post(journey.practitioner, journey.url("plans:consultation_sign", draft.pk), data)
    journey.post(
        journey.practitioner,
        journey.url("plans:consent", patient.pk),
        {"kind": "treatment", "version": "2026.1"},
    )
    return Series.objects.get(patient=patient)


def booked(journey: Journey, series: Series) -> list[Visit]:
    board = journey.desk.get(journey.url("plans:today")).content.decode()
    url = journey.url("plans:series_book", series.pk)
    assert url in board
    offers = re.findall(r'name="offer" value="([^"]+)"', journey.desk.get(url).content.decode())
    done = journey.post(journey.desk, url, {"offer": offers[0]})
    assert f"4 sessions booked for {NAME}" in journey.desk.get(done).content.decode()
    return list(series.visits.all())


def treated(journey: Journey, visit: Visit) -> AftercareSheet:
    journey.at(visit.starts_at)
    journey.post(journey.desk, journey.url("plans:visit_state", visit.pk, "arrived"), {})
    journey.at(visit.starts_at + HOUR)
    record = {
        "started": f"{visit.start_minute // 60:02d}:{visit.start_minute % 60:02d}",
        "ended": f"{visit.start_minute // 60:02d}:{visit.start_minute % 60 + 50:02d}",
        "skin_cleaned": "Chlorhexidine 0.05 %",
        "device_make": "Dermis",
        "device_model": "P2",
        "device_serial": "SN-1",
        "cartridge_lot": "LOT-7",
        "cartridge_expiry": "31/1/2027",
        "cartridge_sterile": "on",
        "cartridge_single_use": "on",
        "depth_cheeks": "1.00",
        "passes_cheeks": "3",
        "product_0": "Hyaluronic gel",
        "product_lot_0": "G-1",
        "endpoint": "pink",
        "is_strong": "no",
        "pain": "3",
        **journey.clear(AskAt.SESSION),
    }
    journey.post(journey.practitioner, journey.url("plans:record_sign", visit.pk), record)
    return AftercareSheet.objects.get()


def signed_in(journey: Journey, patient: Patient) -> Client:
    journey.post(journey.desk, journey.url("patients:access", patient.pk), {"email": ADDRESS})
    browser = Client()
    journey.post(browser, reverse("patients:sign_in"), {"email": ADDRESS})
    code = re.search(r"\d{4} ?\d{4}", journey.mails()[-1].body)
    assert code is not None
    journey.post(browser, reverse("patients:code"), {"code": code[0]})
    date = {"birth_date_day": "17", "birth_date_month": "5", "birth_date_year": "1990"}
    journey.post(browser, reverse("patients:confirm", args=[patient.pk]), date)
    return browser


def test_a_patient_goes_from_the_first_call_to_their_own_aftercare(journey: Journey) -> None:
    patient = registered(journey)
    series = consulted(journey, patient)
    visits = booked(journey, series)
    assert [(b.day - a.day).days for a, b in pairwise(visits)] == [35, 35, 35]
    sheet = treated(journey, visits[0])
    ended = SessionRecord.objects.get().ended_at
    assert ended is not None
    make_up = next(item for item in sheet.content["sheet"]["items"] if item["slot"] == "makeup")
    assert datetime.datetime.fromisoformat(make_up["until"]) - ended < datetime.timedelta(
        hours=48, minutes=15
    )

    browser = signed_in(journey, patient)
    plan = browser.get(reverse("plans:my_plan", args=[patient.pk])).content.decode()
    aftercare = browser.get(reverse("plans:my_aftercare", args=[patient.pk])).content.decode()
    calendar = browser.get(reverse("plans:my_calendar", args=[patient.pk])).content.decode()
    assert "4 sessions, 1 done" in re.sub(r"\s+", " ", plan)
    assert make_up["title"] in aftercare
    assert journey.team.clinic.phone in aftercare
    # What is still to come, at the wall time it was booked for, summer time or not.
    starts = re.findall(r"DTSTART;TZID=Europe/London:(\w+)", calendar)
    assert starts == [f"{visit.day:%Y%m%d}T{visit.start_minute // 60:02d}0000" for visit in visits[1:]]
    series.refresh_from_db()
    assert series.state == Series.State.ACTIVE


def test_no_mail_of_the_journey_names_the_treatment_and_every_verb_is_logged(journey: Journey) -> None:
    patient = registered(journey)
    visit = booked(journey, consulted(journey, patient))[0]
    treated(journey, visit)
    journey.at(journey.now + HOUR)
    sent = journey.mails()
    assert sorted(message.subject for message in sent) == [
        "Fernway: your sheet is ready",
        "Your visits are booked",
    ]
    words = " ".join(message.subject + message.body for message in sent).lower()
    assert not any(secret in words for secret in ("needl", "treatment", "acne", "scar", "session"))
    verbs = list(AuditEntry.objects.filter(patient_id=patient.pk).values_list("verb", flat=True))
    for verb in ("register", "sign", "book", "arrived", "done"):
        assert verbs.count(verb) >= 1, verb


def test_the_desk_never_meets_a_clinical_word_on_the_way(journey: Journey) -> None:
    patient = registered(journey)
    series = consulted(journey, patient)
    visit = booked(journey, series)[0]
    treated(journey, visit)
    for name, *args in (
        ("plans:today",),
        ("plans:worklist",),
        ("plans:patient", patient.pk),
        ("plans:series", series.pk),
        ("plans:visit", visit.pk),
        ("plans:series_plan", series.pk),
        ("patients:list",),
    ):
        page = journey.desk.get(journey.url(name, *args)).content.decode().lower()
        for secret in ("acne", "smoother cheeks", "chlorhexidine", "pinpoint", "isotretinoin", "skin type"):
            assert secret not in page, (name, secret)
