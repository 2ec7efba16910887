"""The main job in a real browser, on the demo: from a patient in Cliniko to the PDF in the patient's Files."""

import io
import re
import shutil
import socket
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright
from pypdf import PdfReader

from app.demo.run import EMAILS, PASSWORD
from tests.processes import running, wait_until

CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The running demo: the addresses of Kinebridge and of the Cliniko stand-in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("demo") / "demo.log"
    with running("demo", "--port", str(port), log=log):
        address = f"http://127.0.0.1:{port}"

        def ready() -> bool:
            try:
                return httpx.get(f"{address}/readyz", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(ready, "the demo starts")
        found = re.search(r"Cliniko stand-in\s+(http://\S+)", log.read_text())
        assert found, log.read_text()
        yield address, found[1]


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.set_default_timeout(20_000)
        yield context.new_page()
        browser.close()


def test_from_the_button_in_cliniko_to_the_pdf_in_the_patients_files(demo: tuple[str, str], page: Page) -> None:
    kinebridge, cliniko = demo
    page.goto(cliniko)
    page.get_by_role("link", name="Olivia Hart").click()
    patient_page = page.url
    page.get_by_text("Open in Kinebridge").click()

    page.get_by_label("Email").fill(EMAILS[0])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Olivia Hart")
    assert page.url.startswith(f"{kinebridge}/clients/")

    page.get_by_role("button", name="New program").click()
    page.get_by_label("Start from template").select_option("knee-osteoarthritis")
    page.get_by_role("button", name="Start from template").click()
    page.get_by_role("button", name="Assign program").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Olivia Hart")
    expect(page.locator("main")).to_contain_text("In Cliniko")  # without a reload

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
