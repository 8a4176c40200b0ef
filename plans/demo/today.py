"""The planted day of the first clinic, by the minute: who treats where, so that 10:40 shows every state.

Everybody else of the story keeps away from that day, so these times are free when they are booked.
"""

from dataclasses import dataclass

from plans.demo.places import Place
from plans.models import Kind
from plans.rules.scheduling.model import Slot

PLANTED_MINUTE = 10 * 60 + 40


@dataclass(frozen=True, slots=True)
class Turn:
    """One visit of the planted day: `start` as on the clock, whose turn it is, which room and pen."""

    start: str
    who: str
    room: str
    pen: str = ""

    def slot(self, place: Place) -> Slot:
        """Return it as the diary knows it."""
        hour, minute = self.start.split(":")
        return Slot(
            place.planted_day,
            place.staff[self.who].user.resource_id,
            int(hour) * 60 + int(minute),
            place.rooms[self.room].pk,
            place.pens[self.pen].pk if self.pen else None,
        )


# Each with the number that the session has in its series.
TREATMENTS = (
    (Turn("08:00", "lead", "T1", "P1"), 3),
    (Turn("09:45", "lead", "T1", "P1"), 2),
    (Turn("12:45", "lead", "T1", "P1"), 1),
    (Turn("14:00", "lead", "T1", "P1"), 3),
    (Turn("09:15", "nurse", "T2", "P2"), 2),  # does not come
    (Turn("10:30", "nurse", "T2", "P2"), 3),
    (Turn("13:30", "nurse", "T2", "P2"), 2),
    (Turn("15:30", "nurse", "T2", "P2"), 4),
    (Turn("08:15", "therapist", "T3", "P3"), 2),
    (Turn("11:45", "therapist", "T3", "P3"), 4),
    (Turn("14:15", "therapist", "T3", "P3"), 2),  # paused the day before
    (Turn("10:00", "shared", "T3", "P3"), 1),
    (Turn("11:15", "shared", "T1", "P1"), 3),
    (Turn("12:15", "shared", "T2", "P2"), 3),  # cancelled in the morning
)
CONSULTATIONS = (
    Turn("08:30", "nurse", "C2"),
    Turn("08:30", "shared", "C1"),
    Turn("09:30", "therapist", "C2"),
    Turn("10:45", "therapist", "C2"),
    Turn("11:00", "lead", "C1"),
    Turn("15:15", "lead", "C1"),
    Turn("15:30", "therapist", "C2"),
)
SEEN_AGAIN = (
    (Kind.REVIEW, Turn("08:00", "shared", "C1")),
    (Kind.REVIEW, Turn("09:15", "lead", "C1")),
    (Kind.REVIEW, Turn("11:45", "nurse", "C2")),
    (Kind.REVIEW, Turn("13:45", "therapist", "C1")),
    (Kind.REVIEW, Turn("16:30", "nurse", "C2")),
    (Kind.TEST_AREA, Turn("14:45", "nurse", "T2", "P2")),
    (Kind.TOP_UP, Turn("16:15", "therapist", "T3", "P3")),
)
BLOCKED_TIME = (Turn("17:00", "therapist", "C1"), 30, "Service of pen 3")
