import datetime

import pytest

from plans.models import Visit
from plans.queries.gaps import FIRST, UNKNOWN, Gap, gap_between, gaps_of
from tests.factories.booking import Desk
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 2, 3)


def session(desk: Desk, number: int, days: int, **values: object) -> Visit:
    visit: Visit = VisitFactory.create(
        series=desk.series, session_number=number, day=DAY + datetime.timedelta(days=days), **values
    )
    return visit


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (27, Gap(27, "too_early", 0)),
        (28, Gap(28, "on_plan", 0)),
        (42, Gap(42, "on_plan", 0)),
        (43, Gap(43, "late", 1)),
        (56, Gap(56, "late", 14)),
        (57, Gap(57, "late_review", 15)),
        (200, Gap(200, "lapsed", 158)),
    ],
)
def test_a_gap_is_told_by_the_window_of_its_series(desk: Desk, days: int, expected: Gap) -> None:
    assert gap_between(desk.series, 2, DAY, DAY + datetime.timedelta(days=days)) == expected


def test_the_first_has_no_gap_and_one_without_a_session_before_is_not_known(desk: Desk) -> None:
    assert gap_between(desk.series, 1, None, DAY) == FIRST
    assert gap_between(desk.series, 3, None, DAY) == UNKNOWN


def test_the_gaps_of_many_visits_take_one_query(desk: Desk, django_assert_num_queries: object) -> None:
    session(desk, 1, -40, state="no_show")
    visits = [session(desk, 1, 0, state="done"), session(desk, 2, 35), session(desk, 4, 105)]
    rows = list(
        Visit.objects.filter(pk__in=[one.pk for one in visits]).select_related("series__protocol_version")
    )
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = gaps_of(rows)
    assert [found[one.pk] for one in visits] == [FIRST, Gap(35, "on_plan"), UNKNOWN]


def test_a_visit_of_no_series_has_none(desk: Desk) -> None:
    alone = VisitFactory.create(
        patient=desk.patient, practitioner=desk.team.practitioner, kind="consultation"
    )
    assert gaps_of([alone]) == {}
