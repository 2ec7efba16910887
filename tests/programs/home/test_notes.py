"""What a day's form is read as, and what becomes of a day that two pages note."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.programs.home.notes import LONGEST_COMMENT, DayNote, merge_notes, read_note, takes_notes

TODAY = date(2026, 11, 25)
LONG_AGO = TODAY - timedelta(days=300)

PAIN = st.none() | st.integers(0, 10)
NOTES = st.builds(DayNote, st.sets(st.integers(0, 5)).map(lambda s: tuple(sorted(s))), PAIN, PAIN, st.text(max_size=5))


def test_a_form_is_read_as_it_was_filled_in() -> None:
    assert read_note(["2", "0"], "6", "10", " Sore\r\nafterwards ", 3) == DayNote((0, 2), 6, 10, "Sore\nafterwards")
    assert read_note([], "", "", "", 3) == DayNote()


@pytest.mark.parametrize("typed", ["11", "-1", "5.5", "x", "٥", "999999999999", " 5"])
def test_pain_that_is_not_on_the_form_counts_as_not_noted(typed: str) -> None:
    assert read_note([], typed, "0", "", 1) == DayNote(pain_before=None, pain_after=0)


def test_exercises_that_are_not_there_and_doubled_ticks_are_left_out() -> None:
    assert read_note(["3", "-1", "x", "1", "1", "9999", "²"], "", "", "", 3).done == (1,)


def test_a_comment_is_bounded() -> None:
    assert len(read_note([], "", "", "😀" * 600, 1).comment) == LONGEST_COMMENT


def test_two_pages_that_note_one_day_keep_what_each_of_them_changed() -> None:
    base = DayNote((0, 1), 5, None, "Sore")
    mine = DayNote((1, 2), 5, 3, "Sore")
    theirs = DayNote((0, 1, 4), 7, None, "Sore today")
    assert merge_notes(base, mine, theirs) == DayNote((1, 2, 4), 7, 3, "Sore today")


def test_where_both_changed_the_same_the_later_one_counts() -> None:
    assert merge_notes(DayNote(comment="a"), DayNote(comment="b"), DayNote(comment="c")).comment == "b"


@given(NOTES, NOTES, NOTES)
def test_a_note_sent_twice_counts_once_and_one_that_changed_nothing_changes_nothing(
    base: DayNote, mine: DayNote, theirs: DayNote
) -> None:
    once = merge_notes(base, mine, theirs)
    assert merge_notes(base, mine, once) == once
    assert merge_notes(base, base, theirs) == theirs
    assert merge_notes(base, mine, base) == mine


@pytest.mark.parametrize(
    ("back", "is_taken"), [(-1, False), (0, True), (6, True), (29, True), (30, False)], ids="{} days back".format
)
def test_days_can_be_noted_for_a_month_and_never_ahead(back: int, is_taken: bool) -> None:
    day = TODAY - timedelta(days=back)
    assert takes_notes(day, begun=LONG_AGO, stopped=None, today=TODAY) is is_taken


def test_days_before_the_program_was_given_and_after_it_was_stopped_take_no_notes() -> None:
    begun, stopped = TODAY - timedelta(days=5), TODAY - timedelta(days=2)
    taken = [
        back
        for back in range(10)
        if takes_notes(TODAY - timedelta(days=back), begun=begun, stopped=stopped, today=TODAY)
    ]
    assert taken == [2, 3, 4, 5]
