"""The protocol in force, as it is read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.consult import browser_of, publish_shipped
from tests.people import a_team

pytestmark = pytest.mark.django_db
URL = "/c/fernway/protocol/"


def test_every_concern_rule_area_question_and_source_stands_there() -> None:
    team = a_team()
    publish_shipped(team.clinic)
    response = browser_of(team.practitioner).get(reverse("plans:protocol", args=["fernway"]))
    shown = response.content.decode()
    for words in (
        "2026.1-draft",
        "Draft until a registered clinician signs it off",
        "Acne scars",
        "I-FST-5-6",
    ):
        assert words in shown
    assert len(response.context["concerns"]) == 14
    assert len(response.context["intervals"]) == 13
    assert len(response.context["areas"]) == 15
    assert sum(len(questions) for _, questions in response.context["groups"]) == 57
    assert len(response.context["sources"]) == 68
    assert 'id="src-CHELWEST"' in shown


def test_before_the_first_version_the_page_says_so() -> None:
    shown = browser_of(a_team().practitioner).get(URL).content.decode()
    assert "No protocol published yet" in shown


def test_the_desk_and_a_stranger_do_not_read_it() -> None:
    team, other = a_team(), a_team("casa-lima")
    publish_shipped(team.clinic)
    assert [browser_of(who).get(URL).status_code for who in (team.desk, team.admin, other.lead)] == [
        403,
        403,
        404,
    ]


def test_the_content_is_read_from_the_database_once_a_process() -> None:
    team = a_team()
    publish_shipped(team.clinic)
    browser = browser_of(team.practitioner)
    browser.get(URL)
    with CaptureQueriesContext(connection) as queries:
        browser.get(URL)
    assert not [query for query in queries if '"content"' in query["sql"]]
