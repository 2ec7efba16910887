"""One real browser a process, as starting one takes longer than most journeys; each test has contexts of its own."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, expect, sync_playwright

# Its parts for drawing and for starting pages as processes of their own take a tenth more.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--in-process-gpu", "--no-zygote"]
TIMEOUT_MS = 20_000  # the machine is busy with other tests


def find_chromium() -> str | None:
    """Return the path of the browser, or None on a machine without one.

    Where there is one made to have no window, it is that: it takes two thirds of the time.
    """
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@dataclass(frozen=True)
class Chromium:
    """A browser that was started, and the event loop by which it is steered."""

    browser: Browser
    loop: asyncio.AbstractEventLoop

    @contextmanager
    def in_use(self) -> Iterator[Browser]:
        """Give the browser with nothing open, and close what was opened.

        Playwright marks its loop as the one that runs in this thread, always: between its tests others run theirs.
        """
        asyncio._set_running_loop(self.loop)
        try:
            yield self.browser
            for context in self.browser.contexts:
                context.close()
        finally:
            asyncio._set_running_loop(None)


@contextmanager
def started(path: str) -> Iterator[Chromium]:
    """Start the browser at this path; it is closed at the end."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        chromium = Chromium(browser, asyncio.get_running_loop())
        asyncio._set_running_loop(None)
        yield chromium
        with chromium.in_use():
            browser.close()
        asyncio._set_running_loop(chromium.loop)  # by which playwright ends itself
    asyncio._set_running_loop(None)
