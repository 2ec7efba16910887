"""Figures for keeping steady on the spot."""

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
    follow,
    foot,
    hand,
    on_left_leg,
    picture,
    sit,
    stand,
)

_HALVES = (("right", 1), ("left", -1))


def _shift(z: float) -> Data:
    """Feet apart, hands on a worktop ahead, the weight over the middle or one foot."""
    hands = {
        f"{s}_hand": hand([31, 90, side * 18 + z * 0.5], [1, 0, 0], DOWN, [-0.8, -0.5, side * 0.4])
        for s, side in _HALVES
    }
    feet = {
        "right_foot": foot([0, 0, 18], bend=[1, 0, 0.1]),
        "left_foot": foot([0, 0, -18], bend=[1, 0, 0])
        if not z
        else foot([11.5, 0, -18], by="ball", pitch=26, bend=[1, 0, -0.1]),
    }
    return {
        "angles": {"left_toes": 24 if z else 0},
        "at": [0, 86.5 if not z else 85.5, z],
        "rest": [],
        "reach": {**hands, **feet},
    }


def _reach_toe(x: float, z: float) -> Data:
    """Standing on the bent left leg, the right toes reaching out along the floor."""
    return {
        "angles": {"lean": 12, "neck": -4, "right_toes": 24 if x > -20 else 40},
        "at": [-5, 80, -6],
        "rest": [],
        "reach": {
            "left_foot": foot([0, 0, -8], bend=[1, 0, 0]),
            "right_foot": foot([x, 1, z], by="ball", pitch=24 if x > -20 else 40, bend=[1, 0.2, 0.1]),
            **{
                f"{s}_hand": hand(
                    [f"{s}_hip", 3, 10, side * 7], [0.6, -0.6, -side * 0.5], [0, 0, -side], [-0.5, 0, side]
                )
                for s, side in _HALVES
            },
        },
    }


# A cross of tape on the floor under the foot that stands.
_CROSS = [
    {"kind": "mat", "at": [4, 0, -8], "size": [104, 0, 3]},
    {"kind": "mat", "at": [4, 0, 18], "size": [3, 0, 84]},
]


def _swing(hip: float) -> Data:
    return on_left_leg(HOLD_BESIDE, right_hip=hip, right_knee=6, right_ankle=4)


def _tip(lean: float) -> Data:
    """Standing on the left leg, tipping forward like a seesaw."""
    return on_left_leg(
        {},
        lean,
        left_hip=lean + 8,
        left_knee=14,
        left_ankle=6,
        right_hip=0 if lean > 20 else 16,
        right_knee=4 if lean > 20 else 62,
        right_ankle=-6,
        neck=-lean * 0.4,
        **both(shoulder=lean + 2, elbow=4),
    )


def _turn_head(turn: float) -> Data:
    return {**stand(reach=HOLD_BESIDE, neck_turn=turn)}


def _lean_out(lean: float) -> Data:
    arms = both(shoulder=88 + lean * 0.4, elbow=3, shoulder_out=0, grip=4)
    return {
        "angles": {"lean": lean, **both(hip=lean * 0.7, ankle=lean * 0.3), **arms},
        "at": [0, 0, 8],
        "pin": "right_ankle",
        "rest": ["right_heel", "right_ball", "left_heel", "left_ball"],
    }


def _look_at_thumb(turn: float) -> Data:
    """Standing with the left thumb held out at eye level, the head turned to one side, the eyes still on it."""
    reach = {"left_hand": hand([54, 150, -2], [1, 0, 0], [0, 0, 1], [-0.2, -1, -0.3])}
    return stand(reach=reach, neck_turn=turn, left_grip=80)


# A bed seen from its side, its edge under the knees.
_BED_SIDE = {"kind": "plinth", "at": [-18, 0, -26], "size": [76, 44, 150]}


def _side_drop(down: bool) -> Data:
    """Sitting on the edge of a bed, head half turned to the right; then down on the left side, nose up."""
    if not down:
        return sit(neck_turn=-42)
    return {
        "angles": {"tilt": -82, "neck_turn": -42, "neck_side": -4},
        "at": [0, 0, 0],
        "rest": ["left_hip", "left_shoulder"],
        "height": 44,
        "reach": {
            "right_foot": foot([40, 0, 10], bend=[1, 0.4, 0]),
            "left_foot": foot([38, 0, -12], bend=[1, 0.2, 0]),
            "right_hand": hand([16, 46.5, -38], [0.3, 0, -1], DOWN, [0.4, 1, 0.2]),
            "left_hand": hand([26, 46.5, -66], [0.6, 0, -0.8], DOWN, [0.6, 0.1, 0.4]),
        },
    }


DATA: dict[str, Data] = {
    "sit-to-side-lying": figure(
        *[
            picture(
                _side_drop(down),
                view=[90, 14],
                props=[_BED_SIDE],
                moving=["trunk", "head"],
                arrows=[arrow(["right_shoulder", 0, 34, 36], ["right_shoulder", 0, 16, -8], bend=0.2)] if down else [],
                contacts=[["left_hip", "plinth"]] if down else [["pelvis", "plinth"], ["right_heel", "floor"]],
            )
            for down in (False, True)
        ]
    ),
    "gaze-hold-head-turns": figure(
        *[
            picture(
                _look_at_thumb(turn),
                view=[40, 10],
                moving=["head"],
                arrows=[arrow(["head", 6, 15, turn * 0.4], ["head", 6, 15, -turn * 0.4], bend=turn / 160)],
                contacts=FEET,
            )
            for turn in (26, -26)
        ],
        crop=[-44, 84, 68, 184],
    ),
    "cushion-stand": figure(
        picture(
            {**stand(reach=HOLD_BESIDE), "at": [0, 0, 0], "height": 7},
            view=[50, 14],
            props=[WORKTOP_BESIDE, {"kind": "pillow", "at": [4, 0, -8], "size": [44, 8, 46]}],
            moving=["right_foot", "left_foot"],
            contacts=[["right_heel", "pillow"], ["left_ball", "pillow"], ["left_hand", "worktop"]],
        )
    ),
    "feet-together-stand": figure(
        picture(
            {
                "angles": {},
                "at": [0, 89, 0],
                "rest": [],
                "reach": {**{f"{s}_foot": foot([0, 0, z * 4.2], bend=[1, 0, 0]) for s, z in _HALVES}, **HOLD_BESIDE},
            },
            view=[50, 14],
            props=[WORKTOP_BESIDE],
            moving=["right_foot", "left_foot"],
            contacts=[*FEET, ["left_hand", "worktop"]],
        )
    ),
    "weight-shift-side": figure(
        *[
            picture(
                _shift(z),
                view="back",
                props=[WORKTOP_AHEAD],
                moving=["hips", "right_leg"],
                arrows=[arrow(["pelvis", -12, 4, -10], ["pelvis", -12, 4, 14])] if z else [],
                contacts=[["right_heel", "floor"], ["right_ball", "floor"], ["left_ball", "floor"], *HOLDING],
            )
            for z in (0, 13)
        ]
    ),
    "star-reach": figure(
        *[
            picture(
                _reach_toe(x, z),
                view=[40, 26],
                props=_CROSS,
                moving=["right_leg"],
                arrows=[arrow([8, 2, 10], [x * 0.85, 2, 4 + z * 0.75])],
                contacts=[*LEFT_FOOT],
            )
            for x, z in ((46, -4), (4, 48), (-38, 6))
        ]
    ),
    "leg-swing": figure(
        *[
            picture(
                _swing(hip),
                props=[WORKTOP_BESIDE],
                moving=["right_leg"],
                arrows=[follow("right_toe", bend=-0.2, shift=(0, -9), double=True)] if hip < 0 else [],
                contacts=[*LEFT_FOOT, ["left_hand", "worktop"]],
            )
            for hip in (36, -20)
        ]
    ),
    "single-leg-deadlift": figure(
        *[
            picture(
                _tip(lean),
                moving=["right_leg", "trunk"],
                arrows=[
                    arrow(["right_ankle", 4, -26, 0], ["right_ankle", -2, -6, 0], bend=-0.1),
                    arrow(["head", 14, 22, 0], ["head", 18, 2, 0], bend=-0.15),
                ]
                if lean > 20
                else [],
                contacts=LEFT_FOOT,
            )
            for lean in (2, 64)
        ]
    ),
    "standing-head-turns": figure(
        *[
            picture(
                _turn_head(turn),
                view=[66, 10],
                props=[WORKTOP_BESIDE],
                moving=["head"],
                arrows=[arrow(["head", 8, 15, turn * 0.3], ["head", 8, 15, -turn * 0.3], bend=turn / 400)],
                contacts=[*FEET, ["left_hand", "worktop"]],
            )
            for turn in (50, -50)
        ]
    ),
    "forward-reach": figure(
        *[
            picture(
                _lean_out(lean),
                moving=["right_arm", "left_arm", "trunk"],
                arrows=[arrow(["right_fingers", -8, 14, 0], ["right_fingers", 14, 12, 0])] if lean else [],
                contacts=FEET,
            )
            for lean in (0, 24)
        ]
    ),
}
