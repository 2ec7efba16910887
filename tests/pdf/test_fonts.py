"""Which font draws what: each script its own, a mark for what none has, and nothing that cannot be seen."""

import random

import pytest

from app.pdf import fonts
from app.pdf.typefaces import Typeface


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
    assert fonts.runs(name) == [(fonts.NOTO, name)]


def test_decomposed_letters_print_as_the_composed_ones():
    """Case 18."""
    assert fonts.printable("Nguye\u0302\u0303n Va\u0306n") == "Nguyễn Văn"
    assert fonts.printable("И\u0306ван") == "Йван"


def test_accents_without_a_composed_form_stay_on_their_letter():
    assert fonts.printable("а\u0301 J\u030c") == "а\u0301 J\u030c"


def names(text: str, place: str = "sc") -> list[tuple[str, str]]:
    """Return the runs of a text, with fonts by their names."""
    return [(font if isinstance(font, str) else font.name, piece) for font, piece in fonts.runs(text, place)]


def test_east_asian_names_go_to_fonts_of_the_reader_when_none_is_installed(no_collection):
    text = fonts.printable("Anna 王小明 キム 김민수!")
    assert text == "Anna 王小明 キム 김민수!"
    assert names(text) == [
        ("NotoSans", "Anna "),
        ("STSong-Light", "王小明"),
        ("NotoSans", " "),
        ("STSong-Light", "キム"),
        ("NotoSans", " "),
        ("HYGothic-Medium", "김민수"),
        ("NotoSans", "!"),
    ]
    assert fonts.width("王小", 10) == pytest.approx(20)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("膝をゆっくり伸ばす", "jp"),
        ("무릎을 펴십시오", "kr"),
        ("慢慢伸直膝盖", "sc"),
        ("慢慢伸直膝蓋", "tc"),
        ("王小明", "sc"),
        ("Knee", "sc"),
    ],
)
def test_chinese_characters_have_the_forms_of_their_reader(text, place):
    assert fonts.place_of(text) == place
    assert {font for font, _ in names(text, place)} <= {f"NotoSansCJK{place}", "NotoSans"}


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("اجلس", "NotoSansArabic"),
        ("שלום", "NotoSansHebrew"),
        ("क्षत्रिय", "NotoSansDevanagari"),
        ("น้ำ", "NotoSansThai"),
        ("கொ", "NotoSansTamil"),
        ("\N{WOMAN}\u200d\N{FEMALE SIGN}", "NotoEmoji"),
        ("1\N{COMBINING ENCLOSING KEYCAP}", "NotoSansSymbols"),
    ],
)
def test_what_goes_together_is_drawn_by_one_font(text, font):
    assert fonts.printable(text) == text
    assert names(text) == [(font, text)]


@pytest.mark.parametrize(
    "unknown",
    [
        "\N{CUNEIFORM SIGN A}",
        "\u0378",
        "\ue123",
        "\ud800",
        "\U0002fa20",
        "\uffff",
    ],
)
def test_what_no_font_has_becomes_one_mark_and_its_neighbours_stay(unknown):
    """Case 18."""
    assert fonts.printable(f"Ana{unknown}Лев") == f"Ana{fonts.MARK}Лев"


def test_a_letter_keeps_when_only_its_accent_is_unknown():
    assert fonts.printable("e\N{MENDE KIKAKUI COMBINING NUMBER TEENS}x") == f"e{fonts.MARK}x"


@pytest.mark.parametrize(
    "unseen", ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\xad", "\x00", "\x1b", "\x7f", "\ufe0f"]
)
def test_what_cannot_be_seen_is_left_out(unseen):
    """Case 18: neither direction marks nor controls can turn a name into another one."""
    assert fonts.printable(f"Jane{unseen} Doe") == "Jane Doe"


@pytest.mark.parametrize(
    "joined", ["می\u200cخواهم", "क्\u200dष", "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}", "ภาษา\u200bไทย"]
)
def test_joiners_stay_where_a_script_is_written_with_them(joined):
    assert fonts.printable(joined) == joined


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


def test_no_text_at_all_can_fail():
    """Case 18: a printable text is drawn in full by the fonts its runs name, and its width is known."""
    for text in awkward_texts():
        printable = fonts.printable(text)
        found = fonts.runs(printable)
        assert "".join(piece for _, piece in found) == printable
        for font, piece in found:
            face = fonts.open_font(font)
            if isinstance(face, Typeface):
                glyphs = [glyph.number for cluster in face.shape(piece).clusters for glyph in cluster.glyphs]
                assert 0 not in glyphs or "\n" in piece  # the glyph of what a font lacks
        printable.encode()  # no lone surrogate is left
        assert printable
        assert fonts.width(printable, 10) > 0


def test_bold_takes_a_little_more_room():
    plain, bold = fonts.width("Knee", 10), fonts.width("Knee", 10, is_bold=True)
    assert plain < bold < plain * 1.12


def test_width_grows_with_the_size():
    assert fonts.width("Knee 王", 20) == pytest.approx(2 * fonts.width("Knee 王", 10))
