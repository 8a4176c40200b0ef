"""The consultation through its pages: draft, flags, signature, addendum, consent."""

import datetime
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEntry
from patients.models import Consent, Patient, SafetyAnswer
from plans.models import Addendum, Consultation, FlagResolution, Series
from tests.factories.consult import a_draft, browser_of, clear_answers, publish_shipped
from tests.factories.patients import PatientFactory
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
REASON = "Discussed with the patient and her doctor."


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def team() -> Team:
    team = a_team()
    publish_shipped(team.clinic)
    return team


@pytest.fixture
def patient(team: Team) -> Patient:
    patient: Patient = PatientFactory.create(clinic=team.clinic, name="Tomasz Wieczorek")
    return patient


@pytest.fixture
def client(team: Team) -> Client:
    return browser_of(team.practitioner)


def fresh(team: Team, patient: Patient, **data: Any) -> Consultation:
    """Return a complete draft as of now: answers of the past would be too old for the signature."""
    at = timezone.now()
    version = publish_shipped(team.clinic)
    answers = data.pop("answers", {})
    return a_draft(
        team.practitioner, patient, at, answers=clear_answers(version, at.date(), **answers), **data
    )


def url(name: str, *args: Any, clinic: str = "fernway") -> str:
    return reverse(f"plans:{name}", args=[clinic, *args])


def posted(row: Consultation, **other: Any) -> dict[str, Any]:
    """Return what the page of a complete draft sends, with some fields changed."""
    row.refresh_from_db()
    return {
        "saved_at": row.saved_at.isoformat(),
        "seen": "4x28",
        "skin_type": "3",
        "sun_damage": "none",
        "goal": "standard",
        "goal_words": "Smoother cheeks",
        "numbing_planned": "on",
        "expectations_talk": "on",
        "decision": "accepted",
        "sessions": "4",
        "interval_days": "28",
        "c_acne_scars": "g3",
        "a_acne_scars": ["cheeks"],
        **other,
    }


def told(response: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in errors] for name, errors in response.context["form"].errors.items()}


def test_the_button_opens_one_draft_however_often_it_is_pressed(
    client: Client, team: Team, patient: Patient
) -> None:
    for _ in range(2):
        response = client.post(url("consultation_new", patient.pk))
        draft = Consultation.objects.get()
        assert (response.status_code, response["Location"]) == (302, url("consultation", draft.pk))


def test_an_empty_draft_shows_every_question_and_answers_none(
    client: Client, team: Team, patient: Patient
) -> None:
    client.post(url("consultation_new", patient.pk))
    response = client.get(url("consultation", Consultation.objects.get().pk))
    assert response.status_code == 200
    assert (response.context["missing"], response.context["found"].proposal) == (53, None)
    answers = [one.answer.value() for group in response.context["groups"] for one in group.asked]
    assert set(answers) == {None}
    assert AuditEntry.objects.filter(verb="read", subject_kind="consultation").count() == 1


def test_a_save_keeps_everything_and_shows_the_recommendation(
    client: Client, team: Team, patient: Patient
) -> None:
    draft = fresh(team, patient, skin_type=None, concerns=[], decision="")
    data = posted(
        draft, **{"q_SQ-ISO": "stopped", "d_SQ-ISO": "3/1/2020", "event_on": "+30w", "planned_depth": "1.25"}
    )
    response = client.post(url("consultation", draft.pk), data)
    assert (response.status_code, response["Location"]) == (302, url("consultation", draft.pk))
    draft.refresh_from_db()
    assert draft.concerns == [{"id": "acne_scars", "grade": 3, "areas": ["cheeks"]}]
    assert (draft.skin_type, str(draft.planned_depth), draft.sessions) == (3, "1.25", None)
    assert draft.event_on == timezone.now().date() + datetime.timedelta(weeks=30)
    newest = SafetyAnswer.objects.filter(question="SQ-ISO").latest("pk")
    assert (newest.answer, newest.date) == ("stopped", datetime.date(2020, 1, 3))
    page = client.get(url("consultation", draft.pk)).content.decode()
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
    client: Client, team: Team, patient: Patient, field: str, value: str
) -> None:
    draft = fresh(team, patient)
    before = draft.saved_at
    response = client.post(
        url("consultation", draft.pk), posted(draft, **{"q_SQ-ISO": "stopped", field: value})
    )
    assert response.status_code == 422
    assert list(told(response)) == [field]
    page = response.content.decode()
    assert "<title>Error: " in page
    assert 'class="errsum"' in page
    draft.refresh_from_db()
    assert draft.saved_at == before


def test_a_day_in_the_future_is_not_a_past_event(client: Client, team: Team, patient: Patient) -> None:
    draft = fresh(team, patient)
    data = posted(draft, **{"q_SQ-SUNBURN": "yes", "d_SQ-SUNBURN": "2199-01-01"})
    assert list(told(client.post(url("consultation", draft.pk), data))) == ["d_SQ-SUNBURN"]


def test_words_in_any_script_are_kept(client: Client, team: Team, patient: Patient) -> None:
    draft = fresh(team, patient)
    words = "أريد بشرة أنعم 🙂 <b>soon</b>"
    client.post(url("consultation", draft.pk), posted(draft, goal_words=words))
    draft.refresh_from_db()
    assert draft.goal_words == words
    assert "&lt;b&gt;soon&lt;/b&gt;" in client.get(url("consultation", draft.pk)).content.decode()


def test_a_second_tab_is_told_and_keeps_what_it_typed(client: Client, team: Team, patient: Patient) -> None:
    draft = fresh(team, patient)
    first, second = posted(draft), posted(draft, goal_words="From the other tab")
    client.post(url("consultation", draft.pk), first)
    response = client.post(url("consultation", draft.pk), second)
    assert response.status_code == 422
    page = response.content.decode()
    assert "saved in another tab" in page
    assert "From the other tab" in page
    draft.refresh_from_db()
    assert draft.goal_words == "Smoother cheeks"
    assert (
        client.post(url("consultation", draft.pk), posted(draft, goal_words="From the other tab")).status_code
        == 302
    )


def test_signing_saves_first_and_hands_the_series_over(client: Client, team: Team, patient: Patient) -> None:
    draft = fresh(team, patient)
    data = posted(draft, goal_words="Calmer skin")
    for _ in range(2):
        response = client.post(url("consultation_sign", draft.pk), data)
        assert (response.status_code, response["Location"]) == (302, url("consultation", draft.pk))
    series = Series.objects.get()
    assert (series.sessions, series.min_days, series.state) == (4, 28, "to_book")
    page = client.get(url("consultation", draft.pk)).content.decode()
    assert "Calmer skin" in page
    assert url("series_book", series.pk) in page
    assert "Save draft" not in page


def test_a_refused_signature_keeps_the_draft_and_names_each_field(
    client: Client, team: Team, patient: Patient
) -> None:
    draft = fresh(team, patient)
    data = posted(draft, goal="", decision="", goal_words="Kept")
    del data["expectations_talk"]
    response = client.post(url("consultation_sign", draft.pk), data)
    assert response.status_code == 422
    assert sorted(told(response)) == ["decision", "expectations_talk", "goal"]
    draft.refresh_from_db()
    assert (draft.goal_words, draft.signed_at) == ("Kept", None)


def test_what_was_typed_after_the_recommendation_has_to_be_read_before_it_is_signed(
    client: Client, team: Team, patient: Patient
) -> None:
    draft = fresh(team, patient)
    response = client.post(url("consultation_sign", draft.pk), posted(draft, skin_type="5"))
    assert list(told(response)) == ["decision"]
    assert (response.context["seen"], Series.objects.count()) == ("4x42", 0)
    again = posted(draft, skin_type="5", seen="4x42", interval_days="42")
    assert client.post(url("consultation_sign", draft.pk), again).status_code == 302
    assert Series.objects.get().min_days == 42


def test_a_change_is_signed_with_its_reason(client: Client, team: Team, patient: Patient) -> None:
    draft = fresh(team, patient)
    data = posted(draft, decision="changed", sessions="3", interval_days="35", decision_reason="short")
    assert list(told(client.post(url("consultation_sign", draft.pk), data))) == ["decision_reason"]
    data = posted(draft, decision="changed", sessions="3", interval_days="35", decision_reason=REASON)
    assert client.post(url("consultation_sign", draft.pk), data).status_code == 302
    assert (Series.objects.get().sessions, Series.objects.get().min_days) == (3, 35)


def test_a_flag_is_settled_without_losing_what_was_typed(
    client: Client, team: Team, patient: Patient
) -> None:
    draft = fresh(team, patient, answers={"SQ_HSV_PAST": "yes"})
    flag = "SQ-HSV-PAST.R1"
    data = posted(draft, goal_words="Typed just now", **{f"r_{flag}": "no"})
    response = client.post(url("consultation_flag", draft.pk, flag), data)
    assert response.status_code == 422
    assert list(told(response)) == [f"r_{flag}"]
    data = posted(draft, goal_words="Typed just now", **{f"r_{flag}": REASON})
    assert client.post(url("consultation_flag", draft.pk, flag), data).status_code == 302
    draft.refresh_from_db()
    assert (draft.goal_words, FlagResolution.objects.get().reason) == ("Typed just now", REASON)


def test_a_prescriber_settles_on_the_draft_of_another(team: Team, patient: Patient) -> None:
    draft, flag = fresh(team, patient, answers={"SQ_KELOID": "yes"}), "SQ-KELOID.R1"
    lead = browser_of(team.lead)
    page = lead.get(url("consultation", draft.pk)).content.decode()
    assert "This is a draft of" in page
    assert f'name="r_{flag}"' in page
    refused = lead.post(url("consultation_flag", draft.pk, flag), {f"r_{flag}": "short"})
    assert refused.status_code == 422
    assert lead.post(url("consultation_flag", draft.pk, flag), {f"r_{flag}": REASON}).status_code == 302
    assert FlagResolution.objects.get().resolved_by == team.lead.user


@pytest.mark.parametrize("flag", ["NOTHING", "SQ-PREG.R1", "x" * 500, "🙂"])
def test_an_unknown_flag_is_refused_kindly(client: Client, team: Team, patient: Patient, flag: str) -> None:
    draft = fresh(team, patient)
    assert client.post(url("consultation_flag", draft.pk, flag), posted(draft)).status_code == 422
    assert not FlagResolution.objects.exists()


def test_an_addendum_is_added_beside_the_signed_text(client: Client, team: Team, patient: Patient) -> None:
    draft = fresh(team, patient)
    to = url("addendum", "consultation", draft.pk)
    assert client.post(to, {"text": "Too soon"}).status_code == 422
    client.post(url("consultation_sign", draft.pk), posted(draft))
    assert client.post(to, {"text": "x" * 2001}).status_code == 422
    for _ in range(2):
        assert client.post(to, {"text": "Called back."}).status_code == 302
    assert Addendum.objects.get().text == "Called back."
    assert "Called back." in client.get(url("consultation", draft.pk)).content.decode()
    assert client.post(url("addendum", "poem", draft.pk), {"text": "No"}).status_code == 404


def test_a_consent_is_recorded_once(client: Client, team: Team, patient: Patient) -> None:
    to = url("consent", patient.pk)
    assert client.post(to, {"kind": "treatment", "version": "x" * 31}).status_code == 422
    assert client.post(to, {"kind": "marriage", "version": "2026-1"}).status_code == 422
    for _ in range(2):
        response = client.post(to, {"kind": "treatment", "version": "2026-1"})
        assert (response.status_code, response["Location"]) == (302, url("patient", patient.pk))
    assert (Consent.objects.get().kind, Consent.objects.get().witnessed_by) == (
        "treatment",
        team.practitioner.user,
    )


def test_the_desk_and_a_stranger_see_and_do_nothing(team: Team, patient: Patient) -> None:
    draft, other = fresh(team, patient), a_team("casa-lima")
    publish_shipped(other.clinic)
    posts = [
        url("consultation_new", patient.pk),
        url("consultation", draft.pk),
        url("consultation_flag", draft.pk, "SQ-PREG.R1"),
        url("consultation_sign", draft.pk),
        url("consent", patient.pk),
        url("addendum", "consultation", draft.pk),
    ]
    rows = (Consultation.objects.count(), Addendum.objects.count(), Consent.objects.count())
    for member, status in ((team.desk, 403), (team.admin, 403), (other.lead, 404)):
        browser = browser_of(member)
        assert browser.get(url("consultation", draft.pk)).status_code == status
        assert [browser.post(to, posted(draft)).status_code for to in posts] == [status] * len(posts)
    # In one's own clinic, with the ids of another: nothing is there.
    abroad = browser_of(other.lead)
    for to in posts:
        response = abroad.post(to.replace("fernway", "casa-lima"), posted(draft))
        assert response.status_code == 404
        assert "Wieczorek" not in response.content.decode()
    assert rows == (Consultation.objects.count(), Addendum.objects.count(), Consent.objects.count())


def test_an_unknown_id_is_not_found(client: Client, team: Team) -> None:
    key = uuid.uuid4()
    assert client.get(url("consultation", key)).status_code == 404
    for name, args in (("consultation_sign", [key]), ("consultation_new", [key]), ("consent", [key])):
        assert client.post(url(name, *args)).status_code == 404


@pytest.mark.parametrize("visit", ["nonsense", "0c5d83b0-8dc7-4f42-a464-816ea6aaa35a"])
def test_a_visit_that_is_not_there_is_not_found(
    client: Client, team: Team, patient: Patient, visit: str
) -> None:
    assert client.post(url("consultation_new", patient.pk), {"visit": visit}).status_code == 404


def test_without_a_protocol_the_chart_says_so(patient: Patient) -> None:
    team = a_team("bare")
    person = PatientFactory.create(clinic=team.clinic)
    response = browser_of(team.practitioner).post(url("consultation_new", person.pk, clinic="bare"))
    assert response.status_code == 422
    assert "has not published a protocol yet" in response.content.decode()


def test_the_page_takes_the_same_queries_however_long_the_history(
    client: Client, team: Team, patient: Patient
) -> None:
    draft = fresh(team, patient, answers={"SQ_SMOKE": "yes"})
    client.get(url("consultation", draft.pk))
    with CaptureQueriesContext(connection) as few:
        client.get(url("consultation", draft.pk))
    for day in range(3):
        data = posted(
            draft, **{"q_SQ-SMOKE": ("yes", "no", "unsure")[day], "q_SQ-HSV-PAST": ("yes", "no", "yes")[day]}
        )
        client.post(url("consultation", draft.pk), data)
    with CaptureQueriesContext(connection) as many:
        client.get(url("consultation", draft.pk))
    assert len(many) == len(few) == 8
