from clinic.rules.pages import PAGES, Audience
from clinic.rules.roles import Right


def test_every_page_for_staff_asks_for_a_right_and_no_other_page_for_staff_rights() -> None:
    for name, page in PAGES.items():
        assert (page.right is not None) == (page.audience in (Audience.STAFF, Audience.PATIENT)), name
        assert (page.right is Right.OWN_PLAN) == (page.audience is Audience.PATIENT), name


def test_every_page_answers_get_or_post_and_nothing_else() -> None:
    assert {method for page in PAGES.values() for method in page.methods} == {"GET", "POST"}
