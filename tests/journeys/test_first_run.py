"""A new practice's first minutes: an account, a key, a test page that arrives, the button, a first program."""

import re
import uuid
from pathlib import Path

from playwright.sync_api import Locator, Page, expect


def test_a_new_practice_gets_from_an_account_to_its_first_pdf_in_cliniko(
    demo: tuple[str, str], demo_log: Path, page: Page
) -> None:
    kinebridge, _ = demo
    found = re.search(r"(\S+)\s+belongs to another clinic", demo_log.read_text())
    assert found is not None
    clicks = 0

    def click(what: Locator) -> None:
        nonlocal clicks
        what.click()
        clicks += 1

    page.goto(f"{kinebridge}/sign-up")
    page.get_by_label("Your name").fill("Rosa Lind")
    page.get_by_label("Email").fill(f"{uuid.uuid4().hex[:8]}@riverside.example")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_label("Practice name").fill("Riverside Podiatry")
    click(page.get_by_role("button", name="Create account"))
    page.get_by_label("Cliniko API key").fill(found[1])
    click(page.get_by_role("button", name="Save changes"))
    click(page.get_by_role("link", name="Today"))
    steps = page.get_by_role("region", name="First steps")
    expect(steps).to_contain_text("1 of 3")
    expect(page.get_by_role("region", name="Appointments")).to_contain_text("Noah Castellano")  # without a press

    click(page.get_by_role("link", name="Send a test page"))
    click(page.get_by_role("link", name="Noah Castellano"))
    click(page.get_by_role("button", name="Send the test page"))
    expect(page.locator("main")).to_contain_text(
        "It works. Programs you assign arrive the same way", timeout=30_000
    )  # without a reload
    assert clicks <= 6  # from nothing to a PDF in Cliniko
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the patient in Cliniko").click()
    files = opened.value
    files.get_by_role("link", name="Files").click()
    expect(files.locator("main")).to_contain_text("Kinebridge test page, may be deleted")
    page.get_by_role("button", name="Archive it in Cliniko").click()
    expect(page.locator("main")).to_contain_text("is no longer in the patient's Files")
    files.reload()
    expect(files.locator("main")).not_to_contain_text("Kinebridge test page")

    files.get_by_text("Open in Kinebridge").click()  # in the same browser: signed in
    expect(files.get_by_role("heading", level=1)).to_have_text("Noah Castellano")
    page.goto(f"{kinebridge}/today")
    expect(page.get_by_role("region", name="First steps")).to_contain_text("2 of 3")
    row = page.get_by_role("region", name="Appointments").get_by_role("listitem")
    expect(row).to_contain_text("No program")
    row.get_by_role("button", name="New program").click()
    page.get_by_label("Start from template").select_option("knee-osteoarthritis")
    page.get_by_role("button", name="Start from template").click()
    page.get_by_role("button", name="Assign program").click()
    expect(page.locator("main")).to_contain_text("In Cliniko", timeout=30_000)
    page.goto(f"{kinebridge}/today")
    expect(page.get_by_role("region", name="First steps")).to_have_count(0)
    expect(row).to_contain_text("In Cliniko")
