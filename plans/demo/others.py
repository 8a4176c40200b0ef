"""More invented patients: those who have no visit on the planted day, and those of the second clinic."""

from plans.demo.people import person

# Registered, or waiting for their first consultation.
ENQUIRING = (
    person(
        "Björk Guðmundsdóttir", "Guðmundsdóttir", "1998-05-26", 1, "large_pores:mild:nose", "Finer pores."
    ),
    person("রফিকুল ইসলাম", "ইসলাম", "1990-02-21", 5, "dark_marks:mild:cheeks", "An even tone."),
)
WAITING = (
    person("Mateusz Żółkiewski", "Żółkiewski", "1982-09-09", 2, "acne_scars:2:cheeks", "Smoother cheeks."),
    person("Inés Villalobos Ruiz", "Villalobos", "1995-06-15", 3, "uneven_tone:mild:cheeks", "Luz.", es=True),
)
REFUSED = (
    person(
        "Rupert Cavendish-Hart", "Cavendish-Hart", "2001-01-05", 2, "large_pores:mild:nose", "Perfect skin."
    ),
    person("Σοφία Παπαδοπούλου", "Παπαδοπούλου", "1987-10-28", 3, "loose_skin:severe:neck", "A face-lift."),
)
BLOCKED = (
    person("Tamar Gelashvili", "", "1992-08-08", 2, "acne_scars:3:cheeks", "Fewer scars.", SQ_PREG="yes"),
    person("Ravi Subramaniam", "", "1976-03-17", 5, "acne_scars:2:cheeks", "Even skin.", SQ_KELOID="yes"),
)
TO_BOOK = (
    person("Josephine Adu-Gyamfi", "Adu-Gyamfi", "1984-04-04", 6, "dark_marks:mild:cheeks", "An even tone."),
    person("Ewa Nowak", "Nowak", "1990-12-03", 2, "fine_lines:mild:forehead", "Softer lines.", SQ_BF="yes"),
    person("ஆறுமுகம் முருகன்", "முருகன்", "1986-01-14", 5, "acne_scars:2:cheeks", "Smoother cheeks."),
)
BOOKED = (
    person("Tomasz Wieczorek", "Wieczorek", "1989-03-29", 2, "acne_scars:3:cheeks", "To feel at ease."),
    person(
        "Yuki Tanaka-Schröder", "Tanaka-Schröder", "1993-10-10", 3, "large_pores:mild:nose", "Finer pores."
    ),
    person("Elif Yıldız", "Yıldız", "1997-02-02", 3, "acne_scars:2:cheeks", "Wedding photos.", event_in=110),
    person("Nasrin Ahmadzai", "Ahmadzai", "1985-11-11", 4, "uneven_tone:mild:cheeks", "Even colour."),
    # The second patient whom a newcomer may be: Spanish, before her first session.
    person(
        "Isabel Quispe Mamani",
        "Quispe",
        "1991-09-09",
        4,
        "rough_texture:mild:cheeks",
        "Piel lisa.",
        es=True,
        is_demo=True,
    ),
)
UNDER_WAY = (
    person("Catherine Wolfe", "Wolfe", "1965-07-22", 2, "wrinkles:moderate:face_full", "To look rested."),
    person("Emeka Obi", "Obi", "1994-04-16", 6, "acne_scars:3:cheeks", "Fewer scars.", SQ_HSV_PAST="yes"),
    person("Sanna Mäkinen", "Mäkinen", "1987-12-06", 1, "fine_lines:moderate:face_full", "Softer lines."),
    person("王秀英", "王", "1971-05-20", 4, "age_spots:mild:hands", "Fewer spots on my hands."),
    person("Carlos Eduardo Peçanha", "Peçanha", "1982-02-13", 4, "acne_scars:2:chin_jaw", "A smooth jaw."),
    person("Shira Mizrahi", "Mizrahi", "1996-06-06", 3, "rough_texture:moderate:face_full", "Smooth skin."),
    person("Владимир Кравчук", "Кравчук", "1978-08-30", 2, "surgical_scars:mild:arms", "A flatter scar."),
    person(
        "Wolfeschlegelsteinhausenbergerdorff Maximiliane Konstanze Theodora von und zu Hohenlohe-Waldenburg",
        "von und zu Hohenlohe-Waldenburg",
        "1976-09-18",
        2,
        "sun_damage:mild:chest",
        "My neckline.",
    ),
)
PAUSED = (
    person("Leila Haddad", "Haddad", "1992-05-30", 3, "acne_scars:2:cheeks", "Smoother cheeks."),
    person("Bronwen Pritchard", "Pritchard", "1980-10-20", 2, "fine_lines:mild:forehead", "Softer lines."),
)
RESUMED = (
    person("Adwoa Boateng", "Boateng", "1988-08-18", 6, "large_pores:moderate:cheeks", "Finer pores."),
)
STOPPED = (
    person("George Papadakis", "Papadakis", "1973-04-23", 3, "acne_scars:3:cheeks", "Fewer scars."),
    person("Freya Haugen", "Haugen", "1999-09-01", 1, "uneven_tone:mild:cheeks", "Even colour."),
    person("Marisol Peña", "Peña", "1986-03-19", 4, "dark_marks:mild:cheeks", "Menos manchas.", es=True),
)
COMPLETED = (
    person("Devika Menon", "Menon", "1990-06-11", 5, "general_rejuvenation:mild:face_full", "Some glow."),
    person("Lars-Erik Öhman", "Öhman", "1968-01-27", 1, "rough_texture:mild:face_full", "Smoother skin."),
)

HARBOUR = (
    person("Shaniqua Robinson", "Robinson", "1990-01-09", 6, "acne_scars:2:cheeks", "Smoother cheeks."),
    person(
        "Miguel Ángel Rodríguez",
        "Rodríguez",
        "1988-07-15",
        4,
        "acne_scars:3:cheeks",
        "Menos cicatrices.",
        es=True,
    ),
    person(
        "Katarzyna Lewandowski", "Lewandowski", "1979-11-30", 2, "wrinkles:mild:forehead", "Softer lines."
    ),
    person("Nguyễn Văn Hùng", "Nguyễn", "1984-05-05", 4, "large_pores:mild:nose", "Finer pores."),
    person("Rivka Feldman", "Feldman", "1963-12-12", 2, "sun_damage:moderate:face_full", "Undo the beach."),
    person("Kekoa Kahananui", "Kahananui", "1995-03-03", 5, "uneven_tone:mild:cheeks", "An even tone."),
    person(
        "Jean-Baptiste Toussaint", "Toussaint", "1991-08-21", 6, "dark_marks:mild:cheeks", "An even tone."
    ),
    person("Siti Nurhaliza binti Osman", "", "1997-10-02", 4, "rough_texture:mild:cheeks", "Smooth skin."),
)
