"""The day board and the week as they are seen: nothing covers anything, on any screen, whatever was imported."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Page

from clinic.models import Closure, Leave, Outage
from tests.browser.world import LONG, RIGHT_TO_LEFT
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory, VisitFactory
from tests.people import as_staff

Open = Callable[..., Page]
Check = Callable[[Page], None]
TODAY = MONDAY.date()
MOST_ELEMENTS = 2500


@pytest.fixture
def desk(transactional_db: None, time_machine: Any) -> Desk:
    time_machine.move_to(MONDAY + datetime.timedelta(hours=2, minutes=10), tick=False)
    desk = a_desk()
    for start, minutes, state, name in (
        (540, 60, "no_show", LONG),
        (545, 45, "done", RIGHT_TO_LEFT),
        (550, 5, "booked", "Zoë 👩🏽‍⚕️"),
        (555, 30, "arrived", LONG),
        (700, 5, "booked", "Five minutes"),
        (705, 15, "booked", LONG),
        (720, 20, "in_room", LONG),
        (740, 45, "in_treatment", LONG),
    ):
        a_visit(desk, start, minutes, state=state, name=name)
    clinic = desk.team.clinic
    Closure.objects.create(
        clinic=clinic, first=TODAY, last=TODAY, start_minute=960, end_minute=1020, reason=LONG[:120]
    )
    Leave.objects.create(membership=desk.team.lead, first=TODAY, last=TODAY, start_minute=600, end_minute=660)
    Outage.objects.create(resource=clinic.rooms.earliest("pk").resource, first=TODAY, last=TODAY, reason=LONG)
    Outage.objects.create(resource=clinic.devices.earliest("pk").resource, first=TODAY, last=TODAY)
    return desk


def a_visit(desk: Desk, start: int, minutes: int, *, state: str = "booked", name: str = LONG) -> None:
    VisitFactory.create(
        patient=PatientFactory.create(clinic=desk.team.clinic, name=name),
        practitioner=desk.team.practitioner,
        room=desk.team.clinic.rooms.latest("pk"),
        kind="review",
        day=TODAY,
        start_minute=start,
        minutes=minutes,
        state=state,
        state_at=MONDAY,
        note=LONG,
    )


def pages(desk: Desk) -> list[str]:
    start = f"/c/{desk.team.clinic.slug}"
    week = f"{start}/weeks/{TODAY.isoformat()}/"
    return [
        f"{start}/today/",
        f"{start}/today/?by=room",
        f"{start}/today/?by=list",
        f"{start}/today/?on=never",
        week,
        f"{week}?who={desk.team.practitioner.pk}",
        f"{start}/days/{TODAY.isoformat()}/print/",
    ]


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1024, True), (390, True), (320, False)])
def test_board_week_and_paper_satisfy_axe_and_cover_nothing(
    desk: Desk, new_page: Open, axe: Check, no_sideways_scroll: Check, width: int, dark: bool
) -> None:
    page = new_page(width, dark=dark, client=as_staff(desk.team.desk))
    for address in pages(desk):
        page.goto(address)
        axe(page)
        no_sideways_scroll(page)
        covers_nothing(page)


def covers_nothing(page: Page) -> None:
    """No card or stretch lies on another, and no button leaves its card."""
    boxes = [(one, one.bounding_box()) for one in page.locator(".col > :not(.nowline)").all()]
    for (one, here), (other, there) in combinations(boxes, 2):
        assert here is not None
        assert there is not None
        assert not meet(here, there), f"{page.url}: {one.inner_text()!r} and {other.inner_text()!r}"
    for button in page.locator(".ap .btn").all():
        inside, card = button.bounding_box(), button.locator("xpath=ancestor::li").bounding_box()
        assert inside is not None
        assert card is not None
        assert inside["y"] >= card["y"] - 1
        assert inside["y"] + inside["height"] <= card["y"] + card["height"] + 1


def meet(one: FloatRect, other: FloatRect) -> bool:
    return (
        one["x"] < other["x"] + other["width"] - 1
        and other["x"] < one["x"] + one["width"] - 1
        and one["y"] < other["y"] + other["height"] - 1
        and other["y"] < one["y"] + one["height"] - 1
    )


def test_a_full_day_stays_small_and_shows_what_time_it_is(desk: Desk, new_page: Open) -> None:
    for number in range(52):
        series = SeriesFactory.create(
            patient=PatientFactory.create(clinic=desk.team.clinic, name=f"Patient {number}"),
            practitioner=MembershipFactory.create(clinic=desk.team.clinic, is_practitioner=True)
            if number % 10 == 0
            else desk.team.lead,
            consultation__signed_by=desk.team.practitioner.user,
        )
        VisitFactory.create(series=series, session_number=1, day=TODAY)
    page = new_page(1440, client=as_staff(desk.team.desk))
    page.goto(pages(desk)[0])
    assert page.locator(".ap").count() == 60
    assert page.evaluate("document.querySelectorAll('*').length") <= MOST_ELEMENTS
    line, label = page.locator(".nowline").first.bounding_box(), page.locator(".nowlabel").bounding_box()
    assert line is not None
    assert label is not None
    assert abs(line["y"] - label["y"] - label["height"] / 2) < 8
    assert page.locator(".nowlabel").inner_text() == "10:10"


def test_the_day_prints_on_a4_without_shell_or_buttons(desk: Desk, new_page: Open) -> None:
    page = new_page(794, client=as_staff(desk.team.desk))
    page.goto(pages(desk)[-1])
    page.emulate_media(media="print")
    assert page.locator(".btn:visible").count() == 0
    assert page.locator(".rail").count() == 0
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen
    assert page.locator("tbody tr:visible").count() == 8
