"""How a version is laid out on the page, and which ticks go over into the next one."""

from dataclasses import replace
from datetime import UTC, date, datetime

from app.exercises.dose import Dose
from app.programs.content import ContentExercise, ProgramContent
from app.programs.home.notes import DayNote
from app.programs.home.shown import carry_over, group_exercises, list_days, photo_ids

TODAY = date(2026, 11, 25)
PLAIN = ContentExercise(slug="", name="", steps=(), cautions=(), dose=Dose(), dose_words="", note="", figure=None)


def program(*slugs: str) -> ProgramContent:
    return ProgramContent("Knees", "", tuple(replace(PLAIN, slug=slug) for slug in slugs))


def test_ticks_go_with_their_exercise_when_a_new_version_moves_it() -> None:
    assert carry_over({0, 2}, program("a", "b", "c"), program("c", "x", "a")) == (0, 2)


def test_ticks_of_an_exercise_that_was_taken_out_go_and_new_ones_begin_unticked() -> None:
    assert carry_over({0, 1}, program("a", "b"), program("b", "new")) == (0,)


def test_the_same_exercise_twice_is_told_apart_by_its_turn() -> None:
    assert carry_over({1}, program("a", "a"), program("b", "a", "a")) == (2,)
    assert carry_over({1}, program("a", "a"), program("a")) == ()


def test_sections_have_one_heading_each_and_supersets_count_their_turns() -> None:
    exercises = (
        replace(PLAIN, section="warm-up"),
        replace(PLAIN, section="main", superset="A"),
        replace(PLAIN, section="main", superset="A"),
        replace(PLAIN, section="main"),
    )
    groups = group_exercises(ProgramContent("Knees", "", exercises))
    assert [(group.heading, group.is_in_turn) for group in groups] == [
        ("Warm-up", False),
        ("Main part", True),
        ("", False),
    ]
    assert [item.mark for group in groups for item in group.exercises] == ["1", "A1", "A2", "4"]


def test_the_last_seven_days_are_listed_but_none_from_before_the_program() -> None:
    assert [day.date.day for day in list_days(date(2026, 1, 1), TODAY, {})] == [19, 20, 21, 22, 23, 24, 25]
    assert [day.date.day for day in list_days(date(2026, 11, 24), TODAY, {})] == [24, 25]
    assert [day.date for day in list_days(date(2026, 11, 26), TODAY, {})] == [TODAY]  # the practice moved its clock
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    (today,) = list_days(TODAY, TODAY, {TODAY: (DayNote((1,)), moment)})
    assert (today.words, today.short, today.note.done, today.saved_at) == ("Wednesday 25 November", "Wed", (1,), moment)


def test_a_version_without_photos_names_none() -> None:
    assert photo_ids(program("a", "b")) == set()
