"""For developers: every exercise figure with its slug on A4 pages. `python -m app.exercises.contact_sheet OUT.pdf`"""

import sys

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from app.exercises.figures import FIGURES
from app.pdf.figures import draw

COLUMNS, ROWS, MARGIN, CAPTION = 2, 4, 24.0, 14.0  # a place is about 4 : 3, as on an exercise's card


def write_contact_sheet(path: str, only: tuple[str, ...] = ()) -> int:
    """Draw all figures (or those whose slug holds one of `only`) to a PDF; says how many."""
    canvas = Canvas(path, pagesize=A4, invariant=True)
    slugs = [slug for slug in FIGURES if not only or any(word in slug for word in only)]
    width, height = (A4[0] - 2 * MARGIN) / COLUMNS, (A4[1] - 2 * MARGIN) / ROWS
    for number, slug in enumerate(slugs):
        place = number % (COLUMNS * ROWS)
        if number and not place:
            canvas.showPage()
        x = MARGIN + (place % COLUMNS) * width
        y = A4[1] - MARGIN - (place // COLUMNS + 1) * height
        draw(canvas, FIGURES[slug], x + 4, y + CAPTION, width - 8, height - CAPTION - 6)
        canvas.setFont("Helvetica", 8)
        canvas.drawCentredString(x + width / 2, y + 4, slug)
    canvas.save()
    return len(slugs)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m app.exercises.contact_sheet OUT.pdf [part of a slug ...]")
    print(write_contact_sheet(sys.argv[1], tuple(sys.argv[2:])), "figures")
