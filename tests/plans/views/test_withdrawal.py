import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Leave
from plans.actions import disruptions
from plans.models import Absence
from tests.factories.booking import MONDAY, TEN, Desk
from tests.factories.disruptions import DAY, NEXT, booked_series, drafted, leave, when
from tests.pages import text_of
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def an_absence(desk: Desk, *choices: str) -> Absence:
    """Return a leave that was saved with a decision on each patient."""
    for hour, _choice in enumerate(choices):
        booked_series(desk, f"Person {hour}", NEXT, start=540 + 75 * hour)
    absence = drafted(desk, leave(desk, NEXT, NEXT + 4 * DAY))
    if choices:
        rows = zip(absence.decisions.all(), choices, strict=True)
        disruptions.accept(desk.admin, absence, {row.pk: choice for row, choice in rows}, at=MONDAY)
    return Absence.objects.get(pk=absence.pk)


def url(desk: Desk, absence: Absence) -> str:
    return reverse("plans:absence_withdraw", args=[desk.team.clinic.slug, absence.pk])


def test_what_happens_is_told_before_it_is_done(desk: Desk, admin: Client) -> None:
    absence = an_absence(desk, "move", "keep", "cancel")
    page = text_of(admin.get(url(desk, absence)))
    for words in (
        "1 patient was moved because of it and stays where they are now.",
        "1 patient’s visits were cancelled and stay cancelled.",
        "1 visit stands in that time.",
    ):
        assert words in page
    assert Leave.objects.count() == 1


def test_the_time_is_given_back_from_the_day_that_is_typed(desk: Desk, admin: Client) -> None:
    absence = an_absence(desk)
    assert "No booking was touched by it." in text_of(admin.get(url(desk, absence)))
    answer = admin.post(url(desk, absence), {"back": "11/2"}, follow=True)
    assert "It ends then. Its time is free again" in text_of(answer)
    assert Leave.objects.get().last == NEXT + DAY
    admin.post(url(desk, absence), {"back": "9/2"})
    assert (Leave.objects.count(), Absence.objects.get().state) == (0, "withdrawn")
    page = reverse("plans:absence", args=[desk.team.clinic.slug, absence.pk])
    assert "Withdrawn" in text_of(admin.get(page))
    assert admin.get(url(desk, absence)).headers["Location"] == page


def test_who_moved_stays(desk: Desk, admin: Client) -> None:
    absence = an_absence(desk, "move")
    moved = absence.decisions.get().series
    assert moved is not None
    admin.post(url(desk, absence), {"back": "9/2"})
    assert when(moved) == (NEXT, 540, desk.team.lead.user.name)


def test_who_is_booked_into_time_that_came_back_is_not_to_be_called(desk: Desk, admin: Client) -> None:
    absence = an_absence(desk)
    admin.post(url(desk, absence), {"back": "9/2"})
    booked_series(desk, "Ana Souza", NEXT, start=TEN)
    page = text_of(admin.get(reverse("plans:absence", args=[desk.team.clinic.slug, absence.pk])))
    assert "Ana Souza" not in page
    assert "Nobody is booked in this time" not in page
    assert "This was withdrawn. Nothing is to be decided." in page


def test_what_was_typed_wrongly_is_said(desk: Desk, admin: Client) -> None:
    absence = an_absence(desk)
    for typed, words in (
        ("", "Type the first day that is free again."),
        ("1/2/2026", "That day has passed. Choose today or later."),
        ("1/6", "It is over by then."),
        ("x" * 10_000, ""),
        ("🙂", "is not a day"),
    ):
        answer = admin.post(url(desk, absence), {"back": typed})
        assert (answer.status_code, words in text_of(answer)) == (422, True), typed
    assert Leave.objects.get().last == NEXT + 4 * DAY


def test_a_draft_is_not_withdrawn_but_thrown_away(desk: Desk, admin: Client) -> None:
    booked_series(desk, "Ana", NEXT, start=TEN)
    absence = drafted(desk)
    for answer in (admin.get(url(desk, absence)), admin.post(url(desk, absence), {"back": "9/2"})):
        assert answer.headers["Location"].endswith(f"/absences/{absence.pk}/")
    assert Absence.objects.get().is_draft


def test_the_desk_may_not_and_a_stranger_finds_nothing(desk: Desk) -> None:
    absence = an_absence(desk)
    for person, code in (
        (desk.team.desk, 403),
        (desk.team.practitioner, 403),
        (a_team("harbour").admin, 404),
    ):
        there = as_staff(person)
        assert there.get(url(desk, absence)).status_code == code
        assert there.post(url(desk, absence), {"back": "9/2"}).status_code == code
    assert Leave.objects.count() == 1
