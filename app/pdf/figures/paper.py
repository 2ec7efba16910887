"""A figure as vector graphics on a reportlab canvas, written as PDF operators made once per figure."""

import re
from functools import lru_cache
from typing import Any

from app.pdf.figures import colours as c
from app.pdf.figures.figure import Figure
from app.pdf.figures.scene import lay_out, natural_size, panel_edge
from app.pdf.figures.shapes import Op, Path

# a tenth of a centimetre of the person is finer than any printer
_COLOUR = re.compile(r"([\d.]+) ([\d.]+) ([\d.]+) (rg|RG)\b")
_OPERATOR = {"M": "%.1f %.1f m", "L": "%.1f %.1f l", "C": "%.1f %.1f %.1f %.1f %.1f %.1f c", "Z": "h"}


def draw(
    canvas: Any, figure: Figure, x: float, y: float, width: float, height: float, *, is_grey: bool = False
) -> None:
    """Draw a figure fitted and centred in a box, in points from the page's bottom left; the canvas keeps its state."""
    natural_width, natural_height = natural_size(figure)
    factor = min(width / natural_width, height / natural_height)
    canvas.saveState()
    canvas.translate(x + (width - natural_width * factor) / 2, y + (height - natural_height * factor) / 2)
    canvas.scale(factor, factor)
    operators = _operators(figure)
    canvas.addLiteral(_greyed(operators) if is_grey else operators)
    canvas.restoreState()


@lru_cache(maxsize=512)
def _operators(figure: Figure) -> str:
    """PDF path operators for the whole figure (ISO 32000-1, 8.5), its bottom left at the origin."""
    out = ["1 j 1 J"]
    for panel in lay_out(figure):
        edge, width = panel_edge(panel)
        outline = _steps(edge.ops)
        out.append(f"q 1 0 0 1 {_n(panel.across)} {_n(panel.up)} cm")
        out.append(f"{_brush(edge.painted(c.PANEL))}{outline} f")
        out.append(f"q {outline} W n")
        out.append(f"1 0 0 1 {_n(-panel.left)} {_n(-panel.bottom)} cm")
        steps = {}  # a shape is often painted twice, lines first and then its fill: written out only once
        for path in panel.paths:
            key = id(path.ops)
            if key not in steps:
                steps[key] = _steps(path.ops)
            out.append(f"{_brush(path)}{steps[key]} {_paint(path)}")
        out.append("Q")
        out.append(f"{_brush(edge.painted(None, c.PANEL_EDGE, width))}{outline} S")
        out.append("Q")
    return "\n".join(out)


@lru_cache(maxsize=512)
def _greyed(operators: str) -> str:
    """The same operators with each colour as the grey of its lightness (the weights of ITU-R BT.601)."""

    def grey(match: re.Match[str]) -> str:
        red, green, blue = map(float, match.groups()[:3])
        return f"{0.299 * red + 0.587 * green + 0.114 * blue:.3g} {'g' if match[4] == 'rg' else 'G'}"

    return _COLOUR.sub(grey, operators)


def _paint(path: Path) -> str:
    return "B" if path.fill and path.line else "f" if path.fill else "S"


def _brush(path: Path) -> str:
    """Fill colour, line colour and line width, as far as the path uses them."""
    fill = f"{_rgb(path.fill)} rg " if path.fill else ""
    line = f"{_rgb(path.line)} RG {_n(path.width)} w " if path.line else ""
    return fill + line


def _steps(ops: tuple[Op, ...]) -> str:
    return " ".join([_OPERATOR[op] % values for op, values in ops])


@lru_cache(maxsize=256)
def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.3g}" for i in (1, 3, 5))


def _n(value: float) -> str:
    """A number to a tenth (a millimetre of the person)."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text
