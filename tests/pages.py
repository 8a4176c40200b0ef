"""Pages as a test asks for them and reads them."""

import re
from typing import Any

from django.urls import reverse

from tests.factories.booking import Desk


def address(name: str, *args: Any, clinic: str = "fernway") -> str:
    """Return the address of a page of a clinic."""
    return reverse(f"plans:{name}", args=[clinic, *args])


def url(desk: Desk, name: str, *args: Any) -> str:
    """Return the address of a page of the desk's clinic."""
    return address(name, *args, clinic=desk.team.clinic.slug)


def text_of(answer: Any) -> str:
    """Return the words of a page, without its elements."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def html_of(answer: Any) -> str:
    """Return a page as it was sent, on one line."""
    return " ".join(answer.content.decode().split())


def values(html: str, name: str) -> list[str]:
    """Return what stands in every field of that name."""
    return re.findall(rf'name="{name}" value="([^"]+)"', html)


def errors_of(answer: Any) -> dict[str, list[str]]:
    """Return what the form of a page says is wrong, by field."""
    return {name: [str(one) for one in errors] for name, errors in answer.context["form"].errors.items()}
