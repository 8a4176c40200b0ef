"""The draft of a consultation through its page, and the consent; who may, and who sees nothing."""

import datetime
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.models import AuditEntry
from patients.models import Consent, Patient, SafetyAnswer
from plans.models import Addendum, Consultation
from tests.factories.consult import a_fresh_draft, browser_of, posted, publish_shipped
from tests.factories.patients import PatientFactory
from tests.pages import address, errors_of
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
REASON = "Discussed with the patient and her doctor."


def test_the_button_opens_one_draft_however_often_it_is_pressed(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    for _ in range(2):
        response = practitioner.post(address("consultation_new", patient.pk))
        draft = Consultation.objects.get()
        assert (response.status_code, response["Location"]) == (302, address("consultation", draft.pk))


def test_an_empty_draft_shows_every_question_and_answers_none(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    practitioner.post(address("consultation_new", patient.pk))
    response = practitioner.get(address("consultation", Consultation.objects.get().pk))
    assert response.status_code == 200
    assert (response.context["missing"], response.context["found"].proposal) == (53, None)
    answers = [one.answer.value() for group in response.context["groups"] for one in group.asked]
    assert set(answers) == {None}
    assert AuditEntry.objects.filter(verb="read", subject_kind="consultation").count() == 1


def test_a_save_keeps_everything_and_shows_the_recommendation(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    draft = a_fresh_draft(team, patient, skin_type=None, concerns=[], decision="")
    data = posted(
        draft, **{"q_SQ-ISO": "stopped", "d_SQ-ISO": "3/1/2020", "event_on": "+30w", "planned_depth": "1.25"}
    )
    response = practitioner.post(address("consultation", draft.pk), data)
    assert (response.status_code, response["Location"]) == (302, address("consultation", draft.pk))
    draft.refresh_from_db()
    assert draft.concerns == [{"id": "acne_scars", "grade": 3, "areas": ["cheeks"]}]
    assert (draft.skin_type, str(draft.planned_depth), draft.sessions) == (3, "1.25", None)
    assert draft.event_on == timezone.now().date() + datetime.timedelta(weeks=30)
    newest = SafetyAnswer.objects.filter(question="SQ-ISO").latest("pk")
    assert (newest.answer, newest.date) == ("stopped", datetime.date(2020, 1, 3))
    page = practitioner.get(address("consultation", draft.pk)).content.decode()
    assert "4 sessions, 28 days apart" in page
    assert "acne_scars.moderate" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("skin_type", "9"),
        ("sun_damage", "heavy"),
        ("planned_depth", "deep"),
        ("planned_depth", "-1"),
        ("event_on", "someday"),
        ("event_name", "x" * 61),
        ("goal_words", "x" * 10_000),
        ("sessions", "four"),
        ("q_SQ-PREG", "perhaps"),
        ("d_SQ-ISO", "31/2/2026"),
        ("c_acne_scars", "g7"),
        ("a_acne_scars", "elbow"),
        ("goal_words", "nul\x00"),
    ],
)
def test_bad_input_is_told_at_its_field_and_changes_nothing(
    practitioner: Client, team: Team, patient: Patient, field: str, value: str
) -> None:
    draft = a_fresh_draft(team, patient)
    before = draft.saved_at
    response = practitioner.post(
        address("consultation", draft.pk), posted(draft, **{"q_SQ-ISO": "stopped", field: value})
    )
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    page = response.content.decode()
    assert "<title>Error: " in page
    assert 'class="errsum"' in page
    draft.refresh_from_db()
    assert draft.saved_at == before


def test_a_day_in_the_future_is_not_a_past_event(practitioner: Client, team: Team, patient: Patient) -> None:
    draft = a_fresh_draft(team, patient)
    data = posted(draft, **{"q_SQ-SUNBURN": "yes", "d_SQ-SUNBURN": "2199-01-01"})
    assert list(errors_of(practitioner.post(address("consultation", draft.pk), data))) == ["d_SQ-SUNBURN"]


def test_words_in_any_script_are_kept(practitioner: Client, team: Team, patient: Patient) -> None:
    draft = a_fresh_draft(team, patient)
    words = "أريد بشرة أنعم 🙂 <b>soon</b>"
    practitioner.post(address("consultation", draft.pk), posted(draft, goal_words=words))
    draft.refresh_from_db()
    assert draft.goal_words == words
    assert "&lt;b&gt;soon&lt;/b&gt;" in practitioner.get(address("consultation", draft.pk)).content.decode()


def test_a_second_tab_is_told_and_keeps_what_it_typed(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    draft = a_fresh_draft(team, patient)
    first, second = posted(draft), posted(draft, goal_words="From the other tab")
    practitioner.post(address("consultation", draft.pk), first)
    response = practitioner.post(address("consultation", draft.pk), second)
    assert response.status_code == 422
    page = response.content.decode()
    assert "saved in another tab" in page
    assert "From the other tab" in page
    draft.refresh_from_db()
    assert draft.goal_words == "Smoother cheeks"
    assert (
        practitioner.post(
            address("consultation", draft.pk), posted(draft, goal_words="From the other tab")
        ).status_code
        == 302
    )


def test_a_consent_is_recorded_once(practitioner: Client, team: Team, patient: Patient) -> None:
    to = address("consent", patient.pk)
    assert practitioner.post(to, {"kind": "treatment", "version": "x" * 31}).status_code == 422
    assert practitioner.post(to, {"kind": "marriage", "version": "2026-1"}).status_code == 422
    for _ in range(2):
        response = practitioner.post(to, {"kind": "treatment", "version": "2026-1"})
        assert (response.status_code, response["Location"]) == (302, address("patient", patient.pk))
    assert (Consent.objects.get().kind, Consent.objects.get().witnessed_by) == (
        "treatment",
        team.practitioner.user,
    )


def test_the_desk_and_a_stranger_see_and_do_nothing(team: Team, patient: Patient) -> None:
    draft, other = a_fresh_draft(team, patient), a_team("casa-lima")
    publish_shipped(other.clinic)
    posts = [
        address("consultation_new", patient.pk),
        address("consultation", draft.pk),
        address("consultation_flag", draft.pk, "SQ-PREG.R1"),
        address("consultation_sign", draft.pk),
        address("consent", patient.pk),
        address("addendum", "consultation", draft.pk),
    ]
    rows = (Consultation.objects.count(), Addendum.objects.count(), Consent.objects.count())
    for member, status in ((team.desk, 403), (team.admin, 403), (other.lead, 404)):
        browser = browser_of(member)
        assert browser.get(address("consultation", draft.pk)).status_code == status
        assert [browser.post(to, posted(draft)).status_code for to in posts] == [status] * len(posts)
    # In one's own clinic, with the ids of another: nothing is there.
    abroad = browser_of(other.lead)
    for to in posts:
        response = abroad.post(to.replace("fernway", "casa-lima"), posted(draft))
        assert response.status_code == 404
        assert "Wieczorek" not in response.content.decode()
    assert rows == (Consultation.objects.count(), Addendum.objects.count(), Consent.objects.count())


def test_an_unknown_id_is_not_found(practitioner: Client, team: Team) -> None:
    key = uuid.uuid4()
    assert practitioner.get(address("consultation", key)).status_code == 404
    for name, args in (("consultation_sign", [key]), ("consultation_new", [key]), ("consent", [key])):
        assert practitioner.post(address(name, *args)).status_code == 404


@pytest.mark.parametrize("visit", ["nonsense", "0c5d83b0-8dc7-4f42-a464-816ea6aaa35a"])
def test_a_visit_that_is_not_there_is_not_found(
    practitioner: Client, team: Team, patient: Patient, visit: str
) -> None:
    assert practitioner.post(address("consultation_new", patient.pk), {"visit": visit}).status_code == 404


def test_without_a_protocol_the_chart_says_so(patient: Patient) -> None:
    team = a_team("bare")
    person = PatientFactory.create(clinic=team.clinic)
    response = browser_of(team.practitioner).post(address("consultation_new", person.pk, clinic="bare"))
    assert response.status_code == 422
    assert "has not published a protocol yet" in response.content.decode()


def test_the_page_takes_the_same_queries_however_long_the_history(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    draft = a_fresh_draft(team, patient, answers={"SQ_SMOKE": "yes"})
    practitioner.get(address("consultation", draft.pk))
    with CaptureQueriesContext(connection) as few:
        practitioner.get(address("consultation", draft.pk))
    for day in range(3):
        data = posted(
            draft, **{"q_SQ-SMOKE": ("yes", "no", "unsure")[day], "q_SQ-HSV-PAST": ("yes", "no", "yes")[day]}
        )
        practitioner.post(address("consultation", draft.pk), data)
    with CaptureQueriesContext(connection) as many:
        practitioner.get(address("consultation", draft.pk))
    assert len(many) == len(few) == 8
