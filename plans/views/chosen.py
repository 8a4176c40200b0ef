"""Which of the proposals was chosen, and which of its dates was changed, as the buttons of the page say it."""

from django.core import signing

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from plans.actions import booking
from plans.forms.visits import ChooseForm
from plans.queries.proposals import Choice, Search, changed
from plans.queries.standing import Standing
from plans.rules.plan import Session, from_data, to_data

CHANGE = "plans.change"


def chosen_plan(request: Request, stand: Standing) -> tuple[Session, ...]:
    """Return the plan of the proposal whose other times are asked for, empty where it is not of these sessions."""
    if "open" not in request.POST:
        return ()
    try:
        offer = booking.read_offer(request.POST.get("offer", ""))
    except Refused:
        return ()
    fits = (offer.series, offer.revision) == (stand.series.pk, stand.series.revision)
    return offer.plan if fits and [session.number for session in offer.plan] == stand.to_book else ()


def change_of(stand: Standing, plan: tuple[Session, ...], one: Session) -> str:
    """Return the value of a button that puts one session of a plan elsewhere."""
    data = [str(stand.series.pk), to_data(plan), to_data([one])]
    return signing.dumps(data, salt=CHANGE, compress=True)


def changed_plan(request: Request, made: Search) -> Choice | None:
    """Return the plan with one date changed, where one was asked for and the rest can follow."""
    token = request.POST.get("change", "")
    if not token:
        return _first_at(request, made)
    try:
        series, plan, one = signing.loads(token, salt=CHANGE, max_age=booking.GOOD_FOR_SECONDS)
        before, (chosen,) = from_data(plan), from_data(one)
    except (signing.BadSignature, ValueError):
        return None
    stand = made.stand
    if series != str(stand.series.pk) or [session.number for session in before] != stand.to_book:
        return None
    return changed(made, before, chosen)


def _first_at(request: Request, made: Search) -> Choice | None:
    """Return the best proposal with its first session at a free time that was clicked on the worklist."""
    form = ChooseForm(request.POST)
    if "slot" not in request.POST or not form.is_valid():
        return None
    plan = made.choices[0].plan
    return changed(made, plan, Session(plan[0].number, form.cleaned_data["slot"]))
