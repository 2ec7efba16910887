"""A QR code as vector graphics, by the library segno."""

import functools

import segno
from reportlab.lib.colors import black
from reportlab.pdfgen.canvas import Canvas

_QUIET_ZONE = 2  # modules; the page around it is white too, so that the standard's four are there


def draw_qr_code(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """Draw the QR code of a text into a square whose lower left corner is at x, y (points)."""
    canvas.saveState()
    canvas.translate(x, y)
    rows = _rows(text)
    canvas.scale(side / len(rows), side / len(rows))
    canvas.setFillColor(black)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        for start, length in _dark_runs(row):
            path.rect(start, len(rows) - 1 - down, length, 1)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


@functools.lru_cache(maxsize=64)
def _rows(text: str) -> list[bytes]:
    """Return the rows of modules, 1 for dark ones, with the quiet zone around."""
    code = segno.make_qr(text, error="m")
    return [bytes(int(bool(module)) for module in row) for row in code.matrix_iter(border=_QUIET_ZONE)]


def _dark_runs(row: bytes) -> list[tuple[int, int]]:
    """Return where dark modules stand side by side, as (start, length)."""
    runs = []
    start = None
    for place, is_dark in enumerate([*row, 0]):
        if is_dark and start is None:
            start = place
        elif not is_dark and start is not None:
            runs.append((start, place - start))
            start = None
    return runs
