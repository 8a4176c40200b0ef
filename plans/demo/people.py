"""Invented patients: names from many cultures, every skin type, what they came for.

Addresses are of reserved domains and phone numbers of ranges kept for drama: nobody can be reached by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from patients.rules.identity import fold
from plans.actions.consult import Concern

DEMO_DOMAIN = "demo.interval.test"


@dataclass(frozen=True, slots=True)
class Person:
    """One invented patient. `wish` is `concern:severity or grade:area,area`; `answers` differ from clear."""

    name: str
    family_name: str
    born: date
    skin_type: int
    wish: str
    words: str
    language: str = "en-gb"
    answers: Mapping[str, str] = field(default_factory=dict)
    is_demo: bool = False  # may be signed in to, by a code
    note: str = ""
    event_in: int = 0  # days from the planted day to a wedding

    @property
    def concern(self) -> Concern:
        """Return what they came for, as a consultation keeps it."""
        what, how_much, where = self.wish.split(":")
        if how_much.isdigit():
            return Concern(id=what, areas=where.split(","), grade=int(how_much))
        return Concern(id=what, areas=where.split(","), severity=how_much)

    @property
    def areas(self) -> list[str]:
        """Return where they are treated."""
        return self.wish.split(":")[2].split(",")

    @property
    def email(self) -> str:
        """Return an address that leads nowhere; names in other scripts get one of the birth date."""
        words = fold(self.name).split()
        if self.is_demo:
            return f"{words[0]}@{DEMO_DOMAIN}"
        plain = ".".join(words[:2])
        return f"{plain if plain.isascii() else f'{self.born:%y%m%d}'}@example.org"


def person(  # one row of the tables below, here and in others.py
    name: str,
    family_name: str,
    born: str,
    skin_type: int,
    wish: str,
    words: str,
    *,
    es: bool = False,
    is_demo: bool = False,
    note: str = "",
    event_in: int = 0,
    **answers: str,
) -> Person:
    return Person(
        name,
        family_name,
        date.fromisoformat(born),
        skin_type,
        wish,
        words,
        "es" if es else "en-gb",
        {question.replace("_", "-"): answer for question, answer in answers.items()},
        is_demo,
        note,
        event_in,
    )


# Amara is the patient whom a newcomer meets: two days after her second session.
AMARA = person(
    "Amara Okonkwo-Bailey",
    "Okonkwo-Bailey",
    "1991-03-08",
    5,
    "acne_scars:2:cheeks",
    "I would like to go out without foundation.",
    is_demo=True,
)

# In the order of the treatments of the planted day, see today.py.
TREATED_TODAY = (
    person(
        "Lucía Fernández Ibáñez",
        "Fernández",
        "1994-11-21",
        3,
        "acne_scars:3:cheeks",
        "Quiero que las cicatrices se noten menos.",
        es=True,
    ),
    person(
        "Søren Kjærgaard", "Kjærgaard", "1979-06-02", 1, "wrinkles:moderate:forehead,cheeks", "Softer lines."
    ),
    person(
        "Nguyễn Thị Minh Khai", "Nguyễn", "1988-09-14", 4, "large_pores:moderate:nose,cheeks", "Finer pores."
    ),
    person(
        "Zoë Ó Súilleabháin",
        "Ó Súilleabháin",
        "1996-01-30",
        2,
        "acne_scars:2:cheeks",
        "A smoother chin.",
        SQ_SMOKE="yes",
    ),
    person(
        "Jakub Dvořáček", "Dvořáček", "1985-12-12", 2, "acne_scars:3:cheeks,chin_jaw", "Shaving hurts less."
    ),
    person(
        "Fatima Zahra El Idrissi",
        "El Idrissi",
        "1992-04-25",
        4,
        "uneven_tone:moderate:cheeks",
        "Even colour.",
    ),
    person("李小龙", "李", "1983-02-17", 3, "rough_texture:moderate:face_full", "Smoother skin."),
    person(
        "Ольга Степанова", "Степанова", "1969-10-05", 2, "fine_lines:severe:face_full", "To look less tired."
    ),
    person(
        "Chidinma Eze",
        "Eze",
        "1990-07-19",
        6,
        "acne_scars:3:cheeks",
        "Fewer scars for my wedding photos.",
        SQ_PIH="yes",
    ),
    person(
        "Gwenllian ap Rhys", "ap Rhys", "1974-03-03", 2, "sun_damage:moderate:face_full", "Undo some summers."
    ),
    person("محمد عبد الرحمن الخطيب", "الخطيب", "1987-08-23", 4, "acne_scars:2:cheeks", "Smoother cheeks."),
    person("Aoife Brennan", "Brennan", "1993-05-11", 1, "general_rejuvenation:mild:face_full", "Some glow."),
    person("Kwabena Asante", "Asante", "1989-11-02", 6, "large_pores:severe:nose,cheeks", "Smaller pores."),
    person("Teuta Gjonaj", "Gjonaj", "1981-01-16", 3, "fine_lines:mild:around_eyes", "Softer crow's feet."),
)

# In the order of the first consultations of the planted day.
NEW_TODAY = (
    person("דנה בן־שושן", "בן־שושן", "1986-06-28", 3, "fine_lines:moderate:forehead", "A rested look."),
    person(
        "Oliver Featherstonehaugh",
        "Featherstonehaugh",
        "1999-02-09",
        2,
        "acne_scars:4:cheeks",
        "Anything that helps.",
        SQ_ISO="taking_now",
    ),
    person("Thandiwe Nkosi", "Nkosi", "1995-09-27", 6, "dark_marks:moderate:cheeks", "Fade the marks."),
    person(
        "Suharto",
        "",
        "1978-12-01",
        4,
        "rough_texture:mild:face_full",
        "Smoother skin.",
        note="One name only.",
    ),
    person(
        "Birgitta Ångström", "Ångström", "1958-04-18", 1, "wrinkles:severe:face_full", "Fewer deep lines."
    ),
    person(
        "Xóchitl Hernández", "Hernández", "1997-07-07", 4, "uneven_tone:mild:cheeks", "Tono parejo.", es=True
    ),
    person(
        "Piotr Wąsowicz", "Wąsowicz", "1984-10-10", 2, "surgical_scars:moderate:abdomen", "A flatter scar."
    ),
)

# In the order of the reviews, the test area and the top-up of the planted day: their series is over.
SEEN_AGAIN_TODAY = (
    person("Hannah Goldberg", "Goldberg", "1972-08-15", 2, "fine_lines:mild:face_full", "Softer lines."),
    person(
        "Ngozi Adaobi Uzoma", "Uzoma", "1991-12-24", 6, "general_rejuvenation:mild:face_full", "More glow."
    ),
    person("Đặng Văn Lâm", "Đặng", "1993-08-13", 4, "acne_scars:1:cheeks", "Smoother cheeks."),
    person("Mary-Jane O'Neill", "O'Neill", "1980-05-05", 1, "large_pores:mild:nose", "Finer pores."),
    person(
        "Siobhán Ní Dhomhnaill", "Ní Dhomhnaill", "1988-02-29", 1, "rough_texture:mild:cheeks", "Softer skin."
    ),
    person("Aaliyah Washington", "Washington", "1996-10-31", 5, "dark_marks:mild:cheeks", "An even tone."),
    person("Giulia D'Ambrosio", "D'Ambrosio", "1983-07-01", 3, "acne_scars:2:cheeks", "A smooth jaw."),
)
