"""Constraints that the database itself enforces, on both engines, from one definition each.

They stand in `Meta.constraints` like any other, so migrations create and drop them, and SQLite's
table rebuilds carry them along: each statement is deferred as a `Statement` that knows its table.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models.constraints import BaseConstraint


class Guard(BaseConstraint):
    """A rule of the database written as statements of its engine; `validate` is left to actions.

    The stubs say that the three methods below return SQL; None, "nothing inline", is what Django takes too.
    """

    create: ClassVar[dict[str, tuple[str, ...]]]
    drop: ClassVar[tuple[str, ...]]  # PostgreSQL only: SQLite drops triggers with the table it rebuilds

    def _statements(
        self, templates: tuple[str, ...], model: type[models.Model], editor: BaseDatabaseSchemaEditor
    ) -> list[Statement]:
        table = model._meta.db_table
        return [
            Statement(template, table=Table(table, editor.quote_name), name=self.name, **self.parts())
            for template in templates
        ]

    def parts(self) -> dict[str, str]:
        """Return what else the templates name."""
        return {}

    def constraint_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> None:  # type: ignore[override]
        """Put the statements behind the table's own, which must exist first."""
        templates = self.create[schema_editor.connection.vendor]
        schema_editor.deferred_sql.extend(self._statements(templates, model, schema_editor))

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> None:  # type: ignore[override]
        """Add to a table that exists (PostgreSQL; SQLite rebuilds the table through `constraint_sql`)."""
        self.constraint_sql(model, schema_editor)

    def remove_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> None:  # type: ignore[override]
        """Drop from a table that stays (PostgreSQL)."""
        for statement in self._statements(self.drop, model, schema_editor):
            schema_editor.execute(statement)

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave the explaining to the action in front: it knows what clashes and what is free."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self), self.name))


class NoOverlap(Guard):
    """Two rows of one resource never share an instant; ranges are half-open, so back to back is fine.

    The table has `resource_id`, `starts_at` and `ends_at`. Integer ranges stand in for equality, so that
    PostgreSQL needs no extension.
    """

    create: ClassVar[dict[str, tuple[str, ...]]] = {
        "postgresql": (
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s EXCLUDE USING gist "
            "(int8range(resource_id, resource_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)",
        ),
        "sqlite": tuple(
            f"CREATE TRIGGER %(name)s_{event} BEFORE {event} ON %(table)s "  # noqa: S608 (no input reaches it)
            "WHEN EXISTS (SELECT 1 FROM %(table)s AS held WHERE held.resource_id = NEW.resource_id "
            "AND held.starts_at < NEW.ends_at AND held.ends_at > NEW.starts_at AND held.id IS NOT NEW.id) "
            "BEGIN SELECT RAISE(ABORT, '%(name)s'); END"
            for event in ("INSERT", "UPDATE")
        ),
    }
    drop: ClassVar[tuple[str, ...]] = ("ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",)


def _refuse(event: str, when_postgresql: str, when_sqlite: str) -> dict[str, tuple[str, ...]]:
    """Return the statements of a trigger that refuses an event on the rows that match."""
    suffix = event.lower()
    return {
        "postgresql": (
            f"CREATE OR REPLACE FUNCTION %(name)s_{suffix}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$guard$ BEGIN RAISE EXCEPTION '%(name)s' USING ERRCODE = 'integrity_constraint_violation'; "
            f"END $guard$; "
            f"CREATE TRIGGER %(name)s_{suffix} BEFORE {event} ON %(table)s FOR EACH ROW "
            f"{when_postgresql}EXECUTE FUNCTION %(name)s_{suffix}()",
        ),
        "sqlite": (
            f"CREATE TRIGGER %(name)s_{suffix} BEFORE {event} ON %(table)s "
            f"{when_sqlite}BEGIN SELECT RAISE(ABORT, '%(name)s'); END",
        ),
    }


def _joined(*parts: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {vendor: sum((part[vendor] for part in parts), ()) for vendor in ("postgresql", "sqlite")}


def _drop_triggers(*events: str) -> tuple[str, ...]:
    return tuple(
        statement
        for event in events
        for statement in (
            f"DROP TRIGGER %(name)s_{event} ON %(table)s",
            f"DROP FUNCTION %(name)s_{event}()",
        )
    )


class AppendOnly(Guard):
    """Rows are written once: no UPDATE, no DELETE."""

    create: ClassVar[dict[str, tuple[str, ...]]] = _joined(
        _refuse("UPDATE", "", ""), _refuse("DELETE", "", "")
    )
    drop: ClassVar[tuple[str, ...]] = _drop_triggers("update", "delete")


class SignedIsSigned(Guard):
    """A row with `signed_at` is never updated, and deleted only under an erasure order for its patient."""

    _ordered = (
        "EXISTS (SELECT 1 FROM patients_erasureorder AS erasure WHERE erasure.patient_id = OLD.patient_id)"
    )
    create: ClassVar[dict[str, tuple[str, ...]]] = {
        "postgresql": (
            "CREATE OR REPLACE FUNCTION %(name)s() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
            f"IF TG_OP = 'DELETE' AND {_ordered} THEN RETURN OLD; END IF; "
            "RAISE EXCEPTION '%(name)s' USING ERRCODE = 'integrity_constraint_violation'; END $guard$; "
            "CREATE TRIGGER %(name)s BEFORE UPDATE OR DELETE ON %(table)s FOR EACH ROW "
            "WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION %(name)s()",
        ),
        "sqlite": (
            "CREATE TRIGGER %(name)s_update BEFORE UPDATE ON %(table)s WHEN OLD.signed_at IS NOT NULL "
            "BEGIN SELECT RAISE(ABORT, '%(name)s'); END",
            "CREATE TRIGGER %(name)s_delete BEFORE DELETE ON %(table)s "
            f"WHEN OLD.signed_at IS NOT NULL AND NOT {_ordered} "
            "BEGIN SELECT RAISE(ABORT, '%(name)s'); END",
        ),
    }
    drop: ClassVar[tuple[str, ...]] = (
        "DROP TRIGGER %(name)s ON %(table)s",
        "DROP FUNCTION %(name)s()",
    )
