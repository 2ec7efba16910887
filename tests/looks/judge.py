"""What is asked of a page that is open: axe by WCAG 2.2 AA, its width, words cut off, names, the focus."""

from base64 import b64decode
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The library's rows are alike: the first few stand for all, which takes a third of the time.
WITHOUT_REPEATS = {"exclude": [[".library-list > li:nth-child(n+6)"], [".exercise-grid > li:nth-child(n+6)"]]}
ONLY_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
CHECKS = resources.files("tests.looks").joinpath("checks.js").read_text()
AXE = Axe().axe_script

SIZES = ((390, 844), (768, 1024), (1440, 900))
SCHEMES = ("light", "dark")
ZOOMED = {"width": 720, "height": 450, "deviceScaleFactor": 2, "mobile": False}  # 1440 by 900 at 200 %


def violations(page: Page) -> list[str]:
    """What axe finds on the page, one line a place: everything in light, then the colours again in dark."""
    page.wait_for_load_state()
    page.emulate_media(color_scheme="light")
    lines = run_axe(page)
    page.emulate_media(color_scheme="dark")
    return lines + [f"dark: {line}" for line in run_axe(page, ONLY_COLOURS)]


def px_too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window; asked once it is there, not on the way to it."""
    page.wait_for_load_state()
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def run_axe(page: Page, rules: Any = None) -> list[str]:
    """One line a place that breaks a rule of axe, all of WCAG's levels A and AA unless others are given."""
    prepare(page)
    options = {"resultTypes": ["violations"], "runOnly": rules or {"type": "tag", "values": LEVELS}, "preload": False}
    if rules is None:
        options["rules"] = {"target-size": {"enabled": True}}  # not by itself, since it is of 2.2
    found = page.evaluate("([context, options]) => looks.axe(context, options)", [WITHOUT_REPEATS, options])
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def prepare(page: Page) -> None:
    """Bring axe and our own checks into the page, once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    if not page.evaluate("'looks' in window"):
        page.evaluate(CHECKS)


def ask(page: Page, *checks: str) -> list[str]:
    """What these of our own checks say."""
    prepare(page)
    # A page of samples: each is there more than once.
    asked = [each for each in checks if not (page.url.endswith("/styleguide") and each in ("headed", "unnamed"))]
    lines: list[str] = page.evaluate("(names) => names.flatMap((name) => looks[name]())", asked)
    return lines


def press_tab(page: Page) -> None:
    """Use the keyboard, so that the browser shows the focus from now on."""
    page.keyboard.press("Tab")


def judge_wholly(page: Page, shots: Path | None, name: str) -> Iterable[str]:
    """Every size in light and dark, 200 % zoom, letters twice as large, names, the focus; lines of what is wrong."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two it takes
            # What dark changes is colours; all the rest was asked in light.
            yield from _said(f"{width} {scheme}", run_axe(page, ONLY_COLOURS if scheme == "dark" else None))
            if shots is not None:
                page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
        yield from _said(str(width), ask(page, "wide", "clipped", "overlapping"))
    yield from _said("", ask(page, "headed", "unnamed"))
    for width, height in SIZES[::2]:
        page.set_viewport_size({"width": width, "height": height})
        press_tab(page)
        yield from _said(f"{width} keyboard", ask(page, "unfocused"))
    yield from _zoomed(page, shots, name)


def judge_briefly(page: Page, number: int) -> Iterable[str]:
    """Once, by turns in light on a desk and in dark on a phone."""
    (width, height), scheme = ((1440, 900), "light") if number % 2 else ((390, 844), "dark")
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two it takes
    yield from _said(f"{width} {scheme}", run_axe(page))
    yield from _said(str(width), ask(page, "wide", "clipped", "overlapping", "headed", "unnamed"))
    press_tab(page)
    yield from _said(f"{width} keyboard", ask(page, "unfocused"))


def _zoomed(page: Page, shots: Path | None, name: str) -> Iterable[str]:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setDeviceMetricsOverride", ZOOMED)
    yield from _said("zoom 200 %", ask(page, "wide", "clipped", "overlapping"))
    if shots is not None:
        picture = devtools.send("Page.captureScreenshot", {"captureBeyondViewport": False})
        (shots / f"{name}-zoom.png").write_bytes(b64decode(picture["data"]))
    devtools.send("Emulation.clearDeviceMetricsOverride")
    devtools.detach()
    for width in (768, 1440):  # the last was 1440: asked for again, it would not be set again
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        yield from _said(f"{width} letters 200 %", ask(page, "wide", "clipped", "overlapping"))
        page.evaluate("document.documentElement.style.fontSize = ''")


def _said(where: str, lines: Iterable[str]) -> Iterable[str]:
    return (f"{where}: {line}" if where else line for line in lines)
