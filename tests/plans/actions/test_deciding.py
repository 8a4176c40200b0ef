import pytest

from clinic.actions.refusal import Refused
from plans.actions import deciding
from plans.models import Series
from tests.factories.booking import Desk, a_desk

pytestmark = pytest.mark.django_db


def test_a_practitioner_of_the_clinic_gets_the_series_fresh(desk: Desk) -> None:
    Series.objects.update(revision=7)
    assert deciding.for_clinician(desk.practitioner, desk.series).revision == 7


def test_nobody_else_does(desk: Desk) -> None:
    for actor in (desk.actor, desk.admin, a_desk("harbour").practitioner):
        with pytest.raises(Refused) as refused:
            deciding.for_clinician(actor, desk.series)
        assert refused.value.code == "not_allowed"


@pytest.mark.parametrize(("reason", "is_enough"), [("x" * 15, True), ("x" * 14, False), (" " * 20, False)])
def test_a_reason_has_fifteen_characters(reason: str, is_enough: bool) -> None:
    if is_enough:
        deciding.need_reason(reason)
        return
    with pytest.raises(Refused) as refused:
        deciding.need_reason(reason)
    assert (refused.value.code, refused.value.field) == ("reason_short", "reason")
