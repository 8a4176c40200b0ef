import pytest

from plans.actions.planning import write_plan
from plans.models import Decision
from plans.queries.disruptions import away_of, touched
from plans.rules.scheduling.replan import always
from tests.factories.booking import MONDAY, TEN, a_desk
from tests.factories.disruptions import NEXT, booked_series, drafted

pytestmark = pytest.mark.django_db


def test_a_plan_is_written_into_the_decisions_that_are_there_and_what_is_settled_stays() -> None:
    desk = a_desk()
    ana, bea = booked_series(desk, "Ana", NEXT), booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = drafted(desk)
    Decision.objects.filter(series=ana).update(settled_at=MONDAY)
    cem = booked_series(desk, "Cem", NEXT, start=TEN + 240)
    rows = list(absence.decisions.filter(settled_at=None))
    visits = touched(desk.team.clinic, away_of(absence), at=MONDAY)
    write_plan(absence, visits, at=MONDAY, go_on=always, rows=rows)
    assert [row.series for row in absence.decisions.all()] == [ana, bea, cem]
    assert absence.decisions.get(series=bea).pk == rows[0].pk
    write_plan(absence, [], at=MONDAY, go_on=always, rows=list(absence.decisions.filter(settled_at=None)))
    assert [row.series for row in absence.decisions.all()] == [ana]
