"""Whose pages a person may open."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.queries.access import is_locked, key_of, opened_by
from tests.factories.patients import AccessFactory

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.django_db
def test_keys_that_stand_are_listed_by_name_in_one_query() -> None:
    first = AccessFactory.create(patient__name="Ana", confirmed_at=None)
    second = AccessFactory.create(user=first.user, patient__name="Ben")
    AccessFactory.create(user=first.user, revoked_at=AT)
    AccessFactory.create()
    with CaptureQueriesContext(connection) as ran:
        keys = opened_by(first.user_id)
        names = [key.patient.clinic.name for key in keys]
    assert (keys, len(names), len(ran)) == ([first, second], 2, 1)


@pytest.mark.django_db
def test_a_key_is_found_for_its_person_and_patient_alone() -> None:
    key, other = AccessFactory.create(), AccessFactory.create(revoked_at=AT)
    assert key_of(key.user_id, key.patient_id) == key
    assert key_of(key.user_id, other.patient_id) is None
    assert key_of(other.user_id, other.patient_id) is None
    assert key_of(key.user_id, uuid4()) is None


@pytest.mark.parametrize(
    ("confirmed_at", "tries", "locked"), [(None, 4, False), (None, 5, True), (AT, 5, False)]
)
def test_five_tries_lock_what_is_not_confirmed(
    confirmed_at: datetime | None, tries: int, locked: bool
) -> None:
    key = AccessFactory.build(
        user=None, patient=None, granted_by=None, confirmed_at=confirmed_at, confirm_tries=tries
    )
    assert is_locked(key) is locked
