"""Shared by the journeys: the running demo and a browser to click through it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from app.demo.run import EMAILS, PASSWORD
from tests.chromium import TIMEOUT_MS, Chromium
from tests.processes import free_port, running, wait_until


@pytest.fixture(scope="session")
def demo_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo prints, mails too."""
    return tmp_path_factory.mktemp("demo") / "demo.log"


@pytest.fixture(scope="session")
def demo(real_browser: Chromium, demo_log: Path) -> Iterator[tuple[str, str]]:
    """The running demo: the addresses of Kinebridge and of the Cliniko stand-in."""
    port, log = free_port(), demo_log
    with running("demo", "--port", str(port), log=log):
        address = f"http://127.0.0.1:{port}"

        def ready() -> bool:
            try:
                return httpx.get(f"{address}/readyz", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(ready, "the demo starts", seconds=120)
        found = re.search(r"Cliniko stand-in\s+(http://\S+)", log.read_text())
        assert found, log.read_text()
        yield address, found[1]


@pytest.fixture
def page(chrome: Browser) -> Page:
    """An empty page of a browser in which nobody is signed in."""
    context = chrome.new_context()
    context.set_default_timeout(TIMEOUT_MS)
    return context.new_page()


@pytest.fixture
def sign_in() -> Callable[..., None]:
    """Fill in the sign-in page that is open, as the first practitioner of the demo or the one with that email."""

    def fill_in(page: Page, email: str = EMAILS[0]) -> None:
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    return fill_in
