"""The record page, whichever way one comes to it: fresh, refused, or signed."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from clinic.actions.refusal import Refused
from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from plans.actions.treat import NotReady
from plans.forms.screening import asked_groups, worded
from plans.forms.treat import EndForm, RecordForm
from plans.queries.sitting import Sitting
from plans.queries.treat import Ground

FACE = {"forehead", "temples", "around_eyes", "nose", "cheeks", "upper_lip", "chin_jaw", "neck"}
WHOLE_FACE = "face_full"
SHADES = (("0.75", "d1"), ("1.25", "d2"), ("1.75", "d3"))
DEEPEST_SHADE = "d4"


def page(
    request: Request,
    sitting: Sitting,
    form: RecordForm | None = None,
    *,
    refusal: Refused | None = None,
    refused_flag: str = "",
    end_form: EndForm | None = None,
) -> HttpResponse:
    """Render the page; 422 where something was refused, with what was typed."""
    context: dict[str, Any] = {"sitting": sitting, "visit": sitting.visit, "patient": sitting.visit.patient}
    context |= {"record": sitting.record, "areas": areas_of(sitting)}
    if sitting.is_signed or sitting.stand is None:
        template = "plans/treat/signed.html" if sitting.is_signed else "plans/treat/no_consultation.html"
        context |= {"form": end_form or EndForm(None, sitting.visit), "treated": treated_areas(sitting)}
    else:
        template = "plans/treat/record.html"
        context |= to_write(request, sitting, sitting.stand, form, refusal, refused_flag)
    refused = any(one is not None for one in (refusal, form, end_form))
    return render(request, template, context, status=422 if refused else 200)


def to_write(
    request: Request,
    sitting: Sitting,
    stand: Ground,
    form: RecordForm | None,
    refusal: Refused | None,
    refused_flag: str,
) -> dict[str, Any]:
    """Return what a record that is still being written needs: its form, its questions, and what was refused."""
    today = local_day(request.at, request.clinic.zone)
    form = form or RecordForm(None, sitting, stand, today)
    if refusal is not None:
        form.refuse(problems_of(refusal, refused_flag))
    questionnaire = stand.protocol.questionnaire
    groups = asked_groups(form, questionnaire, sitting.questions, sitting.flags, stand.answers, today)
    return {"form": form, "groups": groups, "refusal": refusal, "refused_flag": refused_flag}


def problems_of(refusal: Refused, refused_flag: str) -> Sequence[tuple[str, str]]:
    """Return every reason with its field."""
    if isinstance(refusal, NotReady):
        return refusal.problems
    return [("" if refused_flag else refusal.field or "", str(refusal.message))]


def areas_of(sitting: Sitting) -> dict[str, dict[str, str]]:
    """Return what the face map needs of each area: its depth in words and its shade."""
    if sitting.stand is None:
        return {}
    done = {area["area"]: area["depth_mm"] for area in (sitting.record.areas if sitting.record else [])}
    drawn: dict[str, dict[str, str]] = {}
    for area in sitting.stand.protocol.course.areas:
        depth = done.get(area.id) or (done.get(WHOLE_FACE) if area.id in FACE - {"neck"} else None)
        drawn[area.id] = {"depth": depth.removesuffix("0") if depth else "", "css": shade(depth)}
    return drawn


def treated_areas(sitting: Sitting) -> list[dict[str, Any]]:
    """Return the areas of a record with the names that the protocol gives them."""
    if sitting.stand is None or sitting.record is None:
        return []
    protocol = sitting.stand.protocol
    return [{**area, "label": worded(protocol.area(area["area"]).label)} for area in sitting.record.areas]


def shade(depth: str | None) -> str:
    """Return the class that fills an area by its depth; the number stands in it as well."""
    if depth is None:
        return "d0"
    return next((css for below, css in SHADES if depth < below), DEEPEST_SHADE)
