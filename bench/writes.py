"""Booking six sessions against bare inserts of the same rows, each committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from bench.pairs import clocked, table
from bench.stage import Stage, on
from clinic.models import AuditEntry, Message
from plans.actions import booking
from plans.models import Occupancy, Series, SeriesChange, Visit
from plans.queries.proposals import search
from plans.queries.standing import standing
from plans.rules.wishes import Wishes

FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
Statement = tuple[str, list[Any]]


def bookings(databases: dict[str, str], rounds: int) -> None:
    """Time `booking.confirm` in turns with the visits and what they hold, and with all rows of a booking."""
    name, url = next(iter(databases.items()))
    with on(url) as stage:
        confirm = _confirm(stage)
        with CaptureQueriesContext(connection) as asked:
            confirm()
        held, everything = _rows(stage)
        _clear(stage)
        times: list[list[float]] = [[], [], []]
        for number in range(rounds + 3):
            for run, took in zip((_confirm(stage), _insert(held), _insert(everything)), times, strict=True):
                one = clocked(run, number)
                _clear(stage)
                if number >= 3:
                    took.append(one)
    ours, visits, whole = (median(took) for took in times)
    statements = sum(one["sql"].split()[0] not in FRAME for one in asked.captured_queries)
    head = [
        "product ms",
        "the same rows ms",
        "ratio (<= 5)",
        "visits and occupancy alone ms",
        "ratio",
        "statements (<= 15)",
    ]
    table(
        f"Booking six sessions at {name}",
        head,
        [[ours, whole, ours / whole, visits, ours / visits, statements]],
    )


def _confirm(stage: Stage) -> Callable[[], object]:
    """Return what confirms an offer that was signed off the clock."""
    series = Series.objects.select_related("clinic", "patient", "protocol_version").get(pk=stage.to_book.pk)
    token = booking.offer(series, search(standing(series), Wishes(), at=stage.at).choices[0].plan)
    return lambda: booking.confirm(stage.actor, series, token, at=stage.at)


def _rows(stage: Stage) -> tuple[list[Statement], list[Statement]]:
    """Return the inserts of the booking that was just made: what holds the time, and with its history and mail."""
    visits = list(Visit.objects.filter(series=stage.to_book))
    change = SeriesChange.objects.filter(series=stage.to_book)[:1]
    audit = AuditEntry.objects.filter(subject_id=str(stage.to_book.pk))[:1]
    mail = Message.objects.filter(subject_id=str(change[0].pk))
    held = [_as_sql(visits), _as_sql(Occupancy.objects.filter(visit__in=visits))]
    return held, [*held, _as_sql(change), _as_sql(audit), _as_sql(mail)]


def _as_sql(rows: Iterable[models.Model]) -> Statement:
    found = list(rows)
    model = type(found[0])
    fields = [field for field in model._meta.concrete_fields if field.get_internal_type() != "BigAutoField"]
    row = "(" + ", ".join(["%s"] * len(fields)) + ")"
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [
        field.get_db_prep_save(getattr(one, field.attname), connection) for one in found for field in fields
    ]
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ' + ", ".join([row] * len(found)), values


def _insert(statements: list[Statement]) -> Callable[[], object]:
    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, values in statements:
                cursor.execute(sql, values)

    return insert


def _clear(stage: Stage) -> None:
    """Take the booking away; its audit row stays, which is what a log is for."""
    Visit.objects.filter(series=stage.to_book).delete()
    Message.objects.filter(subject_kind="serieschange").delete()
    SeriesChange.objects.filter(series=stage.to_book).delete()
    Series.objects.filter(pk=stage.to_book.pk).update(state="to_book")
