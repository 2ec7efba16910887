"""The pages of a program's PDF, read back as a reader's program reads them."""

import concurrent.futures
import datetime
import io
import re
import sys
from dataclasses import replace

import pypdf
import pytest
from reportlab import rl_config

from app.pdf import figures, layouts, render
from app.pdf.document import DocumentExercise, ProgramDocument

EXERCISE = DocumentExercise(
    name="Seated knee extension",
    dose="3 sets of 12, twice a day",
    steps=("Sit tall on a firm chair.", "Straighten one knee slowly."),
    cautions=("Stop if the kneecap hurts.",),
    note="Use the red band.",
    figure=None,
)
DOCUMENT = ProgramDocument(
    title="Knee strength",
    practice_name="Harbour Physiotherapy",
    practitioner_name="Ana Lee",
    client_name="Jo Park",
    assigned_on=datetime.date(2026, 11, 22),
    page_size="A4",
    note="Every morning, please.",
    exercises=(EXERCISE,),
    version=1,
    replaces=None,
)
WORDS = " ".join(f"w{i}w" for i in range(800))  # 4,690 characters


def open_pdf(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


def page_texts(document: ProgramDocument) -> list[str]:
    """Return the text of each page with all white space as single spaces."""
    pages = open_pdf(render.render(document)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def numbered(count: int) -> tuple[DocumentExercise, ...]:
    return tuple(replace(EXERCISE, name=f"Name<{i}>", cautions=(f"Care<{i}>",)) for i in range(1, count + 1))


@pytest.fixture
def drawn(monkeypatch):
    """Stand in for the figures' own drawing, and return the boxes they were asked to fill."""
    boxes = []
    monkeypatch.setattr(figures, "size", lambda figure: (200, 120))
    monkeypatch.setattr(figures, "draw", lambda canvas, figure, *box: boxes.append((canvas.getPageNumber(), *box)))
    return boxes


def test_everything_that_was_assigned_is_on_the_page():
    (text,) = page_texts(DOCUMENT)
    for part in (
        "Harbour Physiotherapy Knee strength For Jo Park Prepared by Ana Lee Date 22 November 2026",
        *("Every morning, please.", "1 Seated knee extension", "3 sets of 12, twice a day"),
        *("1 Sit tall on a firm chair. 2 Straighten one knee slowly.",),
        *("Note from your practitioner Use the red band.", "Take care Stop if the kneecap hurts."),
        *("Jo Park · Harbour Physiotherapy", "Page 1 of 1"),
    ):
        assert part in text


def test_the_same_document_gives_the_same_bytes():
    assert render.render(DOCUMENT) == render.render(replace(DOCUMENT))
    assert render.render(DOCUMENT) != render.render(replace(DOCUMENT, title="Other"))
    assert not rl_config.invariant  # settled for this file, not for the process


@pytest.fixture
def hasty_threads():
    """Let another thread go on after each few steps."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_rendering_at_once_do_not_disturb_each_other(hasty_threads):
    words = ["Nguyễn", "שלום", "مرحبا", "नमस्ते", "สวัสดี", "你好", "안녕", "👍"]
    documents = [replace(DOCUMENT, note=" ".join(words[i % 8 :]), exercises=numbered(i)) for i in range(12)]
    alone = [render.render(document) for document in documents]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert list(pool.map(render.render, documents * 3)) == alone * 3


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Ελένη Παπαδοπούλου", "Ελένη Παπαδοπούλου"),
        ("Олександр Щербань", "Олександр Щербань"),
        ("Nguye\u0302\u0303n Thi\u0323 U\u031bo\u031b\u0301c", "Nguyễn Thị Ước"),
        ("Zoë Łęcka-Šimůnek", "Zoë Łęcka-Šimůnek"),
        ("<b>Bob</b> &amp; <script>", "<b>Bob</b> &amp; <script>"),
        ("Li 王小明 Jr", "Li 王小明 Jr"),
        ("Ali \N{CUNEIFORM SIGN A} Khan", "Ali � Khan"),
    ],
)
def test_names_read_back_as_they_are_written(name, printed):
    """Case 18."""
    document = replace(
        DOCUMENT,
        client_name=name,
        title=name,
        practice_name=name,
        practitioner_name=name,
        note=name,
        exercises=(replace(EXERCISE, name=name, dose=name, steps=(name,), cautions=(name,), note=name),),
    )
    text = " ".join(page_texts(document))
    assert text.count(printed) == 12  # four in the head, the note, five of the exercise, two in the footer
    assert "\0" not in text


def test_no_character_can_stop_a_program_from_being_printed():
    """Case 18: every plane of Unicode, in every field, between neighbours that must stay."""
    elsewhere = (0xD7F0, 0xDC00, 0xE000, 0xFE00, 0xFFF0, 0x1F468, 0x20000, 0xE0000, 0x10FFF0)
    for start in (*range(0, 0x3000, 0x180), *elsewhere):
        odd = "kept" + "".join(map(chr, range(start, min(start + 0x180, 0x110000), 5))) + "kept"
        exercise = replace(EXERCISE, name=odd, dose=odd, steps=(odd,), cautions=(odd,), note=odd)
        data = render.render(ProgramDocument(odd, odd, odd, odd, DOCUMENT.assigned_on, "A4", odd, (exercise,), 1, None))
        text = "".join(page.extract_text() for page in open_pdf(data).pages)
        assert "".join(text.split()).count("kept") >= 20  # at both ends of ten texts, wherever lines broke


@pytest.mark.parametrize(
    "odd",
    [
        "\u202e\u200b\u0300",
        "e\u0301\u0302",
        "\u0e01\u0e49",
        "\u0915\u094d",
        "\u1100",
        "\u0640\u0651",
        "\U0001f1e6",
        "\u0f40\u0f90",
    ],
    ids=["marks alone", "marks", "Thai", "Devanagari", "Jamo", "Arabic", "flags", "Tibetan"],
)
def test_a_syllable_without_end_does_not_stop_a_program_from_being_printed(odd: str):
    """Case 18."""
    long = (odd * 2000)[:4000]
    for text in (long, odd[:1] + odd[1:] * 500):
        exercise = replace(EXERCISE, name=text[:200], note=text[:1000])
        assert open_pdf(render.render(replace(DOCUMENT, note=text, exercises=(exercise,)))).pages


def test_more_letters_than_one_font_subset_holds_all_print():
    letters = "".join(map(chr, [*range(0xC0, 0x180), *range(0x391, 0x3A2), *range(0x410, 0x450)]))
    assert letters in page_texts(replace(DOCUMENT, note=" ".join(re.findall(".{1,8}", letters))))[0].replace(" ", "")


def test_a_version_says_which_one_it_replaces():
    """Case 28."""
    (text,) = page_texts(replace(DOCUMENT, version=2, replaces=(1, datetime.date(2026, 11, 3))))
    assert "Version 2, replaces version 1 of 3 November 2026" in text
    assert "Version" not in page_texts(DOCUMENT)[0]


def test_an_exercise_never_splits_when_a_page_can_hold_it():
    texts = page_texts(replace(DOCUMENT, exercises=numbered(40)))
    for i in range(1, 41):
        assert [(f"Name<{i}>" in text, f"Care<{i}>" in text) for text in texts].count((True, True)) == 1
        assert sum(f"Care<{i}>" in text for text in texts) == 1
    assert [text.endswith(f"Page {i} of {len(texts)}") for i, text in enumerate(texts, 1)] == [True] * len(texts)


@pytest.mark.parametrize("field", ["note", "steps", "cautions", "dose", "name"])
def test_an_exercise_longer_than_a_page_loses_no_word(field):
    value = (WORDS,) if field in ("steps", "cautions") else WORDS
    texts = page_texts(replace(DOCUMENT, exercises=(replace(EXERCISE, **{field: value}), EXERCISE)))
    assert re.findall(r"w\d+w", " ".join(texts)) == WORDS.split() or field == "name"
    assert set(WORDS.split()) <= set(" ".join(texts).split())
    assert "(continued)" in " ".join(texts[1:])


def test_a_long_program_note_and_title_lose_no_word():
    assert re.findall(r"w\d+w", " ".join(page_texts(replace(DOCUMENT, note=WORDS)))) == WORDS.split()
    assert re.findall(r"w\d+w", " ".join(page_texts(replace(DOCUMENT, title=WORDS)))) == WORDS.split()


def test_a_split_exercise_leaves_no_single_line_behind():
    """At least two lines of a paragraph stand on either side of a page's end, wherever it falls."""
    for words in range(300, 400, 4):
        exercise = replace(EXERCISE, note=" ".join(WORDS.split()[:words] * 3))
        pages = render.paginate(layouts.lay_out(replace(DOCUMENT, exercises=(exercise,)), 499), 734)
        for page in pages[1:]:
            boxed = [row for _, row in page.rows if row.panel is not None and row.texts]
            long = [row for row in boxed if "w " in row.texts[0].line.text]
            assert len(long) != 1


def test_a_name_of_any_length_takes_its_figure_along(drawn):
    """The figure stands right below the name, on the same page or on top of the next, never past a page's end."""
    for words in range(1, 800, 19):
        name = " ".join(WORDS.split()[:words])
        exercise = replace(EXERCISE, name=name, figure=object(), note=WORDS)
        pages = render.paginate(layouts.lay_out(replace(DOCUMENT, exercises=(exercise,)), 505), 746)
        for page in pages:
            assert all(down + row.height <= 746.01 for down, row in page.rows)
            assert all(down + block.figure_height <= 746.01 for down, block in page.figures)
        assert sum(len(page.figures) for page in pages) == 1


def test_a_name_never_stands_alone_at_the_foot_of_a_page():
    """Wherever the text before it ends, a name is followed by its dose and a step on the same page."""
    long = replace(EXERCISE, name="Long one", note=WORDS)
    for words in range(200, 800, 9):
        document = replace(DOCUMENT, note=" ".join(WORDS.split()[:words]), exercises=(long,))
        for page in render.paginate(layouts.lay_out(document, 505), 746):
            printed = [text.line.text for _, row in page.rows for text in row.texts]
            if "Long one" in printed:
                assert "Sit tall on a firm chair." in printed


@pytest.mark.parametrize("paper", [(505, 746), (522, 696)])
@pytest.mark.parametrize("letter", ["W", "Щ", "王", "e\u0301", "\N{MAN}", "i"])
def test_nothing_runs_out_of_the_margins(letter, paper, drawn):
    """Case 18: 255 letters without a space, in every field."""
    width, room = paper
    long = letter * 255
    exercise = DocumentExercise(long, long, (long,) * 9, (long,) * 9, long, figure=object())
    document = ProgramDocument(long, long, long, long, DOCUMENT.assigned_on, "A4", long, (exercise,) * 3, 1, None)
    for page in render.paginate(layouts.lay_out(document, width), room):
        assert page.used <= room + 0.01
        for down, row in page.rows:
            assert down + row.height <= room + 0.01
            for text in row.texts:
                assert text.x + text.style.width(text.line.text) <= width + 0.01
        for down, block in page.figures:
            assert down + block.figure_height <= room + 0.01
    open_pdf(render.render(document))


def test_each_figure_is_drawn_once_inside_its_panel(drawn):
    long = replace(EXERCISE, figure=object(), note=WORDS)
    render.render(replace(DOCUMENT, exercises=(replace(EXERCISE, figure=object()),) * 7 + (long, EXERCISE)))
    assert len(drawn) == 8
    for _page, x, y, width, height in drawn:
        assert x >= 45 and x + width <= 45 + 156
        assert y >= 54 and y + height <= 842 - 42


def test_texts_stand_beside_the_figure_and_the_next_exercise_below_it(drawn):
    small = DocumentExercise("Calf raise", "", ("Rise.",), (), "", figure=object())
    (page,) = render.paginate(layouts.lay_out(replace(DOCUMENT, exercises=(small, small)), 499), 734)
    (first, block), (second, _) = page.figures
    beside = [row for down, row in page.rows if first <= down < first + block.figure_height and row.texts]
    assert beside
    assert all(text.x > block.figure_width for row in beside for text in row.texts)
    assert page.rules[1] > first + block.figure_height
    assert second > page.rules[1]


def test_a_flat_figure_stands_larger_above_its_texts(drawn, monkeypatch):
    monkeypatch.setattr(figures, "size", lambda figure: (400, 80))
    lying = replace(EXERCISE, figure=object())
    (page,) = render.paginate(layouts.lay_out(replace(DOCUMENT, exercises=(lying, lying)), 505), 746)
    (first, block), (second, _) = page.figures
    assert block.figure_width > 1.5 * 156
    assert block.figure_width / block.figure_height == pytest.approx(5)
    for down, row in page.rows:
        for top in (first, second):
            assert not row.texts or down >= top + block.figure_height or down + row.height <= top
    assert page.used == pytest.approx(second + block.height - block.head_height)


def test_an_empty_program_is_still_a_page():
    document = replace(
        DOCUMENT, title="", practice_name="", practitioner_name=" ", client_name="", note="\n \n", exercises=()
    )
    assert page_texts(document) == ["Date 22 November 2026 Page 1 of 1"]


def test_blank_parts_of_an_exercise_print_nothing():
    bare = DocumentExercise("Rest", "", (" ",), ("",), "\n", None)
    (text,) = page_texts(replace(DOCUMENT, exercises=(bare,)))
    assert "1 Rest" in text
    assert "Take care" not in text
    assert "Note from" not in text


def test_paragraphs_of_a_note_stay_apart():
    (page,) = open_pdf(render.render(replace(DOCUMENT, note="One.\n\nTwo."))).pages
    assert re.search(r"One\.\s*\n\s*Two\.", page.extract_text())


@pytest.mark.parametrize(("name", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_the_paper_is_the_practices_own(name, size):
    (page,) = open_pdf(render.render(replace(DOCUMENT, page_size=name))).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == size


def test_readers_are_told_title_author_subject_and_language():
    document = replace(DOCUMENT, title="Knee\nstrength \ud800", client_name="\N{ARABIC LETTER MEEM} Khan")
    reader = open_pdf(render.render(document))
    assert reader.metadata.title == "Knee strength �"
    assert reader.metadata.author == "Ana Lee, Harbour Physiotherapy"
    assert reader.metadata.creation_date.date() == DOCUMENT.assigned_on
    assert reader.metadata.subject == "Exercise program for \N{ARABIC LETTER MEEM} Khan"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_font_is_embedded_as_a_subset():
    (page,) = open_pdf(render.render(DOCUMENT)).pages
    used = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert used
    for font in used:
        assert re.fullmatch(r"/[A-Z]{6}\+NotoSans.*", font["/BaseFont"])
        (descendant,) = font["/DescendantFonts"]
        assert len(descendant["/FontDescriptor"]["/FontFile2"].get_data()) < 40_000


def test_pages_are_compressed():
    (page,) = open_pdf(render.render(replace(DOCUMENT, note=WORDS[:1500]))).pages
    assert page["/Contents"]["/Filter"] == ["/FlateDecode"]


def test_bold_without_a_bold_font_is_outlined_and_text_after_it_is_plain_again():
    """That bold is a text rendering mode (ISO 32000-1, 9.3.6: 2 fills and outlines, 0 only fills)."""
    (page,) = open_pdf(render.render(replace(DOCUMENT, title="王小明"))).pages
    modes = re.findall(rb"(\d) Tr", page.get_contents().get_data())
    assert modes == [b"2", b"0"]
