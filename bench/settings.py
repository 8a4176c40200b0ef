"""The tests' settings with the floor's addresses beside the product's; a database says when it has gone."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "bench.floor"
