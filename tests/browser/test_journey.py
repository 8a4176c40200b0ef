"""The whole of it in a browser: signed in for real, planned, booked, treated, and read by the patient."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse
from playwright.sync_api import Page

from clinic.models import Membership
from patients.models import Patient
from patients.rules.questions import AskAt
from plans.models import AftercareSheet, Series, Visit
from tests.browser.hands import Hands, shown
from tests.flows.test_journey import ADDRESS, HOUR, NAME, Journey
from tests.people import PASSWORD, a_team, as_staff

Open = Callable[..., Page]
Check = Callable[[Page], None]

SEEN: dict[str, str | list[str]] = {
    "skin_type": "3",
    "sun_damage": "none",
    "goal": "standard",
    "goal_words": "Smoother cheeks",
    "numbing_planned": "on",
    "c_acne_scars": "g3",
    "a_acne_scars": ["cheeks"],
}
DONE = {
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
}
BORN = {"birth_date_day": "17", "birth_date_month": "5", "birth_date_year": "1990"}


class Clinic:
    """The clinic of the journey, seen through browsers of one width."""

    def __init__(self, journey: Journey, new_page: Open, width: int, look: Check) -> None:
        self.journey, self.new_page, self.width, self.look = journey, new_page, width, look

    def anybody(self, **more: Any) -> Hands:
        """Open a browser."""
        return Hands(self.new_page(self.width, **more), self.look)

    def enters(self, member: Membership) -> Hands:
        """Sign a member of staff in as they do it: password, then the code of their app."""
        hands = self.anybody()
        hands.open(reverse("account_login"))
        hands.fill({"login": member.user.email, "password": PASSWORD})
        hands.press("Sign in")
        hands.fill({"code": code_of(member)})
        hands.press("Sign in")
        return hands

    def returns(self, member: Membership) -> Hands:
        """Open the browser of somebody who has signed in again since."""
        return self.anybody(client=as_staff(member))


def code_of(member: Membership) -> str:
    """Return what the authenticator app of a person shows now."""
    secret = Authenticator.objects.get(user=member.user, type=Authenticator.Type.TOTP).data["secret"]
    now = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, now)))


@pytest.fixture
def look(axe: Check, no_sideways_scroll: Check) -> Check:
    """What every page on the way has to satisfy."""

    def both(page: Page) -> None:
        # What is scrolled past lies half under the bar at the top, and would be too small a target there.
        page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
        axe(page)
        no_sideways_scroll(page)

    return both


def registered(clinic: Clinic, desk: Hands) -> Patient:
    desk.open(clinic.journey.url("patients:list"))
    desk.fill({"q": NAME})
    desk.press("Find")
    shown(desk.page, ["Nobody found"])
    desk.press("Register")
    desk.fill({**BORN, "email": ADDRESS, "phone": "020 7946 0018", "language": "en-gb"})
    desk.press("Register")
    shown(desk.page, [NAME, "is registered"])
    return Patient.objects.get(name=NAME)


def consulted(clinic: Clinic, practitioner: Hands, patient: Patient) -> Series:
    practitioner.open(clinic.journey.url("plans:patient", patient.pk))
    practitioner.press("Start consultation")
    practitioner.fill(clinic.journey.clear(AskAt.CONSULTATION))
    practitioner.fill(SEEN)
    practitioner.press("Save draft", first=True)
    shown(practitioner.page, ["4 sessions, 28 days apart", "Nothing stands in the way"])
    practitioner.fill({"decision": "accepted", "expectations_talk": "on"})
    practitioner.press("Sign and hand to front desk")
    shown(practitioner.page, ["Agreed: 4 sessions, 28 days apart", "with the front desk"])
    practitioner.open(clinic.journey.url("plans:patient", patient.pk))
    practitioner.fill({"kind": "treatment", "version": "2026.1"})
    practitioner.press("Record consent")
    return Series.objects.get(patient=patient)


def booked(clinic: Clinic, desk: Hands, series: Series) -> list[Visit]:
    desk.open(clinic.journey.url("plans:today"))
    desk.pressed.clear()
    desk.press("See proposals", role="link")
    desk.press("Book 4 sessions")
    assert desk.pressed == ["See proposals", "Book 4 sessions"]
    shown(desk.page, [f"4 sessions booked for {NAME}"])
    return list(series.visits.all())


def treated(clinic: Clinic, visit: Visit) -> AftercareSheet:
    journey = clinic.journey
    journey.at(visit.starts_at)
    desk = clinic.returns(journey.team.desk)
    desk.open(journey.url("plans:today"))
    desk.press(f"Check in {NAME}")
    journey.at(visit.starts_at + HOUR)
    practitioner = clinic.returns(journey.team.practitioner)
    practitioner.open(journey.url("plans:record", visit.pk))
    start = f"{visit.start_minute // 60:02d}"
    times = {"started": f"{start}:00", "ended": f"{start}:50"}
    asked = {name: clear for name, clear in journey.clear(AskAt.SESSION).items() if practitioner.has(name)}
    assert asked
    practitioner.fill({**asked, **times, **DONE})
    practitioner.press("Finish and sign")
    shown(practitioner.page, ["LOT-7"])
    return AftercareSheet.objects.get()


def lets_in(clinic: Clinic, patient: Patient) -> Hands:
    """The desk invites, the patient types the code of the mail and the birth date."""
    journey = clinic.journey
    desk = clinic.returns(journey.team.desk)
    desk.open(journey.url("patients:edit", patient.pk))
    desk.page.locator("#key_email").fill(ADDRESS)
    desk.press("Send an invitation")
    hands = clinic.anybody()
    hands.open(reverse("patients:sign_in"))
    hands.fill({"email": ADDRESS})
    hands.press("Send me a code")
    code = re.search(r"\d{4} ?\d{4}", journey.mails()[-1].body)
    assert code is not None
    hands.fill({"code": code[0]})
    hands.press("Sign in")
    hands.fill(BORN)
    hands.press("Open the page")
    return hands


@pytest.mark.parametrize("width", [1440, 390])
def test_the_whole_journey_in_chromium(
    new_page: Open, look: Check, time_machine: Any, width: int, screens: Any
) -> None:
    clinic = Clinic(Journey(a_team(), time_machine), new_page, width, look)
    team = clinic.journey.team
    desk, practitioner = clinic.enters(team.desk), clinic.enters(team.practitioner)
    patient = registered(clinic, desk)
    visits = booked(clinic, desk, consulted(clinic, practitioner, patient))
    sheet = treated(clinic, visits[0])

    hands = lets_in(clinic, patient)
    shown(hands.page, ["4 sessions, 1 done", "Session 2 of 4"])
    hands.page.screenshot(path=screens / "plan.png", full_page=True)
    hands.open(reverse("plans:my_aftercare", args=[patient.pk]))
    make_up = next(item for item in sheet.content["sheet"]["items"] if item["slot"] == "makeup")
    shown(hands.page, [make_up["title"], team.clinic.phone])
