"""How pages are written: in few bytes, with every colour as it was and every line where it was."""

import io
import re

import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from app.exercises.figures import figure_for
from app.exercises.library import all_exercises
from app.pdf import figures
from app.pdf.paper import Paper

NUMBER = re.compile(r"-?\d*\.?\d+")
COLOUR = re.compile(r"(?:[\d.]+ ){3}rg|(?:[\d.]+ ){3}RG|[\d.]+ [gG]\b")
FIGURES = [figure for exercise in all_exercises()[::9] if (figure := figure_for(exercise.slug))]


def page_of(canvas: Canvas, data: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(data), strict=True).pages[0].get_contents().get_data().decode("latin-1")


def numbers(texts: list[str]) -> list[float]:
    return [float(number) for text in texts for number in NUMBER.findall(text)]


@pytest.mark.parametrize("is_grey", [False, True])
def test_figures_are_written_in_fewer_bytes_and_look_the_same(is_grey):
    for figure in FIGURES:
        plain, paper = Canvas(target := io.BytesIO(), pageCompression=0), Paper((595, 842), "en", "sc")
        for canvas in (plain, paper):
            figures.draw(canvas, figure, 50, 500, 200, 150, is_grey=is_grey)
        plain.save()
        before, after = page_of(plain, target.getvalue()), page_of(paper, paper.finish())
        before = before[before.index("1 j 1 J") :]
        after = after[after.index("1 j 1 J") :]
        assert len(after) < 0.94 * len(before)
        assert numbers(COLOUR.findall(after)) == numbers(COLOUR.findall(before))
        moved = [abs(a - b) for a, b in zip(numbers([after]), numbers([before]), strict=True)]
        assert max(moved) < 0.101


def test_small_objects_are_packed_together():
    paper = Paper((595, 842), "en", "sc")
    paper.showPage()
    data = paper.finish()
    assert data.startswith(b"%PDF-1.5")
    assert b"/Catalog" not in data
    assert pypdf.PdfReader(io.BytesIO(data), strict=True).trailer["/Root"]["/Type"] == "/Catalog"


def test_colours_of_one_decimal_stay_as_they_are():
    path = "0.7 0.5 0.9 rg 0.1 0.3 1 RG 1.5 w 3.3 -0.5 m 2.0 0.9 l h B\n0.7 g 0.3 G 4.1 4.2 m 5.5 5.6 l S"
    paper = Paper((595, 842), "en", "sc")
    paper.addLiteral("\n".join([path] * 40))
    shorter = ".7 .5 .9 rg .1 .3 1 RG 1.4 w 3.2 -.4 m 2 .8 l h B\n.7 g .3 G 4 4.2 m 5.4 5.6 l S"
    assert "\n".join([shorter] * 40) in page_of(paper, paper.finish())
