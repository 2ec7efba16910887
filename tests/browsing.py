"""The browser of the journeys, of the looks at every page, of the guide's pictures and of the bench: Debian's Chromium."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.processes import free_port, running, wait_until

NO_CHROMIUM = "no Chromium on this machine (Debian: apt install chromium)"
PHONE = {"width": 390, "height": 844}


def find_chromium() -> str | None:
    """Return where the browser is, or None on a machine without one."""
    return shutil.which("chromium")


def launch(playwright: Playwright, *more: str) -> Browser:
    """Start the browser without windows."""
    return playwright.chromium.launch(
        executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars", *more]
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser, closed in the end."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Demo:
    """The running demo: the addresses of Kinebridge and of the Cliniko stand-in, and what it prints."""

    kinebridge: str
    cliniko: str
    log: Path

    def told(self, pattern: str) -> str:
        """Return what a pattern finds in what the demo has printed."""
        found = re.search(pattern, self.log.read_text())
        assert found, self.log.read_text()
        return found[1]


@contextmanager
def running_demo(log: Path) -> Iterator[Demo]:
    """Run the demo, ready to be clicked through; its output goes into the log."""
    port = free_port()
    with running("demo", "--port", str(port), log=log):
        address = f"http://127.0.0.1:{port}"

        def ready() -> bool:
            try:
                return httpx.get(f"{address}/readyz", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(ready, "the demo starts", seconds=120)
        demo = Demo(address, "", log)
        yield Demo(address, demo.told(r"Cliniko stand-in\s+(http://\S+)"), log)
