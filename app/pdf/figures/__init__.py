"""Exercise figures: one description of poses, things and arrows, drawn as SVG for the web and as vectors for paper."""

from app.pdf.figures.figure import Figure
from app.pdf.figures.model import FigureError, Frame
from app.pdf.figures.paper import draw
from app.pdf.figures.scene import natural_size as size
from app.pdf.figures.svg import to_svg

__all__ = ["Figure", "FigureError", "Frame", "draw", "size", "to_svg"]
