import datetime

import pytest

from plans.models import Series
from plans.queries.timeline import timeline_of
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 2, 2)


def after(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days=days)


@pytest.fixture
def desk() -> Desk:
    desk = a_desk()
    for number, days, state in (
        (1, -36, "done"),
        (2, -3, "no_show"),
        (2, 13, "booked"),
        (3, 48, "cancelled"),
        (4, 90, "booked"),
    ):
        VisitFactory.create(series=desk.series, session_number=number, day=after(days), state=state)
    return desk


def test_every_session_has_its_date_gap_window_and_state(
    desk: Desk, django_assert_num_queries: object
) -> None:
    series = Series.objects.select_related("clinic", "protocol_version").get()
    with django_assert_num_queries(1):  # type: ignore[operator]
        line = timeline_of(series, at=MONDAY)
    assert [(dot.number, dot.day, dot.gap_days, dot.state, dot.missed) for dot in line.sessions] == [
        (1, after(-36), None, "done", 0),
        (2, after(13), 49, "outside", 1),
        (3, None, None, "open", 0),
        (4, after(90), None, "outside", 0),
    ]
    assert [dot.window for dot in line.sessions] == [
        None, (after(-8), after(6)), (after(41), after(55)), None,
    ]  # fmt: skip
    assert (line.done, line.to_book, [dot.number for dot in line.dots], line.today) == (1, 1, [1, 2, 4], DAY)


def test_the_days_before_an_event_are_a_zone(desk: Desk) -> None:
    assert timeline_of(desk.series, at=MONDAY).zones == ()
    Series.objects.update(event_on=after(100), event_name="Wedding", keep_clear_days=14)
    line = timeline_of(Series.objects.get(), at=MONDAY)
    assert line.zones == ({"first": after(86), "last": after(100), "label": "Event on 13 May 2026"},)
    named = timeline_of(Series.objects.get(), at=MONDAY, named=True)
    assert [zone["label"] for zone in named.zones] == ["Wedding on 13 May 2026"]
