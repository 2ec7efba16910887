"""The dose: its limits, its wording for clients and its reading from a form."""

import itertools
import json

import pytest

from app.exercises.dose import DOSE_LIMITS, LOAD_MAX_LENGTH, SIDES, Dose, parse_dose, word_dose

WORDED = [
    (Dose(), "As advised"),
    (Dose(sets=3, reps=10), "3 sets of 10"),
    (Dose(sets=1, reps=10), "1 set of 10"),
    (Dose(sets=2), "2 sets"),
    (Dose(reps=10), "10 times"),
    (Dose(reps=1), "1 time"),
    (Dose(hold_seconds=30), "Hold 30 seconds"),
    (Dose(hold_seconds=1), "Hold 1 second"),
    (Dose(hold_seconds=60), "Hold 60 seconds"),
    (Dose(hold_seconds=90), "Hold 90 seconds"),
    (Dose(hold_seconds=120), "Hold 2 minutes"),
    (Dose(hold_seconds=130), "Hold 130 seconds"),
    (Dose(hold_seconds=30, reps=3), "Hold 30 seconds, 3 times"),
    (Dose(hold_seconds=30, reps=3, side="both"), "Hold 30 seconds, 3 times, each side"),
    (Dose(sets=3, hold_seconds=30), "3 sets, hold 30 seconds"),
    (Dose(side="left"), "Left side"),
    (Dose(side="right", reps=5), "5 times, right side"),
    (Dose(times_a_day=1), "Once a day"),
    (Dose(times_a_day=2, days_a_week=7), "Twice a day, every day"),
    (Dose(times_a_day=4, days_a_week=1), "4 times a day, 1 day a week"),
    (Dose(times_a_day=1, days_a_week=1), "Once a week"),
    (Dose(days_a_week=7), "Every day"),
    (Dose(days_a_week=3), "3 days a week"),
    (Dose(load="2 kg"), "With 2 kg"),
    (Dose(load="red band"), "With a red band"),
    (Dose(load="orange band"), "With an orange band"),
    (Dose(load="2 kg dumbbell"), "With a 2 kg dumbbell"),
    (Dose(load="8 kg kettlebell"), "With an 8 kg kettlebell"),
    (Dose(load="18 kg kettlebell"), "With an 18 kg kettlebell"),
    (Dose(load="1.5 kg ball"), "With a 1.5 kg ball"),
    (Dose(load="1 red band"), "With 1 red band"),
    (Dose(load="ankle weights"), "With ankle weights"),
    (Dose(load="the red band"), "With the red band"),
    (Dose(load="with red band"), "With red band"),
    (Dose(load="no weight"), "No weight"),
    (Dose(load=" 2  kg, "), "With 2 kg"),
    (Dose(load="красная лента"), "With красная лента"),
    (Dose(load=" , "), "As advised"),
    (
        Dose(3, 10, 5, 2, 5, "red band", "both"),
        "3 sets of 10, each side, hold 5 seconds, with a red band, twice a day, 5 days a week",
    ),
]


@pytest.mark.parametrize(("dose", "words"), WORDED, ids=[words for _, words in WORDED])
def test_a_dose_is_worded_plainly(dose: Dose, words: str) -> None:
    assert word_dose(dose) == words


def test_every_combination_of_parts_makes_a_clean_sentence() -> None:
    choices = itertools.product(
        (None, 1, 3),
        (None, 1, 10),
        (None, 1, 45, 180),
        (None, 1, 2, 5),
        (None, 1, 5, 7),
        ("", "2 kg", "red band,", " , "),
        ("", *SIDES),
    )
    for parts in choices:
        text = word_dose(Dose(*parts))
        assert text[0].isupper() or text[0].isdigit(), text
        assert "  " not in text and "None" not in text and ",," not in text and " ," not in text, text
        assert text[-1] not in ", .", text
        for slip in ("1 sets", "1 times", "1 seconds", "1 days", "1 minutes", "with with", "with ,"):
            assert slip not in text, text


def test_every_part_that_is_given_is_said() -> None:
    without = word_dose(Dose())
    for part in (
        {"sets": 4},
        {"reps": 4},
        {"hold_seconds": 4},
        {"times_a_day": 4},
        {"days_a_week": 4},
        {"load": "4 kg"},
        {"side": "left"},
    ):
        assert word_dose(Dose.from_data(part)) != without, part


def test_a_dose_survives_storage_as_json() -> None:
    dose = Dose(3, 10, 5, 2, 5, "2 kg", "left")
    assert Dose.from_data(json.loads(json.dumps(dose.to_data()))) == dose
    assert Dose.from_data(json.loads(json.dumps(Dose().to_data()))) == Dose()


def test_stored_doses_of_other_releases_still_open() -> None:
    assert Dose.from_data({}) == Dose()
    assert Dose.from_data({"sets": 2, "load": None, "side": None, "tempo": "slow"}) == Dose(sets=2)


@pytest.mark.parametrize("part", DOSE_LIMITS)
def test_the_limits_of_every_part_are_kept(part: str) -> None:
    low, high = DOSE_LIMITS[part]
    for number in (low, high):
        assert getattr(Dose.from_data({part: number}), part) == number
    refused: list[object] = [low - 1, high + 1, -1, True, 2.0, "3", [], 10**30]
    for nonsense in refused:
        with pytest.raises(ValueError, match=part):
            Dose.from_data({part: nonsense})


@pytest.mark.parametrize(
    "data",
    [
        {"side": "up"},
        {"side": 1},
        {"load": 2},
        {"load": "x" * (LOAD_MAX_LENGTH + 1)},
        {"load": "2\x00kg"},
        {"load": "\ud800"},
    ],
)
def test_a_nonsense_load_or_side_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(data))):
        Dose.from_data(data)


def test_a_dose_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(ValueError, match="mapping"):
        Dose.from_data([3, 10])  # type: ignore[arg-type]  # what a damaged row could hold


def test_a_filled_form_becomes_a_dose() -> None:
    fields = {
        "sets": " 3 ",
        "reps": "10",
        "hold_seconds": "5",
        "times_a_day": "2",
        "days_a_week": "5",
        "load": "  red \n band ",
        "side": "Both",
        "note": "not a part of the dose",
    }
    assert parse_dose(fields) == (Dose(3, 10, 5, 2, 5, "red band", "both"), {})


def test_blank_and_missing_fields_stay_empty() -> None:
    assert parse_dose({}) == (Dose(), {})
    assert parse_dose({"sets": "", "reps": "  ", "load": " ", "side": ""}) == (Dose(), {})


def test_digits_of_other_scripts_count() -> None:
    assert parse_dose({"sets": "٣", "reps": "１０"}) == (Dose(sets=3, reps=10), {})


def test_each_faulty_field_gets_its_own_sentence() -> None:
    dose, errors = parse_dose(
        {
            "sets": "0",
            "reps": "101",
            "hold_seconds": "soon",
            "times_a_day": "-1",
            "days_a_week": "8",
            "load": "x" * 41,
            "side": "up",
        }
    )
    assert dose is None
    assert errors == {
        "sets": "Sets must be a whole number from 1 to 20.",
        "reps": "Reps must be a whole number from 1 to 100.",
        "hold_seconds": "Hold seconds must be a whole number from 1 to 600.",
        "times_a_day": "Times a day must be a whole number from 1 to 24.",
        "days_a_week": "Days a week must be a whole number from 1 to 7.",
        "load": "Load must be at most 40 characters.",
        "side": "Choose left, right or both sides, or leave the side empty.",
    }


def test_a_good_field_has_no_error_beside_a_faulty_one() -> None:
    assert set(parse_dose({"sets": "3", "reps": "many"})[1]) == {"reps"}


@pytest.mark.parametrize(
    "text",
    [
        "²",
        "Ⅳ",
        "1_0",
        "1e1",
        "3.0",
        "0x3",
        "+3",
        "9" * 5000,
        "-" * 50,
        "3\x00",
        "\x00",
        "\ud800",
        "<b>3</b>",
        "½",
        "3 3",
    ],
)
def test_no_text_in_a_number_field_is_more_than_an_error(text: str) -> None:
    for part in DOSE_LIMITS:
        dose, errors = parse_dose({part: text})
        assert dose is None
        assert set(errors) == {part}


@pytest.mark.parametrize("text", ["2\x00kg", "\ud800", "\x1b[31m", "x\x7f"])
def test_a_load_that_cannot_be_stored_or_printed_is_an_error(text: str) -> None:
    assert parse_dose({"load": text}) == (None, {"load": "Load has characters that cannot be printed."})


def test_a_load_of_exactly_the_longest_length_is_taken() -> None:
    dose, errors = parse_dose({"load": "é" * LOAD_MAX_LENGTH})
    assert not errors
    assert dose == Dose(load="é" * LOAD_MAX_LENGTH)
