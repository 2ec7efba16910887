"""What a screen reader is told: headings, paragraphs and pictures with their descriptions, in reading order."""

import io
import re
import shutil
import subprocess
from dataclasses import replace

import pypdf
import pytest
from PIL import Image

from app.pdf import figures
from app.pdf.document import DocumentLetterhead, DocumentLink, ProgramDocument
from app.pdf.render import render
from tests.pdf.test_render import DOCUMENT, EXERCISE, WORDS, numbered

needs_poppler = pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="reads with Debian's poppler-utils")


@pytest.fixture
def figure(monkeypatch):
    """Stand in for a figure, drawn as a line."""
    monkeypatch.setattr(figures, "size", lambda figure: (200, 120))
    monkeypatch.setattr(figures, "draw", lambda canvas, figure, x, y, *box, **how: canvas.line(x, y, x + 9, y))
    return object()


def read(document: ProgramDocument) -> list[tuple[str, str]]:
    """Return the tags in reading order, each with the text it holds."""
    told = subprocess.run(["pdfinfo", "-struct-text", "-"], input=render(document), capture_output=True, check=True)
    found: list[tuple[str, str]] = []
    for line in told.stdout.decode().splitlines():
        if tag := re.fullmatch(r"  (\w+)( \(block\))?", line):
            found.append((tag[1], ""))
        elif text := re.fullmatch(r'    "(.*)"', line):
            found[-1] = (found[-1][0], f"{found[-1][1]} {text[1]}".strip())
    return found


def elements(document: ProgramDocument) -> list[pypdf.generic.DictionaryObject]:
    root = pypdf.PdfReader(io.BytesIO(render(document)), strict=True).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    return [kid.get_object() for kid in root["/StructTreeRoot"]["/K"]["/K"]]


@needs_poppler
@pytest.mark.parametrize("layout", ["full", "compact"])
def test_a_program_is_read_in_its_order(layout, figure):
    exercises = tuple(replace(exercise, figure=figure, cautions=()) for exercise in numbered(2))
    found = read(replace(DOCUMENT, layout=layout, exercises=exercises))
    assert found[:3] == [("P", "Harbour Physiotherapy"), ("H1", "Knee strength"), ("P", "For Jo Park")]
    one = found.index(("H2", "1 Name<1>"))
    two = found.index(("H2", "2 Name<2>"))
    for at, end in ((one, two), (two, len(found))):
        # The figure is told right before or right after the name, and the rest follows.
        assert "Figure" in {tag for tag, _ in found[at - 1 : at + 2]}
        texts = [text for tag, text in found[at:end] if tag == "P"]
        assert texts[:3] == [
            "3 sets of 12, twice a day",
            "1 Sit tall on a firm chair.",
            "2 Straighten one knee slowly.",
        ]
        assert texts[-1] == "Use the red band."
    assert "Page 1 of 1" not in str(found)


@needs_poppler
@pytest.mark.parametrize("field", ["note", "steps", "name"])
def test_a_text_that_goes_on_on_another_page_is_still_one(field, figure):
    value = (WORDS,) if field == "steps" else WORDS
    long = replace(EXERCISE, figure=figure, **{field: value})
    found = read(replace(DOCUMENT, exercises=(EXERCISE, long, replace(EXERCISE, figure=figure))))
    (text,) = [text for _, text in found if "w400w" in text]
    assert re.findall(r"w\d+w", text) == WORDS.split()
    assert "(continued)" not in str(found)


def test_every_picture_is_described(figure):
    photo = io.BytesIO()
    Image.new("RGB", (40, 30)).save(photo, "PNG")
    document = replace(
        DOCUMENT,
        letterhead=DocumentLetterhead(logo=photo.getvalue()),
        link=DocumentLink("https://example.org/p/1", ""),
        exercises=(replace(EXERCISE, figure=figure, photos=(photo.getvalue(),)),),
    )
    described = [str(each["/Alt"]) for each in elements(document) if each["/S"] == "/Figure"]
    assert described == [
        "Harbour Physiotherapy",
        "QR code of the address",
        "Drawing: Seated knee extension",
        "Photo: Seated knee extension",
    ]


def test_right_to_left_text_is_told_as_it_was_typed():
    sentence = "اجلس منتصبًا (Knee bend) 10 مرات كل يوم"
    told = [str(each["/ActualText"]) for each in elements(replace(DOCUMENT, note=sentence)) if "/ActualText" in each]
    assert told == [sentence]
