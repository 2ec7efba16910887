"""The exercise library: what it holds, how it is found, and that faulty data never gets in."""

import itertools
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from app.exercises.dose import Dose
from app.exercises.dose_words import word_dose
from app.exercises.library import (
    EQUIPMENT,
    POSITIONS,
    REGIONS,
    Exercise,
    LibraryError,
    all_exercises,
    build_exercise,
    build_library,
    find_exercise,
)
from tests.each import for_each

SLUGS = [exercise.slug for exercise in all_exercises()]

EACH = for_each({exercise.slug: exercise for exercise in all_exercises()})


def _good_table() -> dict[str, Any]:
    """One faultless entry of the data, fresh for each test to spoil."""
    text = (files("app.exercises") / "data" / "hip.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)["exercise"][0]
    return table


def test_the_starter_library_has_at_least_two_hundred_exercises_each_once() -> None:
    assert len(SLUGS) == len(set(SLUGS)) >= 200


def test_exercises_are_ordered_by_region_then_name() -> None:
    order = list(REGIONS)
    keys = [(order.index(exercise.regions[0]), exercise.name.casefold()) for exercise in all_exercises()]
    assert keys == sorted(keys)


def test_every_region_piece_of_equipment_and_position_is_used() -> None:
    """A filter never offers a choice that finds nothing."""
    exercises = all_exercises()
    assert {region for exercise in exercises for region in exercise.regions} == set(REGIONS)
    assert {thing for exercise in exercises for thing in exercise.equipment} == set(EQUIPMENT)
    assert {exercise.position for exercise in exercises} == set(POSITIONS)


def test_names_are_told_apart() -> None:
    names = [exercise.name.casefold() for exercise in all_exercises()]
    assert len(set(names)) == len(names)


@EACH
def test_the_texts_are_short_whole_sentences(exercise: Exercise) -> None:
    assert 3 <= len(exercise.steps) <= 6
    assert len(exercise.cautions) >= 1
    for sentence in (*exercise.steps, *exercise.cautions, exercise.purpose, exercise.feels_like):
        assert sentence.endswith("."), sentence
        assert sentence[0].isupper(), sentence
        assert len(sentence) < 160, sentence
        assert sentence == " ".join(sentence.split()), sentence


@EACH
def test_no_placeholder_or_doubled_word_is_left_in_a_text(exercise: Exercise) -> None:
    for text in (exercise.name, *exercise.also_known_as, exercise.purpose, *exercise.steps, *exercise.cautions):
        for mark in ("todo", "tbd", "xxx", "lorem", "fixme", "...", "??", "<", ">", "{", "}"):
            assert mark not in text.casefold(), text
        words = text.casefold().split()
        assert not [first for first, second in itertools.pairwise(words) if first == second], text


@EACH
def test_the_steps_leave_counts_to_the_dose(exercise: Exercise) -> None:
    """A practitioner changes the dose; a number in the steps would contradict it."""
    assert not any(character.isdigit() for step in exercise.steps for character in step)


@EACH
def test_every_exercise_has_a_usable_default_dose(exercise: Exercise) -> None:
    assert exercise.dose.reps is not None
    assert exercise.dose.days_a_week is not None
    assert word_dose(exercise.dose) != "As advised"


def test_an_exercise_is_found_by_its_slug() -> None:
    for slug in SLUGS:
        exercise = find_exercise(slug)
        assert exercise is not None
        assert exercise.slug == slug


def test_an_unknown_slug_finds_nothing() -> None:
    assert find_exercise("levitation") is None
    assert find_exercise("") is None


def test_a_good_entry_is_accepted() -> None:
    table = _good_table()
    exercise = build_exercise(table)
    assert exercise.slug == table["slug"]
    assert exercise.dose == Dose.from_data(table["dose"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("regions", ["tail"]),
        ("regions", []),
        ("regions", ["hip", "hip"]),
        ("equipment", ["trapeze"]),
        ("equipment", []),
        ("equipment", ["none", "band"]),
        ("position", "flying"),
        ("slug", "Not A Slug"),
        ("name", " "),
        ("purpose", 7),
        ("steps", ["One.", "Two."]),
        ("steps", ["1.", "2.", "3.", "4.", "5.", "6.", "7."]),
        ("steps", "abc"),
        ("steps", ["One.", "Two.", ""]),
        ("cautions", []),
        ("dose", {"sets": 99}),
        ("dose", {"rep": 10}),
        ("dose", 3),
        ("colour", "red"),
    ],
)
def test_a_faulty_entry_is_refused(key: str, value: object) -> None:
    slug = "Not A Slug" if key == "slug" else _good_table()["slug"]
    with pytest.raises(LibraryError, match=slug):
        build_exercise(_good_table() | {key: value})


@pytest.mark.parametrize("key", sorted(set(_good_table()) - {"easier", "harder"}))
def test_an_entry_with_a_missing_key_is_refused(key: str) -> None:
    table = _good_table()
    del table[key]
    with pytest.raises(LibraryError):
        build_exercise(table)


def test_an_exercise_in_another_regions_file_is_refused() -> None:
    with pytest.raises(LibraryError, match="first region"):
        build_library([("knee", {"exercise": [_good_table()]})])


def test_a_slug_is_given_only_once() -> None:
    assert len(build_library([("hip", {"exercise": [_good_table()]})])) == 1
    with pytest.raises(LibraryError, match="already taken"):
        build_library([("hip", {"exercise": [_good_table(), _good_table()]})])


def test_a_misspelt_table_does_not_lose_its_exercises_silently() -> None:
    with pytest.raises(LibraryError, match="exercices"):
        build_library([("hip", {"exercise": [_good_table()], "exercices": [_good_table()]})])
