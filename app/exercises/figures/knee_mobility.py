"""Figures that loosen the knee and the muscles around it."""

from app.exercises.figures.stage import (
    DOWN,
    SEATED,
    SUPINE,
    Data,
    arrow,
    both,
    chair,
    figure,
    foot,
    hand,
    lie,
    mat,
    picture,
    pillow,
    sit,
    stand,
    wall,
)

_HALVES = (("right", 1), ("left", -1))
_BED = [mat(6, 190), pillow()]
_STAIR = {"kind": "step", "at": [70, 0, 4], "size": [40, 30, 50]}


def _prone_pull(knee: float) -> Data:
    """Lying face down, head to the right; the right hand draws the right foot in with a towel."""
    return {
        "angles": {
            "lean": 90,
            "neck": -20,
            **both(hip=1.5, ankle=-50),
            "right_knee": knee,
            "right_ankle": -8,
            "right_grip": 85,
        },
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": {
            "left_hand": hand([64, 3, -6], [0.4, 0, 1], DOWN, [0.3, 0, -1]),
            "right_hand": hand([26, 38, 20], [-0.9, 0.2, 0], [0, 0, -1], [1, 0.4, 0.6]),
        },
    }


_OVER_BACK = {
    "kind": "towel",
    "points": [["right_hand", 2, 0, 0], ["right_ankle", 7, 3, 2], ["right_ankle", 0, 9, 0], ["right_ankle", -6, 2, -2]],
}


def _heel_up() -> Data:
    """Sitting with the right heel on a second chair, nothing under the knee."""
    return sit(
        {"right_foot": foot([80.6, 48.9, 9], by="ankle", bend=[0, 1, 0])},
        right_ankle=8,
        lean=-4,
    )


def _slide_back(x: float) -> Data:
    return sit({"right_foot": foot([x, 0, 11], bend=[1, 0.6, 0])})


def _pushed(x: float, y: float) -> Data:
    """Sitting; the left ankle hooks over the right shin and draws it back."""
    return sit(
        {
            "right_foot": foot([x, y, 7], by="ankle", bend=[1, 0.4, 0]),
            "left_foot": foot([x + 7, y + 1, 1], by="ankle", bend=[1, 0.6, -0.3]),
        },
        left_ankle=8,
    )


def _long_leg(lean: float) -> Data:
    """Sitting on the edge of a chair, the right leg straight with its heel down; bowing from the hips."""
    reach = {
        "right_foot": foot([69, 0, 9], by="heel", pitch=-58, bend=[0, 1, 0]),
        "left_foot": foot([36, 0, -11]),
        "right_hand": hand(["right_thigh", 8 + lean * 0.3, 9 - lean * 0.1, 0], [1, -0.5, 0], DOWN, [-1, 0, 0.6]),
    }
    return sit(reach, lean=lean, neck=-lean * 0.5)


def _heel_on_step(lean: float) -> Data:
    """Standing on the left leg with the right heel on a step, bowing from the hips."""
    pose = stand(lean, neck=-lean * 0.5)
    return {
        **pose,
        "pin": "left_ankle",
        "at": [0, 0, -8],
        "rest": ["left_heel", "left_ball"],
        "reach": {
            "right_foot": foot([62, 30, 8], by="heel", pitch=-34, bend=[0.3, 1, 0]),
            **{
                f"{s}_hand": hand(["right_thigh", 0, 10, z * 4], [0.8, -0.6, 0], DOWN, [-1, 0.2, z]) for s, z in _HALVES
            },
        },
    }


def _up_wall(y: float) -> Data:
    """Lying with the right foot flat on a wall, sliding down it."""
    return lie(
        {
            "right_foot": foot([58, y, 9], pitch=-90, bend=[-0.3, 1, 0]),
            "left_foot": foot([58, 70, -9], pitch=-90, bend=[-0.3, 1, 0]),
        },
    )


DATA: dict[str, Data] = {
    "prone-quad-stretch": figure(
        picture(
            _prone_pull(112),
            props=[mat(-4, 190), _OVER_BACK],
            moving=["right_leg"],
            arrows=[arrow(["right_ankle", -12, 20, 0], ["right_ankle", 16, 15, 0], bend=0.2)],
            contacts=[["pelvis", "floor"]],
        )
    ),
    "heel-prop": figure(
        picture(
            _heel_up(),
            props=[chair(), {"kind": "chair", "at": [95, 0, 9], "size": [42, 44, 44], "turn": 180}],
            moving=["right_leg"],
            arrows=[arrow(["right_knee", 4, 30, 0], ["right_knee", 4, 9, 0])],
            contacts=[["pelvis", "chair"], ["left_heel", "floor"]],
        )
    ),
    "seated-knee-slide": figure(
        *[
            picture(
                _slide_back(x),
                props=[chair(2)],
                moving=["right_shin", "right_foot"],
                arrows=[arrow([62, 14, 14], [34, 14, 14])] if x < 40 else [],
                contacts=SEATED[:1],
            )
            for x in (56, 24)
        ]
    ),
    "seated-knee-bend-assisted": figure(
        *[
            picture(
                _pushed(x, y),
                props=[chair(2)],
                moving=["right_shin", "right_foot"],
                arrows=[arrow(["left_ankle", 30, 4, 0], ["left_ankle", 8, 0, 0])] if x < 40 else [],
                contacts=SEATED[:1],
            )
            for x, y in ((50, 14), (25, 16))
        ]
    ),
    "seated-hamstring-stretch": figure(
        *[
            picture(
                _long_leg(lean),
                props=[chair()],
                moving=["right_leg"],
                arrows=[arrow(["head", 14, 12, 0], ["head", 26, -8, 0], bend=-0.15)] if lean > 10 else [],
                contacts=[["pelvis", "chair"], ["left_heel", "floor"], ["right_heel", "floor"]],
            )
            for lean in (2, 28)
        ]
    ),
    "hamstring-stretch-step": figure(
        *[
            picture(
                _heel_on_step(lean),
                props=[_STAIR],
                moving=["right_leg"],
                arrows=[arrow(["head", 14, 12, 0], ["head", 26, -8, 0], bend=-0.15)] if lean > 10 else [],
                contacts=[["left_heel", "floor"], ["left_ball", "floor"], ["right_heel", "step"]],
            )
            for lean in (2, 30)
        ]
    ),
    "wall-knee-slide": figure(
        *[
            picture(
                _up_wall(y),
                props=[mat(-20, 150), pillow(), wall(58, 98)],
                moving=["right_leg"],
                arrows=[arrow([42, 76, 12], [42, 54, 12])] if y < 50 else [],
                contacts=SUPINE,
            )
            for y in (70, 38)
        ]
    ),
}
