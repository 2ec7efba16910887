"""A made-up program, to see a letterhead on paper before a client does. Pure."""

import datetime
from typing import Any, Literal, cast

from app.accounts.forms import LetterheadForm
from app.pdf.document import DEFAULT_STOP_WHEN, DocumentExercise, DocumentLetterhead, ProgramDocument
from app.pdf.figures import Figure

_CHAIR = {"kind": "chair", "at": [8, 0, 0], "size": [42, 44, 44]}


def _at_chair(elbow: float, shoulder: float, **pose: Any) -> dict[str, Any]:
    """Return a frame of somebody at a chair with both feet on the floor; angles are degrees."""
    feet = {f"{side}_foot": {"spot": [32, 0, z], "bend": [1, 0.3, 0]} for side, z in (("right", 10), ("left", -10))}
    angles = {"right_elbow": elbow, "left_elbow": elbow, "right_shoulder": shoulder, "left_shoulder": shoulder}
    return {
        "pose": {"angles": angles, "pin": "pelvis", "reach": feet, **pose},
        "view": "side",
        "props": [_CHAIR],
        "moving": ["right_leg", "left_leg"],
    }


_SIT_TO_STAND = Figure.from_data(
    {
        "frames": [
            _at_chair(40, 32, rest=["pelvis"], height=44),
            _at_chair(6, 4, at=[32, 89.4, 0]),
        ]
    }
)

_CALF_STRETCH = Figure.from_data(
    {
        "frames": [
            {
                "pose": {
                    "angles": {"lean": 14, "neck": -4},
                    "at": [4, 80, 0],
                    "pin": "pelvis",
                    "reach": {
                        "right_hand": {"spot": [66, 126, 18], "direction": [0, 1, 0], "bend": [0, -1, 0.5]},
                        "left_hand": {"spot": [66, 126, -18], "direction": [0, 1, 0], "bend": [0, -1, -0.5]},
                        "right_foot": {"spot": [-34, 0, 8], "bend": [1, 0.2, 0]},
                        "left_foot": {"spot": [34, 0, -8], "bend": [1, 0.2, 0]},
                    },
                },
                "view": "side",
                "props": [{"kind": "wall", "at": [71, 0, 0], "size": [6, 182, 70]}],
                "moving": ["right_shin", "right_foot"],
            }
        ]
    }
)

_EXERCISES = (
    DocumentExercise(
        name="Sit to stand",
        dose="3 sets of 8-10, rest 1 minute, Monday, Wednesday and Friday",
        steps=(
            "Sit near the front of a firm chair with your feet under your knees.",
            "Lean forward and stand up without using your hands.",
            "Sit down slowly.",
        ),
        cautions=(),
        note="Begin with a cushion on the chair if it is hard.",
        figure=_SIT_TO_STAND,
        feels_like="Work in your thighs and buttocks.",
        section="Main part",
    ),
    DocumentExercise(
        name="Calf stretch at the wall",
        dose="2 times, each side, hold 30 seconds, twice a day",
        steps=(
            "Stand facing a wall with one foot behind the other and both hands on the wall.",
            "Keep the back knee straight and its heel down, and lean forward until the calf stretches.",
        ),
        cautions=(),
        note="",
        figure=_CALF_STRETCH,
        section="Main part",
    ),
)


def make_example(
    *,
    practice_name: str,
    page_size: str,
    country: str,
    practitioner_name: str,
    practitioner_title: str,
    letterhead: DocumentLetterhead,
    settings: LetterheadForm,
    today: datetime.date,
) -> ProgramDocument:
    """Return a program for nobody, as a new one of this practice and practitioner would be printed today."""
    return ProgramDocument(
        title="Example program",
        practice_name=practice_name,
        practitioner_name=practitioner_name,
        practitioner_title=practitioner_title,
        client_name="Sam Example",
        assigned_on=today,
        page_size="Letter" if page_size == "Letter" else "A4",
        country=country,
        note="This is an example. Nobody has been given it.",
        exercises=_EXERCISES,
        version=1,
        replaces=None,
        layout=cast(Literal["full", "compact", "diary"], settings.layout),
        is_grey=settings.is_grey,
        is_large=settings.is_large,
        letterhead=letterhead,
        stop_when=settings.stop_when or DEFAULT_STOP_WHEN,
        starts_on=today,
        review_on=today + datetime.timedelta(weeks=4),
    )
