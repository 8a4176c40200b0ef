"""The protocol editor in the browser: a line, the diff, the signature; and who may not even look."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import AuditEntry
from plans.models import ProtocolDraft, ProtocolVersion
from plans.queries.protocol_draft import drafting
from tests.factories.clinic import MembershipFactory
from tests.factories.consult import browser_of, publish_shipped
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory
from tests.factories.protocol import REASON
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
BASE = "/c/fernway/protocol/"
DRAFT = f"{BASE}draft/"
SUN = f"{DRAFT}aftercare/AC-SUN/"
INTERVAL = f"{DRAFT}protocol/I-BASE/"
PUBLISH = f"{DRAFT}publication/"


@pytest.fixture
def lead(team: Team) -> Client:
    return browser_of(team.lead)


def typed(browser: Client, url: str, **other: str) -> dict[str, str]:
    """What the form at an address would send, with some of it typed anew."""
    form = browser.get(url).context["form"]
    fields = {name: str(form[name].value()) for name in form.fields}
    return {**fields, "seen": seen(browser, url), **other}


def seen(browser: Client, url: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', browser.get(url).content.decode())
    assert found
    return found[1]


def edit(browser: Client, url: str = INTERVAL, **other: str) -> Any:
    return browser.post(url, typed(browser, url, **(other or {"days": "35"})))


def test_only_a_lead_edits(team: Team) -> None:
    stranger = a_team("harbour").lead
    for url in (DRAFT, SUN, PUBLISH):
        told = [
            browser_of(who).get(url).status_code
            for who in (team.practitioner, team.admin, team.desk, stranger)
        ]
        assert (url, told) == (url, [403, 403, 403, 404])
    for name in ("protocol_line", "protocol_publish", "protocol_discard", "protocol_carry_over"):
        keys = ["fernway", "aftercare", "AC-SUN"] if name == "protocol_line" else ["fernway"]
        url = reverse(f"plans:{name}", args=keys)
        told = [browser_of(who).post(url).status_code for who in (team.practitioner, team.admin, stranger)]
        assert (name, told) == (name, [403, 403, 404])
    assert not ProtocolDraft.objects.exists()


def test_the_way_in_is_shown_to_leads_alone(team: Team) -> None:
    assert DRAFT in browser_of(team.lead).get(BASE).content.decode()
    assert DRAFT not in browser_of(team.practitioner).get(BASE).content.decode()


def test_the_draft_page_lists_every_line_that_may_be_changed(lead: Client) -> None:
    page = lead.get(DRAFT)
    assert [(str(name), len(rows)) for name, rows in page.context["sections"]] == [
        ("Days between sessions", 13),
        ("Sessions by concern and severity", 42),
        ("Usual depths", 15),
        ("Top-ups after a series", 2),
        ("Advice after a session", 60),
        ("Advice before a session", 26),
    ]
    words = page.content.decode()
    assert "Nothing is changed yet" in words
    assert "age &gt; 40" in words
    assert "3 to 4 sessions, usually 3" in words
    assert "0.25 to 0.75 mm" in words
    assert "48 hours (2 days)" in words


def test_a_line_shows_bounds_and_what_is_in_force_and_a_patient_would_read(lead: Client) -> None:
    page = lead.get(SUN).content.decode()
    for words in (
        "48 to 168. In force: 48 hours (2 days).",
        "Keep {until}.",
        "As a patient would read it",
        "SEED-003",
    ):
        assert words in page
    assert re.search(r'lang="es"[^>]*>[^<]*el (lunes|martes|miércoles|jueves|viernes|sábado|domingo)', page)


def test_hours_before_a_visit_are_written_as_people_say_them(lead: Client) -> None:
    url = f"{DRAFT}precare/PC-RETINOID/"
    assert lead.get(url).context["form"]["start_h"].value() == 168
    assert edit(lead, url, start_h="240").status_code == 302
    draft = ProtocolDraft.objects.get()
    assert draft.edits["precare/PC-RETINOID"]["numbers"] == {"start_h": "-240"}
    words = lead.get(DRAFT).content.decode()
    assert "<del>168 hours (7 days)</del>" in words
    assert "<ins>240 hours (10 days)</ins>" in words
    assert "Less careful" not in words


def test_a_change_leads_to_the_diff(lead: Client) -> None:
    answer = edit(lead, SUN, end_h="60", text_en="Stay in until {until}.")
    assert (answer.status_code, answer.url) == (302, DRAFT)
    words = lead.get(DRAFT).content.decode()
    assert "<del>48 hours (2 days)</del>" in words
    assert "<ins>60 hours</ins>" in words
    assert "<ins>Stay in until {until}.</ins>" in words
    assert "Changed in one language alone" in words
    assert "(may be 48 to 168)" in words


def test_a_less_careful_number_is_flagged(lead: Client) -> None:
    edit(lead, f"{DRAFT}protocol/I-DEEP/", days="28")
    words = lead.get(DRAFT).content.decode()
    assert "Less careful than before" in words
    assert "1 number becomes less careful." in words


@pytest.mark.parametrize(
    ("url", "field", "text", "told"),
    [
        (INTERVAL, "days", "27", "Write a whole number from 28 to 42."),
        (INTERVAL, "days", "", "Write a number, such as 48 or 0.5."),
        (INTERVAL, "days", "١٢x", "Write a number, such as 48 or 0.5."),
        (INTERVAL, "days", "9" * 10_000, "Write a number, such as 48 or 0.5."),
        (INTERVAL, "patient_text_es", "", "Write what the patient reads."),
        (INTERVAL, "patient_text_en", "x" * 10_000, "This is far too long: shorten it."),
        (INTERVAL, "patient_text_en", "x" * 401, "Write at most 400 characters."),
        (SUN, "text_es", "Sin sol", "{until} has to stand in this text: the product fills it in."),
        (SUN, "title_en", "Until {until}", "Take {until} out: the product cannot fill it in here."),
        (SUN, "end_h", "168", "Change AC-SUN-LONGER first."),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(
    lead: Client, url: str, field: str, text: str, told: str
) -> None:
    answer = edit(lead, url, **{field: text})
    assert answer.status_code == 422
    assert told in " ".join(answer.context["form"].errors[field])
    assert answer.context["form"][field].value() == text
    assert "<title>Error: " in answer.content.decode()
    assert not ProtocolDraft.objects.exists()


def test_everything_that_is_wrong_is_told_at_once(lead: Client) -> None:
    answer = edit(lead, SUN, end_h="900", text_en="No sun.", text_es="", title_en="x" * 81)
    assert set(answer.context["form"].errors) == {"end_h", "text_en", "text_es", "title_en"}


def test_a_line_that_is_not_there_is_not_found(lead: Client) -> None:
    for path in ("aftercare/NO-SUCH", "aftercare/RF-PUS", "screening/SQ-PREG", "protocol/%F0%9F%8C%9E"):
        assert lead.get(f"{DRAFT}{path}/").status_code == 404


def test_of_two_leads_the_second_sees_what_the_first_wrote(team: Team, lead: Client) -> None:
    second = MembershipFactory.create(
        clinic=team.clinic, is_practitioner=True, is_clinical_lead=True, user__name="Second Lead"
    )
    mine = typed(lead, INTERVAL, days="42")
    edit(browser_of(second), INTERVAL, days="35")
    answer = lead.post(INTERVAL, mine)
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "Second Lead changed this line since you opened it." in words
    assert "In the draft: 35 days." in words
    assert answer.context["form"]["days"].value() == "42"
    again = {**mine, "seen": re.findall(r'name="seen" value="([0-9a-f]+)"', words)[0]}
    assert lead.post(INTERVAL, again).status_code == 302
    assert ProtocolDraft.objects.get().edits["protocol/I-BASE"]["numbers"] == {"days": "42"}


def test_publishing_shows_whom_it_reaches_and_puts_the_version_in_force(team: Team, lead: Client) -> None:
    patient = PatientFactory.create(clinic=team.clinic)
    SeriesFactory.create(patient=patient, practitioner=team.practitioner, state="active")
    SeriesFactory.create(
        patient=PatientFactory.create(clinic=team.clinic), practitioner=team.practitioner, state="completed"
    )
    edit(lead)
    page = lead.get(PUBLISH)
    words = page.content.decode()
    assert "1 running series keeps version 2026.1-draft to its end." in words
    assert "no longer" not in words.lower()
    year = page.context["next_signed"].partition(".")[0]
    answer = lead.post(PUBLISH, {"reason": REASON, "seen": seen(lead, PUBLISH)}, follow=True)
    assert answer.status_code == 200
    words = answer.content.decode()
    assert f"Version {drafting(team.clinic).version.version} is in force." in words
    assert REASON in words
    assert "Changed since version 2026.1-draft" in words
    assert drafting(team.clinic).version.version.startswith(year)
    old = lead.get(f"{BASE}versions/2026.1-draft/").content.decode()
    assert "No longer in force" in old


def test_signing_off_takes_the_draft_mark_away(team: Team, lead: Client) -> None:
    lead.post(PUBLISH, {"reason": REASON, "signs_off": "on", "seen": seen(lead, PUBLISH)})
    words = lead.get(BASE).content.decode()
    assert "Draft until a registered clinician" not in words
    assert drafting(team.clinic).version.version.endswith(("1", "2"))


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"reason": ""}, "Say why this version is published."),
        ({"reason": "short"}, "Say why, in 15 to 500 characters."),
        ({"reason": "é" * 10_000}, "This is far too long: shorten it."),
    ],
)
def test_a_publication_without_a_reason_is_refused(lead: Client, sent: dict[str, str], told: str) -> None:
    edit(lead)
    answer = lead.post(PUBLISH, {**sent, "seen": seen(lead, PUBLISH)})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"] == [told]
    assert ProtocolVersion.objects.count() == 1


def test_a_publication_of_a_draft_that_was_not_read_is_refused(team: Team, lead: Client) -> None:
    edit(lead)
    mark = seen(lead, PUBLISH)
    edit(lead, SUN, end_h="60")
    answer = lead.post(PUBLISH, {"reason": REASON, "seen": mark, "read_at": "2026-01-05T09:00:00+00:00"})
    assert answer.status_code == 422
    told = answer.context["form"].errors["__all__"][0]
    assert told == (
        f"{team.lead.user.name} changed AC-SUN and I-BASE since you read this page. "
        "Read the changes again before you sign."
    )
    assert answer.context["form"]["reason"].value() == REASON
    for nonsense in ("yesterday", "2026-13-45T99:99"):
        assert lead.post(PUBLISH, {"reason": REASON, "seen": mark, "read_at": nonsense}).status_code == 422


def test_publishing_twice_by_a_double_click_publishes_once(lead: Client) -> None:
    edit(lead)
    sent = {"reason": REASON, "seen": seen(lead, PUBLISH)}
    for _ in range(2):
        assert lead.post(PUBLISH, sent)["Location"] == "/c/fernway/protocol/"
    assert ProtocolVersion.objects.count() == 2


def test_a_draft_is_thrown_away(lead: Client) -> None:
    edit(lead)
    answer = lead.post(f"{DRAFT}discard/", follow=True)
    assert "The draft is gone." in answer.content.decode()
    assert not ProtocolDraft.objects.exists()
    assert lead.post(f"{DRAFT}discard/").status_code == 302


def test_a_draft_that_was_overtaken_is_carried_over(team: Team, lead: Client) -> None:
    edit(lead)
    edit(lead, SUN, end_h="60")
    row = ProtocolDraft.objects.get()
    lead.post(PUBLISH, {"reason": REASON, "seen": seen(lead, PUBLISH)})
    row.pk = None
    row.save()
    page = lead.get(DRAFT).content.decode()
    assert "was published since this draft was begun" in page
    assert "Read and publish" not in page
    assert lead.post(PUBLISH, {"reason": REASON, "seen": seen(lead, PUBLISH)}).status_code == 422
    assert lead.post(f"{DRAFT}carry-over/").status_code == 302
    assert not ProtocolDraft.objects.exists()


def test_versions_of_another_clinic_and_unknown_ones_are_not_there(team: Team, lead: Client) -> None:
    other = a_team("harbour")
    publish_shipped(other.clinic)
    browser = browser_of(team.practitioner)
    assert browser.get(f"{BASE}versions/2026.1-draft/").status_code == 200
    for name in ("2026.9", "%00", "x" * 300):
        assert browser.get(f"{BASE}versions/{name}/").status_code == 404
    assert browser.get("/c/harbour/protocol/versions/2026.1-draft/").status_code == 404
    assert browser_of(team.admin).get(f"{BASE}versions/2026.1-draft/").status_code == 403


def test_before_the_first_version_there_is_nothing_to_edit() -> None:
    browser = browser_of(a_team().lead)
    assert [browser.get(url).status_code for url in (DRAFT, SUN, PUBLISH)] == [404, 404, 404]
    sent = {"reason": REASON, "seen": "", "days": "35"}
    posted = (SUN, PUBLISH, f"{DRAFT}discard/", f"{DRAFT}carry-over/")
    assert [browser.post(url, sent).status_code for url in posted] == [404, 404, 404, 404]


def test_the_draft_page_asks_the_same_number_of_questions_however_much_is_changed(lead: Client) -> None:
    edit(lead)

    def asked() -> int:
        lead.get(DRAFT)
        with CaptureQueriesContext(connection) as queries:
            lead.get(DRAFT)
        return len(queries)

    one = asked()
    for name in ("I-DEEP", "I-AGE-40", "I-FST-4"):
        edit(lead, f"{DRAFT}protocol/{name}/", days="36")
    assert asked() == one


def test_the_log_names_fields_and_never_values(lead: Client) -> None:
    edit(lead, SUN, end_h="60")
    line = AuditEntry.objects.get(verb="edit")
    assert (line.fields, line.subject_kind, line.reason) == (["aftercare/AC-SUN.end_h"], "protocoldraft", "")


def test_a_draft_that_does_not_fit_together_is_told_and_not_published(lead: Client) -> None:
    edit(lead, SUN, end_h="60")
    row = ProtocolDraft.objects.get()
    row.edits["aftercare/AC-SUN"]["numbers"]["end_h"] = "168"
    row.save()
    words = lead.get(DRAFT).content.decode()
    assert "The draft does not fit together and cannot be published:" in words
    assert "AC-SUN-LONGER ends earlier than AC-SUN, which it outranks" in words
    assert lead.post(PUBLISH, {"reason": REASON, "seen": seen(lead, PUBLISH)}).status_code == 422
    assert ProtocolVersion.objects.count() == 1
    assert edit(lead, SUN, end_h="60").status_code == 302
