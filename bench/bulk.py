"""Bulk inserts of rows as plain tuples: COPY on PostgreSQL, executemany on SQLite, the fields' defaults filled in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, JSONField, Model

from clinic.models.guards import Guard


class Table:
    """Rows of one model, gathered and written in large steps; `fixed` holds what all of them share."""

    def __init__(self, model: type[Model], names: Sequence[str], **fixed: Any) -> None:
        self.model, self.waiting, self.written = model, list[tuple[Any, ...]](), 0
        fields = {field.attname: field for field in model._meta.concrete_fields}
        rest = {name: field for name, field in fields.items() if name not in names and not _is_serial(field)}
        given = {
            name: fixed.pop(name, None if field.null else field.get_default()) for name, field in rest.items()
        }
        if fixed:
            raise ValueError(f"{model.__name__} has no {sorted(fixed)}")
        self.columns = [str(fields[name].column) for name in (*names, *rest)]
        self.given = tuple(
            json.dumps(value) if isinstance(fields[name], JSONField) else value
            for name, value in given.items()
        )

    def add(self, *values: Any) -> None:
        """Gather one row, its values in the order of `names`."""
        self.waiting.append(values)

    def write(self) -> None:
        """Write what has been gathered."""
        rows = [(*row, *self.given) for row in self.waiting]
        write = _copy if connection.vendor == "postgresql" else _executemany
        write(self.model._meta.db_table, self.columns, rows)
        self.written += len(rows)
        self.waiting = []


def _is_serial(field: Field[Any, Any]) -> bool:
    return field.primary_key and field.get_internal_type() == "BigAutoField"


def _copy(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    for row in rows:
        text.write("\t".join([_text(value) for value in row]) + "\n")
    text.seek(0)
    with connection.cursor() as cursor:
        named = ", ".join(f'"{column}"' for column in columns)
        cursor.copy_expert(f'COPY "{table}" ({named}) FROM STDIN', text)


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    return value if type(value) is str else str(value)


def _executemany(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    marks, named = ", ".join(["%s"] * len(columns)), ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{table}" ({named}) VALUES ({marks})',
            [tuple(_for_sqlite(value) for value in row) for row in rows],
        )


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def without_checks(*models: type[Model]) -> Iterator[None]:
    """Drop indexes and the guard against overlaps of large tables while they are filled; all come back after.

    What was filled is then checked in one go: the guard is made anew on the rows, and refuses what overlaps.
    """
    if connection.vendor != "postgresql":
        yield
        return
    guards = [(model, one) for model in models for one in model._meta.constraints if isinstance(one, Guard)]
    indexes = [(model, index) for model in models for index in model._meta.indexes]
    with connection.schema_editor() as editor:
        for model, guard in guards:
            editor.remove_constraint(model, guard)
        for model, index in indexes:
            editor.remove_index(model, index)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        if cursor.fetchone() == (True,):  # the rows refer to rows of ours: their keys need no look-up each
            cursor.execute("SET session_replication_role = replica")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")
        cursor.execute("SET maintenance_work_mem = '512MB'")
    with connection.schema_editor() as editor:
        for model, index in indexes:
            editor.add_index(model, index)
        for model, guard in guards:
            editor.add_constraint(model, guard)


def settle(*models: type[Model]) -> None:
    """Let the counters of ids go on after ours, and the planner know what is in the tables."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
