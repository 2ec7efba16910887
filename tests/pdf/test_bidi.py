"""The order of right-to-left text: the Unicode algorithm, compared with another implementation of it."""

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st

from app.pdf import bidi

# Letters of both directions, numbers, what belongs to numbers, brackets, spaces and marks.
LINES = st.text(st.sampled_from('abAB אבג مسل 12 ٣٤ ۵۶ .,:-+%$() [] !?"é\u0301\u05b0\u064e⟨⟩'), max_size=40)


def display(line: str, is_rtl: bool) -> str:
    """Return a line as it stands on paper, from left to right."""
    runs = bidi.visual_runs(line, is_rtl)
    return "".join(piece[::-1] if turned else piece for piece, turned in runs)


@given(LINES, st.booleans())
def test_lines_stand_as_another_implementation_has_them(line, is_rtl):
    assert display(line, is_rtl) == get_display(line, base_dir="R" if is_rtl else "L")


@given(LINES, st.booleans())
def test_no_letter_is_lost_or_doubled(line, is_rtl):
    assert sorted(display(line, is_rtl)) == sorted(line)


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [("שלום Knee", True), ("Knee שלום", False), ("10 مرات", True), ("12 (!)", False), ("", False), ("١٢", False)],
)
def test_a_paragraph_runs_as_its_first_letter_does(paragraph, expected):
    assert bidi.is_rtl(paragraph) == expected
