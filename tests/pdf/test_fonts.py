"""What can be printed: four scripts in full, East Asian names by the reader's fonts, a mark for the rest."""

import random

import pytest
from reportlab.pdfbase import pdfmetrics

from app.pdf import fonts


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Łęcka-Šimůnek",
        "Ελένη Παπαδοπούλου",
        "Олександр Щербань",
        "Nguyễn Thị Ước Ằ",
        "Ærø ß İı ŋ",
        "3 × 12 – “ok” … 90°",
    ],
)
def test_latin_greek_cyrillic_and_vietnamese_print_as_they_are(name):
    """Case 18."""
    assert fonts.printable(name) == name
    assert list(fonts.runs(name)) == [(fonts.NOTO, name)]


def test_decomposed_letters_print_as_the_composed_ones():
    """Case 18."""
    assert fonts.printable("Nguye\u0302\u0303n Va\u0306n") == "Nguyễn Văn"
    assert fonts.printable("И\u0306ван") == "Йван"


def test_accents_without_a_composed_form_stay_on_their_letter():
    assert fonts.printable("а\u0301 J\u030c") == "а\u0301 J\u030c"


def test_east_asian_names_go_to_fonts_of_the_reader():
    text = fonts.printable("Anna 王小明 キム 김민수!")
    assert text == "Anna 王小明 キム 김민수!"
    assert list(fonts.runs(text)) == [
        (fonts.NOTO, "Anna "),
        ("STSong-Light", "王小明"),
        (fonts.NOTO, " "),
        ("STSong-Light", "キム"),
        (fonts.NOTO, " "),
        ("HYGothic-Medium", "김민수"),
        (fonts.NOTO, "!"),
    ]


@pytest.mark.parametrize(
    "unknown",
    [
        "\N{ARABIC LETTER MEEM}",
        "\N{THAI CHARACTER KO KAI}\N{THAI CHARACTER SARA AM}",
        "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}",
        "\N{REGIONAL INDICATOR SYMBOL LETTER A}\N{REGIONAL INDICATOR SYMBOL LETTER U}",
        "\ue123",
        "\ud800",
        "\U00020000",
        "\uffff",
    ],
)
def test_what_no_font_has_becomes_one_mark_and_its_neighbours_stay(unknown):
    """Case 18."""
    assert fonts.printable(f"Ana{unknown}Лев") == f"Ana{fonts.MARK}Лев"


def test_a_letter_keeps_when_only_its_accent_is_unknown():
    assert fonts.printable("e\N{COMBINING ENCLOSING KEYCAP}x") == f"e{fonts.MARK}x"


@pytest.mark.parametrize(
    "unseen", ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\xad", "\x00", "\x1b", "\x7f", "\ufe0f"]
)
def test_what_cannot_be_seen_is_left_out(unseen):
    """Case 18: neither direction marks nor controls can turn a name into another one."""
    assert fonts.printable(f"Jane{unseen} Doe") == "Jane Doe"


def test_every_kind_of_space_and_line_break_becomes_a_plain_one():
    assert fonts.printable("a\tb\u2003c\u3000d") == "a b c d"
    assert fonts.printable("a\r\nb\rc\u2028d\u2029e\x85f\ng") == "a\nb\nc\nd\ne\nf\ng"


def awkward_texts() -> list[str]:
    """Return random strings over all of Unicode, lone surrogates and unassigned characters included."""
    source = random.Random(20261122)
    planes = [
        (0, 0x2FF),
        (0x300, 0x36F),
        (0x370, 0x1FFF),
        (0x2000, 0x2FFF),
        (0x3000, 0xD7FF),
        (0xD800, 0xFFFF),
        (0, 0x10FFFF),
    ]
    return ["".join(chr(source.randint(*source.choice(planes))) for _ in range(40)) for _ in range(300)]


def can_draw(character: str) -> bool:
    """Say whether a character is in the embedded font, or one that readers' East Asian fonts are known to have."""
    in_noto = ord(character) in fonts.load().face.charToGlyph
    return in_noto or character == "\n" or any(character.encode(e, "ignore") for e in ("gbk", "cp932", "cp949"))


def test_no_text_at_all_can_fail():
    """Case 18: a printable text is drawn in full by the fonts its runs name, and its width is known."""
    fonts.load()
    for text in awkward_texts():
        printable = fonts.printable(text)
        assert all(map(can_draw, printable))
        found = list(fonts.runs(printable))
        assert "".join(piece for _, piece in found) == printable
        assert {font for font, _ in found} <= set(pdfmetrics.getRegisteredFontNames())
        printable.encode()  # no lone surrogate is left
        assert printable
        assert fonts.width(printable, 10) > 0


def test_bold_takes_a_little_more_room():
    plain, bold = fonts.width("Knee", 10), fonts.width("Knee", 10, bold=True)
    assert plain < bold < plain * 1.1


def test_width_grows_with_the_size():
    assert fonts.width("Knee 王", 20) == pytest.approx(2 * fonts.width("Knee 王", 10))
