import datetime

import pytest

from clinic.models import SpecialOpening
from clinic.queries.public_holidays import countries, country_of, public_holidays, regions
from tests.factories.clinic import ClinicFactory
from tests.people import Team, a_team

TODAY = datetime.date(2026, 2, 2)
GOOD_FRIDAY, BOXING_DAY = datetime.date(2026, 4, 3), datetime.date(2026, 12, 26)


def offered(
    team: Team, region: str = "ENG", language: str = "en-gb"
) -> dict[datetime.date, tuple[str, bool]]:
    found = public_holidays(team.clinic, "GB", region, TODAY, language)
    return {one.day: (one.name, one.is_closed) for one in found}


@pytest.mark.django_db
def test_holidays_to_come_are_offered_with_those_that_are_closed_already() -> None:
    team = a_team()
    closed = datetime.date(2026, 12, 25)
    team.clinic.closures.create(first=closed, last=closed)
    part = datetime.date(2026, 5, 25)
    team.clinic.closures.create(first=part, last=part, start_minute=540, end_minute=600)
    found = offered(team)
    assert found[GOOD_FRIDAY] == ("Good Friday", False)
    assert found[closed] == ("Christmas Day", True)
    assert found[part][1] is False
    assert found[BOXING_DAY][1] is True  # a Saturday
    assert min(found) > TODAY
    assert max(found) <= TODAY + datetime.timedelta(days=400)
    assert datetime.date(2027, 1, 1) in found


@pytest.mark.django_db
def test_a_day_with_hours_of_its_own_is_open() -> None:
    team = a_team()
    SpecialOpening.objects.create(clinic=team.clinic, day=BOXING_DAY, start_minute=600, end_minute=720)
    assert offered(team)[BOXING_DAY][1] is False


@pytest.mark.django_db
def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    team = a_team()
    andrew = datetime.date(2026, 11, 30)
    assert (andrew in offered(team, "SCT"), andrew in offered(team, "ENG")) == (True, False)
    assert offered(team, "XX") == offered(team, "")
    assert public_holidays(team.clinic, "XX", "", TODAY, "en-gb") == []


@pytest.mark.django_db
def test_holidays_have_the_name_of_the_language_where_the_country_has_it() -> None:
    team = a_team()
    spanish = public_holidays(team.clinic, "ES", "MD", TODAY, "es")
    assert spanish[0].name == "Jueves Santo"
    assert public_holidays(team.clinic, "ES", "MD", TODAY, "en-gb")[0].name == "Maundy Thursday"
    assert offered(team, language="es")[GOOD_FRIDAY][0] == "Good Friday"


def test_the_country_is_that_of_the_clock() -> None:
    for zone, country in (("Europe/London", "GB"), ("America/New_York", "US"), ("UTC", "")):
        assert country_of(ClinicFactory.build(time_zone=zone)) == country


def test_countries_and_their_parts_have_names() -> None:
    assert dict(countries())["DE"] == "Germany"
    assert ("BY", "Bayern") in regions("DE")
    assert (regions("JP"), regions("XX"), regions("x" * 10_000)) == ([], [], [])
