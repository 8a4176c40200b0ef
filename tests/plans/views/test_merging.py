"""The administrator finds, compares and merges two records; the earlier one stays within reach."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import AuditEntry
from patients.models import Patient
from plans.models import Series
from tests.factories.booking import Desk
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory
from tests.pages import html_of
from tests.people import a_team, as_staff

AREA = "/c/fernway/patients/"


@pytest.fixture
def double(desk: Desk) -> Patient:
    return another(desk)


def another(desk: Desk) -> Patient:
    made: Patient = PatientFactory.create(
        clinic=desk.team.clinic, name="Tomasz Wieczorek", search_text="tomasz wieczorek", phone="+44 1"
    )
    return made


def compare(one: Patient, two: Patient) -> str:
    return f"{AREA}{one.pk}/merge/{two.pk}/"


def test_likely_doubles_are_offered_and_others_are_searched_for(
    desk: Desk, double: Patient, admin: Client
) -> None:
    page = admin.get(f"{AREA}{desk.patient.pk}/merge/")
    assert compare(desk.patient, double) in html_of(page)
    other: Patient = PatientFactory.create(clinic=desk.team.clinic, name="Zoe", search_text="zoe")
    found = admin.post(f"{AREA}{desk.patient.pk}/merge/", {"q": "zoe"})
    assert compare(desk.patient, other) in html_of(found)
    assert AuditEntry.objects.filter(verb="search", subject_id="plans:merge_find").count() == 1


def test_the_two_are_compared_and_merged(desk: Desk, double: Patient, admin: Client) -> None:
    page = html_of(admin.get(compare(desk.patient, double)))
    for words in (double.reference, desk.patient.reference, "1 series is not finished.", "Nothing moves"):
        assert words in page
    read = AuditEntry.objects.filter(verb="read").values_list("patient_id", flat=True)
    assert set(read) == {desk.patient.pk, double.pk}
    answer = admin.post(compare(desk.patient, double), {"stays": str(desk.patient.pk), "reason": "Twice"})
    assert (answer.status_code, answer["Location"]) == (302, f"{AREA}{desk.patient.pk}/")
    assert double.reference in html_of(admin.get(f"{AREA}{desk.patient.pk}/"))


def test_both_roles_see_the_way_between_the_two(desk: Desk, double: Patient) -> None:
    Patient.objects.filter(pk=double.pk).update(merged_into=desk.patient)
    for member in (desk.team.desk, desk.team.practitioner):
        browser = as_staff(member)
        earlier, stays = (html_of(browser.get(f"{AREA}{one.pk}/")) for one in (double, desk.patient))
        assert f'href="{AREA}{desk.patient.pk}/"' in earlier
        assert "Book a visit" not in earlier
        assert "Start consultation" not in earlier
        assert f'href="{AREA}{double.pk}/"' in stays
        assert ("read them before you treat" in stays) == member.is_practitioner
        listed = html_of(browser.get(AREA))
        assert double.reference in listed
        assert f'href="{AREA}{double.pk}/"' not in listed


def test_a_merge_is_taken_back_with_a_reason(desk: Desk, double: Patient, admin: Client) -> None:
    Patient.objects.filter(pk=double.pk).update(merged_into=desk.patient)
    url = f"{AREA}{double.pk}/unmerge/"
    assert "Tomasz Wieczorek" in html_of(admin.get(url))
    assert admin.post(url, {"reason": ""}).status_code == 422
    assert admin.post(url, {"reason": "Brothers"}).status_code == 302
    assert admin.post(url, {"reason": "Brothers"}).status_code == 302
    double.refresh_from_db()
    assert double.merged_into is None


@pytest.mark.parametrize(
    "change",
    [
        {"stays": ""}, {"stays": "x"}, {"stays": "\x00"}, {"reason": ""}, {"reason": "x" * 10_000},
        {"reason": "\x00"}, {"stays": "double"},
    ],
)  # fmt: skip
def test_bad_input_is_explained_and_merges_nothing(
    desk: Desk, double: Patient, admin: Client, change: dict[str, str]
) -> None:
    data = {"stays": str(desk.patient.pk), "reason": "Twice", **change}
    if data["stays"] == "double":
        data["stays"] = str(double.pk)  # the other one has a series that is not finished
    answer = admin.post(compare(desk.patient, double), data)
    assert (answer.status_code, "<title>Error:" in html_of(answer)) == (422, True)
    assert Patient.objects.filter(merged_into=None).count() == 2


def test_what_is_not_there_is_not_found(desk: Desk, double: Patient, admin: Client) -> None:
    elsewhere: Patient = PatientFactory.create(clinic=a_team("mistral").clinic)
    for url in (
        compare(desk.patient, desk.patient),
        compare(desk.patient, elsewhere),
        compare(elsewhere, desk.patient),
        f"{AREA}{elsewhere.pk}/merge/",
        f"{AREA}{uuid4()}/merge/",
        f"{AREA}{elsewhere.pk}/unmerge/",
    ):
        assert admin.get(url).status_code == 404
    Patient.objects.filter(pk=double.pk).update(merged_into=desk.patient)
    assert admin.get(compare(desk.patient, double)).status_code == 404


def test_nobody_else_may(desk: Desk, double: Patient) -> None:
    data = {"stays": str(desk.patient.pk), "reason": "Twice"}
    urls = (compare(desk.patient, double), f"{AREA}{double.pk}/merge/", f"{AREA}{double.pk}/unmerge/")
    for member in (desk.team.desk, desk.team.practitioner, desk.team.lead):
        browser = as_staff(member)
        assert [browser.post(url, data).status_code for url in urls] == [403] * 3
    stranger = as_staff(a_team("mistral").admin)
    assert [stranger.post(url, data).status_code for url in urls] == [404] * 3
    assert Patient.objects.filter(merged_into=None).count() == 2


def test_the_pages_cost_the_same_for_one_and_for_many(desk: Desk, double: Patient, admin: Client) -> None:
    Series.objects.update(state="completed")

    def queries() -> list[int]:
        counted = []
        for url in (f"{AREA}{desk.patient.pk}/merge/", compare(desk.patient, double), AREA):
            with CaptureQueriesContext(connection) as asked:
                admin.get(url)
            counted.append(len(asked))
        return counted

    Patient.objects.filter(pk=another(desk).pk).update(merged_into=double)
    queries()
    one = queries()
    for _ in range(4):
        Patient.objects.filter(pk=another(desk).pk).update(merged_into=double)
    assert queries()[1:] == one[1:]


def test_where_both_have_something_to_come_there_is_nothing_to_decide(desk: Desk, admin: Client) -> None:
    other = another(desk)
    VisitFactory.create(patient=other, practitioner=desk.team.practitioner, kind="review")
    page = html_of(admin.get(compare(desk.patient, other)))
    assert "Neither can go yet." in page
    assert "Merge into the one that stays" not in page


def test_the_only_one_that_can_stay_is_chosen_already(desk: Desk, double: Patient, admin: Client) -> None:
    form = admin.get(compare(double, desk.patient)).context["form"]
    assert [pk for pk, _words in form.fields["stays"].choices] == [str(desk.patient.pk)]
    assert form.fields["stays"].initial == str(desk.patient.pk)
