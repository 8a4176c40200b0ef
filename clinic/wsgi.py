"""What gunicorn and waitress call."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")


def refuse_demo_accounts() -> None:
    """Do not serve a clinic whose database holds the demo's accounts: their password is public."""
    from django.conf import settings

    from clinic.models import User

    if not settings.DEMO and User.objects.filter(is_demo=True, is_active=True).exists():
        raise ImproperlyConfigured(
            "This database holds accounts of the demo, whose password everybody knows. Start with one of your own."
        )


def serve() -> WSGIHandler:
    """Return the application, once it is safe to serve."""
    handler = get_wsgi_application()
    refuse_demo_accounts()
    return handler


application = serve()
