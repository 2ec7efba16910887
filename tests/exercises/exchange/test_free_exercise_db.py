"""The format of free-exercise-db: what its entries become here, and that wrong types are refused in words."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings

from app.exercises.exchange.free_exercise_db import JsonRow, entry_id_of, read_json, write_entry
from app.exercises.exchange.refusal import FileRefusedError
from app.exercises.own import OwnExercise
from tests.exercises.exchange.samples import FULL, entry, own_exercises

BLANK = OwnExercise("")


def read(*entries: Any) -> list[JsonRow]:
    """The rows of a file with these entries."""
    return read_json(json.dumps(entries).encode(), most_rows=1000)


def test_an_entry_becomes_an_exercise() -> None:
    (row,) = read(entry(alternateNames=["Bicycle crunch"], primaryMuscles=["neck", "traps", "lower back"]))
    filled = row.fill(BLANK)
    assert filled.exercise == OwnExercise(
        "Air Bike",
        also_known_as=("Bicycle crunch",),
        regions=("neck", "low-back"),
        equipment=("none",),
        goal="strength",
        difficulty="easy",
        steps=("Lie down.", "Move your legs as on a bike."),
    )
    assert not filled.problems and not filled.notes


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"category": "strongman"}, "Category “strongman” is taken as the goal strength."),
        ({"category": "cardio"}, "Category “cardio” has no equal here and is left out."),
        ({"equipment": "barbell"}, "Equipment “barbell” has no equal here and is left out."),
    ],
)
def test_what_has_no_equal_here_is_said(parts: dict[str, str], words: str) -> None:
    filled = read(entry(**parts))[0].fill(BLANK)
    assert filled.notes == (words,)
    assert not filled.problems


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"level": "godlike"}, "level: “godlike” is not a word of the format."),
        ({"category": "yoga"}, "category: “yoga”"),
        ({"equipment": "anvil"}, "equipment: “anvil”"),
        ({"primaryMuscles": ["neck", "tail"]}, "primaryMuscles: “tail”"),
    ],
)
def test_a_word_that_the_format_does_not_have_is_a_problem(parts: dict[str, Any], words: str) -> None:
    (problem,) = read(entry(**parts))[0].fill(BLANK).problems
    assert words in problem


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"name": 7}, "“name” must be a text."),
        ({"name": ["Bridge"]}, "“name” must be a text."),
        ({"level": {}}, "“level” must be a text."),
        ({"instructions": "Lie down."}, "“instructions” must be a list of texts."),
        ({"instructions": ["Lie down.", 3]}, "“instructions” must be a list of texts."),
        ({"primaryMuscles": {"neck": 1}}, "“primaryMuscles” must be a list of texts."),
        ({"images": [["0.jpg"]]}, "“images” must be a list of texts."),
        ({"images": ["0.jpg"] * 101}, "“images” has more than 100 texts."),
    ],
)
def test_a_wrong_type_refuses_its_row_in_words(parts: dict[str, Any], words: str) -> None:
    wrong, right = read(entry(**parts), entry("Bridge"))
    assert wrong.problem == words
    assert not right.problem


@pytest.mark.parametrize("thing", [None, 3, "Bridge", ["Bridge"]])
def test_an_entry_that_is_no_object_refuses_its_row(thing: object) -> None:
    (row,) = read(thing)
    assert "not an object" in row.problem


def test_parts_may_be_missing_or_null() -> None:
    (row,) = read({"name": "Bridge", "equipment": None, "level": None, "images": None, "category": " "})
    filled = row.fill(BLANK)
    assert filled.exercise == OwnExercise("Bridge") and not filled.notes


def test_letters_that_cannot_be_stored_are_dropped() -> None:
    (row,) = read_json(b'[{"name": "Bri\\u0000dge\\ud800", "instructions": ["\\udfffLie"]}]', most_rows=1)
    assert row.fill(BLANK).exercise == OwnExercise("Bridge", steps=("Lie",))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "damaged"),
        (b"[{]", "damaged"),
        (b"[" * 200_000, "damaged"),
        (b"[" + b"9" * 10_000 + b"]", "damaged"),
        (b'["\xff"]', "damaged"),
        (b"[]", "holds no exercises"),
        (b'{"name": "Bridge"}', "must be an array"),
        (b"3", "must be an array"),
        (b"[1,2,3]", "The file has 3 exercises. Split it"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError, match=words):
        read_json(data, most_rows=2)


@settings(max_examples=60, deadline=None)
@given(own_exercises)
def test_what_is_exported_takes_nothing_away_when_it_comes_back(exercise: OwnExercise) -> None:
    (row,) = read(write_entry(exercise, "Id", []))
    filled = row.fill(exercise)
    assert filled.exercise == exercise
    assert not filled.problems and not filled.notes


def test_a_part_without_an_equal_takes_nothing_away() -> None:
    filled = read({"name": FULL.name, "equipment": "barbell", "category": "cardio"})[0].fill(FULL)
    assert filled.exercise == FULL


@settings(max_examples=60, deadline=None)
@given(own_exercises)
def test_an_exported_entry_is_one_of_the_format(exercise: OwnExercise) -> None:
    made = write_entry(exercise, entry_id_of(exercise.name, ()), ["Id/0.jpg"])
    assert re.fullmatch("[0-9a-zA-Z_-]+", made["id"])
    assert made["level"] in ("beginner", "intermediate", "expert")
    assert made["category"] in ("strength", "stretching")
    assert made["equipment"] in (None, "body only", "bands", "dumbbell", "other")
    assert made.keys() >= {"id", "name", "force", "level", "mechanic", "equipment", "primaryMuscles"}
    assert made.keys() >= {"secondaryMuscles", "instructions", "category", "images"}
    json.dumps(made)


def test_ids_are_never_given_twice() -> None:
    assert entry_id_of("Air bike (slow)", ()) == "Air_bike_slow"
    assert entry_id_of("Air bike", ["air_BIKE", "Air_bike_2"]) == "Air_bike_3"
    assert entry_id_of("Мост", ["Exercise"]) == "Exercise_2"
