"""What the document says besides its pages: dates, the version line, file names and shortened texts."""

import dataclasses
import datetime

import pytest

from app.pdf.document import ProgramDocument, cut, file_name, version_line


def document(version: int, replaces: tuple[int, datetime.date] | None) -> ProgramDocument:
    return ProgramDocument(
        title="Knee strength",
        practice_name="Harbour Physio",
        practitioner_name="Ana Lee",
        client_name="Jo Park",
        assigned_on=datetime.date(2026, 11, 22),
        page_size="A4",
        note="",
        exercises=(),
        version=version,
        replaces=replaces,
    )


def test_a_new_version_says_which_one_it_replaces():
    """Case 28."""
    line = version_line(document(2, (1, datetime.date(2026, 11, 3))))
    assert line == "Version 2, replaces version 1 of 3 November 2026"
    assert version_line(document(1, None)) == ""
    american = dataclasses.replace(document(2, (1, datetime.date(2026, 11, 3))), country="US")
    assert version_line(american) == "Version 2, replaces version 1 of November 3, 2026"
    assert version_line(document(3, None)) == "Version 3"


@pytest.mark.parametrize(
    ("title", "client", "expected"),
    [
        ("Knee strength program", "", "knee-strength-program-v2.pdf"),
        ("Knee strength", "Zoë O'Brien", "knee-strength-zoe-obrien-v2.pdf"),
        ("Knee strength", "王小明", "knee-strength-v2.pdf"),
        ("Knee strength", "Anna Łęcka", "knee-strength-v2.pdf"),
        ("Πρόγραμμα", "Nguyễn Văn An", "program-nguyen-van-an-v2.pdf"),
        ("../../etc/passwd", "", "etc-passwd-v2.pdf"),
        ('..\\a:"b"\r\nX: y\x00', "", "a-b-x-y-v2.pdf"),
        ("", "\ud800 \u202e", "program-v2.pdf"),
        (".hidden", "-", "hidden-v2.pdf"),
    ],
)
def test_file_names_are_safe_and_name_the_client_only_in_full(title, client, expected):
    """Case 18."""
    assert file_name(title, client, 2) == expected


def test_file_names_keep_their_ending_however_long_the_title():
    name = file_name("W" * 5000, "x " * 255, 12345)
    assert len(name) <= 100
    assert name.endswith("-v12345.pdf")
    assert "--" not in name


def test_short_text_is_not_cut():
    assert cut("knee", 4) == "knee"


def test_long_text_is_cut_between_graphemes_below_the_limit():
    """Case 19."""
    family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
    assert cut("ab" + family + "cdef", 8) == "ab" + family + "…"
    assert cut("ab" + family + "cdef", 7) == "ab…"
    assert cut("e\u0301" * 5, 4) == "e\u0301…"
    assert cut("knee program", 6) == "knee…"  # no space before the ellipsis
    assert cut(family, 2) == "…"


@pytest.mark.parametrize("limit", range(12))
def test_cut_text_never_exceeds_its_limit(limit):
    assert len(cut("a\u0301b\r\nc\N{MAN}\u200d\N{WOMAN}defgh", limit)) <= limit
