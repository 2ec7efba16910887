"""The same program made by two well-known libraries, as plainly as their guides show; None where one is missing.

WeasyPrint also needs Debian's libpango-1.0-0 and libpangoft2-1.0-0.
"""

import functools
import html
import importlib.resources
import io
import re
from collections.abc import Callable

from app.locales import write_long_date
from app.pdf.document import ProgramDocument, version_line
from app.pdf.figures import to_svg

_NOTO = importlib.resources.files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"
_CSS = """@page { size: A4; margin: 15mm } @font-face { font-family: Noto; src: url(%s) }
body { font: 9.5pt Noto } h1 { font-size: 20pt } h2 { font-size: 12pt } section { break-inside: avoid }
svg { width: 48mm; float: left; margin-right: 5mm } section::after { content: ""; display: block; clear: both }
.dose, .care { background: #e2eceb; padding: 4pt 8pt; margin-left: 53mm }"""


def weasyprint_maker() -> Callable[[ProgramDocument], bytes] | None:
    """Return what makes a PDF with WeasyPrint from HTML and inline SVG."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError):  # the latter: without Pango
        return None
    configuration = FontConfiguration()
    style = weasyprint.CSS(string=_CSS % _NOTO.as_uri(), font_config=configuration)

    def make(document: ProgramDocument) -> bytes:
        return weasyprint.HTML(string=_page(document)).write_pdf(stylesheets=[style], font_config=configuration)

    return make


def _page(document: ProgramDocument) -> str:
    """Return the program as HTML."""
    parts = [f"<h1>{html.escape(document.title)}</h1>"]
    parts += [f"<p>{html.escape(line)}</p>" for line in _facts(document)]
    for number, exercise in enumerate(document.exercises, 1):
        parts.append(f"<section><h2>{number} {html.escape(exercise.name)}</h2>")
        parts.append(_svg(exercise.figure) if exercise.figure else "")
        parts.append(f"<p class=dose>{html.escape(exercise.dose)}</p><ol>")
        parts += [f"<li>{html.escape(step)}</li>" for step in exercise.steps]
        parts.append("</ol>")
        parts += [f"<p class=care>{html.escape(text)}</p>" for text in (*exercise.cautions, exercise.note) if text]
        parts.append("</section>")
    return "".join(parts)


def fpdf_maker() -> Callable[[ProgramDocument], bytes] | None:
    """Return what makes a PDF with fpdf2 from paragraphs and SVG images."""
    try:
        from fpdf import FPDF
    except ImportError:
        return None

    def make(document: ProgramDocument) -> bytes:
        pdf = FPDF(format="A4")
        pdf.add_font("Noto", fname=str(_NOTO))
        pdf.add_page()
        pdf.set_font("Noto", size=20)
        pdf.multi_cell(0, 9, document.title, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Noto", size=9.5)
        for line in _facts(document):
            pdf.multi_cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
        for number, exercise in enumerate(document.exercises, 1):
            if pdf.get_y() > 230:
                pdf.add_page()
            top = pdf.get_y() + 3
            if exercise.figure:
                pdf.image(io.BytesIO(_flat_svg(exercise.figure)), x=10, y=top, w=48, h=34, keep_aspect_ratio=True)
            pdf.set_y(top)
            texts = (f"{number}  {exercise.name}", exercise.dose, *exercise.steps, *exercise.cautions, exercise.note)
            for text in filter(None, texts):
                pdf.set_x(63)
                pdf.multi_cell(0, 4.6, text, new_x="LMARGIN", new_y="NEXT")
            pdf.set_y(max(pdf.get_y(), top + 36))
        return bytes(pdf.output())

    return make


def _facts(document: ProgramDocument) -> list[str]:
    by = (document.practice_name, document.practitioner_name, document.client_name)
    return [*by, write_long_date(document.assigned_on), version_line(document), document.note]


@functools.cache
def _flat_svg(figure: object) -> bytes:
    """Return a figure without inner pictures, which fpdf2 would leave out; what they clip shows."""
    flat = re.sub(r"<title ?/>|<title></title>", "", re.sub(r"<svg width[^>]*>", "<g>", _svg(figure)))
    return flat.replace("</svg><", "</g><").encode()


@functools.cache
def _svg(figure: object) -> str:
    """Return a figure as SVG, worked out once, as it is for our own PDF."""
    return to_svg(figure, title="")
