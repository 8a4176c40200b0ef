"""The demo's story: planted once, on SQLite, and looked at as plain data."""

import datetime
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from clinic.demo import PASSWORD
from clinic.models import AuditEntry, Clinic, Membership, Message, User
from clinic.rules.roles import Role
from patients.models import Patient, PatientAccess
from patients.rules.terms import Level
from plans.demo.planting import plant
from plans.demo.stage import Story, play
from plans.models import AftercareSheet, Consultation, Kind, Occupancy, Series, SessionRecord, Visit
from plans.queries.consult import assess
from plans.rules.scheduling.check import double_bookings
from plans.rules.scheduling.model import Booking
from tests.factories.clinic import ClinicFactory

# A Tuesday: two days before it the clinics would be closed, were they closed on Sundays.
DAY = datetime.date(2026, 11, 24)
PLANTED_AT = datetime.datetime(2026, 11, 24, 10, 40, tzinfo=UTC)
AMARA = "amara@demo.interval.test"


@dataclass(frozen=True)
class Told:
    """What the story left behind."""

    patients: int
    clinics: dict[str, tuple[str, datetime.date | None]]
    visits_today: Counter[str]
    kinds_today: set[str]
    series: set[str]
    skin_types: set[int]
    languages: set[str]
    scripts: set[str]
    double_bookings: int
    overlaps: int
    mail: Counter[str]
    in_order: bool
    held_in_the_past: int
    blocked_drafts: int
    refused: int
    sheets: int
    records: set[bool]
    staff: dict[str, set[frozenset[Role]]]
    shared: set[str]
    real_staff: int
    password_fits: bool
    amara: list[tuple[int, str]]
    amara_may_sign_in: bool
    first_patient: str
    longest_name: int
    single_names: set[str]


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest, django_db_blocker: Any) -> Told:
    # Asked for here, not in the signature: what names it is run again on PostgreSQL, and this is slow.
    request.getfixturevalue("django_db_setup")
    with django_db_blocker.unblock(), transaction.atomic():
        plant(DAY, seed=7)
        found = look()
        transaction.set_rollback(True)
    connection.close()
    return found


def look() -> Told:
    clinics = {one.slug: one for one in Clinic.objects.all()}
    today = Visit.objects.filter(clinic=clinics["fernway"], day=DAY)
    members = Membership.objects.select_related("user", "clinic")
    staff: dict[str, set[frozenset[Role]]] = {}
    for member in members:
        staff.setdefault(member.clinic.slug, set()).add(member.roles)
    names = list(Patient.objects.values_list("name", flat=True))
    amara = Patient.objects.get(email=AMARA)
    key = PatientAccess.objects.get(patient=amara)
    ats = list(AuditEntry.objects.order_by("pk").values_list("at", flat=True))
    return Told(
        patients=len(names),
        clinics={slug: (one.time_zone, one.planted_day) for slug, one in clinics.items()},
        visits_today=Counter(today.exclude(kind=Kind.BLOCKED).values_list("state", flat=True)),
        kinds_today=set(today.values_list("kind", flat=True)),
        series=set(Series.objects.values_list("state", flat=True)),
        skin_types={one for one in Consultation.objects.values_list("skin_type", flat=True) if one},
        languages=set(Patient.objects.values_list("language", flat=True)),
        scripts={script_of(name) for name in names},
        double_bookings=len(double_bookings(bookings())),
        overlaps=overlaps(),
        mail=Counter(Message.objects.values_list("state", flat=True)),
        in_order=ats == sorted(ats) and ats[-1] <= PLANTED_AT,
        held_in_the_past=Visit.objects.filter(day__lt=DAY, state__in=Visit.HELD).count(),
        blocked_drafts=sum(is_blocked(draft) for draft in Consultation.objects.filter(signed_at=None)),
        refused=Consultation.objects.filter(decision="refused", signed_at__isnull=False).count(),
        sheets=AftercareSheet.objects.filter(number=1).count(),
        records={bool(at) for at in SessionRecord.objects.values_list("signed_at", flat=True)},
        staff=staff,
        shared={one.name for one in User.objects.all() if one.memberships.count() == 2},
        real_staff=members.filter(user__is_demo=False).count(),
        password_fits=all(member.user.check_password(PASSWORD) for member in members),
        amara=[
            ((day - DAY).days, state)
            for day, state in amara.visits.filter(series__isnull=False)
            .order_by("session_number")
            .values_list("day", "state")
        ],
        amara_may_sign_in=key.confirmed_at is not None and key.user.is_demo and key.user.email == AMARA,
        first_patient=User.objects.filter(is_demo=True, memberships=None).order_by("pk")[0].email,
        longest_name=max(map(len, names)),
        single_names={name for name in names if " " not in name},
    )


def script_of(name: str) -> str:
    return unicodedata.name(next(char for char in name if char.isalpha())).split()[0]


def bookings() -> list[Booking]:
    rows = Occupancy.objects.values_list("clinic_id", "resource_id", "day", "cell_from", "cell_to")
    # A resource of two clinics has a local day in each; what overlaps across them is looked at in instants.
    return [((clinic, resource), day, start, end) for clinic, resource, day, start, end in rows]


def overlaps() -> int:
    rows = list(
        Occupancy.objects.order_by("resource_id", "starts_at").values_list(
            "resource_id", "starts_at", "ends_at"
        )
    )
    return sum(one[0] == other[0] and other[1] < one[2] for one, other in pairwise(rows))


def is_blocked(draft: Consultation) -> bool:
    day = draft.saved_at.astimezone(draft.clinic.zone).date()
    return any(flag.level is Level.BLOCK for flag in assess(draft, day).open)


def test_there_are_two_clinics_in_two_time_zones_and_both_know_the_day(told: Told) -> None:
    assert told.clinics == {"fernway": ("Europe/London", DAY), "harbour": ("America/New_York", DAY)}


def test_the_planted_day_is_full_and_shows_every_state_of_a_visit(told: Told) -> None:
    assert told.patients >= 60
    assert sum(told.visits_today.values()) >= 25
    assert set(told.visits_today) == set(Visit.State.values)
    assert told.kinds_today == set(Kind.values)


def test_every_state_of_a_series_is_there(told: Told) -> None:
    assert told.series == set(Series.State.values)


def test_somebody_is_blocked_at_the_consultation_and_somebody_refused(told: Told) -> None:
    assert told.blocked_drafts >= 3
    assert told.refused == 2


def test_patients_are_of_every_skin_type_and_of_many_scripts(told: Told) -> None:
    assert told.skin_types == {1, 2, 3, 4, 5, 6}
    assert told.languages == {"en-gb", "es"}
    assert told.scripts == {"LATIN", "ARABIC", "CJK", "CYRILLIC", "HEBREW", "GREEK", "BENGALI", "TAMIL"}
    assert (told.longest_name, told.single_names) == (98, {"Suharto", "李小龙", "王秀英"})


def test_nobody_and_nothing_is_booked_twice(told: Told) -> None:
    assert (told.double_bookings, told.overlaps) == (0, 0)


def test_time_never_goes_back_and_nothing_stands_open_behind_it(told: Told) -> None:
    assert told.in_order
    assert told.held_in_the_past == 0


def test_sessions_were_recorded_and_some_are_under_way(told: Told) -> None:
    assert told.sheets >= 80
    assert told.records == {True, False}


def test_no_mail_of_the_past_is_sent_at_the_first_start(told: Told) -> None:
    assert set(told.mail) == {"void"}
    assert told.mail["void"] >= 100


def test_each_role_has_its_demo_account_and_one_person_works_in_both_clinics(told: Told) -> None:
    lead = frozenset({Role.PRACTITIONER, Role.PRESCRIBER, Role.CLINICAL_LEAD})
    plain, desk, admin = (frozenset({role}) for role in (Role.PRACTITIONER, Role.FRONT_DESK, Role.ADMIN))
    prescriber = frozenset({Role.PRACTITIONER, Role.PRESCRIBER})
    assert told.staff == {
        "fernway": {lead, prescriber, plain, desk, admin},
        "harbour": {lead, plain, desk, admin},
    }
    assert told.shared == {"Maya Lindqvist-Rao"}
    assert told.real_staff == 0
    assert told.password_fits


def test_amara_is_on_day_two_and_may_sign_in_with_a_code(told: Told) -> None:
    assert told.amara[1] == (-2, "done")
    assert [state for _day, state in told.amara] == ["done", "done", "booked"]
    assert told.amara_may_sign_in
    assert told.first_patient == AMARA


@pytest.mark.django_db
def test_a_database_that_holds_a_clinic_is_left_alone() -> None:
    ClinicFactory.create(slug="fernway-real")
    with pytest.raises(CommandError, match="holds a clinic already"):
        call_command("load_demo", seed=7)
    assert list(Clinic.objects.values_list("slug", flat=True)) == ["fernway-real"]
    assert not User.objects.exists()


def minute(number: int) -> datetime.datetime:
    return PLANTED_AT + datetime.timedelta(minutes=number)


def test_stories_are_told_in_order_of_time_up_to_the_instant() -> None:
    heard: list[tuple[str, int]] = []

    def story(name: str, *minutes: int) -> Story[None]:
        for number in minutes:
            at = yield minute(number)
            heard.append((name, (at - PLANTED_AT) // datetime.timedelta(minutes=1)))

    play([story("one", 1, 4, 9), story("two", 2, 1, 5)], minute(5))
    assert heard == [("one", 1), ("two", 2), ("two", 2), ("one", 4), ("two", 5)]
