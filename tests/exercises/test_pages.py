"""The pages of the exercise library."""

import xml.etree.ElementTree as ET

import pytest

from app.exercises.library import all_exercises
from app.exercises.pictures import picture_url
from tests.support import Browser, Page


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    """A browser with somebody signed in."""
    browser.sign_up()
    return browser


def names(page: Page) -> list[str]:
    """The exercises on the page."""
    return [link.get_text() for link in page.soup.select(".exercise-card h2 a")]


def test_the_library_shows_every_exercise_with_its_picture_page_by_page(signed_in: Browser) -> None:
    shown, pictures, url = [], [], "/exercises"
    while url:
        page = signed_in.get(url)
        shown += names(page)
        pictures += [image["src"] for image in page.soup.select(".exercise-card img")]
        following = page.soup.select_one('a[rel="next"]')
        url = str(following["href"]) if following else ""
    assert shown == [exercise.name for exercise in all_exercises()]
    assert pictures == [address for exercise in all_exercises() if (address := picture_url(exercise.slug))]


def test_search_and_filters_narrow_the_library_and_stay_in_the_form(signed_in: Browser) -> None:
    signed_in.get("/exercises")
    page = signed_in.press("Search", **{"Find an exercise": "stretch", "Body region": "ankle-foot"})
    assert "Calf stretch at the wall" in names(page)
    assert "Hamstring stretch lying down" not in names(page)
    assert "Ankle pumps" not in names(page)
    field = page.soup.find(id="f-q")
    assert field is not None and field["value"] == "stretch"
    chosen = page.soup.select_one("#f-region option[selected]")
    assert chosen is not None and chosen["value"] == "ankle-foot"
    page = signed_in.press("Search", **{"Find an exercise": "", "Body region": "", "Equipment": "band"})
    assert page.soup.select(".exercise-card")
    assert "Bridge" not in names(page)


def test_a_search_without_result_says_what_to_do(signed_in: Browser) -> None:
    page = signed_in.get("/exercises?q=zzz&region=nowhere")
    assert page.status == 200
    assert "No exercise fits" in page.text
    assert page.link("Show all exercises") == "/exercises"


@pytest.mark.parametrize("query", ["q=" + "x" * 5000, "q=%00%ff", "q=<script>alert(1)</script>", "region=%22%3E"])
def test_odd_searches_are_only_text(signed_in: Browser, query: str) -> None:
    page = signed_in.get(f"/exercises?{query}")
    assert page.status == 200
    assert not [script for script in page.soup.find_all("script") if not script.has_attr("src")]


def test_an_exercise_shows_figure_steps_cautions_and_usual_dose(signed_in: Browser) -> None:
    page = signed_in.get("/exercises/bird-dog")
    assert page.h1 == "Bird dog"
    assert "2 sets of 8, each side, hold 5 seconds" in page.text
    assert "Kneel on all fours" in page.text
    assert "Stop if you feel sharp pain" in page.text
    image = page.soup.select_one("main .figure img")
    assert image is not None and image["alt"] == "Drawing of the exercise: Bird dog"


def test_a_picture_is_svg_and_kept_while_its_address_is_current(signed_in: Browser) -> None:
    url = picture_url("bird-dog")
    assert url is not None
    answer = signed_in.get(url)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "immutable" in answer.headers["cache-control"]
    root = ET.fromstring(answer.content)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Bird dog"
    outdated = signed_in.get("/exercises/bird-dog/figure.svg?v=outdated")
    assert outdated.content == answer.content
    assert outdated.headers["cache-control"] == "no-store"


def test_a_picture_comes_packed_only_to_who_can_unpack_it(signed_in: Browser) -> None:
    url = "/exercises/bird-dog/figure.svg"
    packed = signed_in.send("GET", url, headers={"accept-encoding": "gzip"})
    plain = signed_in.send("GET", url, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content  # the test client has unpacked the first
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


@pytest.mark.parametrize("path", ["/exercises/no-such", "/exercises/no-such/figure.svg", "/exercises/..%2f/figure.svg"])
def test_unknown_exercises_are_404(signed_in: Browser, path: str) -> None:
    assert signed_in.get(path).status == 404


@pytest.mark.parametrize("path", ["/exercises", "/exercises/bird-dog", "/exercises/bird-dog/figure.svg"])
def test_the_library_is_for_who_is_signed_in(browser: Browser, path: str) -> None:
    answer = browser.send("GET", path)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in")
