import pytest

from clinic.models import AuditEntry, Closure, Leave, OpeningHours, Outage, Shift
from clinic.rules.hours import Shift as Pattern
from plans.actions.drafting import Wanted, drafted
from plans.actions.effects import take_effect
from plans.models import Absence
from tests.factories.booking import MONDAY, Desk
from tests.factories.disruptions import DAY, NEXT

pytestmark = pytest.mark.django_db
LONG = ((540, 1020),)


def effect(desk: Desk, wanted: Wanted) -> Absence:
    absence = drafted(desk.admin, desk.team.clinic, wanted, at=MONDAY, key=None)
    take_effect(desk.admin, absence, at=MONDAY)
    return Absence.objects.get(pk=absence.pk)


def test_each_kind_writes_what_it_takes_and_one_line_of_the_log(desk: Desk) -> None:
    clinic, me = desk.team.clinic, desk.team.practitioner
    for wanted, verb in (
        (Wanted("leave", NEXT, NEXT, membership=me, hours=(540, 600)), "give_leave"),
        (Wanted("closure", NEXT, NEXT), "close"),
        (Wanted("room", NEXT, NEXT, place=clinic.rooms.earliest("pk")), "put_out_of_use"),
        (Wanted("shifts", NEXT, NEXT + DAY, membership=me, pattern=Pattern({0: LONG}, NEXT)), "set_shifts"),
        (Wanted("opening", NEXT, NEXT + DAY, pattern=Pattern({0: LONG})), "change"),
    ):
        before = AuditEntry.objects.count()
        made = effect(desk, wanted)
        assert (made.state, made.effective_at) == ("effective", MONDAY)
        assert (AuditEntry.objects.count(), AuditEntry.objects.latest("pk").verb) == (before + 1, verb)
    assert (Leave.objects.get().start_minute, Closure.objects.count(), Outage.objects.count()) == (540, 1, 1)
    assert Shift.objects.filter(membership=me, since=NEXT).count() == 1
    assert OpeningHours.objects.filter(clinic=clinic).count() == 1


def test_hours_that_are_replaced_are_kept(desk: Desk) -> None:
    made = effect(desk, Wanted("opening", NEXT, NEXT + DAY, pattern=Pattern({0: LONG})))
    (before,) = made.replaced or []
    assert before["weeks"][0][:6] == [[[540, 1020]]] * 5 + [[]]
    assert effect(desk, Wanted("closure", NEXT, NEXT)).replaced is None
