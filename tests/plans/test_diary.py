import pytest

from patients.models import Patient
from plans.models import Visit
from plans.rules.visiting import State
from plans.templatetags.diary import change_words, step_words, visit_look, visit_name


@pytest.mark.parametrize(
    ("state", "look"),
    [
        ("booked", "plain"), ("confirmed", "plain"), ("arrived", "is-ok"), ("in_room", "is-brand"),
        ("in_treatment", "is-brand"), ("done", "done"), ("no_show", "noshow"), ("cancelled", "noshow"),
    ],
)  # fmt: skip
def test_every_state_has_a_fill(state: str, look: str) -> None:
    assert visit_look(Visit(state=state)) == look


def test_a_visit_is_called_by_its_patient_and_blocked_time_by_what_it_is_for() -> None:
    assert visit_name(Visit(kind="review", patient=Patient(name="ليلى حداد"))) == "ليلى حداد"
    assert visit_name(Visit(kind="blocked", note="Team meeting")) == "Team meeting"
    assert visit_name(Visit(kind="blocked")) == "Blocked"


def test_every_step_of_the_day_has_a_button() -> None:
    steps = (State.ARRIVED, State.IN_ROOM, State.IN_TREATMENT, State.DONE)
    assert [step_words(state) for state in steps] == ["Check in", "To room", "Start", "Finish"]


def test_a_change_of_dates_is_told_in_words() -> None:
    words = [change_words(verb) for verb in ("book", "move", "cancel", "replan", "imported")]
    assert words == ["booked", "moved", "cancelled", "planned anew", "imported"]
