import pytest
from django.db.models import F

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from plans.actions import disruptions
from plans.actions.calls import mark_called, take_call_back
from plans.actions.drafting import Wanted
from plans.models import Call, Visit
from plans.queries.disruptions import to_call
from tests.factories.booking import MONDAY, Desk
from tests.factories.disruptions import NEXT, booked_series, drafted, everybody, leave
from tests.people import a_team

pytestmark = pytest.mark.django_db


def kept(desk: Desk) -> Visit:
    """Return a visit that stands in a leave."""
    ana = booked_series(desk, "Ana", NEXT)
    keep(desk, leave(desk))
    return ana.visits.get()


def keep(desk: Desk, wanted: Wanted) -> None:
    absence = drafted(desk, wanted)
    disruptions.accept(desk.admin, absence, everybody(absence, "keep"), at=MONDAY)


def listed(desk: Desk, *, called: bool = False) -> list[bool]:
    return [one.is_called for one in to_call(desk.team.clinic, at=MONDAY, called=called)]


def test_who_was_called_is_off_the_list_and_can_be_put_back(desk: Desk) -> None:
    visit = kept(desk)
    assert (listed(desk), listed(desk, called=True)) == ([False], [False])
    for _time in range(2):
        mark_called(desk.actor, visit, at=MONDAY)
    assert (listed(desk), listed(desk, called=True)) == ([], [True])
    call = Call.objects.get()
    assert (call.visit, call.by, call.at) == (visit, desk.team.desk.user, MONDAY)
    for _time in range(2):
        take_call_back(desk.actor, visit, at=MONDAY)
    assert listed(desk) == [False]
    verbs = AuditEntry.objects.filter(verb__contains="call").values_list("verb", "patient_id")
    assert sorted(verbs) == [("call", visit.patient_id), ("take_call_back", visit.patient_id)]


def test_a_visit_that_moved_since_is_to_be_called_about_again(desk: Desk) -> None:
    visit = kept(desk)
    mark_called(desk.actor, visit, at=MONDAY)
    Visit.objects.filter(pk=visit.pk).update(sequence=F("sequence") + 1)
    assert listed(desk) == [False]


def test_who_is_kept_in_another_absence_is_to_be_called_again(desk: Desk) -> None:
    visit = kept(desk)
    mark_called(desk.actor, visit, at=MONDAY)
    keep(desk, Wanted("closure", NEXT, NEXT))
    assert listed(desk) == [False]


def test_only_who_books_here_may_tick(desk: Desk) -> None:
    visit = kept(desk)
    for actor in (desk.admin, a_team("harbour").desk.actor):
        for act in (mark_called, take_call_back):
            with pytest.raises(Refused) as refusal:
                act(actor, visit, at=MONDAY)
            assert refusal.value.code == "not_allowed"
    assert Call.objects.count() == 0
