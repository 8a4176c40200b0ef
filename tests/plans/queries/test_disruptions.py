import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.actions import people, site
from plans.actions import disruptions, hours, visits
from plans.actions.drafting import Wanted
from plans.models import Absence, Visit
from plans.queries import disruptions as lists
from plans.rules.away import Away, absence
from tests.factories.booking import MONDAY, TEN, Desk
from tests.factories.disruptions import DAY, NEXT, TODAY, blocked, booked_consultation, booked_series, leave
from tests.people import a_team

pytestmark = pytest.mark.django_db


def touched(desk: Desk, resource: int | None, *hours: int, day: datetime.date = NEXT) -> list[str]:
    start, end = hours or (None, None)
    away = Away(resource, absence(day, day, start, end))
    return [visit.patient.name for visit in lists.touched(desk.team.clinic, away, at=MONDAY) if visit.patient]


def test_what_is_touched_counts_set_up_and_clean_up(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    room = desk.team.clinic.rooms.get(kind="treatment").pk
    me = desk.team.practitioner.user.resource_id
    # The room is held from 9:55 to 11:10, the practitioner from 10:00 to 11:00.
    assert (touched(desk, room, 540, 595), touched(desk, room, 540, 596)) == ([], ["Ana"])
    assert (touched(desk, me, 540, 600), touched(desk, me, 540, 601)) == ([], ["Ana"])
    assert (touched(desk, None, 670, 700), touched(desk, None, 669, 700)) == ([], ["Ana"])
    assert touched(desk, desk.team.lead.user.resource_id) == []


def test_what_is_over_cancelled_under_way_or_blocked_is_not_touched(desk: Desk) -> None:
    yesterday = booked_series(desk, "Over", TODAY)
    Visit.objects.filter(series=yesterday).update(state="in_treatment")
    gone = booked_series(desk, "Gone", NEXT)
    visits.mark(desk.actor, gone.visits.get(), "cancelled", at=MONDAY)
    blocked(desk, NEXT)
    assert touched(desk, None) == touched(desk, None, day=TODAY) == []


def test_another_clinic_is_never_touched(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    closed = Away(None, absence(NEXT, NEXT, None, None))
    assert lists.touched(a_team("harbour").clinic, closed, at=MONDAY) == []


def test_whoever_stands_in_an_absence_is_to_be_called_once_with_the_reason(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    booked_consultation(desk, "Bea", NEXT + DAY)
    admin = desk.admin
    site.close(admin, desk.team.clinic, NEXT, NEXT, at=MONDAY)
    people.give_leave(admin, desk.team.practitioner, NEXT, NEXT + DAY, at=MONDAY)
    room = desk.team.clinic.rooms.get(kind="consulting")
    site.put_out_of_use(admin, room, NEXT + 3 * DAY, NEXT + 3 * DAY, at=MONDAY)
    found = [
        (str(one.visit.patient), str(one.absence.name)) for one in lists.to_call(desk.team.clinic, at=MONDAY)
    ]
    ana, bea = (str(one.visit.patient) for one in lists.to_call(desk.team.clinic, at=MONDAY))
    assert found == [(ana, "The clinic"), (bea, desk.team.practitioner.user.name)]
    names = [str(one.name) for one in lists.effective(desk.team.clinic, at=MONDAY)]
    assert sorted(names) == sorted(["The clinic", desk.team.practitioner.user.name, room.name])


def test_who_was_booked_at_the_moment_at_which_hours_changed_is_to_be_called(desk: Desk) -> None:
    """The desk read the old hours, and wrote the visit after the new ones."""
    clinic, shorter = desk.team.clinic, dict.fromkeys(range(5), ((540, 900),))
    made = hours.change_opening(desk.admin, clinic, shorter, at=MONDAY)
    assert made.state == "effective"
    late = booked_series(desk, "Ana", NEXT + 21 * DAY, start=900)
    (call,) = lists.to_call(clinic, at=MONDAY)
    assert (call.visit.series, call.absence.because) == (late, "The clinic is closed then.")
    assert lists.to_call(clinic, at=MONDAY + 15 * DAY) == []


def test_nobody_is_to_be_called_where_nothing_is_away(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    assert lists.to_call(desk.team.clinic, at=MONDAY) == []


def test_the_list_has_drafts_first_and_what_is_over_no_more(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    actor, clinic = desk.admin, desk.team.clinic
    saved = disruptions.draft(actor, clinic, leave(desk, TODAY, TODAY + DAY), at=MONDAY)
    draft = disruptions.draft(actor, clinic, leave(desk), at=MONDAY)
    listed = lists.absences(actor, clinic, at=MONDAY)
    assert [(one.pk, vars(one)["open"]) for one in listed] == [(draft.pk, 1), (saved.pk, 0)]
    assert [one.pk for one in lists.absences(actor, clinic, at=MONDAY + 3 * DAY)] == [draft.pk]
    for other in (desk.actor, desk.practitioner, a_team("harbour").admin.actor):
        assert lists.absences(other, clinic, at=MONDAY) == []


def test_each_absence_has_the_name_of_what_is_away(desk: Desk) -> None:
    clinic, actor = desk.team.clinic, desk.admin
    room, pen = clinic.rooms.earliest("pk"), clinic.devices.get()
    for wanted in (
        leave(desk),
        Wanted("closure", NEXT, NEXT),
        Wanted("room", NEXT, NEXT, place=room),
        Wanted("device", NEXT, NEXT, place=pen),
    ):
        disruptions.draft(actor, clinic, wanted, at=MONDAY)
    rows = lists.with_names(Absence.objects.order_by("drafted_at", "kind"))
    names = {row.kind: str(lists.name_of(row)) for row in rows}
    assert names == {
        "leave": desk.team.practitioner.user.name,
        "closure": "The clinic",
        "room": room.name,
        "device": pen.name,
    }


def test_as_many_questions_for_many_as_for_one(desk: Desk) -> None:
    counts = []
    for names in (("Ana",), ("Bea", "Cem", "Dov")):
        for hour, name in enumerate(names):
            booked_series(desk, name, NEXT, start=TEN + 75 * (hour + len(names) - 1))
        site.close(desk.admin, desk.team.clinic, NEXT, NEXT, at=MONDAY)
        with CaptureQueriesContext(connection) as asked:
            lists.to_call(desk.team.clinic, at=MONDAY)
        counts.append(len(asked))
    assert counts == [6, 6]
