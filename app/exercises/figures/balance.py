"""Figures for balance and for walking safely."""

from app.exercises.figures.stage import (
    DOWN,
    FEET,
    HOLD_AHEAD,
    HOLD_BESIDE,
    HOLDING,
    LEFT_FOOT,
    SEATED,
    WORKTOP_AHEAD,
    WORKTOP_BESIDE,
    Data,
    arrow,
    both,
    chair,
    figure,
    foot,
    hand,
    on_left_leg,
    picture,
    sit,
    stand,
)


def _rise(step: int) -> Data:
    """Sitting, leaning forward to leave the seat, standing."""
    feet = {f"{s}_foot": foot([32, 0, z * 10], bend=[1, 0.3, 0]) for s, z in (("right", 1), ("left", -1))}
    arms = both(shoulder=(40, 88, 4)[step], elbow=6, shoulder_out=0)
    if step == 0:
        return sit({**feet, "right_hand": None, "left_hand": None}, **both(shoulder=32, elbow=40))
    at = ([0, 0, 0], [6, 64, 0], [32, 89.4, 0])[step]
    lean = (0, 44, 0)[step]
    return {"angles": {"lean": lean, "neck": -lean * 0.5, **arms}, "at": at, "rest": [], "reach": feet}


def _walk(
    right: list[float],
    left: list[float],
    pelvis: list[float],
    right_pitch: float = 0,
    left_pitch: float = 0,
    by: str = "sole",
) -> Data:
    return {
        "angles": {**both(shoulder=4, elbow=14)},
        "at": pelvis,
        "rest": [],
        "reach": {
            "right_foot": foot([*right, 1.5], by=by, pitch=right_pitch, bend=[1, 0.1, 0]),
            "left_foot": foot([*left, -1.5], by="ball" if left_pitch else "sole", pitch=left_pitch, bend=[1, 0.1, 0]),
        },
    }


def _sideways(right: float, left: float) -> Data:
    """Facing a long worktop with slightly bent knees, feet at these places across."""
    middle = (right + left) / 2
    hands = {
        f"{side}_hand": hand([33, 90, middle + z * 20], [1, 0, 0], DOWN, [-0.8, -0.5, z * 0.4])
        for side, z in (("right", 1), ("left", -1))
    }
    return {
        "angles": {"lean": 6},
        "at": [0, 86, middle],
        "rest": [],
        "reach": {
            **hands,
            "right_foot": foot([0, 0, right], bend=[1, 0, 0.1]),
            "left_foot": foot([0, 0, left], bend=[1, 0, -0.1]),
        },
    }


def _march(side: str) -> Data:
    high, low = (side, "left" if side == "right" else "right")
    z = 8 if low == "right" else -8
    pose = stand(
        reach=HOLD_BESIDE,
        **{
            f"{high}_hip": 82,
            f"{high}_knee": 86,
            f"{low}_shoulder": 42,
            f"{high}_shoulder": -24,
            f"{low}_elbow": 60,
            f"{high}_elbow": 50,
        },
    )
    return {**pose, "pin": f"{low}_ankle", "at": [0, 0, z], "rest": [f"{low}_heel", f"{low}_ball"]}


DATA: dict[str, Data] = {
    "sit-to-stand": figure(
        picture(_rise(0), props=[chair()], contacts=SEATED, moving=["right_leg", "left_leg"]),
        picture(
            _rise(1),
            props=[chair()],
            contacts=FEET,
            moving=["right_leg", "left_leg"],
            arrows=[arrow(["head", 20, -8, 0], ["head", 30, 16, 0], bend=0.1)],
        ),
        picture(_rise(2), props=[chair()], contacts=FEET, moving=["right_leg", "left_leg"]),
    ),
    "tandem-stand": figure(
        picture(
            {
                **_walk([13, 0], [-13, 0], [0, 88, 0]),
                "reach": {**_walk([13, 0], [-13, 0], [0, 0, 0])["reach"], **HOLD_BESIDE},
            },
            view=[22, 12],
            props=[WORKTOP_BESIDE],
            moving=["right_foot", "left_foot"],
            contacts=[*FEET, ["left_hand", "worktop"]],
        ),
    ),
    "single-leg-stand": figure(
        picture(
            on_left_leg(HOLD_AHEAD, right_hip=14, right_knee=58, right_ankle=-6),
            props=[WORKTOP_AHEAD],
            moving=["right_leg"],
            arrows=[arrow(["right_ankle", -14, -14, 0], ["right_ankle", -16, 10, 0])],
            contacts=[*LEFT_FOOT, *HOLDING],
        ),
    ),
    "heel-toe-walk": figure(
        picture(
            _walk([13, 0], [-13, 0], [0, 88, 0]),
            view=[22, 12],
            props=[WORKTOP_BESIDE],
            moving=["left_leg"],
            contacts=FEET,
        ),
        picture(
            _walk([13, 0], [18, 14], [12, 88.5, 0]),
            view=[22, 12],
            props=[WORKTOP_BESIDE],
            moving=["left_leg"],
            arrows=[arrow(["left_ankle", -24, 4, 4], ["left_ankle", 20, 0, 4], bend=0.2)],
            contacts=[["right_heel", "floor"]],
        ),
        picture(
            _walk([13, 0], [39, 0], [26, 88, 0]),
            view=[22, 12],
            props=[WORKTOP_BESIDE],
            moving=["left_leg"],
            contacts=FEET,
        ),
        crop=[-38, -12, 66, 170],
    ),
    "side-stepping": figure(
        *[
            picture(
                _sideways(right, left),
                view="back",
                props=[{**WORKTOP_AHEAD, "at": [52, 0, 14], "size": [50, 88, 130]}],
                moving=["right_leg"],
                arrows=[arrow([0, 30, right - 16], [0, 30, right + 16])] if right > 20 else [],
                contacts=[*FEET, *HOLDING],
            )
            for right, left in ((9, -9), (34, -9))
        ]
    ),
    "marching-on-spot": figure(
        *[
            picture(
                _march(high),
                props=[WORKTOP_BESIDE],
                moving=[f"{high}_leg"],
                arrows=[arrow([f"{high}_knee", 15, -22, 0], [f"{high}_knee", 15, 4, 0])],
                contacts=[[f"{low}_heel", "floor"], [f"{low}_ball", "floor"], ["left_hand", "worktop"]],
            )
            for high, low in (("right", "left"), ("left", "right"))
        ]
    ),
}
