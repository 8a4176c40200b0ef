"""The figures in words: headlines, bars, tables, files that no spreadsheet runs."""

from datetime import date

from plans.exports.report import figures, reason_words
from plans.exports.report_figure import Figure
from plans.queries.report import Report
from plans.rules.report import Days, Ended, Gap, Kept, Share, Side

SPAN = Days(date(2026, 1, 5), date(2026, 3, 29))
DAY = date(2026, 2, 2)
ANA, BO = 1, 2


def a_report(**given: object) -> Report:
    nothing: dict[str, object] = {
        "span": SPAN,
        "people": {BO: "Bo Lindqvist", ANA: "Ana Prieto"},
        "rooms": {9: "Garden room"},
        "gaps": (),
        "ended": (),
        "kept": (),
        "room_use": {},
        "people_use": {},
    }
    return Report(**(nothing | given))  # type: ignore[arg-type]


def figure(slug: str, **given: object) -> Figure:
    return next(one for one in figures(a_report(**given)) if one.slug == slug)


def test_every_figure_stands_there_even_of_nothing() -> None:
    found = figures(a_report())
    assert [one.slug for one in found] == [
        "completed",
        "window",
        "gap",
        "drop-off",
        "no-shows",
        "practitioners",
        "rooms",
    ]
    assert [one.headline for one in found if one.slug != "drop-off"] == ["nothing to count yet"] * 6
    assert all(one.bars == [] or not one.bars for one in found)
    assert all(one.rows == [] for one in found)
    assert all("÷" in one.counted or one.slug in ("gap", "drop-off") for one in found)


def test_series_completed() -> None:
    ended = (
        Ended(DAY, ANA, is_completed=True, reason="", done=4),
        Ended(DAY, ANA, is_completed=True, reason="", done=4),
        Ended(DAY, BO, is_completed=False, reason="patient_choice", done=1),
    )
    found = figure("completed", ended=ended)
    assert found.headline == "67 % · 2 of 3"
    assert [(bar.label, bar.value, bar.length) for bar in found.bars] == [
        ("Completed", "2", "100.0%"),
        ("Stopped early", "1", "50.0%"),
    ]
    assert found.rows == [("Bo Lindqvist", 0, 1, "0 %"), ("Ana Prieto", 2, 0, "100 %")]
    assert found.spoken == "Series completed. Completed: 2; Stopped early: 1."


GAPS = (
    Gap(35, ANA, Side.INSIDE),
    Gap(28, ANA, Side.INSIDE),
    Gap(20, BO, Side.BEFORE),
    Gap(63, BO, Side.AFTER),
)


def test_sessions_inside_their_window() -> None:
    found = figure("window", gaps=GAPS)
    assert found.headline == "50 % · 2 of 4"
    assert [(bar.label, bar.value) for bar in found.bars] == [
        ("Before the window", "1"),
        ("Inside the window", "2"),
        ("After the window", "1"),
    ]
    assert found.rows == [("Bo Lindqvist", 1, 0, 1, "0 %"), ("Ana Prieto", 0, 2, 0, "100 %")]


def test_the_median_of_the_days_between() -> None:
    found = figure("gap", gaps=GAPS)
    assert found.headline == "median 31.5 days"
    assert found.rows == [("Bo Lindqvist", 2, "41.5", 20, 63), ("Ana Prieto", 2, "31.5", 28, 35)]
    assert figure("gap", gaps=GAPS[:1]).headline == "median 35 days"


def test_drop_off_by_session_and_reason() -> None:
    ended = [Ended(DAY, ANA, is_completed=False, reason="patient_choice", done=2)] * 2
    ended += [Ended(DAY, BO, is_completed=False, reason="stopped_reaction", done=1)]
    ended += [Ended(DAY, BO, is_completed=False, reason="", done=0)]
    found = figure("drop-off", ended=tuple(ended))
    assert found.headline == "4 series stopped"
    assert [(bar.label, bar.value) for bar in found.bars] == [
        ("before the first session", "1"),
        ("after 1 session", "1"),
        ("after 2 sessions", "2"),
    ]
    assert found.rows == [
        ("before the first session", "", 1),
        ("after 1 session", "A reaction", 1),
        ("after 2 sessions", "The patient's wish", 2),
    ]


def test_no_shows() -> None:
    found = figure("no-shows", kept=(Kept(ANA, 18, 2), Kept(BO, 10, 0)))
    assert found.headline == "7 % · 2 of 30"
    assert [(bar.label, bar.value, bar.length) for bar in found.bars] == [
        ("Bo Lindqvist", "0 %", "0.0%"),
        ("Ana Prieto", "10 %", "10.0%"),
    ]
    assert found.rows == [("Bo Lindqvist", 10, 0, "0 %"), ("Ana Prieto", 18, 2, "10 %")]


def test_use_of_rooms_and_of_practitioners() -> None:
    people = {BO: Share(125, 480), ANA: Share(0, 0)}
    found = figure("practitioners", people_use=people)
    assert found.headline == "26 % · 2 of 8 hours"
    assert found.rows == [("Bo Lindqvist", "2:05", "8:00", "26 %")]
    assert figure("rooms", room_use={9: Share(60, 120_000)}).headline == "0 % · 1 of 2,000 hours"
    over = figure("rooms", room_use={9: Share(600, 480)})
    assert over.rows == [("Garden room", "10:00", "8:00", "125 %")]
    assert [bar.length for bar in over.bars] == ["100.0%"]


def test_reasons_are_the_codes_in_words_and_nothing_more() -> None:
    assert reason_words("goal_met_early") == "The goal is met"
    assert reason_words("some_new_code") == "some new code"


def test_a_long_name_is_cut_beside_its_bar_and_whole_in_the_table() -> None:
    name = "Dr Maximiliana Wolfeschlegelsteinhausenbergerdorff"
    found = figure("no-shows", people={ANA: name}, kept=(Kept(ANA, 1, 1),))
    assert found.bars[0].short == "Dr Maximiliana Wolfeschlegelstein…"
    assert found.rows[0][0] == name
    assert name in found.spoken
