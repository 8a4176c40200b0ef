from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules import timegrid
from clinic.rules.timegrid import NotOnTheClock

LONDON, NEW_YORK, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
LHI = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour
ZONES = st.sampled_from(
    [LONDON, NEW_YORK, BERLIN, LHI, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/St_Johns")]
)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("zone", "day", "minute", "instant"),
    [
        (BERLIN, date(2026, 3, 9), 570, utc(2026, 3, 9, 8, 30)),
        (BERLIN, date(2026, 4, 13), 570, utc(2026, 4, 13, 7, 30)),
        (LONDON, date(2026, 3, 29), 570, utc(2026, 3, 29, 8, 30)),
        (LONDON, date(2026, 10, 25), 570, utc(2026, 10, 25, 9, 30)),
        (NEW_YORK, date(2026, 3, 8), 570, utc(2026, 3, 8, 13, 30)),
        (NEW_YORK, date(2026, 11, 1), 570, utc(2026, 11, 1, 14, 30)),
        (LONDON, date(2026, 1, 1), 1440, utc(2026, 1, 2)),
    ],
)
def test_wall_time_is_kept_across_clock_changes(
    zone: ZoneInfo, day: date, minute: int, instant: datetime
) -> None:
    assert timegrid.to_utc(day, minute, zone) == instant
    if minute < 1440:
        assert timegrid.to_local(instant, zone) == (day, minute)


@pytest.mark.parametrize(
    ("zone", "day", "minute"),
    [
        (LONDON, date(2026, 3, 29), 60),  # the hour that is skipped
        (LONDON, date(2026, 3, 29), 119),
        (LONDON, date(2026, 10, 25), 60),  # the hour that comes twice
        (LONDON, date(2026, 10, 25), 119),
        (NEW_YORK, date(2026, 3, 8), 150),
        (NEW_YORK, date(2026, 11, 1), 90),
    ],
)
def test_an_hour_that_is_skipped_or_doubled_names_no_instant(zone: ZoneInfo, day: date, minute: int) -> None:
    with pytest.raises(NotOnTheClock):
        timegrid.to_utc(day, minute, zone)
    assert not timegrid.is_bookable_span(day, minute - 5, minute + 5, zone)


@pytest.mark.parametrize(
    ("day", "spans"),
    [(date(2026, 3, 29), ((60, 120),)), (date(2026, 10, 25), ((60, 120),)), (date(2026, 5, 1), ())],
)
def test_lost_hours_of_a_day_are_told(day: date, spans: tuple[tuple[int, int], ...]) -> None:
    assert timegrid.lost_spans(day, LONDON) == spans


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 1), 24)]
)
def test_a_day_has_as_many_hours_as_the_clock_shows(day: date, hours: int) -> None:
    first, after = timegrid.day_range(day, LONDON)
    assert after - first == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("minute", "words"),
    [(0, "00:00"), (545, "09:05"), (1020, "17:00"), (1439, "23:59"), (1440, "24:00")],
)
def test_a_clock_shows_two_figures_each(minute: int, words: str) -> None:
    assert timegrid.clock(minute) == words


@pytest.mark.parametrize("minute", [-1, 1441])
def test_a_minute_outside_the_day_is_refused(minute: int) -> None:
    with pytest.raises(ValueError, match="minute of day out of range"):
        timegrid.to_utc(date(2026, 1, 1), minute, LONDON)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="must carry its time zone"):
        timegrid.local_day(datetime(2026, 1, 1), LONDON)  # noqa: DTZ001


def test_cells_are_rounded_outward_for_the_busy_and_inward_for_the_free() -> None:
    assert timegrid.outward_cells(601, 659) == (120, 132)
    assert timegrid.inward_cells(601, 659) == (121, 131)
    assert [timegrid.cells_up(minutes) for minutes in (0, 1, 5, 6)] == [0, 1, 1, 2]


@given(ZONES, DAYS, st.integers(0, 1439))
def test_a_minute_that_exists_once_comes_back(zone: ZoneInfo, day: date, minute: int) -> None:
    try:
        instant = timegrid.to_utc(day, minute, zone)
    except NotOnTheClock:
        assert any(first <= minute < last for first, last in timegrid.lost_spans(day, zone))
    else:
        assert timegrid.to_local(instant, zone) == (day, minute)
        assert timegrid.local_day(instant, zone) == day


@given(ZONES, DAYS, st.integers(0, 1435), st.integers(1, 240))
def test_a_bookable_span_lasts_as_long_as_the_wall_says(
    zone: ZoneInfo, day: date, start: int, minutes: int
) -> None:
    end = min(start + minutes, 1440)
    if timegrid.is_bookable_span(day, start, end, zone):
        first, last = timegrid.utc_range(day, start, end, zone)
        assert last - first == timedelta(minutes=end - start)
    else:
        with pytest.raises(NotOnTheClock):
            timegrid.utc_range(day, start, end, zone)


@given(ZONES, st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_rounding_goes_to_the_quarter_hour_and_never_further(zone: ZoneInfo, instant: datetime) -> None:
    down, up = timegrid.round_down(instant, 15, zone), timegrid.round_up(instant, 15, zone)
    assert down <= instant <= up
    assert up - down in (timedelta(0), timedelta(minutes=15))
    assert timegrid.to_local(down, zone)[1] % 15 == 0
