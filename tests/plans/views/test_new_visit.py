import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry
from plans.forms.visits import sign_slot
from plans.models import Visit
from tests.factories.booking import DAYS, Desk, slot
from tests.factories.patients import PatientFactory
from tests.pages import values
from tests.people import a_team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def new_page(desk: Desk) -> str:
    return reverse("plans:visit_new", args=[desk.team.clinic.slug])


class TestBookingOneVisit:
    def asked(self, desk: Desk, browser: Client, **more: str) -> str:
        return browser.get(new_page(desk), {"patient": str(desk.patient.pk), **more}).content.decode()

    def test_a_visit_is_booked_with_one_choice(self, desk: Desk, browser: Client) -> None:
        html = self.asked(desk, browser, day="3/2")
        posted = {name: values(html, name)[0] for name in ("slot", "kind", "key", "patient")}
        answer = browser.post(new_page(desk), {**posted, "note": "brings her mother"})
        visit = Visit.objects.get()
        assert answer.headers["Location"] == reverse("plans:visit", args=["fernway", visit.pk])
        assert (visit.kind, visit.day, visit.start_minute, visit.note) == (
            "consultation", DAYS[0], 540, "brings her mother",
        )  # fmt: skip
        assert browser.post(new_page(desk), posted).status_code == 302
        assert Visit.objects.count() == 1

    def test_the_second_desk_at_one_time_is_told_and_offered_others(
        self, desk: Desk, browser: Client
    ) -> None:
        page = f"{new_page(desk)}?patient={desk.patient.pk}&day=3/2"
        first, second = (browser.get(page).content.decode() for _ in range(2))
        names = ("slot", "kind", "key", "patient")
        assert browser.post(page, {name: values(first, name)[0] for name in names}).status_code == 302
        answer = browser.post(page, {name: values(second, name)[0] for name in names})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "was booked a moment ago. Nothing has been saved." in html
        assert len(values(html, "slot")) > 5
        assert Visit.objects.count() == 1

    def test_a_gap_of_the_board_chooses_person_and_time(self, desk: Desk, browser: Client) -> None:
        html = self.asked(desk, browser, day="2026-02-03", at="630", column=f"p{desk.team.lead.pk}")
        (checked,) = re.findall(
            r'<input type="radio" name="slot" value="[^"]+" checked><span>(.*?)</span>', html
        )
        assert "10:30" in checked
        assert desk.team.lead.user.name in checked

    @pytest.mark.parametrize(
        "bad", [{"at": "x"}, {"at": "9" * 5000}, {"at": "²"}, {"column": "p999999"}, {"column": "🙂"}]
    )
    def test_a_gap_that_is_none_is_ignored(self, desk: Desk, browser: Client, bad: dict[str, str]) -> None:
        html = self.asked(desk, browser, **bad)
        assert "Free times" in html
        assert "checked><span>" not in html

    def test_every_day_is_within_reach(self, desk: Desk, browser: Client) -> None:
        seen: list[str] = []
        address = f"?patient={desk.patient.pk}&day=2026-02-03"
        for _ in range(4):
            html = browser.get(new_page(desk) + address).content.decode()
            seen += re.findall(r'<legend class="form-label">(\w+ \d+ \w+)', html)
            address = re.findall(r'href="(\?[^"]+)">Later days', html)[0].replace("&amp;", "&")
        assert seen == [
            "Tuesday 3 February",
            "Wednesday 4 February",
            "Thursday 5 February",
            "Friday 6 February",
        ]

    def test_a_failed_post_keeps_time_and_note(self, desk: Desk, browser: Client) -> None:
        address = f"{new_page(desk)}?patient={desk.patient.pk}&day=3/2"
        html = browser.get(address).content.decode()
        posted = {name: values(html, name)[0] for name in ("kind", "key", "patient")}
        answer = browser.post(address, {**posted, "slot": values(html, "slot")[3], "note": "ñ" * 301})
        again = answer.content.decode()
        assert answer.status_code == 422
        assert "Write at most 300 characters." in again
        assert "ñ" * 301 in again
        assert (
            re.findall(r'value="([^"]+)" checked', again)[0].split(":")[0]
            == values(html, "slot")[3].split(":")[0]
        )
        assert Visit.objects.count() == 0

    def test_somebody_is_found_without_losing_the_time(self, desk: Desk, browser: Client) -> None:
        address = f"{new_page(desk)}?day=2026-02-03&at=630"
        html = browser.post(address, {"q": "wiecz"}).content.decode()
        (link,) = re.findall(r'href="(\?[^"]+patient=[^"]+)"', html)
        assert "day=2026-02-03" in link
        assert "at=630" in link
        assert str(desk.patient.pk) in link
        nobody = browser.post(new_page(desk), {"q": "zzz🙂"}).content.decode()
        assert "Nobody matches that." in nobody
        assert Visit.objects.count() == 0

    def test_a_name_is_never_read_from_an_address_and_a_search_is_logged(
        self, desk: Desk, browser: Client
    ) -> None:
        assert "Wieczorek" not in browser.get(new_page(desk), {"q": "wiecz"}).content.decode()
        assert AuditEntry.objects.count() == 0
        html = browser.post(new_page(desk), {"q": "wiecz"}).content.decode()
        assert "wiecz" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', html))
        (entry,) = AuditEntry.objects.all()
        assert (entry.verb, entry.subject_kind, entry.subject_id, entry.user) == (
            "search", "page", "plans:visit_new", desk.team.desk.user,
        )  # fmt: skip

    @pytest.mark.parametrize("typed", ["x" * 10_000, "\x00", "فاطمة", "'; drop table"])
    def test_whatever_is_searched_for_finds_nobody_and_breaks_nothing(
        self, desk: Desk, browser: Client, typed: str
    ) -> None:
        answer = browser.post(new_page(desk), {"q": typed})
        assert answer.status_code == 200
        assert "Wieczorek" not in answer.content.decode()

    @pytest.mark.parametrize(
        ("wish", "words"),
        [
            ({"day": "1/1/2025"}, "That day has passed"),
            ({"day": "31/12/9999"}, "more than three years ahead"),
            ({"day": "soonish"}, "is not a day"),
            ({"kind": "treatment"}, "Select a valid choice"),
            ({"kind": "blocked"}, "Choose whose time is blocked."),
            ({"minutes": "7"}, "multiple of 5"),
            ({"minutes": "9000"}, "at most 12 hours"),
        ],
    )
    def test_what_cannot_be_looked_for_is_explained(
        self, desk: Desk, browser: Client, wish: dict[str, str], words: str
    ) -> None:
        answer = browser.get(new_page(desk), wish)
        assert answer.status_code == 422
        assert words in answer.content.decode() or "Choose" in answer.content.decode()

    def test_time_is_blocked_for_one_person(self, desk: Desk, browser: Client) -> None:
        who = str(desk.team.lead.user.resource_id)
        address = f"{new_page(desk)}?kind=blocked&who={who}&minutes=45&day=3/2"
        html = browser.get(address).content.decode()
        posted = {name: values(html, name)[0] for name in ("slot", "kind", "key", "minutes")}
        assert browser.post(address, {**posted, "note": "team meeting"}).status_code == 302
        visit = Visit.objects.get()
        assert (visit.kind, visit.minutes, visit.practitioner, visit.patient, visit.note) == (
            "blocked", 45, desk.team.lead, None, "team meeting",
        )  # fmt: skip
        page = browser.get(reverse("plans:visit", args=["fernway", visit.pk])).content.decode()
        assert "Check in" not in page
        assert "Patient has confirmed" not in page

    @pytest.mark.parametrize("patient", ["0c5d83b0-8dc7-4f42-a464-816ea6aaa35a", "x", "🙂" * 100, ""])
    def test_a_patient_who_is_not_there_is_asked_for(self, desk: Desk, browser: Client, patient: str) -> None:
        assert "For whom" in browser.get(new_page(desk), {"patient": patient}).content.decode()

    def test_another_clinics_patient_is_nobody_here(self, desk: Desk, browser: Client) -> None:
        theirs = PatientFactory.create(clinic=a_team("harbour").clinic, name="Ana Beltrán")
        assert "Beltrán" not in browser.get(new_page(desk), {"patient": str(theirs.pk)}).content.decode()
        posted = {"patient": theirs.pk, "kind": "consultation", "key": uuid.uuid4()}
        answer = browser.post(
            new_page(desk), {**posted, "slot": sign_slot(slot(desk, DAYS[0], 900, room="consulting"))}
        )
        assert answer.status_code == 404
        assert Visit.objects.count() == 0
