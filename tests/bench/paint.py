"""First contentful paint of a client's page on a slow phone, beside a page of one sentence, in the same run.

Network and processor are slowed as Lighthouse does for a mobile: 150 ms latency, 1.6 Mbit/s down, 750 kbit/s up ("slow
4G"), processor at a quarter (https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md).
"""

import shutil
import statistics
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from app.demo.patients import OLIVIA
from tests.bench.click import sign_in
from tests.bench.world import running_world, serving

TIMES = 5
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
CPU_SLOWER = 4
PHONE = {"width": 390, "height": 844}
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def bare_app() -> FastAPI:
    """One page with one sentence, nothing to load for it."""
    app = FastAPI()

    @app.get("/", response_class=HTMLResponse)
    async def page() -> str:
        return "<!doctype html><title>Bare</title><h1>Olivia Hart</h1>"

    return app


def first_paint(context: BrowserContext, url: str) -> float:
    """Milliseconds from the navigation until the first text or picture is painted."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.emulateNetworkConditions", SLOW_4G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    page.goto(url)
    painted: float = page.wait_for_function(PAINTED).json_value()
    page.close()
    return painted


def phone(browser: Browser, url: str, cookies: httpx.Cookies) -> BrowserContext:
    """A phone whose cache is empty, with somebody signed in."""
    context = browser.new_context(viewport=PHONE)
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    return context


def main() -> dict[str, Any]:
    """Measure the page for who never was here, for whose browser has kept the styles and scripts, and the bare page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no Chromium on this machine (Debian: apt install chromium)")
        return {}
    first, again, bare = [], [], []
    with (
        running_world() as world,
        serving(bare_app()) as bare_url,
        httpx.Client(base_url=world.url, timeout=30) as visitor,
        sync_playwright() as playwright,
    ):
        sign_in(visitor)
        client = world.url + visitor.get("/open/cliniko", params={"patient_id": OLIVIA}).headers["location"]
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(TIMES):
            with phone(browser, world.url, visitor.cookies) as context:
                first.append(first_paint(context, client))
                again.append(first_paint(context, client))
            with phone(browser, bare_url, httpx.Cookies()) as context:
                bare.append(first_paint(context, bare_url))
        browser.close()
    print(f"client's page, nothing kept           {statistics.median(first):6.0f} ms   (aim: under 1000 ms)")
    print(f"client's page, styles kept            {statistics.median(again):6.0f} ms")
    print(f"a page of one sentence                {statistics.median(bare):6.0f} ms")
    return {"paint_ms": statistics.median(first)}


if __name__ == "__main__":
    main()
