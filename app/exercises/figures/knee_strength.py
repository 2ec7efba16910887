"""Figures that strengthen the knee and the thigh."""

from collections.abc import Sequence

from app.exercises.figures.back import bridge
from app.exercises.figures.hip_strength import HANDS_ON_HIPS, prone
from app.exercises.figures.stage import (
    FEET,
    HOLD_AHEAD,
    HOLDING,
    SUPINE,
    WORKTOP_AHEAD,
    Data,
    arrow,
    bent_leg,
    both,
    chair,
    figure,
    follow,
    foot,
    lie,
    mat,
    picture,
    pillow,
    sit,
    stand,
    wall,
)

_BED = [mat(6, 190), pillow()]
_HALVES = (("right", 1), ("left", -1))
_ROLL = {"kind": "rolled_towel", "at": [42, 0, 12], "size": [20, 15, 26]}


def _over_roll(straight: bool) -> Data:
    """Lying with the right knee over a firm roll: heel down, then straight."""
    heel = [78.5, 22, 9] if straight else [70, 8, 9]
    return lie({**bent_leg("left", 24), "right_foot": foot(heel, by="ankle", bend=[0.1, 1, 0])}, right_ankle=6)


def lunge(down: bool) -> Data:
    """A long step, the right leg in front: upright, then low."""
    if not down:
        return {
            "angles": {"left_toes": 36},
            "at": [4, 82, 0],
            "rest": [],
            "reach": {
                **HANDS_ON_HIPS,
                "right_foot": foot([34, 0, 9], bend=[1, 0.2, 0]),
                "left_foot": foot([-30, 0, -9], by="ball", pitch=38, bend=[1, -0.2, 0]),
            },
        }
    return {
        "angles": {"lean": 5, "left_toes": 68},
        "at": [2, 50, 0],
        "rest": [],
        "reach": {
            **HANDS_ON_HIPS,
            "right_foot": foot([36, 0, 9], bend=[1, 0.2, 0]),
            "left_foot": foot([-34, 0, -9], by="ball", pitch=72, bend=[1, -1, 0]),
        },
    }


def _on_chair(down: bool) -> Data:
    """Split squat with the left foot resting on a chair behind."""
    return {
        "angles": {"lean": 14 if down else 6, "neck": -6},
        "at": [14, 62, 0] if down else [12, 84, 0],
        "rest": [],
        "reach": {
            **HANDS_ON_HIPS,
            "right_foot": foot([26, 0, 9], bend=[1, 0.2, 0]),
            "left_foot": foot([-44, 53, -9], by="ankle", bend=[0.6, -1, 0]),
        },
    }


def _step_down(down: bool) -> Data:
    """Standing on a step on the right leg; the left heel reaches down in front."""
    return {
        "angles": {"lean": 18 if down else 0, "neck": -8 if down else 0, **both(shoulder=40 if down else 4)},
        "at": [-6, 87, 0] if down else [0, 106.6, 0],
        "rest": [],
        "reach": {
            "right_foot": foot([0, 18, 8], bend=[1, 0.2, 0]),
            "left_foot": foot([19, 2, -8] if down else [6, 24, -8], bend=[1, 0.1, 0], pitch=-12 if down else 0),
        },
    }


def _squat(down: bool) -> Data:
    """Standing, then squatting with the arms held out in front."""
    if not down:
        return stand()
    feet = {f"{s}_foot": foot([0, 0, z * 12], bend=[1, 0, z * 0.15]) for s, z in _HALVES}
    arms = both(shoulder=118, elbow=4, shoulder_out=0)
    return {"angles": {"lean": 34, "neck": -22, **arms}, "at": [-25, 51, 0], "rest": [], "reach": feet}


def _band_curl(ankle_at: Sequence[float]) -> Data:
    return sit({"right_foot": foot([*ankle_at, 9], by="ankle", bend=[0.3, 1, 0])}, right_ankle=4)


def _walk_out(far: float, lift: float) -> Data:
    pose = bridge(lift)
    feet = {f"{s}_foot": foot([far, 0, z * 9], by="heel", pitch=-26, bend=[0.2, 1, 0]) for s, z in _HALVES}
    return {**pose, "reach": {**pose["reach"], **feet}}


def _rise_on_one(up: bool) -> Data:
    """Sitting with the left leg off the floor, then standing on the right leg."""
    arms = both(shoulder=80, elbow=6, shoulder_out=0)
    right = foot([32, 0, 8], bend=[1, 0.3, 0])
    if not up:
        return sit(
            {
                "right_foot": right,
                "left_foot": foot([68, 30, -9], by="ankle", bend=[0.5, 1, 0]),
                "right_hand": None,
                "left_hand": None,
            },
            **(arms | {"lean": 14}),
        )
    return {
        "angles": {"lean": 4, "left_hip": 34, "left_knee": 22, **arms},
        "at": [31, 89, 0],
        "rest": [],
        "reach": {"right_foot": right},
    }


def _end_range(bend: float) -> Data:
    """Standing with a band behind the right knee: bent a little, then straight."""
    return {
        "angles": {"lean": bend * 0.3, "right_toes": bend * 0.8},
        "at": [-2 - bend * 0.1, 88.5 - bend * 0.08, 0],
        "rest": [],
        "reach": {
            "right_foot": foot([0, 0, 8], bend=[1, 0.2, 0])
            if not bend
            else foot([0, 0, 8], by="ball", pitch=20, bend=[1, 0.2, 0]),
            "left_foot": foot([-8, 0, -8], bend=[1, 0.1, 0]),
        },
    }


DATA: dict[str, Data] = {
    "inner-range-quads": figure(
        *[
            picture(
                _over_roll(straight),
                props=[*_BED, _ROLL],
                moving=["right_leg"],
                arrows=[arrow(["right_ankle", 14, -12, 0], ["right_ankle", 14, 10, 0], bend=0.1)] if straight else [],
                contacts=[*SUPINE, ["left_heel", "floor"]],
            )
            for straight in (False, True)
        ]
    ),
    "lunge": figure(
        *[
            picture(
                lunge(down),
                moving=["right_leg", "left_leg"],
                arrows=[arrow(["pelvis", -26, 26, 0], ["pelvis", -26, -4, 0])] if down else [],
                contacts=[["right_heel", "floor"], ["right_ball", "floor"], ["left_ball", "floor"]],
            )
            for down in (False, True)
        ]
    ),
    "split-squat-chair": figure(
        *[
            picture(
                _on_chair(down),
                props=[chair(-52)],
                moving=["right_leg"],
                arrows=[arrow(["pelvis", -26, 26, 0], ["pelvis", -26, -2, 0])] if down else [],
                contacts=[["right_heel", "floor"], ["right_ball", "floor"]],
            )
            for down in (False, True)
        ]
    ),
    "step-down": figure(
        *[
            picture(
                _step_down(down),
                props=[{"kind": "step", "at": [-10, 0, 0], "size": [44, 18, 50]}],
                moving=["right_leg"],
                arrows=[arrow(["left_toe", 12, 18, 0], ["left_toe", 12, -2, 0])] if down else [],
                contacts=[["right_heel", "step"], ["right_ball", "step"]],
            )
            for down in (False, True)
        ]
    ),
    "squat": figure(
        *[
            picture(
                _squat(down),
                moving=["right_leg", "left_leg"],
                arrows=[arrow(["pelvis", -22, 28, 0], ["pelvis", -24, -2, 0])] if down else [],
                contacts=FEET,
            )
            for down in (False, True)
        ]
    ),
    "prone-hamstring-curl": figure(
        *[
            picture(
                prone(0, knee, right_ankle=knee / 2 - 50),
                props=[mat(-4, 190)],
                moving=["right_shin", "right_foot"],
                arrows=[follow("right_ankle", bend=-0.2, shift=(-6, 8))] if knee > 20 else [],
                contacts=[["pelvis", "floor"]],
            )
            for knee in (2, 94)
        ]
    ),
    "band-hamstring-curl": figure(
        *[
            picture(
                _band_curl(at),
                props=[chair(), wall(118, 120), {"kind": "band", "points": [["right_ankle", -1, 0, 0], [118, 30, 4]]}],
                moving=["right_shin", "right_foot"],
                arrows=[follow("right_ankle", bend=0.15, shift=(0, -9))] if at[0] < 50 else [],
                contacts=[["pelvis", "chair"], ["left_heel", "floor"]],
            )
            for at in ([74, 34], [34, 14])
        ]
    ),
    "bridge-walk-out": figure(
        *[
            picture(
                _walk_out(far, lift),
                props=[mat(0, 190), pillow()],
                moving=["right_leg", "left_leg"],
                arrows=[arrow([40, 24, 12], [66, 20, 12])] if far > 50 else [],
                contacts=[["right_heel", "floor"], ["left_heel", "floor"]],
            )
            for far, lift in ((40, 34), (66, 22))
        ]
    ),
    "single-leg-sit-to-stand": figure(
        *[
            picture(
                _rise_on_one(up),
                props=[chair()],
                moving=["right_leg"],
                arrows=[arrow(["pelvis", -28, -24, 0], ["pelvis", -28, 6, 0])] if up else [],
                contacts=[["right_heel", "floor"], ["right_ball", "floor"]],
            )
            for up in (False, True)
        ]
    ),
    "band-knee-straightening-standing": figure(
        *[
            picture(
                _end_range(bend),
                props=[wall(70, 120), {"kind": "band", "points": [["right_knee", -6, 0, 4], [70, 48, 4]]}],
                moving=["right_thigh", "right_shin"],
                arrows=[arrow(["right_knee", 22, 16, 0], ["right_knee", -16, 16, 0])] if not bend else [],
                contacts=[["right_ball", "floor"], ["left_heel", "floor"], ["left_ball", "floor"]],
            )
            for bend in (24, 0)
        ]
    ),
    "single-leg-mini-squat": figure(
        *[
            picture(
                {
                    **stand(lean, bend, reach=HOLD_AHEAD, left_hip=lean - 4, left_knee=66, neck=-lean * 0.5),
                    "rest": ["right_heel", "right_ball"],
                },
                props=[WORKTOP_AHEAD],
                moving=["right_leg"],
                arrows=[arrow(["pelvis", -24, 20, 0], ["pelvis", -26, -6, 0])] if bend else [],
                contacts=[["right_heel", "floor"], ["right_ball", "floor"], *HOLDING],
            )
            for lean, bend in ((2, 0), (18, 19))
        ]
    ),
}
