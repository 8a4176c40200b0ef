import pytest

from plans.queries.decided import decided
from tests.factories.booking import MONDAY, TEN, Desk
from tests.factories.disruptions import DAY, NEXT, booked_consultation, booked_series, drafted

pytestmark = pytest.mark.django_db


def test_every_session_is_shown_before_and_after_with_its_gap(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT, NEXT + 35 * DAY)
    absence = drafted(desk)
    (group,), settled = decided(absence)
    (shown,) = group.cases
    first, second = shown.lines
    assert (group.outcome, settled) == ("practitioner", [])
    assert (first.number, first.kind, first.is_touched) == (1, "practitioner", True)
    assert (first.who_before, first.who_after) == (
        desk.team.practitioner.user.name, desk.team.lead.user.name,
    )  # fmt: skip
    assert (first.before, first.gap and first.gap.state) == (first.after, "first")
    assert (second.kind, second.is_touched, second.gap and second.gap.days) == ("kept", False, 35)


def test_the_most_disturbing_comes_first_and_what_is_settled_apart(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    visit = booked_consultation(desk, "Bea", NEXT, start=TEN + 120)
    absence = drafted(desk)
    absence.decisions.filter(visit=visit).update(outcome="none", after=[])
    groups, _settled = decided(absence)
    assert [group.outcome for group in groups] == ["none", "practitioner"]
    line = groups[0].cases[0].lines[0]
    assert (line.number, line.kind, line.after, line.gap) == (None, "none", None, None)
    absence.decisions.filter(visit=visit).update(settled_at=MONDAY, choice="keep")
    groups, settled = decided(absence)
    assert ([group.outcome for group in groups], [one.row.visit for one in settled]) == (
        ["practitioner"],
        [visit],
    )
