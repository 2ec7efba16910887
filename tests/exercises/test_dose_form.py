"""The dose as typed: what a form's texts mean, and that none of them breaks anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exercises.dose import LOAD_MAX_LENGTH, Dose
from app.exercises.dose_form import FORM_FIELDS, LOAD_SUGGESTIONS, dose_texts, parse_dose, tidy_load
from tests.exercises.doses import doses

COUNTS = ("sets", "reps", "times_a_day", "days_a_week", "effort")


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
        "reps": "Reps must be a whole number from 1 to 100, or a range such as 8-10.",
        "hold_seconds": "Hold must be a time of at most 600 seconds, such as 30 or 1 min.",
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
    for part in (*COUNTS, "hold_seconds", "rest_seconds", "duration"):
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


@pytest.mark.parametrize("text", ["8-10", "8 - 10", "8\u201310", "8 to 10", "٨-١٠"])
def test_repetitions_may_be_a_range(text: str) -> None:
    assert parse_dose({"reps": text}) == (Dose(reps=8, reps_to=10), {})


@pytest.mark.parametrize("text", ["10-8", "8-8", "0-8", "8-101", "8-", "-8", "8-9-10"])
def test_a_range_that_is_none_is_an_error(text: str) -> None:
    assert set(parse_dose({"reps": text})[1]) == {"reps"}


@pytest.mark.parametrize(
    ("field", "text", "seconds"),
    [
        ("hold_seconds", "30", 30),
        ("hold_seconds", "30s", 30),
        ("hold_seconds", "1 min", 60),
        ("rest_seconds", "1:30", 90),
        ("duration", "20", 1200),
        ("duration", "20 min", 1200),
        ("duration", "90 sec", 90),
        ("duration", "1 hour", 3600),
    ],
)
def test_times_are_read_as_people_write_them(field: str, text: str, seconds: int) -> None:
    part = "duration_seconds" if field == "duration" else field
    assert parse_dose({field: text}) == (Dose.from_data({part: seconds}), {})


@pytest.mark.parametrize(("field", "text"), [("hold_seconds", "11 min"), ("duration", "5 h"), ("rest_seconds", "1:75")])
def test_a_time_out_of_range_is_an_error(field: str, text: str) -> None:
    assert set(parse_dose({field: text})[1]) == {field}


@pytest.mark.parametrize("text", ["mon wed fri", "Fri, Mon and Wed", "MONDAY/Wednesday/friday", "wed fri mon mon"])
def test_days_are_read_in_any_order(text: str) -> None:
    assert parse_dose({"days": text}) == (Dose(days=("mon", "wed", "fri")), {})


def test_what_is_no_day_is_an_error() -> None:
    assert set(parse_dose({"days": "mon someday"})[1]) == {"days"}
    assert set(parse_dose({"days": "3"})[1]) == {"days"}


def test_days_and_their_number_must_agree() -> None:
    assert parse_dose({"days": "mon wed", "days_a_week": "2"}) == (Dose(days=("mon", "wed")), {})
    assert parse_dose({"days": "mon wed", "days_a_week": "3"})[1] == {
        "days_a_week": "The days you chose are 2 a week, not 3."
    }


@pytest.mark.parametrize(
    ("typed", "load"),
    [
        ("2kg", "2 kg"),
        ("2,5 KG", "2.5 kg"),
        ("5 lbs", "5 lb"),
        ("red", "red band"),
        ("Red Theraband", "red band"),
        ("BW", "body weight"),
        ("bodyweight", "body weight"),
        ("two tins", "two tins"),
        ("0.5 to 1 kg", "0.5 to 1 kg"),
    ],
)
def test_a_load_is_written_the_usual_way(typed: str, load: str) -> None:
    assert parse_dose({"load": typed}) == (Dose(load=load), {})


def test_suggested_loads_are_already_written_the_usual_way() -> None:
    assert [tidy_load(load) for load in LOAD_SUGGESTIONS] == list(LOAD_SUGGESTIONS)


@given(doses())
def test_a_dose_in_the_form_is_read_back_as_it_was(dose: Dose) -> None:
    assert parse_dose(dose_texts(dose)) == (dose, {})


@given(st.dictionaries(st.sampled_from(list(FORM_FIELDS)), st.text(max_size=60)))
def test_whatever_is_typed_there_is_a_dose_or_a_sentence(texts: dict[str, str]) -> None:
    dose, errors = parse_dose(texts)
    assert (dose is None) == bool(errors)
    assert set(errors) <= set(texts)
    assert all(sentence.endswith(".") for sentence in errors.values())
