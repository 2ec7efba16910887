"""A figure as vector graphics on a reportlab canvas, written as PDF operators made once per figure."""

from functools import lru_cache
from typing import Any

from app.pdf.figures import colours as c
from app.pdf.figures.figure import Figure
from app.pdf.figures.scene import lay_out, natural_size, panel_edge
from app.pdf.figures.shapes import Path

_OPERATOR = {"M": "m", "L": "l", "C": "c", "Z": "h"}


def draw(canvas: Any, figure: Figure, x: float, y: float, width: float, height: float) -> None:
    """Draw a figure fitted and centred in a box, in points from the page's bottom left; the canvas keeps its state."""
    natural_width, natural_height = natural_size(figure)
    factor = min(width / natural_width, height / natural_height)
    canvas.saveState()
    canvas.translate(x + (width - natural_width * factor) / 2, y + (height - natural_height * factor) / 2)
    canvas.scale(factor, factor)
    canvas.addLiteral(_operators(figure))
    canvas.restoreState()


@lru_cache(maxsize=512)
def _operators(figure: Figure) -> str:
    """PDF path operators for the whole figure (ISO 32000-1, 8.5), its bottom left at the origin."""
    out = ["1 j 1 J"]
    for panel in lay_out(figure):
        edge, width = panel_edge(panel)
        out.append(f"q 1 0 0 1 {_n(panel.offset)} 0 cm")
        out.append(_painted(edge.painted(c.PANEL)))
        out.append("q " + _steps(edge) + " W n")
        out.append(f"1 0 0 1 {_n(-panel.left)} {_n(-panel.bottom)} cm")
        out.extend(_painted(path) for path in panel.paths)
        out.append("Q " + _painted(edge.painted(None, c.PANEL_EDGE, width)) + " Q")
    return "\n".join(out)


def _painted(path: Path) -> str:
    colours = ""
    if path.fill:
        colours += _rgb(path.fill) + " rg "
    if path.line:
        colours += f"{_rgb(path.line)} RG {_n(path.width)} w "
    paint = "B" if path.fill and path.line else "f" if path.fill else "S"
    return f"{colours}{_steps(path)} {paint}"


def _steps(path: Path) -> str:
    return " ".join(" ".join([*map(_n, values), _OPERATOR[op]]) for op, values in path.ops)


@lru_cache(maxsize=256)
def _rgb(colour: str) -> str:
    return " ".join(_n(int(colour[i : i + 2], 16) / 255, 3) for i in (1, 3, 5))


def _n(value: float, decimals: int = 1) -> str:
    """A number with few decimals (a tenth of a centimetre of the person) and nothing needless."""
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"
    return "0" if text in ("-0", "") else text
