"""Figures for the hip."""

from app.exercises.figures.stage import (
    HOLD_AHEAD,
    HOLDING,
    LEFT_FOOT,
    SUPINE,
    WORKTOP_AHEAD,
    Data,
    arrow,
    both,
    figure,
    follow,
    foot,
    hand,
    hook_lie,
    lie_on_side,
    mat,
    on_left_leg,
    picture,
    pillow,
)

_SIDE_BED = [mat(0, 190), pillow(-72, 12)]
_ARMS = {
    "right_hand": hand(["head", 2, -10, 22], [-1, 0, 0.2], [0, -1, 0], [0.5, 0.1, 1]),
    "left_hand": hand([-26, 2.5, 26], [-0.6, 0, 0.6], [0, -1, 0], [0.6, 1, 0.3]),
}


def clam(bend: list[float]) -> Data:
    top = foot(["right_ankle", 0, 8.5, 0], by="ankle", bend=bend)
    return lie_on_side({**_ARMS, "left_foot": top}, right_hip=48, right_knee=85, **both(ankle=-8))


def _lift(out: float) -> Data:
    return lie_on_side(_ARMS, left_hip_out=out, left_hip=-4, right_hip=26, right_knee=40, left_knee=0, left_ankle=4)


def _lunge(thigh: float) -> Data:
    """Kneeling on the right knee, left foot in front; the right thigh leans forward by so much."""
    return {
        "angles": {"right_hip": -thigh, "right_knee": 90 - thigh, "right_ankle": -58},
        "at": [0, 0, 8],
        "pin": "right_knee",
        "rest": ["right_knee"],
        "height": 3.5,  # of the cushion
        "reach": {
            "left_foot": foot([44, 0, -9], bend=[1, 0.4, 0]),
            "left_hand": hand(["left_knee", -9, 8, 0], [1, -0.2, 0], [0, -1, 0], [-1, -0.2, -0.3]),
            "right_hand": hand(["pelvis", 1, 8, 12], [0.5, -0.6, -0.3], [0, 0, -1], [-1, 0, 0.6]),
        },
    }


DATA: dict[str, Data] = {
    "clamshell": figure(
        *[
            picture(
                clam(bend),
                view=[0, 24],
                props=_SIDE_BED,
                moving=["left_leg"],
                arrows=[follow("left_knee", bend=-0.2, shift=(12, 4))] if bend[1] > 0.4 else [],
                contacts=[["right_hip", "floor"]],
            )
            for bend in ([0.4, 0.0, 1.0], [0.5, 1.2, 0.7])
        ]
    ),
    "side-lying-hip-abduction": figure(
        *[
            picture(
                _lift(out),
                view=[0, 16],
                props=_SIDE_BED,
                moving=["left_leg"],
                arrows=[follow("left_ankle", bend=0.12, shift=(14, 4))] if out > 10 else [],
                contacts=[["right_hip", "floor"]],
            )
            for out in (2, 36)
        ]
    ),
    "kneeling-hip-flexor-stretch": figure(
        *[
            picture(
                _lunge(thigh),
                view=[0, 10],
                props=[mat(10, 130), {"kind": "pillow", "at": [-2, 0, 8], "size": [26, 4, 30]}],
                moving=["right_thigh", "hips"],
                arrows=[arrow(["pelvis", -36, 0, 10], ["pelvis", -12, 0, 10])] if thigh > 10 else [],
                contacts=[["right_knee", "pillow"], ["left_heel", "floor"], ["left_ball", "floor"]],
            )
            for thigh in (-2, 20)
        ]
    ),
    "figure-four-stretch": figure(
        picture(
            hook_lie(
                {
                    "left_foot": foot([34, 42, -9], by="ankle", bend=[-0.5, 1, 0]),
                    "right_foot": foot(["left_knee", -9, -3, 1], by="ankle", bend=[0.1, 0.5, 1.0]),
                    "right_hand": hand(["left_thigh", 3, -5, 9], [0.4, 0.7, -0.5], [-0.5, 0.5, 0], [-0.3, -1, 0.8]),
                    "left_hand": hand(["left_thigh", 3, -5, -9], [0.4, 0.7, 0.5], [-0.5, 0.5, 0], [-0.3, -1, -0.8]),
                },
                arms=False,
            ),
            view=[52, 24],
            props=[mat(-14, 150), pillow()],
            moving=["right_leg"],
            arrows=[arrow(["left_knee", 30, 14, 0], ["left_knee", 8, 16, 0])],
            contacts=SUPINE,
        ),
    ),
    "standing-hip-abduction": figure(
        *[
            picture(
                on_left_leg(HOLD_AHEAD, right_hip_out=out, right_ankle=4 if out else 0),
                view="back",
                props=[WORKTOP_AHEAD],
                moving=["right_leg"],
                arrows=[follow("right_ankle", bend=0.12, shift=(2, -9))] if out > 10 else [],
                contacts=[*LEFT_FOOT, *HOLDING],
            )
            for out in (2, 30)
        ]
    ),
    "standing-hip-extension": figure(
        *[
            picture(
                on_left_leg(HOLD_AHEAD, lean, left_hip=lean, right_hip=lean - back, right_knee=3),
                props=[WORKTOP_AHEAD],
                moving=["right_leg"],
                arrows=[follow("right_ankle", bend=-0.12, shift=(-4, -12))] if back > 5 else [],
                contacts=[*LEFT_FOOT, *HOLDING],
            )
            for back, lean in ((0, 2), (24, 5))
        ]
    ),
}
