"""A consultation is signed from its page: flags settled first, the proposal read, an addendum beside it."""

import pytest
from django.test import Client

from patients.models import Patient
from plans.models import Addendum, FlagResolution, Series
from tests.factories.consult import a_fresh_draft, browser_of, posted
from tests.pages import address, errors_of
from tests.people import Team

pytestmark = pytest.mark.django_db
REASON = "Discussed with the patient and her doctor."


def test_signing_saves_first_and_hands_the_series_over(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    draft = a_fresh_draft(team, patient)
    data = posted(draft, goal_words="Calmer skin")
    for _ in range(2):
        response = practitioner.post(address("consultation_sign", draft.pk), data)
        assert (response.status_code, response["Location"]) == (302, address("consultation", draft.pk))
    series = Series.objects.get()
    assert (series.sessions, series.min_days, series.state) == (4, 28, "to_book")
    page = practitioner.get(address("consultation", draft.pk)).content.decode()
    assert "Calmer skin" in page
    assert address("series_book", series.pk) in page
    assert "Save draft" not in page


def test_a_refused_signature_keeps_the_draft_and_names_each_field(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    draft = a_fresh_draft(team, patient)
    data = posted(draft, goal="", decision="", goal_words="Kept")
    del data["expectations_talk"]
    response = practitioner.post(address("consultation_sign", draft.pk), data)
    assert response.status_code == 422
    assert sorted(errors_of(response)) == ["decision", "expectations_talk", "goal"]
    draft.refresh_from_db()
    assert (draft.goal_words, draft.signed_at) == ("Kept", None)


def test_what_was_typed_after_the_recommendation_has_to_be_read_before_it_is_signed(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    draft = a_fresh_draft(team, patient)
    response = practitioner.post(address("consultation_sign", draft.pk), posted(draft, skin_type="5"))
    assert list(errors_of(response)) == ["decision"]
    assert (response.context["seen"], Series.objects.count()) == ("4x42", 0)
    again = posted(draft, skin_type="5", seen="4x42", interval_days="42")
    assert practitioner.post(address("consultation_sign", draft.pk), again).status_code == 302
    assert Series.objects.get().min_days == 42


def test_a_change_is_signed_with_its_reason(practitioner: Client, team: Team, patient: Patient) -> None:
    draft = a_fresh_draft(team, patient)
    data = posted(draft, decision="changed", sessions="3", interval_days="35", decision_reason="short")
    assert list(errors_of(practitioner.post(address("consultation_sign", draft.pk), data))) == [
        "decision_reason"
    ]
    data = posted(draft, decision="changed", sessions="3", interval_days="35", decision_reason=REASON)
    assert practitioner.post(address("consultation_sign", draft.pk), data).status_code == 302
    assert (Series.objects.get().sessions, Series.objects.get().min_days) == (3, 35)


def test_a_flag_is_settled_without_losing_what_was_typed(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    draft = a_fresh_draft(team, patient, answers={"SQ_HSV_PAST": "yes"})
    flag = "SQ-HSV-PAST.R1"
    data = posted(draft, goal_words="Typed just now", **{f"r_{flag}": "no"})
    response = practitioner.post(address("consultation_flag", draft.pk, flag), data)
    assert response.status_code == 422
    assert list(errors_of(response)) == [f"r_{flag}"]
    data = posted(draft, goal_words="Typed just now", **{f"r_{flag}": REASON})
    assert practitioner.post(address("consultation_flag", draft.pk, flag), data).status_code == 302
    draft.refresh_from_db()
    assert (draft.goal_words, FlagResolution.objects.get().reason) == ("Typed just now", REASON)


def test_a_prescriber_settles_on_the_draft_of_another(team: Team, patient: Patient) -> None:
    draft, flag = a_fresh_draft(team, patient, answers={"SQ_KELOID": "yes"}), "SQ-KELOID.R1"
    lead = browser_of(team.lead)
    page = lead.get(address("consultation", draft.pk)).content.decode()
    assert "This is a draft of" in page
    assert f'name="r_{flag}"' in page
    refused = lead.post(address("consultation_flag", draft.pk, flag), {f"r_{flag}": "short"})
    assert refused.status_code == 422
    assert lead.post(address("consultation_flag", draft.pk, flag), {f"r_{flag}": REASON}).status_code == 302
    assert FlagResolution.objects.get().resolved_by == team.lead.user


@pytest.mark.parametrize("flag", ["NOTHING", "SQ-PREG.R1", "x" * 500, "🙂"])
def test_an_unknown_flag_is_refused_kindly(
    practitioner: Client, team: Team, patient: Patient, flag: str
) -> None:
    draft = a_fresh_draft(team, patient)
    assert practitioner.post(address("consultation_flag", draft.pk, flag), posted(draft)).status_code == 422
    assert not FlagResolution.objects.exists()


def test_an_addendum_is_added_beside_the_signed_text(
    practitioner: Client, team: Team, patient: Patient
) -> None:
    draft = a_fresh_draft(team, patient)
    to = address("addendum", "consultation", draft.pk)
    assert practitioner.post(to, {"text": "Too soon"}).status_code == 422
    practitioner.post(address("consultation_sign", draft.pk), posted(draft))
    assert practitioner.post(to, {"text": "x" * 2001}).status_code == 422
    for _ in range(2):
        assert practitioner.post(to, {"text": "Called back."}).status_code == 302
    assert Addendum.objects.get().text == "Called back."
    assert "Called back." in practitioner.get(address("consultation", draft.pk)).content.decode()
    assert practitioner.post(address("addendum", "poem", draft.pk), {"text": "No"}).status_code == 404
