"""The table in which rate limits are counted, shared by every process."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def create(apps: Any, schema_editor: Any) -> None:
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP TABLE clinic_cache")


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_the_place")]
    operations = [migrations.RunPython(create, drop)]
