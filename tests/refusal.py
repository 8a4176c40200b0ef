"""How a test hears an action say no."""

from collections.abc import Callable

import pytest

from clinic.actions.refusal import Refused


def refused(act: Callable[[], object]) -> Refused:
    """Act, and return why that was refused."""
    with pytest.raises(Refused) as told:
        act()
    return told.value
