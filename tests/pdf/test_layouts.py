"""The three layouts, in colour or grey, at normal size or in large print, with all that a practice may add."""

import datetime
import io
import re
from dataclasses import replace

import pypdf
import pytest
from PIL import Image

from app.pdf import figures, layouts, render
from app.pdf.blocks import Block, Row, Text
from app.pdf.document import DocumentLetterhead, DocumentLink, ProgramDocument
from app.pdf.render import Page
from tests.pdf.test_render import DOCUMENT, EXERCISE, numbered, page_texts

WIDTH, ROOM = 505.0, 746.0
ARABIC = "اجلس منتصبًا على كرسي ثابت، ثم افرد ركبة واحدة ببطء، وكرر ذلك عشر مرات في كل يوم من أيام الأسبوع"


@pytest.fixture
def figure(monkeypatch):
    """Stand in for figures that are upright or lie flat, told apart by their height."""
    monkeypatch.setattr(figures, "size", lambda height: (200, height))
    monkeypatch.setattr(figures, "draw", lambda *args, **how: None)


def image(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(target, kind)
    return target.getvalue()


def pages_of(document: ProgramDocument) -> list[Page]:
    return render.paginate(layouts.lay_out(document, WIDTH), ROOM)


def texts_of(document: ProgramDocument) -> list[tuple[float, Text]]:
    """Return the texts of the first page with how far each row is from its top."""
    return [(down + (text.down or 0), text) for down, row in pages_of(document)[0].rows for text in row.texts]


def find(document: ProgramDocument, words: str) -> tuple[float, Text]:
    (found,) = [(down, text) for down, text in texts_of(document) if text.line.text == words]
    return found


def operators(document: ProgramDocument) -> str:
    reader = pypdf.PdfReader(io.BytesIO(render.render(document)), strict=True)
    return "".join(page.get_contents().get_data().decode("latin-1") for page in reader.pages)


def test_compact_prints_two_exercises_a_row_with_their_names_side_by_side(figure):
    first, second = numbered(2)
    pair = (replace(first, figure=150), replace(second, figure=60))
    document = replace(DOCUMENT, layout="compact", exercises=pair)
    (left_down, left), (right_down, right) = find(document, "Name<1>"), find(document, "Name<2>")
    assert left_down == pytest.approx(right_down)
    assert left.x < WIDTH / 2 < right.x
    assert len(page_texts(replace(document, exercises=numbered(12)))) < len(
        page_texts(replace(DOCUMENT, exercises=numbered(12)))
    )


def test_compact_gives_what_is_too_long_for_a_cell_the_whole_width():
    long = replace(EXERCISE, note="word " * 900)
    pages = pages_of(replace(DOCUMENT, layout="compact", exercises=(EXERCISE, long, EXERCISE)))
    assert max(text.room for page in pages for _, row in page.rows for text in row.texts) > WIDTH / 2
    assert len(pages) > 1


def test_the_diary_has_two_weeks_to_tick_off_from_the_first_day():
    document = replace(DOCUMENT, layout="diary", starts_on=datetime.date(2026, 12, 30), exercises=numbered(3))
    text = " ".join(page_texts(document))
    assert "Tick off what you have done, from 30.12. to 12.1." in text
    assert "W 30 T 31 F 1 S 2 S 3 M 4" in text
    assert "Pain before (0-10) Pain after (0-10)" in text
    rows = [row for page in pages_of(document) for _, row in page.rows if row.cells]
    assert len(rows) == 5  # three exercises, pain before and after
    assert all(len(row.cells) == 15 for row in rows)  # the name and fourteen days
    for row in rows:
        assert all(text.x >= 4 for text in row.texts)


def test_a_diary_longer_than_a_page_names_its_days_again():
    pages = pages_of(replace(DOCUMENT, layout="diary", exercises=numbered(40)))
    dated = [page for page in pages if any(row.cells for _, row in page.rows)]
    assert len(dated) > 1
    for page in dated:
        assert "22" in [text.line.text for _, row in page.rows for text in row.texts]


def test_grey_prints_no_colour():
    document = replace(DOCUMENT, is_grey=True, stop_when="Stop if it hurts.", link=DocumentLink("https://e.org/p", ""))
    document = replace(document, letterhead=DocumentLetterhead(logo=image("PNG"), colour="#c02020"))
    for red, green, blue in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)", operators(document)):
        assert red == green == blue
    assert re.search(r"([\d.]+) (?!\1)[\d.]+ [\d.]+ rg", operators(replace(document, is_grey=False)))


def test_large_print_prints_what_is_read_at_18_points_or_more():
    read = ("Sit tall on a firm chair.", "Use the red band.", "Stop if the kneecap hurts.", "3 sets of 12, twice a day")
    document = replace(DOCUMENT, is_large=True)
    for words in read:
        assert find(document, words)[1].style.size >= 18


def test_large_print_has_larger_figures(figure):
    document = replace(DOCUMENT, exercises=(replace(EXERCISE, figure=120),))

    def height(pages: list[Page]) -> float:
        ((_, block),) = [placed for page in pages for placed in page.figures]
        return block.figure_height

    assert height(pages_of(replace(document, is_large=True))) > 1.3 * height(pages_of(document))


def test_a_practice_prints_its_letterhead_and_its_own_words_on_each_page():
    letterhead = DocumentLetterhead(image("PNG"), "#14595a", "12 Wharf St\nSydney", "02 5550 1234", "ABN 12 345")
    texts = page_texts(replace(DOCUMENT, letterhead=letterhead, exercises=numbered(9), stop_when="Stop if it hurts."))
    assert texts[0].startswith("Harbour Physiotherapy 12 Wharf St Sydney 02 5550 1234 Knee strength")
    assert "When to stop Stop if it hurts. Call us: 02 5550 1234" in texts[0]
    assert len(texts) > 1
    assert all("ABN 12 345" in text for text in texts)


@pytest.mark.parametrize(("code", "opens"), [("123456", "Code: 123 456"), ("", "It opens with your date of birth.")])
def test_the_way_to_the_phone_is_printed_and_can_be_clicked(code, opens):
    document = replace(DOCUMENT, link=DocumentLink("https://example.org/p/abc", code))
    assert f"example.org/p/abc {opens}" in page_texts(document)[0]
    (page,) = pypdf.PdfReader(io.BytesIO(render.render(document)), strict=True).pages
    assert [each.get_object()["/A"]["/URI"] for each in page["/Annots"]] == ["https://example.org/p/abc"]


def test_sections_and_supersets_are_named_where_they_begin():
    one, two, three, four = numbered(4)
    exercises = (
        replace(one, section="Warm-up"),
        replace(two, section="Main", superset="A"),
        replace(three, section="Main", superset="A"),
        replace(four, section="Main"),
    )
    for layout in ("full", "compact"):
        text = " ".join(page_texts(replace(DOCUMENT, layout=layout, exercises=exercises)))
        assert text.count("Warm-up") == text.count("Main") == 1
        assert "A1 Name<2>" in text
        assert "In turn with A2" in text
        assert "4 Name<4>" in text


def test_photos_are_printed_where_there_is_no_figure():
    photos = (image("JPEG"),) * 3
    for layout, shown in (("full", 3), ("compact", 1)):
        document = replace(DOCUMENT, layout=layout, exercises=(replace(EXERCISE, photos=photos),))
        assert sum(len(row.pictures) for page in pages_of(document) for _, row in page.rows) == shown
        assert operators(document).count(" Do") == shown


@pytest.mark.parametrize("layout", ["full", "compact"])
def test_right_to_left_paragraphs_stand_at_the_right_with_their_numbers(layout):
    exercise = replace(EXERCISE, steps=(ARABIC, "Sit tall."), note=ARABIC)
    blocks = layouts.lay_out(replace(DOCUMENT, layout=layout, exercises=(exercise,)), WIDTH)
    rows = [row for block in blocks for row in block.body]
    texts = [text for row in rows for text in row.texts]
    arabic = [text for text in texts if text.line.is_rtl]
    assert len(arabic) >= 2
    assert all(text.room > 0 for text in arabic)  # its place to end, at the right
    marks = [text for text in texts if text.style.bold and text.style.size == 9.5]
    first, second = (next(text for text in marks if text.line.text == number) for number in "12")
    assert first.x > arabic[0].x + arabic[0].room - 0.01
    assert second.x < 1


def test_blocks_have_the_height_of_what_they_hold():
    block = Block((Row(10), Row(20)), head=(Row(5),), figure_height=50)
    assert block.height == 55
