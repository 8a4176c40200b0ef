"""What the clinic's administrator is told of its work: counts and shares, never a patient."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render

from clinic.actions import audit
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.exports import report as exports
from plans.exports.report_csv import csv
from plans.exports.report_figure import Figure
from plans.forms.report import SpanForm
from plans.queries.report import report


def reports(request: Request, clinic: str) -> HttpResponse:
    """Show every figure of a span of days."""
    form = _form(request)
    return _page(request, form, exports.figures(report(request.clinic, form.span)) if form.fits else [])


def report_csv(request: Request, clinic: str, figure: str) -> HttpResponse:
    """Hand out one figure as a file."""
    form = _form(request)
    if not form.fits:
        return _page(request, form, [])
    figures = exports.figures(report(request.clinic, form.span))
    found = next((one for one in figures if one.slug == figure), None)
    if found is None:
        raise Http404
    audit.record(request.actor, "export", ("report", found.slug), at=request.at)
    name = f"{found.slug}-{form.span.first}-{form.span.last}.csv"
    return HttpResponse(
        csv(found, form.span),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(request: Request, form: SpanForm, figures: list[Figure]) -> HttpResponse:
    span = form.span
    context = {
        "form": form,
        "span": span,
        "figures": figures,
        "query": urlencode({"first": span.first.isoformat(), "last": span.last.isoformat()}),
        "nav": "reports",
    }
    return render(request, "plans/reports/reports.html", context, status=200 if form.fits else 422)


def _form(request: Request) -> SpanForm:
    return SpanForm(request.GET, today=local_day(request.at, request.clinic.zone))
