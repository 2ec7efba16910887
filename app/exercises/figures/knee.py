"""Figures for the knee and the thigh."""

from app.exercises.figures.stage import (
    FEET,
    HOLD_AHEAD,
    HOLD_BESIDE,
    HOLDING,
    LEFT_FOOT,
    SEATED,
    SUPINE,
    WORKTOP_AHEAD,
    WORKTOP_BESIDE,
    Data,
    arrow,
    bent_leg,
    both,
    chair,
    figure,
    follow,
    foot,
    hand,
    lie,
    mat,
    on_left_leg,
    picture,
    pillow,
    round_sole,
    sit,
    stand,
)

_BED = [mat(6, 190), pillow()]


def _long_sit(knee: float, toes: float) -> Data:
    """Sitting on the mat with straight legs, leaning back on both hands."""
    return {
        "angles": {
            "lean": -22,
            "lumbar": 6,
            "neck": 12,
            "left_hip": 67,
            "right_hip": 66 + knee / 2,
            "right_knee": knee,
            "left_knee": 0,
            "right_ankle": toes,
        },
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": {
            f"{s}_hand": hand([-44, 2.2, z * 24], [-0.8, 0, z * 0.5], [0, -1, 0], [-1, 0.1, 0])
            for s, z in (("right", 1), ("left", -1))
        },
    }


def _slide(x: float) -> Data:
    return lie(bent_leg("right", x))


def _raise(hip: float) -> Data:
    return lie({**bent_leg("left", 42)}, right_hip=hip, right_ankle=6)


def _againstwall(down: float) -> Data:
    """Sliding down a wall behind, feet in front of it."""
    return {
        "angles": {**both(shoulder=6, elbow=6)},
        "at": [10, 90 - down, 0],
        "rest": [],
        "reach": {
            **{f"{s}_foot": foot([52, 0, z * 10], bend=[1, 0.2, 0]) for s, z in (("right", 1), ("left", -1))},
            **(
                {
                    f"{s}_hand": hand([f"{s}_knee", -16, 9.0, 0], [1, -0.1, 0], [0, -1, 0], [-0.5, -1, z * 0.3])
                    for s, z in (("right", 1), ("left", -1))
                }
                if down > 20
                else {}
            ),
        },
    }


def _climb(up: bool) -> Data:
    """Right foot on the step; then the body over it."""
    if not up:
        return {
            "angles": {"lean": 8, "left_ankle": 0},
            "at": [-3, 89, 0],
            "rest": [],
            "reach": {
                "right_foot": foot([30, 18, 8], bend=[1, 0.3, 0]),
                "left_foot": foot([-8, 0, -8], bend=[1, 0, 0]),
            },
        }
    return {
        "angles": {"lean": 3},
        "at": [29, 106.4, 0],
        "rest": [],
        "reach": {"right_foot": foot([30, 18, 8], bend=[1, 0.3, 0]), "left_foot": foot([28, 18, -8], bend=[1, 0, 0])},
    }


def _hamstring(angle: float) -> Data:
    return lie(
        {
            "right_hand": hand([-11, 56, 13], [0.55, 0.8, 0], [0, 0, -1], [0.2, -1, 0.8]),
            "left_hand": hand([-11, 55, 0], [0.55, 0.8, 0], [0, 0, 1], [0.2, -1, -0.8]),
            **bent_leg("left"),
        },
        arms=False,
        right_hip=angle,
        right_ankle=12,
        right_knee=3,
        right_shoulder=70,
        **both(grip=80),
    )


DATA: dict[str, Data] = {
    "quad-set": figure(
        picture(
            _long_sit(14, 0),
            props=[mat(22, 170), {"kind": "rolled_towel", "at": ["right_knee", 0, -14, 0], "size": [14, 9, 18]}],
            moving=["right_thigh"],
        ),
        picture(
            _long_sit(5, 22),
            props=[mat(22, 170), {"kind": "rolled_towel", "at": ["right_knee", 0, -11, 0], "size": [15, 7, 18]}],
            moving=["right_thigh"],
            arrows=[
                arrow(["right_knee", -3, 28, 0], ["right_knee", -3, 8, 0]),
                arrow(["right_toe", 12, 6, 0], ["right_toe", -10, 12, 0], bend=0.2),
            ],
        ),
    ),
    "straight-leg-raise": figure(
        *[
            picture(
                _raise(hip),
                props=_BED,
                moving=["right_leg"],
                arrows=[follow("right_ankle", bend=0.12, shift=(14, 0))] if hip > 0 else [],
                contacts=[*SUPINE, ["left_heel", "floor"], *([["right_heel", "floor"]] if hip < 0 else [])],
            )
            for hip in (-2, 38)
        ]
    ),
    "heel-slide": figure(
        picture(
            lie(), props=_BED, moving=["right_leg"], contacts=[*SUPINE, ["right_heel", "floor"], ["left_heel", "floor"]]
        ),
        picture(
            _slide(36),
            props=_BED,
            moving=["right_leg"],
            arrows=[arrow([82, 14, 12], [58, 14, 12])],
            contacts=[*SUPINE, ["right_heel", "floor"], ["left_heel", "floor"]],
        ),
    ),
    "seated-knee-extension": figure(
        picture(sit(), props=[chair()], moving=["right_shin", "right_foot"], contacts=SEATED),
        picture(
            sit({"right_foot": foot([79, 51, 9], by="ankle", bend=[0.3, 1, 0])}, right_ankle=8),
            props=[chair()],
            moving=["right_shin", "right_foot"],
            arrows=[follow("right_ankle", bend=-0.16, shift=(9, -6))],
            contacts=[["pelvis", "chair"], ["left_heel", "floor"]],
        ),
    ),
    "wall-sit": figure(
        *[
            picture(
                _againstwall(down),
                props=[{"kind": "wall", "at": [-3, 0, 0], "size": [6, 182, 70]}],
                moving=["right_thigh", "left_thigh"],
                arrows=[arrow(["chest", 34, 14, 0], ["chest", 34, -14, 0])] if down > 20 else [],
                contacts=[*FEET, ["pelvis", "wall"], ["chest", "wall"]],
            )
            for down in (11, 40)
        ]
    ),
    "mini-squat": figure(
        *[
            picture(
                stand(lean, bend, reach=HOLD_AHEAD, neck=-lean * 0.6),
                props=[WORKTOP_AHEAD],
                moving=["right_leg", "left_leg"],
                arrows=[arrow(["pelvis", -22, 20, 0], ["pelvis", -26, -8, 0])] if bend else [],
                contacts=[*FEET, *HOLDING],
            )
            for lean, bend in ((0, 0), (22, 24))
        ]
    ),
    "step-up": figure(
        picture(
            _climb(False),
            props=[{"kind": "step", "at": [40, 0, 0], "size": [44, 18, 50]}],
            moving=["right_leg"],
            contacts=[["right_heel", "step"], ["right_ball", "step"], ["left_heel", "floor"], ["left_ball", "floor"]],
        ),
        picture(
            _climb(True),
            props=[{"kind": "step", "at": [40, 0, 0], "size": [44, 18, 50]}],
            moving=["right_leg"],
            arrows=[arrow([2, 92, 0], [2, 122, 0])],
            contacts=[["right_heel", "step"], ["right_ball", "step"], ["left_heel", "step"], ["left_ball", "step"]],
        ),
    ),
    "hamstring-stretch-lying": figure(
        picture(
            _hamstring(72),
            props=[*_BED, *round_sole("towel", -84)],
            moving=["right_leg"],
            arrows=[arrow(["right_ankle", 30, -6, 0], ["right_ankle", 8, 0, 0], bend=0.1)],
            contacts=[*SUPINE, ["left_heel", "floor"]],
        ),
    ),
    "standing-hamstring-curl": figure(
        *[
            picture(
                on_left_leg(HOLD_AHEAD, right_knee=knee, right_hip=-2, right_ankle=-4),
                props=[WORKTOP_AHEAD],
                moving=["right_shin", "right_foot"],
                arrows=[follow("right_ankle", bend=-0.2, shift=(-8, -8))] if knee > 20 else [],
                contacts=[*LEFT_FOOT, *HOLDING],
            )
            for knee in (0, 92)
        ]
    ),
    "standing-quad-stretch": figure(
        picture(
            on_left_leg(
                {
                    **HOLD_BESIDE,
                    "right_hand": hand(["right_ankle", -1, 3, 3], [0.2, -0.8, -0.3], [1, 0, 0], [-1, 0, 0.5]),
                },
                right_knee=136,
                right_hip=-6,
                right_ankle=-30,
            ),
            props=[WORKTOP_BESIDE],
            moving=["right_leg"],
            arrows=[arrow(["right_heel", -24, -10, 0], ["right_heel", -14, 12, 0], bend=-0.15)],
            contacts=[*LEFT_FOOT, ["left_hand", "worktop"]],
        ),
    ),
}
