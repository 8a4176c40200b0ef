import pytest

from plans.models import Visit
from plans.rules.visiting import FOLLOWS, HELD, STANDING, State, may_follow, next_step

ENDED = {State.DONE, State.CANCELLED, State.NO_SHOW}


def test_the_rules_and_the_rows_know_the_same_states() -> None:
    assert {state.value for state in State} == set(Visit.State.values)
    assert set(Visit.HELD) == {state.value for state in HELD}
    assert set(Visit.STANDING) == {state.value for state in STANDING}
    assert set(FOLLOWS) == set(State)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (State.BOOKED, State.CONFIRMED, True),
        (State.BOOKED, State.ARRIVED, True),
        (State.BOOKED, State.NO_SHOW, True),
        (State.BOOKED, State.DONE, False),
        (State.CONFIRMED, State.BOOKED, False),
        (State.ARRIVED, State.NO_SHOW, False),
        (State.ARRIVED, State.CANCELLED, True),
        (State.IN_TREATMENT, State.CANCELLED, False),
        (State.IN_TREATMENT, State.DONE, True),
    ],
)
def test_which_state_may_follow(before: State, after: State, expected: bool) -> None:
    assert may_follow(before, after) is expected


@pytest.mark.parametrize("state", sorted(ENDED))
def test_nothing_follows_an_end(state: State) -> None:
    assert not any(may_follow(state, after) for after in State)


@pytest.mark.parametrize(
    ("state", "consultation", "treatment"),
    [
        (State.BOOKED, State.ARRIVED, State.ARRIVED),
        (State.CONFIRMED, State.ARRIVED, State.ARRIVED),
        (State.ARRIVED, State.IN_ROOM, State.IN_ROOM),
        (State.IN_ROOM, State.IN_TREATMENT, State.IN_TREATMENT),
        (State.IN_TREATMENT, State.DONE, None),  # a treatment ends by signing its record
        (State.DONE, None, None),
        (State.CANCELLED, None, None),
        (State.NO_SHOW, None, None),
    ],
)
def test_the_one_next_step(state: State, consultation: State | None, treatment: State | None) -> None:
    assert next_step(state, is_treatment=False) == consultation
    assert next_step(state, is_treatment=True) == treatment


@pytest.mark.parametrize("is_treatment", [True, False])
def test_a_step_that_is_offered_may_be_taken(is_treatment: bool) -> None:
    for state in State:
        step = next_step(state, is_treatment=is_treatment)
        assert step is None or may_follow(state, step)
