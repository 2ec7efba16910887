"""Which pictures there are, where they go, and how a piece of a page becomes one: light, sharp and small."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from app.guide.pictures import PICTURE_FOLDER, SCALE

# Each is made by a function of ``tests.screenshots.scenes``; the guide names them all.
NAMES = (
    *("settings-key", "settings-connected", "key-refused", "role-not-permitted"),
    *("cliniko-button", "files"),
    *("editor", "client-page", "patients", "archived", "same-person"),
    *("not-shared", "not-visible", "switch"),
    *("library", "sheet", "home-door", "home-page"),
    *("sharing", "team", "deliveries", "alerts"),
)
README_PICTURE = Path(__file__).parents[2] / "docs" / "kinebridge.png"

LARGEST_BYTES = 60_000
# Pages are few colours in flat areas, of which lossless pictures are smaller than others, and have no blurs. Chosen
# with k-means, the few colours of drawings are among them.
COLOURS = (128, 64, 40)
MARGIN = 16  # CSS pixels around what is shown

# Where an element is on the whole page, whatever is scrolled.
PLACE = """element => { const box = element.getBoundingClientRect();
    return [box.left + scrollX, box.top + scrollY, box.width, box.height]; }"""

# Every picture that begins above a place on the page is there.
DRAWN = """foot => [...document.images].every(image =>
    image.complete || image.getBoundingClientRect().top + scrollY > foot || !image.checkVisibility())"""


def take(
    page: Page, name: str, first: Locator, last: Locator | None = None, *, height: float = 0, margin: float = MARGIN
) -> None:
    """Take a picture from the top of one element to the foot of another, as wide as the first.

    ``height`` in CSS pixels cuts it off below; ``margin`` is what is shown around.
    """
    left, top, width, own_height = _place(first)
    foot = top + own_height
    if last is not None:
        _, top_of_last, _, height_of_last = _place(last)
        foot = top_of_last + height_of_last
    wide = page.evaluate("document.documentElement.clientWidth")
    x, y = max(0, left - margin), max(0, top - margin)
    clip = {"x": x, "y": y, "width": min(wide, left + width + margin) - x, "height": height or foot + margin - y}
    page.wait_for_function(DRAWN, arg=clip["y"] + clip["height"])
    keep(name, page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide"))  # type: ignore[arg-type]  # a plain dict of the four numbers it takes


def _place(element: Locator) -> list[float]:
    expect(element).to_be_visible()
    place: list[float] = element.evaluate(PLACE)
    return [round(number) for number in place]


def keep(name: str, png: bytes) -> None:
    """Write a picture of a name of ``NAMES``, in as many colours as it takes below the largest size."""
    assert name in NAMES, name
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        packed = io.BytesIO()
        fewer = image.quantize(colours, kmeans=1, dither=Image.Dither.NONE).convert("RGB")
        fewer.save(packed, "WEBP", lossless=True, quality=75, method=4)
        if packed.tell() < LARGEST_BYTES:
            break
    else:
        raise ValueError(f"{name} is too large: {packed.tell()} bytes; show less of the page")
    PICTURE_FOLDER.joinpath(f"{name}.webp").write_bytes(packed.getvalue())
    print(f"{name}: {image.width // SCALE} x {image.height // SCALE}, {packed.tell() // 1000} KB")


def keep_for_readme(png: bytes) -> None:
    """Write README's picture, with as many colours as a page of ours needs."""
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(128, kmeans=1, dither=Image.Dither.NONE)
    image.save(README_PICTURE, optimize=True)
    print(f"{README_PICTURE.name}: {image.width} x {image.height}, {README_PICTURE.stat().st_size // 1000} KB")
