"""Take the guide's pictures anew of a demo started for that; takes about a minute and needs Chromium."""

import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import expect, sync_playwright

from app.guide.pictures import PICTURE_FOLDER
from tests.processes import free_port, running, wait_until
from tests.screenshots.pictures import NAMES
from tests.screenshots.scenes import Stage, take_all


def main() -> None:
    """Start the demo, take all pictures, and remove those that are no longer made."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no Chromium on this machine (Debian: apt install chromium).")
    began = time.monotonic()
    expect.set_options(timeout=30_000)
    with tempfile.TemporaryDirectory(prefix="kinebridge-pictures-") as folder:
        log, port = Path(folder) / "demo.log", free_port()
        with running("demo", "--port", str(port), log=log):
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: is_ready(address), "the demo starts", seconds=120)
            told = log.read_text()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
                )
                take_all(
                    Stage(
                        browser,
                        address,
                        cliniko=found(r"Cliniko stand-in\s+(http://\S+)", told),
                        scheduler_key=found(r"(\S+)\s+is a scheduler's key", told),
                        other_clinic_key=found(r"(\S+)\s+belongs to another clinic", told),
                    )
                )
                browser.close()
    for path in PICTURE_FOLDER.glob("*.webp"):
        if path.stem not in NAMES:
            path.unlink()
    kilobytes = sum(path.stat().st_size for path in PICTURE_FOLDER.glob("*.webp")) // 1000
    print(f"{len(NAMES)} pictures, {kilobytes} KB, in {time.monotonic() - began:.0f} seconds")


def is_ready(address: str) -> bool:
    """Whether the demo answers."""
    try:
        return httpx.get(f"{address}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def found(pattern: str, told: str) -> str:
    """What a pattern finds in what the demo printed."""
    match = re.search(pattern, told)
    assert match, told
    return match[1]


if __name__ == "__main__":
    main()
