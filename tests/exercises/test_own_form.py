"""What is typed into the form of an own exercise, and what it means."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exercises import own
from app.exercises.dose import Dose
from app.exercises.library import all_exercises
from app.exercises.own import OwnExercise, check, own_from
from app.exercises.own_form import parse_typed, read_typed, typed_from
from tests.each import for_each
from tests.exercises.doses import doses


def typed(**fields: Any) -> dict[str, Any]:
    """An empty form but for the name and these fields."""
    return typed_from(OwnExercise(name="Heel slide")) | fields


def errors(**fields: Any) -> dict[str, str]:
    """What is said of a form with these fields."""
    return parse_typed(typed(**fields))[1]


def test_a_name_is_enough() -> None:
    assert parse_typed(typed()) == (OwnExercise(name="Heel slide"), {})


@for_each({exercise.slug: exercise for exercise in all_exercises()})
def test_every_exercise_of_the_library_goes_through_the_form_unchanged(exercise: Any) -> None:
    content = own_from(exercise, is_shared=True)
    assert parse_typed(typed_from(content)) == (content, {})


@given(doses())
def test_every_dose_goes_through_the_form_unchanged(dose: Dose) -> None:
    content = OwnExercise(name="Heel slide", dose=dose)
    assert parse_typed(typed_from(content)) == (content, {})


def test_steps_and_cautions_are_one_a_line_without_their_own_numbers_and_signs() -> None:
    steps = "1. Lie down\r\n\r\n 2)  Slide   your heel \n10. 5 seconds rest\n3 kg is enough"
    exercise, _ = parse_typed(typed(steps=steps, cautions="- Stop if it hurts\n• Not after a fall"))
    assert exercise.steps == ("Lie down", "Slide your heel", "5 seconds rest", "3 kg is enough")
    assert exercise.cautions == ("Stop if it hurts", "Not after a fall")


def test_other_names_stand_between_commas_and_each_counts_once() -> None:
    exercise, _ = parse_typed(typed(also_known_as=" Heel glide, Slide ,, Heel glide، انزلاق"))
    assert exercise.also_known_as == ("Heel glide", "Slide", "انزلاق")


def test_the_dose_is_read_as_in_the_program_editor() -> None:
    exercise, _ = parse_typed(typed(sets="3", reps="8-10", hold_seconds="5", days=["mon", "fri"], load="2kg"))
    assert exercise.dose == Dose(sets=3, reps=8, reps_to=10, hold_seconds=5, days=("mon", "fri"), load="2 kg")
    assert "whole number" in errors(sets="many")["sets"]


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("name", "", "Give the exercise a name"),
        ("name", "...", "Give the exercise a name"),
        ("name", "x" * 201, "at most 200"),
        ("purpose", "x" * 1001, "at most 1,000"),
        ("feels_like", "x" * 5000, "at most 1,000"),
        ("steps", "x" * 1001, "Each step must be at most 1,000"),
        ("steps", "\n".join(["step"] * 31), "at most 30 steps; there are 31"),
        ("cautions", "\n".join(["x"] * 16), "at most 15 cautions"),
        ("also_known_as", ",".join(map(str, range(21))), "at most 20 other names"),
        ("regions", ["tail"], "from the list"),
        ("regions", ["knee", "knee"], "each once"),
        ("equipment", ["none", "band"], "Choose either"),
        ("position", "floating", "from the list"),
        ("goal", "glory", "from the list"),
        ("difficulty", "absurd", "from the list"),
        ("figure_slug", "no-such", "Choose a drawing"),
        ("video_url", "http://a.example", "https://"),
    ],
)
def test_what_cannot_be_taken_gets_a_sentence_beside_its_field(field: str, text: Any, sentence: str) -> None:
    found = errors(**{field: text})
    assert list(found) == [field]
    assert sentence in found[field]


@pytest.mark.parametrize("part", ["name", "purpose", "feels_like"])
@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\nb"])
def test_text_that_cannot_be_stored_or_printed_is_found(part: str, text: str) -> None:
    assert part in check(replace(OwnExercise(name="Heel slide"), **{part: text}))
    assert "steps" in check(OwnExercise(name="Heel slide", steps=(text,)))


@given(st.dictionaries(st.sampled_from([*typed(), "nonsense"]), st.lists(st.text(max_size=50), max_size=3)))
def test_any_form_is_either_an_exercise_that_can_be_stored_or_has_sentences(form: dict[str, list[str]]) -> None:
    exercise, found = parse_typed(read_typed(form))
    assert bool(found) or not check(exercise)


def test_an_endless_run_of_accents_is_refused_at_once() -> None:
    assert "at most" in errors(name="a" + "\u0301\u0323" * 200_000)["name"]


def test_limits_fit_the_columns() -> None:
    longest = OwnExercise(name="n" * own.LONGEST_NAME, steps=("s" * own.LONGEST_STEP,) * own.MOST_STEPS)
    assert check(longest) == {}
