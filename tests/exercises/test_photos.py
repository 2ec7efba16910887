"""Photos of own exercises: verified, drawn anew, at most four, seen by who sees the exercise."""

import asyncio
import uuid
import zlib
from typing import Any

import pytest
from PIL import Image

from app.exercises import photo_routes
from app.exercises.photos import MOST_BODY_BYTES
from tests.exercises.test_own import add_own
from tests.exercises.test_pages import names
from tests.support import Browser, Page
from tests.test_images import opened, picture


@pytest.fixture
def path(browser: Browser) -> str:
    """An own exercise of the signed-in owner of a practice."""
    browser.sign_up()
    return add_own(browser, "Heel slide")


def photo(number: int = 0, kind: str = "JPEG", **details: Any) -> bytes:
    """A photo that looks unlike those of other numbers."""
    return picture(kind, (400, 300), colour=(number * 40, 90, 200 - number * 40), **details)


def add(browser: Browser, path: str, *contents: bytes, file_name: str = "photo.jpg") -> Page:
    """Choose files on the exercise's page and press "Add photos"."""
    browser.get(path)
    return browser.press("Add photos", files=[("photos", (file_name, content)) for content in contents])


def addresses(page: Page) -> list[str]:
    """The photos on an exercise's page, in order."""
    return [str(image["src"]) for image in page.soup.select('.figure img[src^="/exercises/photos/"]')]


def colours(browser: Browser, path: str) -> list[int]:
    """The numbers of the photos shown, in order."""
    shown = [browser.get(address).content for address in addresses(browser.get(path))]
    pixels = [opened(content).getpixel((5, 5)) for content in shown]
    return [round(pixel[0] / 40) for pixel in pixels if isinstance(pixel, tuple)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_drawn_anew_as_a_jpeg(browser: Browser, path: str, kind: str) -> None:
    page = add(browser, path, photo(2, kind), file_name="photo." + kind.lower())
    assert "The photos are added." in page.text
    answer = browser.get(addresses(page)[0])
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["vary"] == "Cookie"
    assert (opened(answer.content).format, opened(answer.content).size) == ("JPEG", (400, 300))


def test_place_and_time_of_a_photo_are_not_kept(browser: Browser, path: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "Jane Citizen at home"
    content = photo(exif=exif, comment=b"Jane Citizen")
    assert content.count(b"Jane Citizen") == 2
    stored = browser.get(addresses(add(browser, path, content))[0]).content
    assert b"Jane" not in stored
    assert not opened(stored).getexif()


def test_a_large_photo_is_kept_smaller(browser: Browser, path: str) -> None:
    page = add(browser, path, picture("JPEG", (4000, 3000)))
    assert opened(browser.get(addresses(page)[0]).content).size == (1600, 1200)


def test_several_photos_at_once_keep_their_order_and_the_first_is_shown_in_lists(browser: Browser, path: str) -> None:
    page = add(browser, path, photo(1), photo(2), photo(3))
    assert colours(browser, path) == [1, 2, 3]
    listed = browser.get("/exercises?only=own").soup.select_one(".exercise-card img")
    assert listed is not None and listed["src"] == addresses(page)[0]


def test_a_photo_can_be_put_first(browser: Browser, path: str) -> None:
    add(browser, path, photo(1), photo(2), photo(3))
    for number, order in ((3, [3, 1, 2]), (2, [1, 3, 2])):
        browser.get(path)
        browser.press(f"Show first: photo {number}")
        assert colours(browser, path) == order
    add(browser, path, photo(4))
    assert colours(browser, path) == [1, 3, 2, 4]


@pytest.mark.parametrize(("before", "more"), [(0, 5), (3, 2), (4, 1)])
def test_there_is_no_fifth_photo(browser: Browser, path: str, before: int, more: int) -> None:
    if before:
        add(browser, path, *(photo(number) for number in range(before)))
    files = [("photos", (f"{number}.jpg", photo(number))) for number in range(before, before + more)]
    page = browser.post(f"{path}/photos", {}, files)
    assert page.status == 422
    assert "at most 4 photos" in page.text
    assert colours(browser, path) == list(range(before))


def test_two_who_add_at_the_same_moment_add_four_together(browser: Browser, path: str) -> None:
    add(browser, path, photo(0), photo(1), photo(2))

    async def send_both() -> list[int]:
        sends = (
            asyncio.to_thread(browser.send, "POST", f"{path}/photos", files=[("photos", ("a.jpg", photo(number)))])
            for number in (3, 4)
        )
        return sorted(page.status for page in await asyncio.gather(*sends))

    assert asyncio.run(send_both()) == [303, 422]
    assert len(colours(browser, path)) == 4


def test_a_photo_sent_twice_is_kept_once(browser: Browser, path: str) -> None:
    for _ in range(2):
        add(browser, path, photo(1))
    assert colours(browser, path) == [1]


@pytest.mark.parametrize(
    ("file_name", "content"),
    [
        ("clip.gif", picture("GIF")),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("photo.jpg", b"<script>alert(1)</script>"),
        ("photo.jpg", picture("JPEG")[:150]),
        ("photo.jpg", b""),
    ],
)
def test_a_wrong_file_gets_a_sentence_beside_the_field_and_adds_nothing(
    browser: Browser, path: str, file_name: str, content: bytes
) -> None:
    browser.get(path)
    files = [("photos", ("fine.jpg", photo(1))), ("photos", (file_name, content))]
    page = browser.press("Add photos", files=files)
    assert page.status == 422
    error = page.soup.find(id="f-photos-error")
    assert error is not None
    assert (
        error.get_text()
        == f"{file_name}: This file is not a JPEG, PNG or WebP picture that can be read. Nothing was added."
    )
    assert page.h1 == "Heel slide"
    assert colours(browser, path) == []


def test_a_bomb_is_refused_before_it_is_decoded(browser: Browser, path: str) -> None:
    bomb = picture("PNG", (12_000, 12_000), mode="1", colour=0)
    assert "too many pixels" in add(browser, path, bomb).text
    header = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", (0x7FFFFFFF).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0")
    assert add(browser, path, header + _chunk(b"IDAT", zlib.compress(bytes(1000))) + _chunk(b"IEND", b"")).status == 422
    assert addresses(browser.get(path)) == []


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def test_a_file_name_is_only_text(browser: Browser, path: str) -> None:
    page = add(browser, path, b"no picture", file_name="<script>alert(1)</script>.jpg")
    assert "<script>alert(1)</script>.jpg: This file" in page.text
    assert not [script for script in page.soup.find_all("script") if not script.has_attr("src")]


@pytest.mark.parametrize("files", [None, [("photos", ("", b""))], [("other", ("a.jpg", b"x"))]])
def test_pressing_the_button_without_a_file_says_what_to_do(browser: Browser, path: str, files: Any) -> None:
    browser.get(path)
    page = browser.press("Add photos", files=files)
    assert page.status == 422
    assert "Choose one or more photos first." in page.text


def test_photos_beyond_what_the_form_may_hold_are_refused_unread(browser: Browser, path: str) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(MOST_BODY_BYTES + 1)}
    page = browser.send("POST", f"{path}/photos", headers=headers)
    assert page.status == 413
    assert "choose smaller files" in page.text


def test_a_large_form_goes_nowhere_else(browser: Browser, path: str) -> None:
    headers = {"content-length": str(2 * 1024 * 1024)}
    for address in (f"{path}/edit", "/exercises/new", f"{path}/photos/photos", "/sign-in"):
        assert browser.send("POST", address, headers=headers).status == 413, address


def test_a_stranger_sends_megabytes_in_vain(browser: Browser, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_form: object) -> None:
        raise AssertionError("nobody knows this person yet")

    monkeypatch.setattr(photo_routes, "_draw_all", fail)
    files = [("photos", ("photo.jpg", bytes(3 * 1024 * 1024)))]
    signed_out, stranger = browser.another(), browser.another()
    assert signed_out.send("POST", f"{path}/photos", files=files).headers["location"].startswith("/sign-in")
    stranger.sign_up()
    assert stranger.send("POST", f"{path}/photos", files=files).status == 404


def test_a_photo_of_another_practice_is_nowhere(browser: Browser, path: str) -> None:
    address = addresses(add(browser, path, photo()))[0]
    id_ = address.rpartition("/")[2].removesuffix(".jpg")
    stranger = browser.another()
    stranger.sign_up()
    assert stranger.get(address).status == 404
    for what in ("remove", "first"):
        assert stranger.post(f"/exercises/photos/{id_}/{what}").status == 404
    assert len(addresses(browser.get(path))) == 1


def test_a_photo_is_seen_by_colleagues_with_its_exercise_and_changed_by_none_of_them(
    browser: Browser, path: str
) -> None:
    colleague = browser.invite_colleague()
    address = addresses(add(browser, path, photo()))[0]
    id_ = address.rpartition("/")[2].removesuffix(".jpg")
    assert colleague.get(address).status == 404
    assert colleague.post(f"/exercises/photos/{id_}/remove").status == 404
    browser.get(f"{path}/edit")
    browser.press("Save exercise", **{"Share with the practice": True})
    assert colleague.get(address).status == 200
    assert addresses(colleague.get(path)) == [address]
    for what in ("remove", "first"):
        assert colleague.post(f"/exercises/photos/{id_}/{what}").status == 403
    assert len(addresses(browser.get(path))) == 1


@pytest.mark.parametrize("name", [f"{uuid.UUID(int=7)}.jpg", "1.jpg", f"{uuid.UUID(int=7)}.png"])
def test_unknown_photos_are_404(browser: Browser, path: str, name: str) -> None:
    assert browser.get(f"/exercises/photos/{name}").status == 404


def test_a_removed_photo_leaves_the_exercise_and_stays_stored(browser: Browser, path: str) -> None:
    address = addresses(add(browser, path, photo(1), photo(2)))[0]
    before = browser.get(address).content
    browser.get(path)
    assert "The photo is removed." in browser.press("Remove: photo 1").text
    assert colours(browser, path) == [2]
    assert browser.get(address).content == before
    add(browser, path, photo(1))
    assert colours(browser, path) == [2, 1]


def test_the_photos_of_an_archived_exercise_stay(browser: Browser, path: str) -> None:
    address = addresses(add(browser, path, photo(1)))[0]
    browser.get(path)
    browser.press("Archive")
    assert browser.get(address).status == 200


def test_a_copy_has_photos_of_its_own(browser: Browser, path: str) -> None:
    originals = addresses(add(browser, path, photo(1), photo(2)))
    form = browser.get(f"/exercises/new?copy={path.rpartition('/')[2]}")
    assert "Its photos are copied too" in form.text
    copy = browser.press("Save exercise", Name="Heel slide anew").path
    assert not set(addresses(browser.get(copy))) & set(originals)
    assert colours(browser, copy) == [1, 2]
    browser.page = form
    browser.press("Save exercise", Name="Heel slide anew")  # twice is once
    assert colours(browser, copy) == [1, 2]
    browser.get(path)
    browser.press("Remove: photo 1")
    assert (colours(browser, path), colours(browser, copy)) == ([2], [1, 2])


def test_copying_what_was_taken_from_one_meanwhile_loses_no_word(browser: Browser, path: str) -> None:
    colleague = browser.invite_colleague()
    browser.get(f"{path}/edit")
    browser.press("Save exercise", **{"Share with the practice": True})
    colleague.get(f"/exercises/new?copy={path.rpartition('/')[2]}")
    browser.get(f"{path}/edit")
    browser.press("Save exercise", **{"Share with the practice": False})
    page = colleague.press("Save exercise", Steps="Typed at length")
    assert page.status == 422
    assert "no longer open to you" in page.text
    assert "Typed at length" in colleague.press("Save exercise").text
    assert names(colleague.get("/exercises?only=own")) == ["Heel slide (copy)"]


def test_the_drawing_steps_back_for_photos(browser: Browser, path: str) -> None:
    browser.get(f"{path}/edit")
    page = browser.press("Save exercise", Drawing="bridge")
    assert page.soup.select('.figure img[src^="/exercises/bridge/figure.svg"]')
    page = add(browser, path, photo())
    assert not page.soup.select('.figure img[src*="figure.svg"]')
