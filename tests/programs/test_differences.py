"""What changed between two versions, as a reader is told."""

import datetime
from dataclasses import replace

import pytest

from app.exercises.dose import Dose
from app.exercises.dose_words import word_dose
from app.exercises.library import all_exercises
from app.programs.content import ProgramContent, build_content
from app.programs.differences import list_differences
from app.programs.drafts import Draft, DraftItem

LIBRARY = {exercise.slug: exercise for exercise in all_exercises()}


def make_content(*slugs: str) -> ProgramContent:
    content, errors = build_content(Draft(items=tuple(DraftItem(slug) for slug in slugs)), LIBRARY)
    assert content is not None, errors
    return content


def said(old: ProgramContent, new: ProgramContent) -> list[str]:
    return [str(difference) for difference in list_differences(old, new)]


def with_dose(content: ProgramContent, place: int, dose: Dose) -> ProgramContent:
    exercises = list(content.exercises)
    exercises[place] = replace(exercises[place], dose=dose, dose_words=word_dose(dose))
    return replace(content, exercises=tuple(exercises))


def test_the_same_version_has_no_differences() -> None:
    assert said(make_content("bridge", "squat"), make_content("bridge", "squat")) == []


def test_added_and_removed_exercises_are_named() -> None:
    assert said(make_content("bridge", "squat"), make_content("squat", "clamshell")) == [
        "Added: Clamshell",
        "Removed: Bridge",
    ]


def test_a_new_dose_is_shown_beside_the_old_one() -> None:
    old = with_dose(make_content("squat"), 0, Dose(sets=3, reps=8))
    new = with_dose(make_content("squat"), 0, Dose(sets=3, reps=10, side="both"))
    assert said(old, new) == ["Changed: Squat (3 sets of 8 → 3 sets of 10, each side)"]


def test_notes_title_and_order_are_told() -> None:
    old = make_content("bridge", "squat")
    swapped = replace(old, exercises=(replace(old.exercises[1], note="Slowly."), old.exercises[0]))
    assert said(old, replace(swapped, title="Stronger", note="New note")) == [
        f"Changed: Title ({old.title} → Stronger)",
        "Changed: Note of the program",
        "Changed: Squat (note added)",
        "Changed: Order of the exercises",
    ]


def test_one_side_of_a_pair_that_is_removed_does_not_change_the_other() -> None:
    both = make_content("clamshell", "clamshell")
    both = with_dose(with_dose(both, 0, Dose(reps=8, side="left")), 1, Dose(reps=8, side="right"))
    right = replace(both, exercises=both.exercises[1:])
    assert said(both, right) == ["Removed: Clamshell"]


def test_a_side_that_was_changed_is_a_change_not_another_exercise() -> None:
    old = with_dose(make_content("clamshell"), 0, Dose(reps=8, side="left"))
    new = with_dose(make_content("clamshell"), 0, Dose(reps=8, side="right"))
    assert said(old, new) == ["Changed: Clamshell (left side → right side)"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (Dose(sets=3, reps=8, times_a_day=1), Dose(sets=3, reps=10, times_a_day=1), "3 sets of 8 → 3 sets of 10"),
        (Dose(sets=3, reps=8), Dose(sets=3, reps=8, load="2 kg"), "now with 2 kg"),
        (Dose(sets=3, reps=8, load="2 kg"), Dose(sets=3, reps=8), "no longer with 2 kg"),
        (Dose(hold_seconds=5, reps=8), Dose(sets=2, reps=8, hold_seconds=5), "8 times → 2 sets of 8"),
    ],
)
def test_of_a_dose_only_what_differs_is_told(old: Dose, new: Dose, words: str) -> None:
    squat = make_content("squat")
    assert said(with_dose(squat, 0, old), with_dose(squat, 0, new)) == [f"Changed: Squat ({words})"]


def test_dates_warning_and_print_are_told() -> None:
    old = replace(make_content("squat"), review_on=datetime.date(2026, 12, 1))
    new = replace(old, starts_on=datetime.date(2026, 11, 30), review_on=None, stop_when="Stop.", is_large=True)
    assert said(old, new) == [
        "Changed: When to stop",
        "Changed: Start date (none → 30 November 2026)",
        "Changed: Review date (1 December 2026 → none)",
        "Changed: The way it is printed",
    ]


def test_sections_turns_and_descriptions_are_told() -> None:
    old = make_content("bridge", "squat")
    first, second = old.exercises
    new = replace(
        old,
        exercises=(
            replace(first, section="warm-up", superset="A", feels_like="Warm"),
            replace(second, section="main"),
        ),
    )
    assert said(old, new) == [
        "Changed: Bridge (now in Warm-up; now in turn with others; description changed)",
        "Changed: Squat (now in Main part)",
    ]
    assert said(new, old)[1] == "Changed: Squat (no longer in a section)"
