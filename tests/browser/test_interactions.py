"""How many things a front desk has to do for each of its tasks: with a mouse, by keyboard alone, without script.

Counted is everything that acts: a click, a key or chord that presses or chooses, a field that is filled; from the page
on which the task begins to the page that says it is done. Pointing is not counted, be it with the mouse or with Tab.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from plans.actions import booking
from plans.actions.visits import mark
from plans.models import Series, Visit
from plans.queries.proposals import search
from plans.queries.standing import standing
from plans.rules.wishes import Wishes
from tests.browser.hands import shown, tab_to
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.plans import VisitFactory, consent_to_treatment
from tests.people import as_staff

Open = Callable[..., Page]
WAYS = ["mouse", "keyboard", "no script"]


class Counted:
    """One person at the desk, who does things in one way; everything that acts is counted."""

    def __init__(self, page: Page, way: str) -> None:
        self.page, self.way = page, way
        self.done: list[str] = []

    def press(self, selector: str, *, leads_on: bool = True, last: bool = False) -> None:
        """Press a button, follow a link, open a fold."""
        target = self.found(selector, last=last)
        if leads_on:
            with self.page.expect_navigation():
                self._act(target, "Enter")
        else:
            self._act(target, "Enter")
        self.done.append(f"press {selector}")

    def choose(self, selector: str, *, last: bool = False) -> None:
        """Choose one of several."""
        target = self.found(selector, last=last)
        if self.way == "keyboard":
            target.focus()  # as Tab and the arrows get there; a radio group has one stop
            self.page.keyboard.press("Space")
        else:
            target.click()
        self.done.append(f"choose {selector}")

    def write(self, selector: str, text: str) -> None:
        """Fill a field."""
        if self.way == "keyboard":
            tab_to(self.page, selector)
            self.page.keyboard.type(text)
        else:
            self.page.locator(selector).fill(text)
        self.done.append(f"write {selector}")

    def found(self, selector: str, *, last: bool = False) -> Locator:
        found = self.page.locator(selector).locator("visible=true")
        return found.last if last else found.first

    def _act(self, target: Locator, key: str) -> None:
        if self.way != "keyboard":
            target.click()
            return
        target.evaluate("here => here.setAttribute('data-wanted', '')")
        tab_to(self.page, "[data-wanted]")
        target.evaluate("here => here.removeAttribute('data-wanted')")
        self.page.keyboard.press(key)


@pytest.fixture
def desk(transactional_db: None, time_machine: Any) -> Desk:
    time_machine.move_to(MONDAY, tick=False)
    desk = a_desk()
    consent_to_treatment(desk.patient, desk.team.clinic)
    return desk


@pytest.fixture(params=WAYS)
def person(request: pytest.FixtureRequest, desk: Desk, new_page: Open) -> Counted:
    page = new_page(1440, javascript=request.param != "no script", client=as_staff(desk.team.desk))
    return Counted(page, request.param)


def booked(desk: Desk, ticks: Any) -> list[Visit]:
    """Book the first proposal of four sessions, and let it be shortly after the first was to begin."""
    plan = search(standing(desk.series), Wishes(), at=MONDAY).choices[0].plan
    booking.confirm(desk.actor, desk.series, booking.offer(desk.series, plan), at=MONDAY)
    visits = list(desk.series.visits.order_by("day"))
    ticks.move_to(visits[0].starts_at + datetime.timedelta(minutes=20), tick=False)
    return visits


def here(desk: Desk, page: str) -> str:
    return f"/c/{desk.team.clinic.slug}/{page}"


def test_a_series_of_four_is_booked_from_the_worklist_in_two(desk: Desk, person: Counted) -> None:
    person.page.goto(here(desk, "series/"))
    person.press("main a[href$='/booking/']")
    person.press("button.btn-primary[form=confirm]")
    shown(person.page, ["4 sessions booked for Tomasz Wieczorek"])
    assert desk.series.visits.count() == 4
    assert len(person.done) <= 2, person.done


def test_a_series_with_one_other_date_is_booked_in_four(desk: Desk, person: Counted) -> None:
    person.page.goto(here(desk, "series/"))
    person.press("main a[href$='/booking/']")
    second = ".pick:has(:checked) .slots li:nth-child(2)"
    person.press(f"{second} button[name=open]", leads_on=person.way == "no script")
    person.found(f"{second} button[name=change]").wait_for()
    if person.way != "no script":
        assert (
            person.page.evaluate("document.activeElement.name") == "change"
        )  # the swap moved the focus along
    person.press(f"{second} button[name=change]")
    person.press("button.btn-primary[form=confirm]")
    shown(person.page, ["4 sessions booked for Tomasz Wieczorek"])
    assert desk.series.visits.count() == 4
    assert len(person.done) <= 4, person.done


def test_a_session_moves_and_the_rest_follows_in_five(desk: Desk, person: Counted, time_machine: Any) -> None:
    # Five weeks apart and no other day: wherever the first session goes, the others follow.
    Series.objects.update(min_days=35, target_days=35, max_days=35)
    desk.series.refresh_from_db()
    visits = booked(desk, time_machine)
    time_machine.move_to(MONDAY, tick=False)
    person.page.goto(here(desk, f"days/{visits[0].day.isoformat()}/"))
    person.press(f".ap a[href$='/visits/{visits[0].pk}/']")
    person.press("main a[href$='/move/']")
    person.press("main button[name=slot]", last=True)
    person.press("button.btn-primary[form=confirm]")
    shown(person.page, ["Tomasz Wieczorek"])
    moved = [one.day for one in desk.series.visits.order_by("day")]
    assert all(after > before.day for after, before in zip(moved, visits, strict=True))
    assert len(person.done) <= 5, person.done


def test_a_patient_is_checked_in_with_one(desk: Desk, person: Counted, time_machine: Any) -> None:
    first = booked(desk, time_machine)[0]
    person.page.goto(here(desk, "today/"))
    person.press("main button[formaction*='/arrived/']")
    shown(person.page, ["Tomasz Wieczorek: arrived."])
    first.refresh_from_db()
    assert (first.state, len(person.done)) == ("arrived", 1)


def test_a_missed_session_is_booked_again_in_five(desk: Desk, person: Counted, time_machine: Any) -> None:
    first = booked(desk, time_machine)[0]
    mark(desk.actor, first, "no_show", at=first.starts_at + datetime.timedelta(minutes=20))
    person.page.goto(here(desk, "today/"))
    person.press(".ap a[href$='/booking/']")
    person.press("button.btn-primary[form=confirm]")
    shown(person.page, ["Tomasz Wieczorek"])
    assert Series.objects.get(pk=desk.series.pk).visits.filter(state="booked").count() == 4
    assert len(person.done) <= 5, person.done


def test_a_single_visit_is_booked_from_a_gap_in_four(desk: Desk, person: Counted) -> None:
    person.page.goto(here(desk, "today/"))
    person.press(".gap a")
    person.write("#id_q", "wiecz")
    if person.way == "no script":
        person.press("main form[role=search] button")
    person.found("#found tbody th a").wait_for()
    if person.way != "no script":
        assert person.page.evaluate("document.activeElement.id") == "id_q"  # the swap has taken nothing away
    person.press("#found tbody th a")
    person.press("button.btn-primary[form=book]")
    shown(person.page, ["Tomasz Wieczorek", "Consultation"])
    assert Visit.objects.get(kind="consultation").patient == desk.patient
    assert len(person.done) <= (5 if person.way == "no script" else 4), person.done


def test_a_single_visit_is_booked_from_the_patient_in_four(desk: Desk, person: Counted) -> None:
    person.page.goto(here(desk, f"patients/{desk.patient.pk}/"))
    person.press("main a[href*='visits/new/']")
    person.choose("[name=slot]")
    person.press("button.btn-primary[form=book]")
    shown(person.page, ["Tomasz Wieczorek", "Consultation"])
    assert len(person.done) <= 4, person.done


def test_the_consultation_of_a_new_caller_is_booked_in_six(desk: Desk, person: Counted) -> None:
    person.page.goto(here(desk, "today/"))
    person.press(".gap a")
    person.press("main a[href*='/caller/']")
    person.write("#id_name", "Zoe Newcomer")
    person.write("#id_birth_date", "22/6/1985")
    person.write("#id_phone", "020 7946 0018")
    person.press("button.btn-primary[form=caller]")
    shown(person.page, ["Zoe Newcomer", "Consultation"])
    assert Visit.objects.get(kind="consultation").patient.phone == "+44 20 7946 0018"  # type: ignore[union-attr]
    assert len(person.done) <= 6, person.done


def test_the_keys_of_the_board_check_in_and_book(desk: Desk, new_page: Open, time_machine: Any) -> None:
    first = booked(desk, time_machine)[0]
    VisitFactory.create(
        patient=desk.patient, practitioner=desk.team.lead, kind="review", day=first.day, start_minute=16 * 60
    )
    page = new_page(1440, client=as_staff(desk.team.desk))
    page.goto(here(desk, "today/"))
    page.wait_for_load_state("networkidle")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == f"v{first.pk}"
    with page.expect_navigation():
        page.keyboard.press("c")
    first.refresh_from_db()
    assert first.state == "arrived"
    assert page.evaluate("document.activeElement.id") == f"v{first.pk}"
