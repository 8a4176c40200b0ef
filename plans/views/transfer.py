"""Bringing patients and past sessions in from a file, and taking patients and visits out as one."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.tables import NotATable
from clinic.rules.timegrid import local_day
from patients.actions import importing as people
from patients.actions.dry_run import DryRun
from patients.exports import patients_csv
from patients.rules.importing import Outcome
from plans.actions import importing as sessions
from plans.exports.diary import visits_csv
from plans.forms.transfer import PATIENTS, DaysForm, FileForm, ShownForm, sign_shown, why_not
from plans.views.setup import answer, explain


def transfer(request: Request, clinic: str) -> HttpResponse:
    """Take in a file and show what it would do; or what can be taken out."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        try:
            return _shown(request, form.cleaned_data["what"], form.cleaned_data["file"])
        except NotATable as told:
            form.add_error("file", why_not(told))
    return answer(request, "plans/transfer/transfer.html", form)


def _shown(request: Request, what: str, text: str, form: ShownForm | None = None) -> HttpResponse:
    """Answer with the dry run of a file, which travels in the page: nothing of it is kept here."""
    run = _dry_run(request, what, text)
    told = {outcome.value: [one for one in run.verdicts if one.outcome is outcome] for outcome in Outcome}
    words: dict[str, Any] = {
        "form": form,
        "has_errors": bool(form and form.errors),
        "run": run,
        "told": told,
        "is_people": what == PATIENTS,
        "token": sign_shown(request.actor, request.clinic, what, text, run.told),
        "nav": "settings",
    }
    return render(request, "plans/transfer/shown.html", words, status=422 if words["has_errors"] else 200)


def _dry_run(request: Request, what: str, text: str) -> DryRun[Any]:
    run = people.dry_run if what == PATIENTS else sessions.dry_run
    return run(request.actor, request.clinic, text, at=request.at)


def bring_in(request: Request, clinic: str) -> HttpResponse:
    """Do what the dry run has shown; where it would do something else by now, show that instead."""
    form = ShownForm(request.POST, actor=request.actor, clinic=request.clinic)
    if not form.is_valid():
        lost = {"lost": form.errors["shown"]}
        return answer(request, "plans/transfer/transfer.html", FileForm(), **lost, has_errors=True)
    shown = form.cleaned_data["shown"]
    act = people.import_patients if shown["what"] == PATIENTS else sessions.import_sessions
    try:
        made = act(request.actor, request.clinic, shown["text"], seen=shown["seen"], at=request.at)
    except Refused as refused:
        explain(form, refused)
        return _shown(request, shown["what"], shown["text"], form)
    words = ngettext("%(n)s row is brought in.", "%(n)s rows are brought in.", made) % {"n": made}
    messages.success(request, words)
    return redirect("plans:transfer", clinic)


def patients_file(request: Request, clinic: str) -> HttpResponseBase:
    """Give the clinic's patients as a file; that they were taken out is on record."""
    audit.record(request.actor, "export", ("page", "plans:patients_file"), at=request.at)
    return _file(request, patients_csv(request.actor, request.clinic), "patients")


def diary(request: Request, clinic: str) -> HttpResponse:
    """Ask for which days the visits are wanted."""
    form = DaysForm(today=local_day(request.at, request.clinic.zone))
    return answer(request, "plans/transfer/diary.html", form, nav="today")


def diary_file(request: Request, clinic: str) -> HttpResponseBase:
    """Give the visits of some days as a file; that they were taken out is on record."""
    form = DaysForm(request.GET, today=local_day(request.at, request.clinic.zone))
    if not form.is_valid():
        return answer(request, "plans/transfer/diary.html", form, nav="today")
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    audit.record(request.actor, "export", ("page", "plans:diary_file"), at=request.at)
    return _file(request, visits_csv(request.actor, request.clinic, first, last), "visits")


def _file(request: Request, lines: Iterator[str], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    day = local_day(request.at, request.clinic.zone)
    file = f"{request.clinic.slug}-{name}-{day}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
