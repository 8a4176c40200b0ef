"""The only place that turns instants into local days and minutes, and back.

A date is the clinic-local calendar day. A minute is one of wall time, counted from local midnight (0..1440).
A day has 288 cells of 5 minutes. Local time that a clock change skips or repeats is never bookable.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

CELL_MINUTES = 5
DAY_MINUTES = 24 * 60
CELLS = DAY_MINUTES // CELL_MINUTES

Span = tuple[int, int]
"""Half-open range of minutes of one local day: (from, until), 0 <= from < until <= 1440."""


class NotOnTheClock(ValueError):
    """The wall time is skipped or shown twice by a clock change, so it names no single instant."""

    def __init__(self, day: date, minute: int, tz: ZoneInfo) -> None:
        self.day, self.minute, self.tz = day, minute, tz
        super().__init__(f"{day} {clock(minute)} does not name one instant in {tz.key}")


def clock(minute: int) -> str:
    """A minute of the day as a clock shows it: 09:05; the end of a day is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def local_day(instant: datetime, tz: ZoneInfo) -> date:
    """The clinic-local calendar day of an aware instant."""
    return _aware(instant).astimezone(tz).date()


def to_local(instant: datetime, tz: ZoneInfo) -> tuple[date, int]:
    """The clinic-local day and minute of day (seconds dropped) of an aware instant."""
    local = _aware(instant).astimezone(tz)
    return local.date(), local.hour * 60 + local.minute


def to_utc(day: date, minute: int, tz: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clinic's clock shows `minute` of `day` (1440 is the next midnight).

    Raises NotOnTheClock when a clock change skips or repeats that time.
    """
    wall = _wall(day, minute, tz)
    if _is_lost(wall):
        raise NotOnTheClock(day, minute, tz)
    return wall.astimezone(UTC)


def utc_range(day: date, minute_from: int, minute_until: int, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end, in UTC, of a bookable span of one local day.

    Raises NotOnTheClock when any minute of the span is skipped or repeated. The end is counted from the
    start, so a span may end exactly where a skipped hour begins.
    """
    for lost_from, lost_until in lost_spans(day, tz):
        if minute_from < lost_until and lost_from < minute_until:
            raise NotOnTheClock(day, max(minute_from, lost_from), tz)
    start = to_utc(day, minute_from, tz)
    return start, start + timedelta(minutes=minute_until - minute_from)


def is_bookable_span(day: date, minute_from: int, minute_until: int, tz: ZoneInfo) -> bool:
    """True when every minute of minute_from..minute_until exists exactly once on that local day."""
    in_day = 0 <= minute_from < minute_until <= DAY_MINUTES
    return in_day and all(minute_until <= start or end <= minute_from for start, end in lost_spans(day, tz))


@lru_cache(maxsize=16_384)
def lost_spans(day: date, tz: ZoneInfo) -> tuple[Span, ...]:
    """The minutes of that local day which are skipped or repeated, in whole cells, as spans in order."""
    if _wall(day, 0, tz).utcoffset() == _wall(day, DAY_MINUTES, tz).replace(fold=1).utcoffset():
        return ()
    spans: list[Span] = []
    for minute in range(0, DAY_MINUTES, CELL_MINUTES):
        if not _is_lost(_wall(day, minute, tz)):
            continue
        start = spans.pop()[0] if spans and spans[-1][1] == minute else minute
        spans.append((start, minute + CELL_MINUTES))
    return tuple(spans)


def day_range(day: date, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of the local day and first instant of the next one, in UTC: 23, 24 or 25 hours apart."""
    return _wall(day, 0, tz).astimezone(UTC), _wall(day, DAY_MINUTES, tz).astimezone(UTC)


def outward_cells(minute_from: int, minute_until: int) -> tuple[int, int]:
    """The cells (from, until) that a busy span touches: rounded outward to 5 minutes."""
    return minute_from // CELL_MINUTES, -(-minute_until // CELL_MINUTES)


def inward_cells(minute_from: int, minute_until: int) -> tuple[int, int]:
    """The cells (from, until) that lie wholly inside a free span; empty when from >= until."""
    return -(-minute_from // CELL_MINUTES), minute_until // CELL_MINUTES


def cells_up(minutes: int) -> int:
    """How many cells cover that many minutes."""
    return -(-minutes // CELL_MINUTES)


def round_up(instant: datetime, minutes: int, tz: ZoneInfo) -> datetime:
    """The first instant, in UTC, from `instant` on whose local minute of day is a multiple of `minutes`."""
    floor = round_down(instant, minutes, tz)
    return floor if floor == instant else floor + timedelta(minutes=minutes)


def round_down(instant: datetime, minutes: int, tz: ZoneInfo) -> datetime:
    """The last instant, in UTC, not after `instant` whose local minute of day is a multiple of `minutes`."""
    local = _aware(instant).astimezone(tz)
    past = (local.hour * 60 + local.minute) % minutes
    return instant.astimezone(UTC) - timedelta(
        minutes=past, seconds=local.second, microseconds=local.microsecond
    )


def _wall(day: date, minute: int, tz: ZoneInfo) -> datetime:
    if not 0 <= minute <= DAY_MINUTES:
        raise ValueError(f"minute of day out of range: {minute}")
    midnight = datetime.combine(day, time(), tzinfo=tz)
    return midnight + timedelta(minutes=minute)


def _is_lost(wall: datetime) -> bool:
    return wall.utcoffset() != wall.replace(fold=1).utcoffset()


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return instant
