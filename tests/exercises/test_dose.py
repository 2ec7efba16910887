"""The dose: its limits and how it is stored."""

import json

import pytest
from hypothesis import given

from app.exercises.dose import DOSE_LIMITS, LOAD_MAX_LENGTH, TEMPO_MAX_LENGTH, Dose
from tests.exercises.doses import doses


def test_a_dose_survives_storage_as_json() -> None:
    dose = Dose(3, 10, 5, 2, 5, "2 kg", "left")
    assert Dose.from_data(json.loads(json.dumps(dose.to_data()))) == dose
    assert Dose.from_data(json.loads(json.dumps(Dose().to_data()))) == Dose()


def test_stored_doses_of_other_releases_still_open() -> None:
    assert Dose.from_data({}) == Dose()
    assert Dose.from_data({"sets": 2, "load": None, "side": None, "colour": "red"}) == Dose(sets=2)


@pytest.mark.parametrize("part", DOSE_LIMITS)
def test_the_limits_of_every_part_are_kept(part: str) -> None:
    low, high = DOSE_LIMITS[part]
    for number in (low, high):
        assert getattr(Dose.from_data({"reps": 1, part: number}), part) == number
    refused: list[object] = [low - 1, high + 1, -1, True, 2.0, "3", [], 10**30]
    for nonsense in refused:
        with pytest.raises(ValueError, match=part):
            Dose.from_data({"reps": 1, part: nonsense})


@pytest.mark.parametrize(
    "data",
    [
        {"side": "up"},
        {"side": 1},
        {"load": 2},
        {"load": "x" * (LOAD_MAX_LENGTH + 1)},
        {"load": "2\x00kg"},
        {"load": "\ud800"},
        {"tempo": "x" * (TEMPO_MAX_LENGTH + 1)},
        {"tempo": 3},
        {"days": "mon"},
        {"days": ["fri", "mon"]},
        {"days": ["mon", "mon"]},
        {"days": ["today"]},
        {"days": ["mon"], "days_a_week": 1},
        {"reps_to": 10},
        {"reps_to": 10, "reps": 10},
    ],
)
def test_a_nonsense_part_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(data))):
        Dose.from_data(data)


def test_a_dose_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(ValueError, match="mapping"):
        Dose.from_data([3, 10])  # type: ignore[arg-type]  # what a damaged row could hold


@given(doses())
def test_any_dose_survives_storage(dose: Dose) -> None:
    assert Dose.from_data(json.loads(json.dumps(dose.to_data()))) == dose
