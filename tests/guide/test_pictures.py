"""The guide's pictures: made by the script, named by the guide, small, sharp, and kept by browsers."""

import re

from PIL import Image

from app.guide.pictures import PICTURE_FOLDER, SCALE, read_pictures
from app.guide.reading import PAGE_FOLDER
from tests.screenshots.pictures import LARGEST_BYTES, NAMES, README_PICTURE
from tests.support import Browser

LARGEST_IN_ALL_BYTES = 900_000


def test_the_guide_names_what_the_script_makes_and_nothing_else() -> None:
    named = {
        name for path in PAGE_FOLDER.iterdir() for name in re.findall(r"pictures/([a-z-]+)\.webp", path.read_text())
    }
    assert named == set(NAMES) == {path.stem for path in PICTURE_FOLDER.iterdir()}
    assert README_PICTURE.stat().st_size < 150_000


def test_pictures_are_small_and_taken_at_twice_their_size() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURE_FOLDER.iterdir()}
    assert {name: size for name, size in sizes.items() if size >= LARGEST_BYTES} == {}
    assert sum(sizes.values()) < LARGEST_IN_ALL_BYTES
    for name, picture in read_pictures().items():
        with Image.open(PICTURE_FOLDER / name) as image:
            assert image.format == "WEBP" and (picture.width, picture.height) == (
                image.width // SCALE,
                image.height // SCALE,
            )


def test_every_picture_says_what_it_shows_to_who_does_not_see_it() -> None:
    for path in PAGE_FOLDER.iterdir():
        for alt, rest in re.findall(r"!\[([^]]*)\]\(([^)]*)\)", path.read_text()):
            assert len(alt) > 20 and re.search(r'"[^"]+\."$', rest), f"{path.name}: {rest}"


def test_a_picture_is_served_to_anybody_under_a_name_that_changes_with_it(browser: Browser) -> None:
    picture = read_pictures()["switch.webp"]
    assert re.fullmatch(r"/guide/pictures/switch\.[0-9a-f]{12}\.webp", picture.url)
    answer = browser.get(picture.url)
    assert answer.content == (PICTURE_FOLDER / "switch.webp").read_bytes()
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    for other in ("switch.webp", "switch.000000000000.webp", "..%2Froutes.py"):
        missing = browser.get(f"/guide/pictures/{other}")
        assert (missing.status, missing.headers["cache-control"]) == (404, "no-store")
