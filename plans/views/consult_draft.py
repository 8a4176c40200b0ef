"""Reaching a consultation, showing it, and saving it before whatever comes next."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.actions import consult
from plans.forms.consult import AddendumForm, ConsultationForm
from plans.models import Addendum, Consultation
from plans.queries.consult import assess
from plans.queries.protocols import parsed
from plans.views.consult_page import draft_context, reading_context

Step = Callable[[Consultation, ConsultationForm], object]
Problem = tuple[str | None, str]


def reach(request: Request, pk: Any) -> Consultation:
    """Return a consultation of this clinic that the person may read; a 404 otherwise."""
    addenda = Addendum.objects.select_related("signed_by").order_by("signed_at", "pk")
    rows = Consultation.objects.visible_to(request.actor).filter(clinic=request.clinic)
    return get_object_or_404(
        rows.select_related(
            "clinic", "patient", "practitioner__user", "protocol_version", "visit", "signed_by", "series"
        ).prefetch_related(Prefetch("addenda", addenda)),
        pk=pk,
    )


def page(
    request: Request,
    row: Consultation,
    problems: Iterable[Problem] = (),
    addendum: AddendumForm | None = None,
) -> HttpResponse:
    """Answer with the form to its practitioner, to others with what stands there; a refused post with 422."""
    status = 422 if request.method == "POST" else 200
    protocol = parsed(row.protocol_version)
    if row.signed_at is not None:
        context = reading_context(request.actor, row, None, protocol)
        context["addendum"] = addendum or AddendumForm()
        return render(request, "plans/consult/signed.html", context, status=status)
    found = assess(row, local_day(request.at, request.clinic.zone))
    if row.practitioner_id != request.membership.pk:
        context = reading_context(request.actor, row, found, protocol)
        return render(
            request, "plans/consult/draft_of_another.html", {**context, "problems": problems}, status=status
        )
    form = ConsultationForm(request.POST or None, consultation=row, found=found)
    _tell(form, problems)
    return render(
        request, "plans/consult/consultation.html", draft_context(request.actor, row, form), status=status
    )


def save_then(request: Request, row: Consultation, step: Step, field: str | None = None) -> HttpResponse:
    """Save the draft, then take the step. What is refused is told at its field, and nothing typed is lost."""
    found = assess(row, local_day(request.at, request.clinic.zone))
    form = ConsultationForm(request.POST, consultation=row, found=found)
    problems: list[Problem] = []
    if form.is_valid():
        try:
            draft: Any = form.draft()
            step(consult.save(request.actor, row, draft, request.at), form)
        except consult.Incomplete as refused:
            problems = list(refused.problems)
        except Refused as refused:
            if refused.code != "signed":
                problems = [(field if refused.field == "reason" else refused.field, str(refused.message))]
    if form.is_valid() and not problems:
        return redirect("plans:consultation", request.clinic.slug, row.pk)
    return page(request, reach(request, row.pk), problems)


def _tell(form: ConsultationForm, problems: Iterable[Problem]) -> None:
    """Put each problem at its field; a question of the protocol and a concern have fields of their own."""
    if not form.is_bound:
        return
    form.is_valid()
    for name, message in problems:
        wanted = [
            name,
            f"q_{name}",
            f"c_{form.found.protocol.course.concerns[0].id}" if name == "concerns" else None,
        ]
        field = next((one for one in wanted if one in form.fields), None)
        form.add_error(field, message)
