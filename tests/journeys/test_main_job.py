"""The main job in a real browser, on the demo: from a patient in Cliniko to the PDF in the patient's Files.

And the other ways in: a pasted address, and a bookmark.
"""

import io
import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect
from pypdf import PdfReader


def test_from_the_button_in_cliniko_to_the_pdf_in_the_patients_files(
    demo: tuple[str, str], page: Page, sign_in: Callable[[Page], None]
) -> None:
    kinebridge, cliniko = demo
    page.goto(cliniko)
    page.get_by_role("link", name="Olivia Hart").click()
    patient_page = page.url
    page.get_by_text("Open in Kinebridge").click()

    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Olivia Hart")
    assert page.url.startswith(f"{kinebridge}/clients/")

    page.get_by_role("button", name="New program").click()
    page.get_by_label("Start from template").select_option("knee-osteoarthritis")
    page.get_by_role("button", name="Start from template").click()
    page.get_by_role("button", name="Assign program").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Olivia Hart")
    expect(page.locator("main")).to_contain_text("In Cliniko", timeout=30_000)  # without a reload

    page.goto(patient_page)
    page.get_by_role("link", name="Files").click()
    link = page.get_by_role("link", name=re.compile(r"\.pdf"))
    expect(link).to_have_count(1)
    address = link.get_attribute("href")
    assert address is not None
    answer = page.request.get(httpx.URL(cliniko).join(address).__str__())
    assert answer.headers["content-type"] == "application/pdf"
    words = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.body())).pages).split())
    assert "Olivia Hart" in words
    assert re.search(r"\d+ sets of \d+", words)


# What a link gives to the bookmarks bar it is dragged to.
DRAGGED = """() => document.addEventListener("dragstart", (event) => {
    window.dragged = event.dataTransfer.getData("text/uri-list");
})"""


def test_without_the_button_a_patient_opens_from_a_pasted_address_or_a_dragged_bookmark(
    demo: tuple[str, str], page: Page, sign_in: Callable[[Page], None]
) -> None:
    kinebridge, cliniko = demo
    page.goto(cliniko)
    page.get_by_role("link", name="Olivia Hart").click()
    patient_page = page.url
    page.goto(f"{kinebridge}/clients")
    sign_in(page)
    search = page.get_by_label("Find a patient by name")
    search.fill(patient_page + "/files?tab=1")
    expect(page.get_by_role("link", name="Open the patient")).to_be_visible()  # while typing nobody is opened
    search.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Olivia Hart")
    client = page.url
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open in Cliniko").click()
    assert opened.value.url == patient_page
    opened.value.close()

    page.goto(f"{kinebridge}/account/settings")
    link = page.get_by_role("link", name="Open in Kinebridge")
    page.evaluate(DRAGGED)
    link.hover()
    page.mouse.down()
    page.mouse.move(0, 0, steps=5)
    page.mouse.up()
    bookmark = page.evaluate("window.dragged")
    assert bookmark == link.get_attribute("href")

    def choose_bookmark() -> None:
        page.evaluate("bookmark => { location.href = bookmark; }", bookmark)

    page.goto(patient_page)
    with page.expect_popup() as opened:
        choose_bookmark()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Olivia Hart")
    assert opened.value.url == client
    page.goto(cliniko)
    with page.expect_event("dialog") as told:
        choose_bookmark()
    assert "Open a patient's page in Cliniko first" in told.value.message
