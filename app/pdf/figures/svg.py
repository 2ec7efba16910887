"""A figure as SVG text for a web page: presentation attributes only, so it passes a strict content policy."""

import xml.etree.ElementTree as ET

from app.pdf.figures import colours as c
from app.pdf.figures.figure import Figure
from app.pdf.figures.scene import Panel, lay_out, natural_size, panel_edge
from app.pdf.figures.shapes import Path

SVG = "http://www.w3.org/2000/svg"


def to_svg(figure: Figure, *, title: str) -> str:
    """A complete <svg> element, a picture called `title`; no ids, no styles, no scripts."""
    width, height = natural_size(figure)
    root = ET.Element("svg", {"xmlns": SVG, "viewBox": f"0 0 {_n(width)} {_n(height)}", "role": "img"})
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "round")
    ET.SubElement(root, "title").text = "".join(ch for ch in title if ch.isprintable())
    for panel in lay_out(figure):
        _add_panel(root, panel, height)
    return ET.tostring(root, encoding="unicode")


def _add_panel(root: ET.Element, panel: Panel, height: float) -> None:
    """A panel is an inner svg element, which clips what stands over its edge without needing an id."""
    down = height - panel.up - panel.height
    group = ET.SubElement(root, "g", {"transform": f"translate({_n(panel.across)} {_n(down)})"})
    edge, width = panel_edge(panel)
    _add_path(group, edge.painted(c.PANEL), 0.0, panel.height)
    box = {"width": _n(panel.width), "height": _n(panel.height), "overflow": "hidden"}
    inner = ET.SubElement(group, "svg", box)
    for path in panel.paths:
        _add_path(inner, path, -panel.left, panel.bottom + panel.height)
    _add_path(group, edge.painted(None, c.PANEL_EDGE, width), 0.0, panel.height)


def _add_path(parent: ET.Element, path: Path, dx: float, top: float) -> None:
    steps = []
    for op, values in path.ops:
        steps.append(op + " ".join(_n(top - v if i % 2 else v + dx) for i, v in enumerate(values)))
    drawn = {"d": "".join(steps), "fill": path.fill or "none"}
    if path.line:
        drawn |= {"stroke": path.line, "stroke-width": _n(path.width)}
    ET.SubElement(parent, "path", drawn)


def _n(value: float) -> str:
    """A number with at most one decimal (a millimetre of the person) and nothing needless."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
