"""The diary in words: times of the day, names of visits, next steps."""

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from plans.models import Kind, Visit
from plans.rules.visiting import State

register = template.Library()

LOOKS = {
    State.DONE: "done",
    State.NO_SHOW: "noshow",
    State.CANCELLED: "noshow",
    State.ARRIVED: "is-ok",
    State.IN_ROOM: "is-brand",
    State.IN_TREATMENT: "is-brand",
}
STEPS = {
    State.ARRIVED: gettext_lazy("Check in"),
    State.IN_ROOM: gettext_lazy("To room"),
    State.IN_TREATMENT: pgettext_lazy("button", "Start"),
    State.DONE: gettext_lazy("Finish"),
    State.NO_SHOW: gettext_lazy("Did not come"),
}


@register.filter
def visit_look(visit: Visit) -> str:
    """The class that gives a visit its fill."""
    return LOOKS.get(State(visit.state), "plain")


@register.filter
def visit_name(visit: Visit) -> str:
    """Whom a visit is for; blocked time says what it is."""
    if visit.kind == Kind.BLOCKED or visit.patient is None:
        return visit.note or gettext("Blocked")
    return visit.patient.name


@register.filter
def step_words(state: str) -> str:
    """What the button says that takes a visit one step on."""
    return str(STEPS[State(state)])


@register.filter
def kind_words(kinds: Iterable[str]) -> str:
    """Kinds of visit, in one line."""
    return ", ".join(str(Kind(kind).label) for kind in kinds)


@register.filter
def change_words(verb: str) -> str:
    """What was done to a series and its dates."""
    words = {
        "book": gettext("booked"),
        "move": gettext("moved"),
        "cancel": gettext("cancelled"),
        "replan": gettext("planned anew"),
        "skip": gettext("one session left out"),
        "add_session": gettext("one session added"),
        "remove_session": gettext("last session taken away"),
        "pause": gettext("put on hold"),
        "resume": gettext("resumed"),
        "stop": gettext("series ended"),
    }
    return words.get(verb, verb)
