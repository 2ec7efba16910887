"""My account > Letterhead: what the programs of a practice carry, and how new ones begin."""

import asyncio
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio.from_thread
import pytest
import sqlalchemy as sa
from PIL import Image

from app.accounts.models import Letterhead
from app.accounts.practices.letterheads import find_settings, get_letterhead
from app.db import transaction
from app.images import MOST_BYTES
from app.main import open_tools
from app.pdf.document import DEFAULT_STOP_WHEN, DocumentLetterhead
from app.pdf.look import OUR_COLOUR
from app.web.slow import DRAWING
from tests.accounts.letterheads import (
    PAGE,
    example,
    example_words,
    logo_url,
    picture,
    recorded,
    save,
    sentence,
    upload,
    value,
)
from tests.support import Browser, Clinic


def contrast_with_white(*colour: float) -> float:
    """Contrast as WCAG 2.2 defines it; parts of the colour from 0 to 1."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_a_practice_that_set_nothing_sees_the_usual_words_and_colour(browser: Browser) -> None:
    browser.sign_up()
    page = browser.get(PAGE)
    assert page.soup.find(id="f-stop_when")["placeholder"] == DEFAULT_STOP_WHEN
    assert [value(page, name) for name in ("stop_when", "address", "phone", "footer")] == [""] * 4
    assert value(page, "colour") == OUR_COLOUR
    assert "Use Kinebridge's colour instead" not in page.text
    assert logo_url(page) is None and "Remove the logo" not in page.text
    assert DEFAULT_STOP_WHEN in example_words(browser)


def test_what_is_saved_stands_on_the_page_and_on_the_example(browser: Browser) -> None:
    browser.sign_up(name="Pat Nguyen", practice="Bayside Physio")
    page = save(
        browser,
        Address="  12 Bay  Street \r\n\r\nSydney",
        **{"Phone to call": "02 5550 1234", "Footer": "Open till 6 pm", "Stop when": "Stop if it swells."},
    )
    assert "The letterhead is saved." in page.text
    assert value(page, "address") == "12 Bay Street\nSydney"
    assert "Use Kinebridge's colour instead" not in page.text  # nobody touched the colour
    words = example_words(browser)
    for printed in ("Bayside Physio 12 Bay Street Sydney 02 5550 1234", "Open till 6 pm", "Stop if it swells."):
        assert printed in words
    assert "Call us: 02 5550 1234" in words
    assert DEFAULT_STOP_WHEN not in words
    assert "Prepared by Pat Nguyen" in words and "Nobody has been given it." in words


def test_the_example_is_printed_as_new_programs_are(browser: Browser) -> None:
    browser.sign_up(country="US")
    assert "Tick off" not in example_words(browser)
    page = save(browser, **{"Layout of the PDF": "diary", "Large print": True, "Without colour": True})
    assert page.soup.find("option", selected=True)["value"] == "diary"
    assert [bool(page.soup.find(id=f"f-{name}").has_attr("checked")) for name in ("is_grey", "is_large")] == [True] * 2
    assert "Tick off" in example_words(browser)
    assert example(browser).pages[0].mediabox[2:] == [612, 792]


def test_new_programs_start_with_it(ana: Browser, clinic: Clinic) -> None:
    save(ana, **{"Stop when": "Stop if it swells.", "Layout of the PDF": "compact", "Large print": True})
    ana.open_patient(clinic.add_patient())
    editor = ana.press("New program")
    assert value(editor, "stop_when") == "Stop if it swells."
    assert editor.soup.find(id="f-layout").find("option", selected=True)["value"] == "compact"
    assert editor.soup.find(id="f-is_large").has_attr("checked")
    assert not editor.soup.find(id="f-is_grey").has_attr("checked")


def test_colleagues_read_it_and_cannot_change_it(browser: Browser) -> None:
    browser.sign_up()
    upload(browser, picture(), phone="02 5550 1234", footer="Open till 6 pm")
    colleague = browser.invite_colleague()
    page = colleague.get(PAGE)
    for words in (
        "02 5550 1234",
        "Open till 6 pm",
        DEFAULT_STOP_WHEN,
        "Owners and admins of the practice can change this",
    ):
        assert words in page.text
    assert not page.has_button("Save changes")
    assert colleague.send("GET", logo_url(page)).status == 200
    assert "Open till 6 pm" in example_words(colleague)
    refused = colleague.post(PAGE, {"phone": "000", "remove_logo": "yes"})
    assert refused.status == 403 and "Only an owner or admin" in refused.text
    assert upload(colleague, picture("blue"), phone="000").status == 403
    assert "02 5550 1234" in browser.get(PAGE).content.decode() and logo_url(browser.page) == logo_url(page)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_of_each_kind_is_shown_and_printed(browser: Browser, kind: str) -> None:
    browser.sign_up()
    assert len(example(browser).pages[0].images) == 0
    page = upload(browser, picture(kind=kind))
    answer = browser.send("GET", logo_url(page))
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (60, 30)
    assert page.soup.find("p", class_="logo").img["alt"] == "Logo of Bayside Physio"
    assert len(example(browser).pages[0].images) == 1


@pytest.mark.parametrize(
    ("size", "kept"), [((2000, 400), (800, 160)), ((1600, 1600), (320, 320)), ((9, 900), (3, 320))]
)
def test_a_logo_keeps_no_more_pixels_than_its_place_needs(browser: Browser, size: Any, kept: Any) -> None:
    browser.sign_up()
    page = upload(browser, picture(size=size))
    assert Image.open(io.BytesIO(browser.send("GET", logo_url(page)).content)).size == kept


def test_a_logo_is_kept_by_this_browser_only_and_a_new_one_has_a_new_address(browser: Browser) -> None:
    browser.sign_up()
    old = logo_url(upload(browser, picture("red")))
    assert browser.send("GET", old).headers["cache-control"] == "private, max-age=31536000, immutable"
    new = logo_url(upload(browser, picture("blue")))
    assert new != old
    assert browser.send("GET", new).status == 200
    for path in (old, f"{PAGE}/logo.png", f"{PAGE}/logo.png?v="):
        assert browser.send("GET", path).status == 404


def test_another_practice_sees_nothing_of_a_logo(browser: Browser) -> None:
    browser.sign_up()
    path = logo_url(upload(browser, picture(), phone="02 5550 1234"))
    stranger = browser.another()
    stranger.sign_up(practice="Riverside Podiatry")
    assert stranger.send("GET", path).status == 404
    upload(stranger, picture("blue"))
    assert stranger.send("GET", path).status == 404
    assert "02 5550 1234" not in stranger.get(PAGE).content.decode() + example_words(stranger)


def test_saving_without_choosing_a_file_keeps_the_logo(browser: Browser) -> None:
    browser.sign_up()
    path = logo_url(upload(browser, picture()))
    assert logo_url(save(browser, Footer="Open till 6 pm")) == path
    assert upload(browser, b"").status == 422  # an empty file was chosen
    assert logo_url(browser.get(PAGE)) == path


def test_a_logo_is_removed_unless_a_new_one_is_chosen_at_once(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    old = logo_url(upload(browser, picture("red")))
    new = logo_url(upload(browser, picture("blue"), remove_logo="yes"))
    assert new and new != old
    assert logo_url(save(browser, **{"Remove the logo": True})) is None
    assert browser.send("GET", new).status == 404
    assert recorded(database, email) == [
        *("letterhead.saved", "letterhead.logo_saved"),
        *("letterhead.saved", "letterhead.logo_saved"),
        *("letterhead.saved", "letterhead.logo_removed"),
    ]


def test_a_file_that_is_no_picture_is_refused_and_nothing_typed_is_lost(browser: Browser) -> None:
    browser.sign_up()
    path = logo_url(upload(browser, picture(), footer="Open till 6 pm"))
    typed = {
        "address": "12 Bay Street",
        "phone": "02 5550 1234",
        "footer": "New",
        "colour": "#123456",
        "is_grey": "yes",
    }
    page = upload(browser, b"<svg onload='alert(1)'/>", **typed)
    assert sentence(page, "logo") == "This file is not a JPEG, PNG or WebP picture that can be read."
    assert [value(page, name) for name in ("address", "phone", "footer", "colour")] == list(typed.values())[:4]
    assert page.soup.find(id="f-is_grey").has_attr("checked")
    assert logo_url(page) == path
    assert value(browser.get(PAGE), "footer") == "Open till 6 pm"


def test_a_file_that_is_too_large_is_refused_beside_its_field(browser: Browser) -> None:
    browser.sign_up()
    page = upload(browser, bytes(MOST_BYTES + 1), footer="Open till 6 pm")
    assert sentence(page, "logo") == "The picture is larger than 12 MB. Choose a smaller one."
    assert value(page, "footer") == "Open till 6 pm"


def test_a_request_far_too_large_is_refused_unread(browser: Browser) -> None:
    browser.sign_up()
    page = upload(browser, bytes(MOST_BYTES + 2 * 1024 * 1024))
    assert (page.status, page.h1) == (413, "That is too large")


def test_a_good_logo_beside_a_mistake_has_to_be_chosen_again_and_the_page_says_so(browser: Browser) -> None:
    browser.sign_up()
    page = upload(browser, picture(), phone="Call us")
    assert sentence(page, "phone") == "Enter a phone number, such as 02 5550 1234."
    assert sentence(page, "logo").startswith("Choose the logo again")
    assert value(page, "phone") == "Call us"
    assert logo_url(browser.get(PAGE)) is None


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("address", "x" * 401, "This is too long: use at most 400 characters."),
        ("address", "a\n" * 7, "This has too many lines: use at most 6."),
        ("phone", "0" * 41, "This is too long: use at most 40 characters."),
        ("footer", "x" * 301, "This is too long: use at most 300 characters."),
        ("footer", "a\nb\nc\nd", "This has too many lines: use at most 3."),
        ("stop_when", "x" * 501, "This is too long: use at most 500 characters."),
        ("colour", "red", "Choose a colour"),
        ("colour", "#12345g", "Choose a colour"),
        ("layout", "poster", "Choose how new programs are laid out."),
    ],
)
def test_what_cannot_be_taken_has_a_sentence_and_stays(browser: Browser, name: str, typed: str, words: str) -> None:
    browser.sign_up()
    page = browser.post(PAGE, {name: typed, "footer" if name != "footer" else "address": "Kept"})
    assert sentence(page, name).startswith(words)
    assert name == "layout" or value(page, name) == typed
    assert "Kept" in page.content.decode()
    assert "Kept" not in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("address", "x" * 400),
        ("address", "a\n" * 6),
        ("phone", "0" * 40),
        ("footer", "x" * 300),
        ("stop_when", "x" * 500),
    ],
)
def test_what_just_fits_is_taken(browser: Browser, name: str, typed: str) -> None:
    browser.sign_up()
    page = browser.post(PAGE, {name: typed})
    assert page.status == 200
    assert value(page, name) == typed.strip()


def test_a_colour_of_ones_own_can_be_given_up_again(browser: Browser) -> None:
    browser.sign_up()
    page = save(browser, Colour="#FFD400")
    assert value(page, "colour") == "#ffd400"
    page = save(browser, Footer="Open till 6 pm")
    assert value(page, "colour") == "#ffd400"
    page = save(browser, **{"Use Kinebridge's colour instead": True})
    assert value(page, "colour") == OUR_COLOUR
    assert "Use Kinebridge's colour instead" not in page.text


def test_a_light_colour_is_printed_dark_enough_to_read(browser: Browser) -> None:
    browser.sign_up(practice="Bayside Physio")
    save(browser, Colour="#ffd400")
    content = example(browser).pages[0].get_contents().get_data().decode("latin-1")
    colours = [tuple(map(float, found)) for found in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) rg", content)]
    yellows = {(red, green, blue) for red, green, blue in colours if blue == 0 < green < red}
    assert yellows
    assert all(contrast_with_white(*colour) >= 4.5 for colour in yellows)


def test_of_two_who_save_at_once_the_later_stays_and_both_are_recorded(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    other = browser.another()
    other.sign_in(email)
    browser.get(PAGE)
    other.get(PAGE)
    browser.press("Save changes", Footer="First", Address="12 Bay Street")
    page = other.press("Save changes", Footer="Second")
    assert (value(page, "footer"), value(page, "address")) == ("Second", "")
    assert recorded(database, email) == ["letterhead.saved"] * 2


def test_two_first_saves_at_one_moment_both_succeed(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    email = browser.sign_up()
    first = sa.text(
        "INSERT INTO letterheads (practice_id, footer, address, updated_at) "
        "SELECT active_practice_id, 'First', '12 Bay Street', now() FROM practitioners WHERE email = :email"
    )
    with ThreadPoolExecutor(1) as pool, database.connect() as connection:
        connection.execute(first, {"email": email})
        second = pool.submit(save, browser, Footer="Second")
        wait_for_blocked(1)
        connection.commit()
        page = second.result(timeout=20)
    assert page.status == 200
    assert (value(page, "footer"), value(page, "address")) == ("Second", "")


def test_a_form_of_another_practice_changes_nothing(browser: Browser) -> None:
    owner = browser.another()
    owner.sign_up(practice="Bayside Physio")
    email = browser.sign_up(practice="Hillside Rehab")
    form = browser.get(PAGE)
    other_tab = browser.another()
    other_tab.sign_in(email)
    other_tab.get(owner.invite(email))
    other_tab.press("Join practice")
    assert form.path == PAGE
    browser.page = form
    assert browser.press("Save changes", Footer="Hillside").status == 409
    assert browser.post("/account/settings/title", {"title": "X", "made_by": "other"}).status == 409


def test_logos_are_drawn_one_at_a_time(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[float] = []

    def draw(_upload: bytes) -> bytes:
        taken.append(anyio.from_thread.run_sync(lambda: DRAWING.limiter.available_tokens))
        return picture()

    monkeypatch.setattr("app.accounts.practices.letterheads.draw_logo", draw)
    browser.sign_up()
    assert "The letterhead is saved." in upload(browser, picture()).text
    assert taken == [0]


def test_nothing_of_a_logo_is_read_before_it_is_known_who_sends_it(browser: Browser) -> None:
    unreadable = {"content": b"no form at all", "headers": {"content-type": "multipart/form-data; boundary=x"}}
    answer = browser.server.post(PAGE, **unreadable, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


def test_a_long_footer_is_printed_whole_in_large_print(browser: Browser) -> None:
    browser.sign_up()
    words = [f"word{number:02}" for number in range(42)]
    save(browser, **{"Footer": " ".join(words), "Large print": True})
    first_page = " ".join(example(browser).pages[0].extract_text().split())
    assert all(word in first_page for word in words)


def test_a_document_takes_the_letterhead_with_its_logo(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    query = sa.text("SELECT active_practice_id FROM practitioners WHERE email = :email")
    with database.connect() as connection:
        practice_id = connection.execute(query, {"email": email}).scalar_one()
    state = browser.server.app.state

    async def read() -> DocumentLetterhead:
        async with open_tools(state.settings, state.database_url) as tools, transaction(tools.sessions) as session:
            await session.get(Letterhead, practice_id)  # a row that is known already comes without its logo
            await find_settings(session, practice_id)
            return await get_letterhead(session, practice_id)

    assert asyncio.run(read()) == DocumentLetterhead()
    path = logo_url(upload(browser, picture(), address="12 Bay Street", phone="02 5550 1234", colour="#123456"))
    logo = browser.send("GET", path).content
    assert asyncio.run(read()) == DocumentLetterhead(logo, "#123456", "12 Bay Street", "02 5550 1234", "")
