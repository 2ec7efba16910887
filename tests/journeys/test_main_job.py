"""The main job in a real browser, on the demo: from a patient in Cliniko to the PDF in the patient's Files."""

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
