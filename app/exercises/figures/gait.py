"""Figures for walking, stepping and getting up from the floor."""

from collections.abc import Sequence

from app.exercises.figures.stage import (
    DOWN,
    FEET,
    HOLD_BESIDE,
    HOLDING,
    LEFT_FOOT,
    WORKTOP_AHEAD,
    WORKTOP_BESIDE,
    Data,
    arrow,
    both,
    figure,
    foot,
    hand,
    mat,
    picture,
)

_HALVES = (("right", 1), ("left", -1))
_LONG_WORKTOP = {**WORKTOP_AHEAD, "at": [52, 0, 14], "size": [50, 88, 130]}
_LOW_STEP = {"kind": "step", "at": [44, 0, 0], "size": [40, 15, 60]}
_SEAT_TOP = 46.0
_HURDLE = {"kind": "step", "at": [30, 0, 0], "size": [9, 11, 60]}


def _stride(right: Data, left: Data, pelvis: list[float], swing: float = 0, **angles: float) -> Data:
    """Walking beside a worktop; `swing` brings the left arm forward and the right arm back."""
    return {
        "angles": {
            "right_shoulder": 2 - swing,
            "left_shoulder": 2 + swing,
            **both(elbow=16),
            **angles,
        },
        "at": pelvis,
        "rest": [],
        "reach": {"right_foot": right, "left_foot": left},
    }


def _cross(right: Sequence[float], left: Sequence[float]) -> Data:
    """Facing a long worktop, feet at these places (forward, across)."""
    middle = (right[1] + left[1]) / 2
    hands = {
        f"{s}_hand": hand([33, 90, middle + side * 20], [1, 0, 0], DOWN, [-0.8, -0.5, side * 0.4])
        for s, side in _HALVES
    }
    return {
        "angles": {"lean": 5},
        "at": [0, 86.5, middle],
        "rest": [],
        "reach": {
            **hands,
            "right_foot": foot([right[0], 0, right[1]], bend=[1, 0, 0]),
            "left_foot": foot([left[0], 0, left[1]], bend=[1, 0, 0]),
        },
    }


def _up_from_floor(step: int) -> Data:
    """Kneeling with both hands on a chair, one foot forward, standing bent over the chair."""
    hands = {f"{s}_hand": hand([54, _SEAT_TOP, z * 14], [1, 0, 0], DOWN, [-0.6, 0, z * 0.6]) for s, z in _HALVES}
    if step == 0:
        legs = both(hip=28, knee=93, ankle=-55)
        return {
            "angles": {"lean": 28, "neck": -8, **legs},
            "at": [0, 0, 8],
            "pin": "right_knee",
            "rest": ["right_knee", "left_knee"],
            "reach": hands,
        }
    if step == 1:
        return {
            "angles": {"lean": 30, "neck": -8, "left_hip": 30, "left_knee": 93, "left_ankle": -55},
            "at": [0, 0, -8],
            "pin": "left_knee",
            "rest": ["left_knee"],
            "reach": {**hands, "right_foot": foot([24, 0, 10], bend=[1, 0.3, 0])},
        }
    return {
        "angles": {"lean": 68, "neck": -26},
        "at": [2, 77, 0],
        "rest": [],
        "reach": {
            **hands,
            "right_foot": foot([20, 0, 10], bend=[1, 0.3, 0]),
            "left_foot": foot([12, 0, -10], bend=[1, 0.3, 0]),
        },
    }


def _tap(up: bool) -> Data:
    right = foot([38, 15, 8], bend=[1, 0.3, 0]) if up else foot([0, 0, 8], bend=[1, 0, 0])
    return {
        "angles": {"lean": 2},
        "at": [0, 89, -2 if up else 0],
        "rest": [],
        "reach": {**HOLD_BESIDE, "right_foot": right, "left_foot": foot([0, 0, -8], bend=[1, 0, 0])},
    }


DATA: dict[str, Data] = {
    "walking": figure(
        picture(
            _stride(
                foot([26, 0, 7], by="heel", pitch=-20, bend=[1, 0.2, 0]),
                foot([-20, 0, -7], by="ball", pitch=30, bend=[1, 0.2, 0]),
                [2, 85, 0],
                26,
                left_toes=28,
            ),
            moving=["right_leg"],
            contacts=[["right_heel", "floor"], ["left_ball", "floor"]],
        ),
        picture(
            _stride(
                foot([-20, 0, 7], by="ball", pitch=30, bend=[1, 0.2, 0]),
                foot([26, 0, -7], by="heel", pitch=-20, bend=[1, 0.2, 0]),
                [2, 85, 0],
                -26,
                right_toes=28,
            ),
            moving=["left_leg"],
            arrows=[arrow([30, 140, 0], [58, 140, 0])],
            contacts=[["left_heel", "floor"], ["right_ball", "floor"]],
        ),
    ),
    "toe-walk": figure(
        *[
            picture(
                {**pose, "reach": {**pose["reach"], **HOLD_BESIDE}},
                props=[WORKTOP_BESIDE],
                moving=["right_leg"],
                arrows=[arrow([36, 30, 12], [62, 30, 12])] if ahead else [],
                contacts=[["right_ball", "floor"], ["left_ball", "floor"], ["left_hand", "worktop"]],
            )
            for ahead, pose in (
                (
                    False,
                    _stride(
                        foot([4, 0, 7], by="ball", pitch=30, bend=[1, 0, 0]),
                        foot([18, 0, -7], by="ball", pitch=30, bend=[1, 0, 0]),
                        [0, 92.5, 0],
                        **both(toes=30),
                    ),
                ),
                (
                    True,
                    _stride(
                        foot([34, 0, 7], by="ball", pitch=30, bend=[1, 0, 0]),
                        foot([4, 0, -7], by="ball", pitch=34, bend=[1, 0, 0]),
                        [8, 91.5, 0],
                        **both(toes=32),
                    ),
                ),
            )
        ]
    ),
    "heel-walk": figure(
        *[
            picture(
                {**pose, "reach": {**pose["reach"], **HOLD_BESIDE}},
                props=[WORKTOP_BESIDE],
                moving=["right_leg"],
                arrows=[arrow([36, 36, 12], [62, 36, 12])] if ahead else [],
                contacts=[["right_heel", "floor"], ["left_heel", "floor"], ["left_hand", "worktop"]],
            )
            for ahead, pose in (
                (
                    False,
                    _stride(
                        foot([-4, 0, 7], by="heel", pitch=-24, bend=[1, 0, 0]),
                        foot([6, 0, -7], by="heel", pitch=-24, bend=[1, 0, 0]),
                        [-2, 87.5, 0],
                    ),
                ),
                (
                    True,
                    _stride(
                        foot([26, 0, 7], by="heel", pitch=-26, bend=[1, 0, 0]),
                        foot([-4, 0, -7], by="heel", pitch=-16, bend=[1, 0, 0]),
                        [2, 86, 0],
                    ),
                ),
            )
        ]
    ),
    "backward-walk": figure(
        *[
            picture(
                {**pose, "reach": {**pose["reach"], **HOLD_BESIDE}},
                props=[WORKTOP_BESIDE],
                moving=["right_leg"],
                arrows=[arrow([14, 30, 12], [-22, 30, 12])] if behind else [],
                contacts=[["left_heel", "floor"], ["left_ball", "floor"], ["left_hand", "worktop"]],
            )
            for behind, pose in (
                (
                    False,
                    _stride(foot([16, 0, 7], bend=[1, 0, 0]), foot([0, 0, -7], bend=[1, 0, 0]), [4, 88, 0]),
                ),
                (
                    True,
                    _stride(
                        foot([-30, 0, 7], by="ball", pitch=28, bend=[1, 0, 0]),
                        foot([0, 0, -7], bend=[1, 0, 0]),
                        [-4, 86, 0],
                        right_toes=26,
                    ),
                ),
            )
        ]
    ),
    "crossover-walk": figure(
        *[
            picture(
                _cross(right, left),
                view="back",
                props=[_LONG_WORKTOP],
                moving=["left_leg"],
                arrows=[arrow([-12, 26, -4], [-12, 26, 34])] if left[1] > 10 else [],
                contacts=[*FEET, *HOLDING],
            )
            for right, left in (([0, 10], [0, -10]), ([0, 10], [-13, 27]))
        ]
    ),
    "step-taps": figure(
        *[
            picture(
                _tap(up),
                props=[WORKTOP_BESIDE, _LOW_STEP],
                moving=["right_leg"],
                arrows=[arrow([14, 30, 14], [40, 36, 14], bend=0.25)] if up else [],
                contacts=[*LEFT_FOOT, ["left_hand", "worktop"]],
            )
            for up in (False, True)
        ]
    ),
    "step-over": figure(
        *[
            picture(
                {**pose, "reach": {**pose["reach"], **HOLD_BESIDE}},
                props=[WORKTOP_BESIDE, _HURDLE],
                moving=["right_leg"],
                arrows=[arrow([4, 42, 12], [46, 36, 12], bend=0.25)] if over else [],
                contacts=[["left_heel", "floor"], ["left_ball", "floor"], ["left_hand", "worktop"]],
            )
            for over, pose in (
                (False, _stride(foot([0, 0, 7], bend=[1, 0, 0]), foot([-2, 0, -7], bend=[1, 0, 0]), [0, 88.5, 0])),
                (True, _stride(foot([28, 24, 7], bend=[1, 0, 0]), foot([0, 0, -7], bend=[1, 0, 0]), [2, 88.5, 0])),
            )
        ]
    ),
    "floor-to-stand-chair": figure(
        *[
            picture(
                _up_from_floor(step),
                props=[mat(0, 110), {"kind": "chair", "at": [66, 0, 0], "size": [42, 44, 44], "turn": 180}],
                moving=["right_leg"]
                if step == 1
                else ["right_leg", "left_leg"]
                if step == 2
                else ["right_arm", "left_arm"],
                arrows=[arrow(["pelvis", -24, -6, 0], ["pelvis", -24, 20, 0])] if step == 2 else [],
                contacts=[["right_hand", "chair"], ["left_hand", "chair"]],
            )
            for step in (0, 1, 2)
        ]
    ),
}
