from uuid import uuid4

import pytest

from clinic.actions import people, site
from clinic.actions.refusal import Refused
from clinic.rules.hours import Shift
from plans.actions.drafting import Wanted, drafted
from plans.models import Absence
from tests.factories.booking import MONDAY, Desk
from tests.factories.disruptions import DAY, NEXT, TODAY, leave

pytestmark = pytest.mark.django_db
LONG = ((540, 1020),)


def test_a_draft_holds_what_was_asked_for(desk: Desk) -> None:
    key = uuid4()
    wanted = leave(desk, NEXT, NEXT + DAY, hours=(540, 600), reason="  Course ")
    made = drafted(desk.admin, desk.team.clinic, wanted, at=MONDAY, key=key)
    assert (made.pk, made.state, made.first, made.last) == (key, "draft", NEXT, NEXT + DAY)
    assert (made.start_minute, made.end_minute, made.reason) == (540, 600, "Course")
    assert (made.drafted_at, made.drafted_by_id, made.wanted) == (MONDAY, desk.team.admin.user_id, None)


def test_what_began_before_today_may_end_after_it_but_hours_begin_today(desk: Desk) -> None:
    actor, clinic = desk.admin, desk.team.clinic
    made = drafted(actor, clinic, leave(desk, TODAY - DAY, NEXT), at=MONDAY, key=None)
    assert made.first == TODAY - DAY
    past = Wanted(
        "shifts", TODAY - DAY, NEXT, membership=desk.team.practitioner, pattern=Shift({0: LONG}, TODAY - DAY)
    )
    with pytest.raises(Refused) as refusal:
        drafted(actor, clinic, past, at=MONDAY, key=None)
    assert (refusal.value.code, refusal.value.field) == ("past", "first")
    assert Absence.objects.count() == 1


def test_one_day_alone_may_have_no_hours(desk: Desk) -> None:
    actor, clinic = desk.admin, desk.team.clinic
    assert drafted(
        actor, clinic, Wanted("special", NEXT, NEXT, pattern=Shift({})), at=MONDAY, key=None
    ).wanted
    with pytest.raises(Refused) as refusal:
        drafted(actor, clinic, Wanted("opening", NEXT, NEXT, pattern=Shift({})), at=MONDAY, key=None)
    assert refusal.value.code == "no_hours"


def test_what_is_entered_already_is_refused_and_what_adds_to_it_is_not(desk: Desk) -> None:
    actor, clinic = desk.admin, desk.team.clinic
    people.give_leave(actor, desk.team.practitioner, NEXT, NEXT + 3 * DAY, at=MONDAY, hours=(540, 720))
    site.close(actor, clinic, NEXT + 7 * DAY, NEXT + 7 * DAY, at=MONDAY)
    room = clinic.rooms.earliest("pk")
    site.put_out_of_use(actor, room, NEXT, NEXT, at=MONDAY)
    for wanted in (
        leave(desk, NEXT, NEXT + DAY, hours=(600, 660)),
        Wanted("closure", NEXT + 7 * DAY, NEXT + 7 * DAY),
        Wanted("closure", NEXT + 7 * DAY, NEXT + 7 * DAY, hours=(600, 660)),
        Wanted("room", NEXT, NEXT, place=room),
    ):
        with pytest.raises(Refused) as refusal:
            drafted(actor, clinic, wanted, at=MONDAY, key=None)
        assert (refusal.value.code, refusal.value.field) == ("entered", "first")
    assert Absence.objects.count() == 0
    for wanted in (
        leave(desk, NEXT, NEXT + DAY),
        leave(desk, NEXT, NEXT + 4 * DAY, hours=(600, 660)),
        Wanted("leave", NEXT, NEXT, membership=desk.team.lead, hours=(600, 660)),
        Wanted("closure", NEXT + 6 * DAY, NEXT + 7 * DAY),
        Wanted("room", NEXT, NEXT, place=clinic.rooms.latest("pk")),
    ):
        assert drafted(actor, clinic, wanted, at=MONDAY, key=None).is_draft
