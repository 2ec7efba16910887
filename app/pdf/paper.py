"""The canvas of a program's PDF."""

import io

from reportlab.pdfbase.pdfdoc import PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from app.pdf.ink import Ink


class Paper(Canvas):  # type: ignore[misc]  # reportlab ships no types
    """A reportlab canvas whose texts are written with embedded fonts."""

    def __init__(self, target: io.BytesIO, size: tuple[float, float], language: str, place: str) -> None:
        # invariant: no clock and no random number in this file; nothing global is switched.
        super().__init__(target, pagesize=size, invariant=1, pageCompression=0, lang=language)
        # Plain deflate. Asking for pageCompression would wrap it in ASCII85, by a slow loop in Python and for a quarter
        # more bytes, which only a switch for the whole process turns off.
        self._doc.defaultStreamFilters = [PDFZCompress]
        self.ink = Ink(self._doc, place)

    def _make_preamble(self) -> None:
        """Begin pages with nothing: reportlab would set a font that no reader needs and no file embeds."""
        self._preamble = ""
