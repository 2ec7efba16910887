"""The dose in words: what a client reads on the page, on paper and in exports."""

import itertools

import pytest
from hypothesis import given

from app.exercises.dose import SIDES, Dose
from app.exercises.dose_words import word_dose
from tests.exercises.doses import doses

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
        Dose(3, 8, 5, 2, side="both", reps_to=10, days=("mon", "wed", "fri")),
        "3 sets of 8-10, each side, hold 5 seconds, twice a day, Monday Wednesday Friday",
    ),
    (Dose(reps=8, reps_to=10), "8-10 times"),
    (Dose(duration_seconds=1200), "For 20 minutes"),
    (Dose(sets=3, duration_seconds=60), "3 sets of 60 seconds"),
    (Dose(sets=3, reps=10, duration_seconds=300), "3 sets of 10, for 5 minutes"),
    (Dose(sets=3, reps=10, rest_seconds=60), "3 sets of 10, rest 60 seconds between sets"),
    (Dose(rest_seconds=1), "Rest 1 second between sets"),
    (Dose(sets=1, rest_seconds=120), "1 set, rest 2 minutes"),
    (Dose(tempo="3-1-2"), "3 seconds down then 1 second pause then 2 seconds up"),
    (Dose(tempo="3-0-1"), "3 seconds down then 1 second up"),
    (Dose(tempo="0-0-0"), "Tempo 0-0-0"),
    (Dose(tempo="slow"), "Tempo slow"),
    (Dose(load="body weight"), "Body weight only"),
    (Dose(effort=6), "Effort 6 out of 10"),
    (Dose(effort=0), "Effort 0 out of 10"),
    (Dose(days=("tue",)), "Tuesday"),
    (Dose(days=("mon", "tue", "wed", "thu", "fri", "sat", "sun")), "Every day"),
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
        {"reps": 4, "reps_to": 7},
        {"rest_seconds": 4},
        {"tempo": "4-0-4"},
        {"duration_seconds": 4},
        {"days": ["mon"]},
        {"effort": 4},
    ):
        assert word_dose(Dose.from_data(part)) != without, part


@given(doses())
def test_any_dose_is_one_clean_line(dose: Dose) -> None:
    text = word_dose(dose)
    assert text and text == " ".join(text.split())
    assert text[0] == text[0].upper()
    for slip in ("None", ",,", " ,", ", ,", "()"):
        assert slip not in text, text


@given(doses())
def test_every_number_of_a_dose_is_in_its_words(dose: Dose) -> None:
    text = word_dose(dose)
    for number in (dose.sets, dose.reps, dose.reps_to, dose.effort):
        assert number is None or str(number) in text, text
    for seconds in (dose.hold_seconds, dose.rest_seconds, dose.duration_seconds):
        assert seconds is None or str(seconds) in text or str(seconds // 60) in text, text
