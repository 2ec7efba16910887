"""Figures for hard-working legs: the backs and insides of the thighs, pushing a band, carrying."""

from app.exercises.figures.hip_strength import HANDS_ON_HIPS
from app.exercises.figures.knee_strength import lunge
from app.exercises.figures.stage import (
    DOWN,
    FEET,
    SUPINE,
    Data,
    arrow,
    bent_leg,
    both,
    figure,
    follow,
    foot,
    hand,
    lie,
    mat,
    picture,
    pillow,
    round_sole,
    stand,
)

_HALVES = (("right", 1), ("left", -1))
# A low sofa that holds the ankles down, and a chair for the hands.
_SOFA = {"kind": "plinth", "at": [-62, 0, 0], "size": [56, 30, 70]}
_SEAT = {"kind": "chair", "at": [84, 0, 0], "size": [40, 44, 44], "turn": 180}
_STOOL = {"kind": "table", "at": [52, 0, -4], "size": [34, 40, 40]}


def _kneel_tall(lean: float) -> Data:
    """Kneeling upright on a cushion with the ankles held; the straight body leans forward from the knees."""
    reach: Data = {}
    if lean > 20:
        reach = {f"{s}_hand": hand([76, 46, z * 15], [0.8, -0.4, 0], DOWN, [-0.6, -0.8, z * 0.5]) for s, z in _HALVES}
    arms = both(shoulder=46, elbow=80, shoulder_out=4, grip=4)
    return {
        "angles": {"lean": lean, "neck": -4, **arms, **both(hip=2, knee=92 - lean, ankle=-40)},
        "at": [0, 0, 8],
        "pin": "right_knee",
        "rest": ["right_knee", "left_knee"],
        "height": 4,
        "reach": reach,
    }


def _side_on_stool(lifted: bool) -> Data:
    """On the right forearm with the left knee on a stool; the right leg hangs, then lifts to the stool."""
    drop = 2 if lifted else 22
    return {
        "angles": {
            "lean": -82,
            "twist": -90,
            "neck_side": 6,
            "lumbar_side": 0,
            "left_hip_out": 0,
            "left_knee": 70,
            "left_ankle": -20,
            "right_hip_out": drop,
            "right_knee": 70 if lifted else 88,
            "right_ankle": -20,
        },
        "at": [0, 42, 0],
        "rest": [],
        "reach": {
            "right_hand": hand([-46, 2.2, 26], [0.1, 0, 1], DOWN, [0, -1, -0.3]),
            "left_hand": hand(["left_hip", -4, 8, 2], [0.7, -0.7, 0.3], DOWN, [-0.3, 1, 0.2]),
        },
    }


def _push_band(far: bool) -> Data:
    """Lying with a band round the right foot: knee bent over the hip, then pushed out."""
    ankle = [68, 52, 9] if far else [36, 50, 9]
    hands = {f"{s}_hand": hand([4, 34, z * 12], [0.8, 0.5, 0], [0, 0, -z], [-0.2, -1, z * 0.7]) for s, z in _HALVES}
    leg = foot(ankle, by="ankle", bend=[-0.4, 1, 0])
    return lie({**bent_leg("left", 34), "right_foot": leg, **hands}, arms=False, right_ankle=2, **both(grip=80))


def _carry(right: Data, left: Data, toes: str) -> Data:
    """A walking step with an arm hanging on each side."""
    return {
        "angles": {**both(shoulder=0, shoulder_out=9, elbow=2, grip=85), toes: 28},
        "at": [2, 85, 0],
        "rest": [],
        "reach": {"right_foot": right, "left_foot": left},
    }


_LOADS = [{"kind": "weight", "at": [f"{s}_hand", 0.5, -1, 0], "size": [8, 0, 0]} for s, _ in _HALVES]


def _ahead(z: float) -> Data:
    return foot([26, 0, z], by="heel", pitch=-20, bend=[1, 0.2, 0])


def _behind(z: float) -> Data:
    return foot([-20, 0, z], by="ball", pitch=30, bend=[1, 0.2, 0])


def _side_step(up: bool) -> Data:
    """Beside a step with the left foot on it: the left leg lifts the body, the right foot hangs free."""
    right = foot([2, 26, 9], bend=[1, 0.1, 0], pitch=8) if up else foot([0, 0, 13], bend=[1, 0, 0.1])
    return {
        "angles": {"lean": 2 if up else 12, "neck": -2 if up else -8},
        "at": [0, 106, -9] if up else [-4, 86, 4],
        "rest": [],
        "reach": {**HANDS_ON_HIPS, "left_foot": foot([0, 18, -14], bend=[1, 0.2, 0]), "right_foot": right},
    }


DATA: dict[str, Data] = {
    "side-step-up": figure(
        *[
            picture(
                _side_step(up),
                view=[62, 12],
                props=[{"kind": "step", "at": [6, 0, -26], "size": [44, 18, 40]}],
                moving=["left_leg"],
                arrows=[arrow(["pelvis", 0, -16, 36], ["pelvis", 0, 12, 36])] if up else [],
                contacts=[["left_heel", "step"], ["left_ball", "step"]],
            )
            for up in (False, True)
        ]
    ),
    "step-back-lunge": figure(
        picture(stand(at=36, reach=HANDS_ON_HIPS), moving=["right_leg", "left_leg"], contacts=FEET),
        picture(
            lunge(True),
            moving=["right_leg", "left_leg"],
            arrows=[arrow([-2, 27, -9], [-36, 25, -9])],
            contacts=[["right_heel", "floor"], ["right_ball", "floor"], ["left_ball", "floor"]],
        ),
    ),
    "nordic-lean": figure(
        *[
            picture(
                _kneel_tall(lean),
                props=[mat(20, 150), _SEAT, {"kind": "pillow", "at": [2, 0, 0], "size": [30, 4, 50]}, _SOFA],
                moving=["right_thigh", "left_thigh"],
                arrows=[arrow(["head", -24, 20, 0], ["head", -2, 16, 0], bend=-0.15)] if lean > 20 else [],
                contacts=[["right_knee", "pillow"], ["left_knee", "pillow"]],
            )
            for lean in (2, 34)
        ]
    ),
    "inner-thigh-side-plank": figure(
        *[
            picture(
                _side_on_stool(lifted),
                view=[0, 14],
                props=[mat(-10, 180), _STOOL],
                moving=["right_leg"],
                arrows=[arrow(["right_knee", -10, -26, 10], ["right_knee", -10, -8, 10])] if lifted else [],
                contacts=[["right_elbow", "floor"], ["right_hand", "floor"]],
            )
            for lifted in (False, True)
        ]
    ),
    "band-leg-press": figure(
        *[
            picture(
                _push_band(far),
                props=[mat(6, 190), pillow(), *round_sole("band", -18 if far else 4)],
                moving=["right_leg"],
                arrows=[follow("right_ankle", shift=(4, -16))] if far else [],
                contacts=[*SUPINE, ["left_heel", "floor"]],
            )
            for far in (False, True)
        ]
    ),
    "carry-weights": figure(
        picture(
            _carry(_ahead(7), _behind(-7), "left_toes"),
            props=_LOADS,
            moving=["right_leg", "right_arm"],
            contacts=[["right_heel", "floor"], ["left_ball", "floor"]],
        ),
        picture(
            _carry(_behind(7), _ahead(-7), "right_toes"),
            props=_LOADS,
            moving=["left_leg", "left_arm"],
            arrows=[arrow(["head", 20, -6, 0], ["head", 42, -6, 0])],
            contacts=[["left_heel", "floor"], ["right_ball", "floor"]],
        ),
    ),
}
