"""What stands in the way of holding resources: somebody's booking, or that one of them is here no more."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

from plans.models import Occupancy, Series, Visit

LONGEST_HELD = timedelta(days=1)


class Hindrance(StrEnum):
    """Why a resource cannot be held."""

    TAKEN = "taken"
    MERGED = "merged"
    GONE = "gone"


# Plain SQL: in a rush every booker asks this twice, and the ORM takes ten times as long to put it into words as
# the database to answer. Nothing is held for longer than a day, so the index on times finds what overlaps.
HINDERED = """
WITH wanted (clinic, resource, day_before, starts, ends) AS (VALUES {rows})
SELECT 'taken' FROM wanted
  JOIN plans_occupancy ON resource_id = resource AND starts_at < ends AND starts_at > day_before AND ends_at > starts
 WHERE visit_id NOT IN ({moving})
UNION ALL
SELECT 'merged' FROM patients_patient
 WHERE merged_into_id IS NOT NULL AND resource_id IN (SELECT resource FROM wanted)
UNION ALL
SELECT 'gone' FROM clinic_room WHERE NOT is_active AND resource_id IN (SELECT resource FROM wanted)
UNION ALL
SELECT 'gone' FROM clinic_device WHERE NOT is_active AND resource_id IN (SELECT resource FROM wanted)
UNION ALL
SELECT 'gone' FROM clinic_membership JOIN clinic_user ON clinic_user.id = user_id
 WHERE NOT clinic_membership.is_active AND clinic_id IN (SELECT clinic FROM wanted)
   AND clinic_user.resource_id IN (SELECT resource FROM wanted)
 LIMIT 1
"""
MOVING = {Visit: "%s", Series: "SELECT id FROM plans_visit WHERE series_id = %s"}


def hindrance(rows: Sequence[Occupancy], *, but_for: Visit | Series | None = None) -> Hindrance | None:
    """Return what hinders these rows from being held, if anything does; one query.

    `but_for` is the visit that is about to move, or the series whose visits are: what they hold is no hindrance.
    """
    if not rows:
        return None
    instant, given = connection.ops.adapt_datetimefield_value, list[Any]()
    for row in rows:
        times = (row.starts_at - LONGEST_HELD, row.starts_at, row.ends_at)
        given += [row.clinic_id, row.resource_id, *map(instant, times)]
    moving = "SELECT id FROM plans_visit WHERE id IS NULL"
    if but_for is not None:
        moving = MOVING[type(but_for)]
        given.append(but_for._meta.pk.get_db_prep_value(but_for.pk, connection))
    values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(HINDERED.format(rows=values, moving=moving), given)
        found = cursor.fetchone()
    return Hindrance(found[0]) if found else None
