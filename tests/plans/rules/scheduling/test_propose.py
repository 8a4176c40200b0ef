from dataclasses import replace
from typing import Any

import pytest

from clinic.rules.hours import Absence, Opening
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Place, Practitioner, Proposal, Refusal, Step
from plans.rules.scheduling.propose import answer, propose
from plans.rules.scheduling.supply import Supply
from tests.plans.rules.scheduling.small import (
    BERLIN,
    MONDAY,
    NINE,
    VISIT,
    after,
    ask,
    clinic,
    full,
    person,
    told,
)


def test_a_series_that_fits_is_proposed_with_its_room() -> None:
    found = propose(clinic(), ask(3, 1), 2)
    assert isinstance(found, Proposal)
    assert [told(option.slots) for option in found.options] == [
        [(0, NINE, "Ana"), (7, NINE, "Ana"), (14, NINE, "Ana")],
        [(1, NINE, "Ana"), (8, NINE, "Ana"), (15, NINE, "Ana")],
    ]
    assert {slot.room for option in found.options for slot in option.slots} == {"R"}


def test_free_time_that_is_known_is_asked_as_well() -> None:
    facts, asked = clinic("Ana Ben"), ask(2, 3)
    assert answer(Supply(Masks(facts), asked), asked, 5) == propose(facts, asked, 5)


AWAY = Absence(MONDAY, after(400))


@pytest.mark.parametrize(
    ("facts", "wishes", "blockers"),
    [
        ({"practitioners": (Practitioner("Ana", ()),)}, {}, {"practitioner away": 2}),
        ({"practitioners": ()}, {}, {"practitioner away": 2}),
        ({"practitioners": (person("Ana", leave=(AWAY,)),)}, {}, {"practitioner away": 2}),
        ({"rooms": ()}, {}, {"closed": 2}),
        ({"rooms": (Place("R", "consultation"),)}, {}, {"closed": 2}),
        ({"opening": Opening(BERLIN, {})}, {}, {"closed": 2}),
        ({}, {"treatment": replace(VISIT, device_kind="laser")}, {"no device": 2}),
        ({}, {"treatment": replace(VISIT, able=frozenset())}, {"practitioner away": 2}),
        ({}, {"treatment": replace(VISIT, minutes=240)}, {"time of day": 2}),
        ({}, {"treatment": replace(VISIT, room_buffer=(240, 240))}, {"no room": 2}),
        ({}, {"practitioners": ("Gone",)}, {"practitioner away": 2}),
        ({}, {"blackout": ((after(-100), after(3650)),)}, {"blackout": 2}),
        ({}, {"weekdays": frozenset({5})}, {"weekday": 2}),
        ({}, {"daytime": (0, 60)}, {"time of day": 2}),
        ({}, {"patient_busy": ((MONDAY, 0, 1440), (after(1), 0, 1440))}, {"time of day": 2}),
        ({"bookings": full("Ana", 0, 1)}, {}, {"practitioner full": 2}),
    ],
)
def test_what_cannot_be_is_told_exactly(
    facts: dict[str, Any], wishes: dict[str, Any], blockers: dict[str, int]
) -> None:
    found = propose(clinic(**facts), ask(2, 1, **wishes))
    assert isinstance(found, Refusal)
    assert (found.reason, found.blocked_session) == ("blocked", 1)
    assert found.window == (MONDAY, after(1))
    assert found.blockers == blockers


def test_the_longest_series_at_the_end_of_all_days_is_answered() -> None:
    last = MONDAY.replace(year=2999, month=12, day=1)
    asked = replace(ask(12), earliest=last, latest_first=last, steps=(Step(28, 35, 42),) * 11)
    found = propose(clinic(), asked, 1)
    assert isinstance(found, Proposal)
    assert (found.options[0].slots[-1].day - last).days == 385
