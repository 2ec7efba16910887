"""Searching the library: what is found, in which order, and what each choice would leave."""

import re

import pytest

from app.exercises.finding import nearest_word
from tests.exercises.test_pages import names
from tests.programs.arrange import counted_queries
from tests.support import Browser, Page


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    """A browser with somebody signed in."""
    browser.sign_up()
    return browser


def choices(page: Page, filter_name: str) -> dict[str, int]:
    """The choices of a filter with their counts."""
    options = page.soup.select(f"#f-{filter_name} option")
    found = (re.fullmatch(r"(.+) \((\d+)\)", option.get_text()) for option in options)
    return {match[1]: int(match[2]) for match in found if match}


def test_names_come_before_other_names_and_words_of_the_steps(signed_in: Browser) -> None:
    found = names(signed_in.get("/exercises?q=bridge"))
    assert found[0] == "Bridge"
    in_name = ["bridge" in name.casefold() for name in found]
    assert in_name == sorted(in_name, reverse=True)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("stork", "Single leg stand"),  # another name
        ("calf rai", "Calf raise"),  # the beginnings of words
        ("CÁLF", "Calf raise"),
        ("nose over toes", "Sit to stand"),  # words of the steps
        ("ankle band", "Outward ankle push with a band"),
        ("child's pose", "Child's pose"),
        ("childs pose", "Child's pose"),
        ("core", "Bird dog"),  # regions, and what practitioners call them
        ("trunk", "Bird dog"),
        ("gait", "Walking backwards"),
        ("heel slides", "Heel slide"),  # plurals
        ("side lunges", "Side lunge"),
        ("step ups", "Step-up"),
        ("neck presses", "Neck side press"),
        ("theraband row", "Row with a band"),  # what equipment is called
        ("dumbbell deadlift", "Deadlift with weights"),
        ("laq", "Knee straightening in sitting"),  # abbreviations of the field
        ("sls", "Single leg stand"),
    ],
)
def test_an_exercise_is_found_by(signed_in: Browser, typed: str, name: str) -> None:
    assert name in names(signed_in.get(f"/exercises?q={typed}"))


@pytest.mark.parametrize(("typed", "name"), [("hamsrting", "Hamstring"), ("sholder", "Shoulder"), ("claf", "Calf")])
def test_a_slip_of_the_finger_is_put_right_and_said(signed_in: Browser, typed: str, name: str) -> None:
    page = signed_in.get(f"/exercises?q={typed}")
    assert any(name in found for found in names(page))
    assert f"Showing what fits {name.lower()}" in page.text


@pytest.mark.parametrize("typed", ["(", "*", "%25", "%00", "[a-", "' OR 1=1 --", "%C3%9F" * 1000, "橋", "bridge' & !"])
def test_no_search_text_is_an_error(signed_in: Browser, typed: str) -> None:
    assert signed_in.get(f"/exercises?q={typed}").status == 200


def test_what_resembles_nothing_finds_nothing(signed_in: Browser) -> None:
    assert names(signed_in.get("/exercises?q=xylophone")) == []


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("cal", "cal"), ("calf", "calf"), ("clf", "clf"), ("claf", "calf"), ("quadricpes", "quadriceps")],
)
def test_short_words_forgive_nothing_and_long_ones_two_slips(typed: str, nearest: str) -> None:
    assert nearest_word(typed, ["calf", "quadriceps"]) == nearest


def test_filters_combine_and_each_choice_says_how_many_it_leaves(signed_in: Browser) -> None:
    page = signed_in.get("/exercises?region=knee&equipment=band")
    shown = len(names(page))
    assert shown > 0
    assert choices(page, "equipment")["Resistance band"] == choices(page, "region")["Knee"] == shown
    # Other choices of a filter are counted as if it were not chosen yet: pressing one gives just that many.
    for region, label in (("shoulder", "Shoulder"), ("hip", "Hip")):
        promised = choices(page, "region")[label]
        assert len(names(signed_in.get(f"/exercises?region={region}&equipment=band"))) == promised
    assert all(choices(page, "goal").values())


def test_favourites_are_marked_found_and_unmarked(signed_in: Browser) -> None:
    signed_in.get("/exercises/bridge")
    page = signed_in.press("Favourite: Bridge")
    assert page.path == "/exercises/bridge"
    star = page.soup.select_one(".star")
    assert star is not None and star["aria-pressed"] == "true"
    assert names(signed_in.get("/exercises?only=favourites")) == ["Bridge"]
    signed_in.post("/exercises/bridge/favourite", {"favourite": "yes"})  # twice is once
    assert names(signed_in.get("/exercises?only=favourites")) == ["Bridge"]
    signed_in.get("/exercises/bridge")
    signed_in.press("Favourite: Bridge")
    assert names(signed_in.get("/exercises?only=favourites")) == []


def test_favourites_are_each_members_own(signed_in: Browser) -> None:
    colleague = signed_in.invite_colleague()
    signed_in.post("/exercises/bridge/favourite", {"favourite": "yes"})
    assert names(colleague.get("/exercises?only=favourites")) == []


def test_an_unknown_exercise_cannot_be_marked(signed_in: Browser) -> None:
    assert signed_in.post("/exercises/no-such/favourite", {"favourite": "yes"}).status == 404


def test_the_library_page_asks_the_database_little(signed_in: Browser) -> None:
    with counted_queries(signed_in) as statements:
        signed_in.get("/exercises?q=calf&region=ankle-foot")
    assert len(statements) <= 3, statements  # who is asking, the exercises, the counts
