"""The template tags: what stands in the page, letter for letter."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from clinic.rules.roles import Actor, Role

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2027, 1, 14, 10, 40, tzinfo=UTC)
VISIT = datetime(2027, 2, 4, 16, 30, tzinfo=UTC)
DESK = Actor(1, "Siobhán Daly", frozenset({Role.FRONT_DESK}), 1, 1)


def render(source: str, **context: Any) -> str:
    with translation.override(context.pop("language", "en-gb")):
        html = Template(source).render(Context({"tz": LONDON, "now": NOW, **context}))
    return re.sub(r">\s+<", "><", html).strip()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_an_icon_is_silent_beside_a_word_and_speaks_alone() -> None:
    assert render('{% icon "leaf" %}') == (
        '<svg class="i" aria-hidden="true"><use href="/static/img/icons.svg#leaf"></use></svg>'
    )
    assert 'role="img" aria-label="Do not"' in render('{% icon "x" "Do not" %}')


def test_a_tag_escapes_what_it_says() -> None:
    assert render('{% tag text "ok" %}', text="<b>") == '<span class="tag is-ok">&lt;b&gt;</span>'


@pytest.mark.parametrize(
    ("tag", "seen"),
    [
        ("staff_time", "Thu 4 Feb, 16:30"),
        ("short_day", "Thu 4 Feb"),
        ("patient_time", "Thursday 4 February, 16:30"),
        ("day_heading", "Thursday 4 February"),
        ("clock", "16:30"),
    ],
)
def test_dates_of_this_year_leave_the_year_out(tag: str, seen: str) -> None:
    assert words(render(f"{{% {tag} at %}}", at=VISIT)) == seen


def test_dates_of_another_year_and_dates_in_print_name_the_year() -> None:
    assert words(render("{% staff_time at %}", at=VISIT.replace(year=2028))) == "Fri 4 Feb 2028, 16:30"
    assert words(render("{{ at|staff_time:tz }}", at=VISIT)) == "Thu 4 Feb 2027, 16:30"
    assert words(render("{{ at|patient_time:tz }}", at=VISIT)) == "Thursday 4 February 2027, 16:30"


def test_an_instant_is_written_in_the_clinics_time() -> None:
    summer = datetime(2027, 7, 1, 23, 30, tzinfo=UTC)
    assert render("{% staff_time at %}", at=summer) == (
        '<time datetime="2027-07-02T00:30+01:00">Fri 2 Jul, 00:30</time>'
    )


def test_a_plain_date_has_no_time_and_nothing_is_written_for_none() -> None:
    assert (
        render("{% staff_time at %}", at=date(2027, 2, 4)) == '<time datetime="2027-02-04">Thu 4 Feb</time>'
    )
    assert render("{% staff_time at %}{% clock at %}{{ at|clock:tz }}", at=None) == ""


def test_a_date_can_be_asked_for_in_words_alone() -> None:
    assert render("{% day_heading at plain=True %}", at=VISIT) == "Thursday 4 February"
    assert render("{% staff_time at plain=True %}", at=VISIT) == "Thu 4 Feb, 16:30"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        render("{% staff_time at %}", at=VISIT, tz=None)


def test_spanish_dates_are_small_and_say_de() -> None:
    assert words(render("{% patient_time at %}", at=VISIT, language="es")) == "jueves 4 de febrero, 16:30"
    assert words(render("{% staff_time at %}", at=VISIT, language="es")) == "jue 4 feb, 16:30"


def test_a_birth_date_has_its_year_and_is_small_in_spanish() -> None:
    day = date(1987, 2, 4)
    assert render("{{ day|born }}", day=day) == "4 Feb 1987"
    assert render("{{ day|born }}", day=day, language="es") == "4 feb 1987"


@pytest.mark.parametrize(
    ("at", "seen"),
    [
        (datetime(2027, 1, 14, 10, 28, tzinfo=UTC), "Today 10:28, 12 min ago"),
        (datetime(2027, 1, 14, 9, 0, tzinfo=UTC), "Today 09:00"),
        (datetime(2027, 1, 13, 18, 0, tzinfo=UTC), "Yesterday 18:00"),
        (datetime(2027, 1, 10, 18, 0, tzinfo=UTC), "Sun 10 Jan, 18:00"),
    ],
)
def test_near_times_are_told_from_now(at: datetime, seen: str) -> None:
    assert words(render("{% ago at %}", at=at)) == seen


@pytest.mark.parametrize(
    ("spacing", "seen", "css"),
    [
        ({"days": 35, "state": "on_plan"}, "35 days ✓", "tag is-ok"),
        ({"days": 49, "state": "late", "days_late": 7}, "49 days · 7 late", "tag is-warn"),
        ({"days": 63, "state": "late_review"}, "63 days · look first", "tag is-warn"),
        ({"days": 26, "state": "too_early"}, "26 days · too early", "tag is-bad"),
        ({"days": 120, "state": "lapsed"}, "120 days · talk first", "tag is-bad"),
        ({"days": 1, "state": "too_early"}, "1 day · too early", "tag is-bad"),
        ({"state": "first"}, "first session", "tag is-info"),
        ({"state": "unknown"}, "gap not known", "tag"),
        ({"days": None, "state": "on_plan"}, "gap not known", "tag"),
        (None, "gap not known", "tag"),
    ],
)
def test_spacing_badges(spacing: object, seen: str, css: str) -> None:
    html = render("{% gap spacing %}", spacing=spacing)
    assert words(html) == seen
    assert f'class="{css}"' in html


@dataclass
class Spacing:
    days: int
    state: str
    days_late: int | None = None


def test_a_badge_takes_objects_and_keywords_too() -> None:
    assert words(render("{% gap spacing %}", spacing=Spacing(35, "on_plan"))) == "35 days ✓"
    assert words(render('{% gap days=35 state="on_plan" %}')) == "35 days ✓"


class Wish(forms.Form):
    who = forms.ChoiceField(choices=[("1", "Ana")])
    sure = forms.BooleanField()
    code = forms.CharField(widget=forms.TextInput(attrs={"class": "otp"}), max_length=8)


def test_a_control_has_the_classes_of_its_kind_beside_its_own() -> None:
    form = Wish()
    drawn = {field.name: render("{{ field|control }}", field=field) for field in form}
    assert drawn["who"].startswith('<select name="who" class="form-select" id="id_who">')
    assert drawn["sure"] == (
        '<input type="checkbox" name="sure" class="form-check-input" required id="id_sure">'
    )
    assert drawn["code"] == (
        '<input type="text" name="code" class="otp form-control" maxlength="8" required id="id_code">'
    )


def test_a_control_with_an_error_shows_it_and_says_where_the_words_are() -> None:
    html = render("{{ form.code|control }}", form=Wish({"code": "123456789", "who": "1"}))
    assert 'class="otp form-control is-invalid"' in html
    assert 'aria-invalid="true" aria-describedby="id_code_error"' in html


def test_initials_of_names_in_any_script() -> None:
    assert render(
        "{{ a|initials }} {{ b|initials }} {{ c|initials }}", a="Dr Ewa Malinowska", b="Đào", c="张 伟"
    ) == ("EM Đ 张伟")


def test_a_way_in_is_shown_only_to_those_who_may() -> None:
    source = '{% if actor|may:"BOOK" %}book{% endif %}{% if actor|may:"MANAGE_CLINIC" %}manage{% endif %}'
    assert render(source, actor=DESK) == "book"
    assert render(source, actor=None) == ""
    assert render("{{ actor|role_words }}", actor=DESK) == "Front desk"


def test_the_shell_of_an_error_page_fits_the_person() -> None:
    source = "{{ actor|shell_of:clinic }}"
    patient = Actor(1, "Amara", frozenset({Role.PATIENT}))
    assert render(source, actor=None, clinic="x") == "plain.html"
    assert render(source, actor=patient, clinic=None) == "portal.html"
    assert render(source, actor=DESK, clinic="x") == "staff.html"
    assert render(source, actor=DESK, clinic=None) == "plain.html"


SERIES = {
    "dots": [
        {"number": 1, "day": date(2026, 12, 17), "state": "done"},
        {
            "number": 2,
            "day": date(2027, 1, 21),
            "state": "open",
            "window": (date(2027, 1, 14), date(2027, 1, 28)),
        },
    ],
    "zones": [{"first": date(2027, 1, 2), "last": date(2027, 1, 5), "label": "wedding"}],
}


def test_a_timeline_says_in_words_what_it_draws() -> None:
    html = render("{% timeline series %}", series=SERIES)
    assert html.count("<circle") == 2
    assert "wedding" in html
    said = "Series timeline. session 1 on Thu 17 Dec 2026, done; session 2 on Thu 21 Jan 2027, booked."
    assert f'aria-label="{said}"' in html


def test_numbers_of_a_timeline_are_written_with_a_point_in_every_language() -> None:
    assert re.search(r'cx="\d+,\d', render("{% timeline series %}", series=SERIES, language="es")) is None


def test_a_timeline_escapes_what_people_wrote() -> None:
    series = {**SERIES, "zones": [{**SERIES["zones"][0], "label": "<b>wedding"}]}
    html = render("{% timeline series label=label %}", series=series, label='"><script>')
    assert ("<b>" in html, "<script>" in html) == (False, False)
    assert "&lt;b&gt;wedding</text>" in html


def test_a_timeline_is_a_tab_stop_only_where_it_scrolls_by_itself() -> None:
    assert 'tabindex="0"' in render("{% timeline series %}", series=SERIES)
    assert "tabindex" not in render("{% timeline series scrolls=False %}", series=SERIES)


def test_nothing_is_drawn_without_a_session() -> None:
    assert render("{% timeline series %}", series={"dots": []}) == ""


def test_the_face_map_names_each_area_it_draws_and_leaves_the_rest_to_the_list() -> None:
    areas = [
        {"id": "cheeks", "label": "Cheeks", "depth": Decimal("1.50")},
        {"id": "nose", "label": "Nose", "depth": None},
        {"id": "hands", "label": "Hands", "depth": Decimal("1.00")},
    ]
    html = render("{% face areas %}", areas=areas)
    assert re.findall(r'href="#a-([a-z_]+)" aria-label="([^"]+)"', html) == [
        ("cheeks", "Cheeks: 1.50 millimetres"),
        ("nose", "Nose: not treated"),
    ]
    assert html.count('class="d3"') == 2
    assert re.findall(r">([0-9.]+)</text>", html) == ["1.5", "1.5"]


def test_a_depth_is_never_rounded_in_the_map() -> None:
    html = render("{% face areas %}", areas=[{"id": "nose", "label": "Nose", "depth": Decimal("0.25")}])
    assert re.findall(r">([0-9.]+)</text>", html) == ["0.25"]


def test_the_area_in_hand_is_marked_in_the_map() -> None:
    areas = [{"id": "cheeks", "label": "Cheeks", "depth": 1}, {"id": "nose", "label": "Nose", "depth": None}]
    html = render("{% face areas current='nose' %}", areas=areas)
    assert html.count('aria-current="true"') == 1


@pytest.mark.parametrize(
    ("name", "current"),
    [
        ("plans:day", "today"),
        ("plans:series_book", "series"),
        ("patients:edit", "patients"),
        ("plans:record", "patients"),
        ("clinic:audit", "settings"),
        ("home", ""),
    ],
)
def test_the_rail_finds_its_item_from_the_address(name: str, current: str) -> None:
    request = SimpleNamespace(resolver_match=SimpleNamespace(view_name=name))
    assert render("{% section %}", request=request) == current
    assert render("{% section %}", request=request, nav="series") == "series"


class Ask(forms.Form):
    name = forms.CharField(label="Full name", help_text="As you write it")
    mail = forms.EmailField(label="E-mail", required=False)
    born = forms.DateField(label="Born")
    sore = forms.ChoiceField(
        label="Cold sores",
        choices=[("y", "Yes"), ("n", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say if you have had a cold sore"},
    )
    agree = forms.BooleanField(label="I agree")


def crisp(form: forms.Form) -> str:
    return render("{% load crispy_forms_filters %}{{ form|crispy }}", form=form)


def test_a_field_reads_label_help_error_control() -> None:
    html = crisp(Ask({}))
    order = [
        html.index(part)
        for part in ("Full name", "As you write it", "Error: Fill in: Full name", 'name="name"')
    ]
    assert order == sorted(order)
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html


def test_optional_fields_say_so_and_a_form_may_keep_silent() -> None:
    assert words(crisp(Ask())).count("(optional)") == 1
    quiet = Ask()
    quiet.show_optional = False  # type: ignore[attr-defined]
    assert "(optional)" not in crisp(quiet)


def test_a_group_is_a_fieldset_whose_legend_points_nowhere() -> None:
    html = crisp(Ask({}))
    assert "<legend for" not in html
    assert 'aria-describedby="id_sore_error"' in html
    assert html.index("Error: Say if you have had a cold sore") < html.index('id="id_sore_0"')


def test_errors_say_what_to_do_in_the_summary_and_at_the_field() -> None:
    form = Ask({"mail": "x", "born": "y"})
    summary = render('{% include "parts/_error_summary.html" %}', form=form)
    assert words(summary) == (
        "There are 5 things to fix Fill in: Full name Write an e-mail address like name@example.org"
        " Write a date like 18/01/2027: Born Say if you have had a cold sore Tick “I agree” to go on"
    )
    assert re.findall(r'href="#([^"]+)"', summary) == [
        "id_name",
        "id_mail",
        "id_born",
        "id_sore_0",
        "id_agree",
    ]
    html = crisp(form)
    assert all(f'id="{target}"' in html for target in re.findall(r'href="#([^"]+)"', summary))


class Refused(forms.Form):
    def clean(self) -> None:
        raise forms.ValidationError("That time was booked a moment ago.")


def test_what_is_wrong_with_the_whole_form_is_said_once() -> None:
    both = '{% include "parts/_error_summary.html" %}{% load crispy_forms_filters %}{{ form|crispy }}'
    assert render(both, form=Refused({})).count("That time was booked a moment ago.") == 1
    assert crisp(Refused({})).count("That time was booked a moment ago.") == 1


def test_a_stepper_is_a_plain_field_whose_buttons_wait_for_script() -> None:
    html = render(
        '{% include "parts/_stepper.html" with name="d" id="d" value="1.50" by="0.25" label="Depth" %}'
    )
    assert html.count("hidden>") == 2
    assert 'name="d"' in html
    assert 'inputmode="decimal"' in html
    assert 'aria-label="Depth: less"' in html
