"""How a visit goes on: which state may follow which, and the one next step."""

from enum import StrEnum


class State(StrEnum):
    """The states of a visit, in the words of the diary."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_ROOM = "in_room"
    IN_TREATMENT = "in_treatment"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


HELD = frozenset({State.BOOKED, State.CONFIRMED, State.ARRIVED, State.IN_ROOM, State.IN_TREATMENT})
STANDING = HELD | {State.DONE}
# In the clinic at present, one step after the other.
COURSE = (State.ARRIVED, State.IN_ROOM, State.IN_TREATMENT, State.DONE)

FOLLOWS: dict[State, frozenset[State]] = {
    State.BOOKED: frozenset(
        {State.CONFIRMED, State.ARRIVED, State.IN_TREATMENT, State.CANCELLED, State.NO_SHOW}
    ),
    State.CONFIRMED: frozenset({State.ARRIVED, State.IN_TREATMENT, State.CANCELLED, State.NO_SHOW}),
    # A room may be skipped: the practitioner who starts the record says so.
    State.ARRIVED: frozenset({State.IN_ROOM, State.IN_TREATMENT, State.DONE, State.CANCELLED}),
    State.IN_ROOM: frozenset({State.IN_TREATMENT, State.DONE, State.CANCELLED}),
    State.IN_TREATMENT: frozenset({State.DONE}),
    State.DONE: frozenset(),
    State.CANCELLED: frozenset(),
    State.NO_SHOW: frozenset(),
}


def may_follow(before: State, after: State) -> bool:
    """Say whether a visit may go from one state to the other."""
    return after in FOLLOWS[before]


def next_step(state: State, *, is_treatment: bool) -> State | None:
    """Return the one step that the diary offers, or None when nothing is left to do.

    A treatment is finished by signing its record, so the diary never offers DONE for one.
    """
    if state in (State.BOOKED, State.CONFIRMED):
        return State.ARRIVED
    if state not in COURSE or state is State.DONE:
        return None
    step = COURSE[COURSE.index(state) + 1]
    return None if is_treatment and step is State.DONE else step
