import pytest

from clinic.actions.refusal import Refused
from clinic.actions.shortcuts import turn_shortcuts
from clinic.models import User
from tests.factories.booking import MONDAY
from tests.people import a_team

pytestmark = pytest.mark.django_db


def test_everybody_turns_their_own_shortcuts_off_and_nobody_else_s() -> None:
    team = a_team()
    turn_shortcuts(team.desk.actor, team.desk.user, on=False, at=MONDAY)
    assert not User.objects.get(pk=team.desk.user_id).shortcuts
    with pytest.raises(Refused) as refused:
        turn_shortcuts(team.admin.actor, team.desk.user, on=True, at=MONDAY)
    assert refused.value.code == "not_allowed"
    assert not User.objects.get(pk=team.desk.user_id).shortcuts
