"""An own exercise, made in a real browser on a phone: copied, given photos, changed and archived."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_pages import PHONE
from tests.looks.judge import px_too_wide, violations
from tests.test_images import picture

WIDTH = "image => image.decode().then(() => image.naturalWidth)"  # once it is here


def test_an_exercise_is_copied_given_photos_and_archived_on_a_phone(
    demo: tuple[str, str], chrome: Browser, sign_in: Callable[[Page], None]
) -> None:
    page = chrome.new_context(viewport=PHONE, reduced_motion="reduce").new_page()
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    found: dict[str, Any] = {}

    def judge(name: str) -> None:
        too_wide = px_too_wide(page)
        found[name] = [*violations(page), *([f"{too_wide} px too wide"] if too_wide > 0 else [])]

    page.goto(f"{demo[0]}/exercises/bridge")
    sign_in(page)
    page.get_by_role("link", name="Copy and change").click()
    expect(page.get_by_label("Name", exact=True)).to_be_visible()
    judge("copy")
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_role("button", name="Save exercise").click()
    expect(page.get_by_role("alert")).to_be_focused()
    judge("form with an error")
    page.get_by_label("Name", exact=True).fill("Bridge our way")
    page.get_by_role("button", name="Save exercise").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bridge our way")
    files = [(f"{colour}.png", picture("PNG", (800, 600), colour=colour)) for colour in ("red", "green", "blue")]
    sent: list[Any] = [{"name": name, "mimeType": "image/png", "buffer": content} for name, content in files]
    page.get_by_label("Photos", exact=True).set_input_files([*sent, {**sent[0], "buffer": b"no picture"}])
    page.get_by_role("button", name="Add photos").click()
    expect(page.get_by_text("red.png: This file is not")).to_be_visible()
    judge("a wrong photo")
    page.get_by_label("Photos", exact=True).set_input_files(sent)
    page.get_by_role("button", name="Add photos").click()
    expect(page.get_by_role("img", name="Photo 3")).to_be_visible()
    assert page.get_by_role("img", name="Photo 1").evaluate(WIDTH) == 800
    judge("photos")
    page.get_by_role("button", name="Show first: photo 3").click()
    page.get_by_role("button", name="Remove: photo 3").click()
    expect(page.get_by_role("img", name="Photo")).to_have_count(2)
    page.goto(f"{demo[0]}/exercises?only=own")
    expect(page.get_by_text("Our own", exact=False).last).to_be_visible()
    judge("our own")
    page.get_by_role("link", name="Bridge our way").click()
    page.get_by_role("button", name="Archive").click()
    link = page.get_by_role("link", name="Archived exercises")
    expect(link).to_be_visible()
    judge("archived")
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Archived exercises")
    judge("all archived")
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert not [line for line in console if "Content Security Policy" in line]
