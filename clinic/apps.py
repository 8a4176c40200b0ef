from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """The floor: the place, its people, its hours."""

    name = "clinic"
    default_auto_field = "django.db.models.BigAutoField"
