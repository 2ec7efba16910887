"""Doses of any kind, for property tests."""

from hypothesis import strategies as st

from app.exercises.dose import DAYS, DOSE_LIMITS, SIDES, Dose
from app.exercises.dose_form import LOAD_SUGGESTIONS


def _number(part: str) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(*DOSE_LIMITS[part])


@st.composite
def doses(draw: st.DrawFn) -> Dose:
    """Return any dose a practitioner could have typed."""
    reps, reps_to = draw(_number("reps")), draw(_number("reps_to"))
    days = draw(st.sets(st.sampled_from(list(DAYS)), max_size=7))
    return Dose(
        sets=draw(_number("sets")),
        reps=reps,
        reps_to=reps_to if reps is not None and reps_to is not None and reps < reps_to else None,
        hold_seconds=draw(_number("hold_seconds")),
        rest_seconds=draw(_number("rest_seconds")),
        duration_seconds=draw(_number("duration_seconds")),
        times_a_day=draw(_number("times_a_day")),
        days_a_week=None if days else draw(_number("days_a_week")),
        days=tuple(day for day in DAYS if day in days),
        load=draw(st.sampled_from(["", "ankle weights", "2 kg dumbbell", *LOAD_SUGGESTIONS])),
        tempo=draw(st.sampled_from(["", "3-1-2", "2-0-2", "slow"])),
        side=draw(st.sampled_from(["", *SIDES])),
        effort=draw(_number("effort")),
    )
