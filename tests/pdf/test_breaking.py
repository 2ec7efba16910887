"""Where lines end: at spaces, and at sensible places in scripts that write none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pdf.breaking import split
from app.pdf.text import Style, lines

ALPHABET = 'ab ,.()"-กขานั้ำๆฯ膝をのば、。（「ー무릎を伸ລະຍານັ່ស្វ្គមាمر\u1000\u103a\u1039\u200b'


def test_latin_words_and_spaces_come_apart_and_nothing_else_does():
    assert split("A well-known  word, 3×12.") == ["A", " ", "well-known", "  ", "word,", " ", "3×12."]


def test_thai_comes_apart_into_words():
    assert split("นั่งหลังตรงบนเก้าอี้ช้าๆ")[:4] == ["นั่ง", "หลัง", "ตรง", "บน"]


def test_a_space_without_width_ends_a_word_and_is_not_printed():
    assert split("ภาษา\u200bไทย") == ["ภาษา", "ไทย"]
    assert split("លើក\u200bជើង") == ["លើក", "ជើង"]


def test_japanese_breaks_between_characters_but_not_before_what_closes_or_after_what_opens():
    assert split("「膝」を、伸ばす。") == ["「膝」", "を、", "伸", "ば", "す。"]


def test_korean_breaks_at_its_spaces():
    assert split("무릎을 천천히") == ["무릎을", " ", "천천히"]


@pytest.mark.parametrize("text", ["ສະບາຍດີເຈົ້າ", "សូមអង្គុយឱ្យត្រង់", "ထိုင်ခုံပေါ်တွင်"])
def test_other_scripts_without_spaces_break_before_whole_syllables(text):
    pieces = split(text)
    assert len(pieces) > 1
    for piece in pieces[1:]:  # no piece begins with a mark, nor with a letter that hangs below another
        assert piece[0].isalpha()
        assert not piece.startswith(("\u17d2", "\u1039"))


@given(st.text(st.sampled_from(ALPHABET), max_size=60))
def test_no_letter_is_lost(text):
    assert "".join(split(text)) == text.replace("\u200b", "")


def test_long_thai_text_fills_its_lines():
    style = Style(10, 13)
    found = lines("นั่งหลังตรงบนเก้าอี้ที่มั่นคงแล้วค่อยๆเหยียดเข่าข้างหนึ่งออกช้าๆค้างไว้ห้าวินาที" * 4, style, 200)
    assert len(found) > 3
    for line in found[:-1]:
        assert 140 < style.width(line.text) <= 200
