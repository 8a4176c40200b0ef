import datetime

import pytest

from clinic.actions import site
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Closure, Leave, Outage
from plans.actions import disruptions, hours
from plans.actions.drafting import Wanted
from plans.actions.withdrawing import withdraw
from plans.models import Absence
from plans.queries.disruptions import absences, to_call
from tests.factories.booking import MONDAY, TEN, Desk
from tests.factories.disruptions import (
    DAY,
    NEXT,
    TODAY,
    booked_consultation,
    booked_series,
    drafted,
    everybody,
    leave,
    when,
)
from tests.people import a_team

pytestmark = pytest.mark.django_db
LATER = MONDAY + datetime.timedelta(hours=1)


def saved(desk: Desk, wanted: Wanted, choice: str = "move") -> Absence:
    absence = drafted(desk, wanted)
    if absence.is_draft:
        disruptions.accept(desk.admin, absence, everybody(absence, choice), at=MONDAY)
    return Absence.objects.get(pk=absence.pk)


def back(desk: Desk, absence: Absence, day: datetime.date) -> Absence:
    return withdraw(desk.admin, absence, day, at=LATER)


def test_an_absence_that_has_not_begun_is_taken_back_whole(desk: Desk) -> None:
    absence = saved(desk, leave(desk, NEXT, NEXT + 4 * DAY))
    done = back(desk, absence, NEXT)
    assert (done.state, done.withdrawn_at, Leave.objects.count()) == ("withdrawn", LATER, 0)
    verbs = AuditEntry.objects.filter(at=LATER).values_list("verb", "subject_kind")
    assert set(verbs) == {("withdraw", "absence"), ("give_back", "leave")}
    assert absences(desk.admin, desk.team.clinic, at=LATER) == []


def test_leave_that_ends_early_keeps_the_days_that_are_over(desk: Desk) -> None:
    absence = saved(desk, leave(desk, TODAY - 3 * DAY, NEXT))
    assert back(desk, absence, TODAY).state == "withdrawn"
    assert (Leave.objects.get().first, Leave.objects.get().last) == (TODAY - 3 * DAY, TODAY - DAY)


def test_the_days_before_the_return_stay_in_effect(desk: Desk) -> None:
    absence = saved(desk, Wanted("closure", NEXT, NEXT + 4 * DAY))
    shorter = back(desk, absence, NEXT + 2 * DAY)
    assert (shorter.state, shorter.last, Closure.objects.get().last) == (
        "effective", NEXT + DAY, NEXT + DAY,
    )  # fmt: skip
    assert back(desk, shorter, NEXT).state == "withdrawn"
    assert Closure.objects.count() == 0


def test_a_room_and_a_device_can_be_used_again(desk: Desk) -> None:
    clinic = desk.team.clinic
    for kind, thing in (("room", clinic.rooms.earliest("pk")), ("device", clinic.devices.get())):
        absence = saved(desk, Wanted(kind, NEXT, NEXT, place=thing, hours=(540, 600)))
        back(desk, absence, NEXT)
    assert Outage.objects.count() == 0


def test_who_was_moved_stays_moved_and_the_freed_time_is_free(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = saved(desk, leave(desk))
    other = desk.team.lead.user.name
    assert when(ana)[2] == other
    back(desk, absence, NEXT)
    assert when(ana) == (NEXT, TEN, other)
    assert booked_consultation(desk, "Bea", NEXT).practitioner == desk.team.practitioner


def test_who_was_kept_needs_no_call_any_more(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    absence = saved(desk, leave(desk), "keep")
    assert len(to_call(desk.team.clinic, at=LATER)) == 1
    back(desk, absence, NEXT)
    assert to_call(desk.team.clinic, at=LATER) == []


def test_nobody_has_to_decide_on_time_that_is_given_back(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    booked_series(desk, "Bea", NEXT + 2 * DAY)
    absence = saved(desk, leave(desk, NEXT, NEXT + 4 * DAY), "keep")
    absence.decisions.update(settled_at=None, choice="")
    back(desk, absence, NEXT + 2 * DAY)
    assert [row.patient.name for row in absence.decisions.all()] == ["Ana"]


def test_of_two_of_the_same_one_is_taken_back(desk: Desk) -> None:
    absence = saved(desk, Wanted("closure", NEXT, NEXT))
    site.close(desk.admin, desk.team.clinic, NEXT, NEXT, at=MONDAY)
    back(desk, absence, NEXT)
    assert Closure.objects.count() == 1


def test_withdrawing_twice_does_it_once(desk: Desk) -> None:
    absence = saved(desk, leave(desk))
    for _time in range(2):
        back(desk, absence, NEXT)
    assert AuditEntry.objects.filter(verb="withdraw").count() == 1


def test_what_is_withdrawn_takes_no_decisions(desk: Desk) -> None:
    absence = saved(desk, leave(desk))
    back(desk, absence, NEXT)
    for act in (
        lambda: disruptions.accept(desk.admin, absence, {}, at=LATER),
        lambda: disruptions.run_again(desk.admin, absence, at=LATER),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "withdrawn"


def test_what_cannot_be_withdrawn_is_refused(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    who, clinic = desk.admin, desk.team.clinic
    free = saved(desk, leave(desk, NEXT + DAY, NEXT + 2 * DAY))
    draft = drafted(desk)
    other_hours = hours.change_opening(who, clinic, dict.fromkeys(range(6), ((480, 1080),)), at=MONDAY)
    for absence, day, answer in (
        (draft, NEXT, "draft"),
        (other_hours, NEXT, "of_hours"),
        (free, TODAY - DAY, "past"),
        (free, NEXT + 3 * DAY, "over"),
    ):
        with pytest.raises(Refused) as refusal:
            back(desk, absence, day)
        assert refusal.value.code == answer
    for actor in (desk.actor, desk.practitioner, a_team("harbour").admin.actor):
        with pytest.raises(Refused) as refusal:
            withdraw(actor, free, NEXT + DAY, at=LATER)
        assert refusal.value.code == "not_allowed"
    assert Leave.objects.get().last == NEXT + 2 * DAY


def test_a_closure_that_somebody_took_away_otherwise_is_no_error(desk: Desk) -> None:
    absence = saved(desk, Wanted("closure", NEXT, NEXT))
    Closure.objects.all().delete()
    site.close(desk.admin, desk.team.clinic, NEXT + DAY, NEXT + DAY, at=MONDAY)
    assert back(desk, absence, NEXT).state == "withdrawn"
    assert Closure.objects.count() == 1
