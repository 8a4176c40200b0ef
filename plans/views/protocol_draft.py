"""The protocol editor: one draft of the clinic's leads, a line at a time, and the signature that publishes it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.actions import protocol_draft as drafts
from plans.actions.protocol_draft import Publication, Unfit
from plans.forms import protocol_words as words
from plans.forms.protocol import LineForm, PublicationForm
from plans.forms.screening import worded
from plans.models import ProtocolVersion
from plans.queries.protocol_draft import Drafting, drafting, under_way
from plans.rules.protocol.drafting import is_draft, next_version
from plans.rules.protocol.editable import Line


def draft(request: Request, clinic: str) -> HttpResponse:
    """Show what may be changed, and what the draft changes."""
    standing = _reach(request)
    context = {
        **_summary(request, standing),
        "overtaken": _overtaken(standing),
        "sections": [
            (words.SECTIONS[section], list(_rows(standing, lines)))
            for section, lines in groupby(standing.draft_lines.values(), key=lambda line: line.section)
        ],
    }
    return render(request, "plans/protocol/draft.html", context)


def line(request: Request, clinic: str, file: str, line: str) -> HttpResponse:
    """Change one line of the draft."""
    standing, key = _reach(request), f"{file}/{line}"
    base = standing.base_lines.get(key)
    if base is None:
        raise Http404
    form = LineForm(_posted(request), line=standing.draft_lines[key], base=base)
    if request.method == "POST" and form.is_valid() and _saved(request, form, key):
        return redirect("plans:protocol_draft", clinic)
    context = _line_context(request, _reach(request), key) | {"form": form}
    return render(
        request, "plans/protocol/line.html", context, status=422 if request.method == "POST" else 200
    )


def publish(request: Request, clinic: str) -> HttpResponse:
    """Show what a new version would change and whom it reaches, and sign it."""
    form = PublicationForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        version = _published(request, form)
        if version is not None:
            messages.success(request, _("Version %(name)s is in force.") % {"name": version.version})
            return redirect("plans:protocol", clinic)
    context = _publication_context(request, _reach(request)) | {"form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "plans/protocol/publish.html", context, status=status)


def discard(request: Request, clinic: str) -> HttpResponse:
    """Throw the draft away."""
    _reach(request)
    drafts.discard(request.actor, request.clinic, at=request.at)
    messages.success(request, _("The draft is gone. The version in force has not changed."))
    return redirect("plans:protocol_draft", clinic)


def carry_over(request: Request, clinic: str) -> HttpResponse:
    """Put the draft on the version that was published meanwhile."""
    _reach(request)
    drafts.carry_over(request.actor, request.clinic, at=request.at)
    return redirect("plans:protocol_draft", clinic)


def _posted(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _reach(request: Request) -> Drafting:
    """Return the draft; 404 before the first version, when there is nothing to edit."""
    try:
        return drafting(request.clinic)
    except ProtocolVersion.DoesNotExist:
        raise Http404 from None


def _saved(request: Request, form: LineForm, key: str) -> bool:
    try:
        drafts.save_line(
            request.actor,
            request.clinic,
            key,
            form.numbers,
            form.wordings,
            seen=request.POST.get("seen", ""),
            at=request.at,
        )
    except Unfit as unfit:
        form.tell(unfit.faults)
    except Refused as refused:
        form.add_error(None, str(refused.message))
    return not form.errors


def _published(request: Request, form: PublicationForm) -> ProtocolVersion | None:
    data = form.cleaned_data
    wanted = Publication(data["reason"], data["signs_off"], request.POST.get("seen", ""), data["read_at"])
    try:
        return drafts.publish_draft(request.actor, request.clinic, wanted, at=request.at)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    return None


def _summary(request: Request, standing: Drafting) -> dict[str, Any]:
    """Return what the draft changes and whom it leaves alone."""
    authors = {key: (who, at) for key, who, at in standing.edited()}
    changed = [
        _with_author(request, standing, one, *authors.get(one.line.key, ("", None)))
        for one in words.changed(standing.changes)
    ]
    rows = [row for one in changed for row in one.rows]
    return {
        "standing": standing,
        "changed": changed,
        "looser": sum(row.is_looser for row in rows),
        "one_sided": sum(row.is_one_sided for row in rows),
        "under_way": under_way(request.clinic),
        "is_draft": is_draft(standing.base),
        "seen": standing.seen(),
    }


def _with_author(
    request: Request, standing: Drafting, one: words.Changed, who: str, at: datetime | None
) -> words.Changed:
    """Add who changed a line, and its advice as a patient would read it, where that differs."""
    day = local_day(request.at, request.clinic.zone)
    before = words.sample(one.line, standing.base, request.clinic, day)
    after = words.sample(standing.draft_lines[one.line.key], standing.draft, request.clinic, day)
    return replace(one, samples=[told for told in after if told not in before], who=who, at=at)


def _rows(standing: Drafting, lines: Iterator[Line]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {
            "line": line,
            "file": line.key.partition("/")[0],
            "title": worded(line.title),
            "values": words.values(line),
            "applies": words.applies(line, standing.draft),
            "is_changed": line.key in standing.edits,
        }


def _line_context(request: Request, standing: Drafting, key: str) -> dict[str, Any]:
    line, protocol = standing.draft_lines[key], standing.draft
    day = local_day(request.at, request.clinic.zone)
    return {
        "line": line,
        "title": worded(line.title),
        "section": words.SECTIONS[line.section],
        "applies": words.applies(line, protocol),
        "samples": words.sample(line, protocol, request.clinic, day),
        "sources": [protocol.source(name) for name in line.source_ids],
        "version": standing.version,
        "seen": standing.seen(key),
    }


def _publication_context(request: Request, standing: Drafting) -> dict[str, Any]:
    taken = ProtocolVersion.objects.filter(clinic=request.clinic).values_list("version", flat=True)
    year = local_day(request.at, request.clinic.zone).year
    return {
        **_summary(request, standing),
        "overtaken": _overtaken(standing),
        "next_draft": next_version(year, taken, is_signed_off=False),
        "next_signed": next_version(year, taken, is_signed_off=True),
        "read_at": request.at.isoformat(),
    }


def _overtaken(standing: Drafting) -> ProtocolVersion | None:
    return standing.version if standing.is_overtaken else None
