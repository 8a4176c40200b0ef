import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Closure, Leave, Outage
from plans.actions.drafting import Wanted
from plans.models import Absence, Visit
from tests.factories.booking import TEN, Desk
from tests.factories.disruptions import DAY, NEXT, booked_consultation, booked_series, drafted, when
from tests.pages import text_of, url
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def typed(desk: Desk, **other: Any) -> dict[str, Any]:
    return {
        "kind": "leave",
        "who": desk.team.practitioner.pk,
        "first": "9/2",
        "key": uuid4(),
        **other,
    }


def a_draft(desk: Desk, *names: str, start: int = 540) -> Absence:
    for hour, name in enumerate(names):
        booked_series(desk, name, NEXT, NEXT + 35 * DAY, start=start + 75 * hour)
    return drafted(desk)


def test_an_absence_that_touches_nobody_is_saved_from_the_form(desk: Desk, admin: Client) -> None:
    data = typed(desk, last="13/2", start="09:00", end="12.30", reason="Course")
    answer = admin.post(url(desk, "absence_new"), data)
    assert answer.headers["Location"] == url(desk, "absences")
    saved = Leave.objects.get()
    assert (saved.first, saved.last, saved.start_minute, saved.end_minute, saved.reason) == (
        NEXT, NEXT + 4 * DAY, 540, 750, "Course",
    )  # fmt: skip
    assert desk.team.practitioner.user.name in text_of(admin.get(url(desk, "absences")))


def test_the_same_form_twice_makes_one(desk: Desk, admin: Client) -> None:
    data = typed(desk)
    for _time in range(2):
        admin.post(url(desk, "absence_new"), data)
    assert (Leave.objects.count(), Absence.objects.count()) == (1, 1)


@pytest.mark.parametrize("kind", ["closure", "room", "device"])
def test_each_kind_can_be_entered(desk: Desk, admin: Client, kind: str) -> None:
    clinic = desk.team.clinic
    things = {"room": clinic.rooms.earliest("pk").pk, "device": clinic.devices.earliest("pk").pk}
    admin.post(url(desk, "absence_new"), typed(desk, kind=kind, **things))
    assert (Leave.objects.count(), Closure.objects.count() + Outage.objects.count()) == (0, 1)


def test_sickness_from_the_form_to_the_new_dates(desk: Desk, admin: Client) -> None:
    """The practitioner is ill and a colleague is free at that hour: the same hour with the colleague."""
    ana = booked_series(desk, "Ana Souza", NEXT, NEXT + 35 * DAY)
    answer = admin.post(url(desk, "absence_new"), typed(desk, reason="Flu"))
    absence = Absence.objects.get()
    assert answer.headers["Location"] == url(desk, "absence", absence.pk)
    page = text_of(admin.get(answer.headers["Location"]))
    for words in (
        "Ana Souza",
        "Other practitioner",
        desk.team.lead.user.name,
        "35 days",
        "Draft: not in effect",
    ):
        assert words in page
    row = absence.decisions.get()
    answer = admin.post(url(desk, "absence_apply", absence.pk), {f"choice-{row.pk}": "move"}, follow=True)
    assert "1 patient is settled." in text_of(answer)
    assert when(ana) == (NEXT, TEN, desk.team.lead.user.name)
    assert Leave.objects.get().reason == "Flu"


def test_nothing_is_saved_while_a_decision_is_missing_and_what_was_chosen_stays(
    desk: Desk, admin: Client
) -> None:
    absence = a_draft(desk, "Ana", "Bea")
    one, _other = absence.decisions.all()
    answer = admin.post(url(desk, "absence_apply", absence.pk), {f"choice-{one.pk}": "keep"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error:" in html
    assert "Decide what becomes of every patient first." in html
    assert re.search(rf'name="choice-{one.pk}" value="keep"[^>]* checked', html)
    assert (Leave.objects.count(), Absence.objects.get().state) == (0, "draft")


def test_one_button_accepts_all_that_have_a_place(desk: Desk, admin: Client) -> None:
    absence = a_draft(desk, "Ana", "Bea", "Cem")
    keep = absence.decisions.earliest("pk")
    admin.post(url(desk, "absence_apply", absence.pk), {"rest": "move", f"choice-{keep.pk}": "keep"})
    assert sorted(absence.decisions.values_list("choice", flat=True)) == ["keep", "move", "move"]
    assert Leave.objects.count() == 1
    page = text_of(admin.get(url(desk, "absences")))
    assert f"{desk.team.practitioner.user.name} is away then." in page


def test_a_slot_taken_meanwhile_is_asked_about_again_and_the_rest_is_done(desk: Desk, admin: Client) -> None:
    absence = a_draft(desk, "Ana", "Bea")
    # The desk gives the colleague's nine o'clock, where Ana was to go, to somebody else.
    booked_consultation(desk, "Dov", NEXT, start=540, who=desk.team.lead)
    page = text_of(admin.post(url(desk, "absence_apply", absence.pk), {"rest": "move"}, follow=True))
    assert "1 patient is settled." in page
    assert "1 patient’s new time was taken meanwhile." in page
    assert "Asked again" in page
    assert "Put it here instead, then plan again" in page
    assert absence.decisions.get(settled_at=None).patient.name == "Ana"
    admin.post(url(desk, "absence_apply", absence.pk), {"rest": "move"})
    assert not absence.decisions.filter(settled_at=None).exists()


def test_whoever_was_booked_in_meanwhile_appears_with_a_plan(desk: Desk, admin: Client) -> None:
    absence = a_draft(desk, "Ana")
    booked_series(desk, "Late Comer", NEXT, start=TEN + 180)
    assert "1 visit was booked into this time" in text_of(admin.get(url(desk, "absence", absence.pk)))
    answer = admin.post(url(desk, "absence_apply", absence.pk), {"rest": "move"})
    assert (answer.status_code, Leave.objects.count()) == (422, 0)
    assert "Late Comer" in text_of(answer)
    assert admin.post(url(desk, "absence_apply", absence.pk), {"rest": "move"}).status_code == 302
    assert Leave.objects.count() == 1


def test_another_time_is_pinned_and_the_rest_planned_around_it(desk: Desk, admin: Client) -> None:
    absence = a_draft(desk, "Ana", "Bea")
    row = absence.decisions.get(patient__name="Ana")
    plan = url(desk, "absence", absence.pk)
    tokens = re.findall(
        rf'name="slot-{row.pk}" value="([^"]+)"', admin.get(f"{plan}?times={row.pk}").content.decode()
    )
    assert len(tokens) == 8
    answer = admin.post(plan, {f"slot-{row.pk}": tokens[-1]})
    assert answer.headers["Location"] == plan
    before = row.after
    row.refresh_from_db()
    assert (row.after != before, len(row.pins)) == (True, 1)
    assert "Held" in text_of(admin.get(plan))


def test_a_proposal_that_is_held_stays(desk: Desk, admin: Client) -> None:
    absence = a_draft(desk, "Ana", "Bea")
    row = absence.decisions.get(patient__name="Ana")
    admin.post(url(desk, "absence", absence.pk), {f"pin-{row.pk}": "on", f"choice-{row.pk}": "move"})
    held = absence.decisions.get(pk=row.pk)
    assert (held.after, held.choice, len(held.pins)) == (row.after, "move", 2)


def test_a_time_that_was_not_shown_is_refused(desk: Desk, admin: Client) -> None:
    absence = a_draft(desk, "Ana")
    row = absence.decisions.get()
    for forged in ("forged", "x" * 10_000, "🙂", "אבג"):
        answer = admin.post(url(desk, "absence", absence.pk), {f"slot-{row.pk}": forged})
        assert answer.status_code == 422
    for choice in ("forget", "x" * 10_000):
        answer = admin.post(url(desk, "absence_apply", absence.pk), {f"choice-{row.pk}": choice})
        assert answer.status_code == 422
    assert (Leave.objects.count(), absence.decisions.get().after) == (0, row.after)


def test_no_place_says_why_and_what_would_help(desk: Desk, admin: Client) -> None:
    ana = booked_series(desk, "Ana", NEXT - 7 * DAY, NEXT + 28 * DAY)
    Visit.objects.filter(series=ana, session_number=1).update(state="done")
    closed = Wanted("closure", NEXT + 7 * DAY, NEXT + 60 * DAY)
    absence = drafted(desk, closed)
    row = absence.decisions.get()
    page = text_of(admin.get(url(desk, "absence", absence.pk)))
    assert "Why there is no place, and what would help" in page
    assert "further apart, which needs a reason" not in page
    page = text_of(admin.get(url(desk, "absence", absence.pk) + f"?why={row.pk}"))
    for words in (
        "No place",
        "the clinic is closed",
        "What would help",
        "further apart, which needs a reason",
    ):
        assert words in page
    assert (
        f'name="choice-{row.pk}" value="move"'
        not in admin.get(url(desk, "absence", absence.pk)).content.decode()
    )
    answer = admin.post(url(desk, "absence_apply", absence.pk), {"rest": "move"})
    assert (answer.status_code, Closure.objects.count()) == (422, 0)


def test_a_draft_is_thrown_away(desk: Desk, admin: Client) -> None:
    absence = a_draft(desk, "Ana")
    admin.post(url(desk, "absence", absence.pk), {"discard": "yes"})
    assert Absence.objects.count() == 0


def test_what_was_typed_wrongly_is_said_and_kept(desk: Desk, admin: Client) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"kind": ""}, "Choose what happens."),
        ({"who": ""}, "Choose who or what is not there."),
        ({"kind": "room"}, "Choose who or what is not there."),
        ({"first": ""}, "Type the first day."),
        ({"first": "32/13"}, "is not a day"),
        ({"first": "13/2", "last": "9/2"}, "The last day must not be before the first."),
        ({"start": "12:00", "end": "11:00"}, "The end must be after the start."),
        ({"start": "12:00"}, "Type both times, or neither for whole days."),
        ({"start": "noon", "end": "13:00"}, "Type a time like 09:30."),
        ({"reason": "x" * 10_000}, "Write at most 120 characters."),
        ({"who": a_team("harbour").practitioner.pk}, ""),
        ({"key": "none"}, ""),
        *(({"kind": kind, field: "9" * 20}, "") for kind, field in (("leave", "who"), ("room", "room"))),
        ({"kind": "device", "device": "9" * 20}, ""),
    ]
    for other, words in cases:
        answer = admin.post(url(desk, "absence_new"), typed(desk, **other))
        assert (answer.status_code, words in text_of(answer)) == (422, True), other
    assert (Absence.objects.count(), Leave.objects.count()) == (0, 0)


@pytest.mark.parametrize("asked", ["why", "times"])
@pytest.mark.parametrize("typed", ["0", "9" * 20, "9" * 4400, "²", "x"])
def test_an_address_that_names_no_patient_shows_the_plan(
    desk: Desk, admin: Client, asked: str, typed: str
) -> None:
    answer = admin.get(url(desk, "absence", a_draft(desk, "Ana").pk), {asked: typed})
    assert (answer.status_code, answer.context[asked]) == (200, {})


def test_names_in_other_scripts_and_long_reasons_are_shown_as_they_are(desk: Desk, admin: Client) -> None:
    booked_series(desk, "שָׂרָה <b>🙂</b>", NEXT)
    admin.post(url(desk, "absence_new"), typed(desk, reason="<script>"))
    html = admin.get(url(desk, "absence", Absence.objects.get().pk)).content.decode()
    assert "שָׂרָה &lt;b&gt;🙂&lt;/b&gt;" in html
    assert "<script>" not in html.replace("<script src", "")


def test_the_desk_may_not_and_a_stranger_finds_nothing(desk: Desk) -> None:
    absence = a_draft(desk, "Zaphira Quillfeather")
    addresses = [("get", url(desk, "absences")), ("get", url(desk, "absence_new"))]
    addresses += [(method, url(desk, "absence", absence.pk)) for method in ("get", "post")]
    addresses += [("post", url(desk, "absence_apply", absence.pk))]
    stranger = a_team("harbour").admin
    for person, code in ((desk.team.desk, 403), (desk.team.practitioner, 403), (stranger, 404)):
        there = as_staff(person)
        for method, address in addresses:
            answer = getattr(there, method)(address)
            assert (address, answer.status_code) == (address, code)
            assert "Zaphira" not in answer.content.decode()
    theirs = reverse("plans:absence", args=["harbour", absence.pk])
    assert as_staff(stranger).get(theirs).status_code == 404
    assert (Leave.objects.count(), Absence.objects.get().state) == (0, "draft")


def test_the_pages_ask_as_much_for_many_as_for_one(desk: Desk, admin: Client) -> None:
    few = a_draft(desk, "Ana")
    counts = []
    for absence in (few, None):
        if absence is None:
            booked_consultation(desk, "Kim", NEXT, start=TEN + 300)
            absence = a_draft(desk, "Bea", "Cem", "Dov", start=540 + 75)
        admin.get(url(desk, "absence", absence.pk))
        with CaptureQueriesContext(connection) as plan:
            admin.get(url(desk, "absence", absence.pk))
        with CaptureQueriesContext(connection) as listed:
            admin.get(url(desk, "absences"))
        counts.append((len(plan), len(listed)))
    assert counts[0] == counts[1]


def test_a_plan_is_made_with_as_many_questions_for_many_as_for_one(desk: Desk) -> None:
    counts = []
    for names in (("Ana",), ("Bea", "Cem", "Dov")):
        for hour, name in enumerate(names):
            booked_series(desk, name, NEXT, start=540 + 75 * hour + (75 if len(names) > 1 else 0))
        with CaptureQueriesContext(connection) as made:
            drafted(desk)
        reads = [one for one in made.captured_queries if one["sql"].startswith("SELECT")]
        counts.append(len(reads))
    assert counts[0] == counts[1]
