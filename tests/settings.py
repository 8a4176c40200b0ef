"""The product's own settings, told in time that tests run (pytest-django reads them before any conftest)."""

import os

os.environ.setdefault("INTERVAL_TESTING", "1")

from clinic.settings import *  # noqa: F403
