"""Figures that strengthen and loosen the ankle and the foot."""

from app.exercises.figures.stage import (
    HOLD_AHEAD,
    HOLDING,
    WORKTOP_AHEAD,
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
    round_sole,
    sit,
    wall,
)

_HALVES = (("right", 1), ("left", -1))
_BED = [mat(6, 190), pillow()]
_LOWER_LEG = [36, -14, 116, 42]
_FROM_ABOVE = [-40, -58, 40, 14]


def _one_tiptoe(lift: float) -> Data:
    """Standing on the right leg, its heel lifted by so many degrees."""
    return {
        "angles": {"right_toes": lift, "right_ankle": -lift, "left_hip": 12, "left_knee": 62, "left_ankle": -8},
        "at": [11.5, 0, 8],
        "pin": "right_ball",
        "rest": ["right_ball"],
        "reach": HOLD_AHEAD,
    }


def _bent_tiptoe(lift: float) -> Data:
    """Standing with bent knees, the heels lifted by so many degrees."""
    return {
        "angles": {"lean": 6, **both(hip=28, knee=44, toes=lift, ankle=22 - lift)},
        "at": [11.5, 0, 8],
        "pin": "right_ball",
        "rest": ["right_ball", "left_ball"],
        "reach": HOLD_AHEAD,
    }


def _over_edge(lift: float) -> Data:
    """Standing on the edge of a step on the balls of the feet: heels up (positive) or hanging below."""
    hands = {f"{s}_hand": hand([46, 150, z * 18], [0.1, 1, 0], [1, 0, 0], [-0.4, -1, z * 0.5]) for s, z in _HALVES}
    return {
        "angles": both(toes=lift, ankle=-lift),
        "at": [11.5, 18, 8],
        "pin": "right_ball",
        "rest": ["right_ball", "left_ball"],
        "height": 18,
        "reach": hands,
    }


def _flat_leg(**angles: float) -> Data:
    return lie({"left_foot": foot([26, 0, -10], bend=[0.2, 1, 0])}, True, **angles)


def _pedal(ankle: float) -> Data:
    """Sitting on the floor with a band round the right foot, both hands holding its ends."""
    return {
        "angles": {
            "lean": -4,
            "lumbar": 10,
            "thoracic": 6,
            "neck": 4,
            **both(hip=86, knee=0, grip=80),
            "right_ankle": ankle,
        },
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": {
            f"{s}_hand": hand([30, 38, z * 12], [1, -0.2, 0], [0, 0, -z], [-0.6, -0.7, z * 0.6]) for s, z in _HALVES
        },
    }


def _knee_to_wall(near: bool) -> Data:
    """Facing a wall, the right foot in front: the knee goes to the wall while the heel stays down."""
    hands = {f"{s}_hand": hand([43, 122, z * 18], [0.1, 1, 0], [1, 0, 0], [-0.4, -1, z * 0.5]) for s, z in _HALVES}
    return {
        "angles": {"lean": 6 if near else 2, "left_toes": 22},
        "at": [5, 76.5, 0] if near else [-8, 83.5, 0],
        "rest": [],
        "reach": {
            **hands,
            "right_foot": foot([20, 0, 8], bend=[1, 0.1, 0]),
            "left_foot": foot([-24, 0, -8], by="ball", pitch=26, bend=[1, 0, 0]),
        },
    }


def _seated_feet(pitch: float, by: str) -> Data:
    """Sitting with the heels (by "ball") or the toes (by "heel") lifted."""
    x = 51.5 if by == "ball" else 35.5
    feet = {f"{s}_foot": foot([x, 0, z * 11], by=by, pitch=pitch, bend=[0.4, 1, 0]) for s, z in _HALVES}
    return sit(feet, **both(toes=max(pitch, 0)))


def _on_heels(lift: float) -> Data:
    """Standing with the back against a wall, the front of both feet lifted."""
    return {
        "angles": {},
        "at": [10, 88, 0],
        "rest": [],
        "reach": {f"{s}_foot": foot([23, 0, z * 9], by="heel", pitch=-lift, bend=[1, 0, 0]) for s, z in _HALVES},
    }


def _ball_under(x: float) -> Data:
    return sit({"right_foot": foot([x, 8.6, 11], bend=[0.5, 1, 0]), "left_foot": foot([30, 0, -11], bend=[0.5, 1, 0])})


DATA: dict[str, Data] = {
    "single-leg-calf-raise": figure(
        *[
            picture(
                _one_tiptoe(lift),
                props=[WORKTOP_AHEAD],
                moving=["right_shin", "right_foot"],
                arrows=[arrow(["right_heel", -14, -6, 0], ["right_heel", -14, 16, 0])] if lift else [],
                contacts=[["right_ball", "floor"], *HOLDING],
            )
            for lift in (0, 32)
        ]
    ),
    "bent-knee-calf-raise": figure(
        *[
            picture(
                _bent_tiptoe(lift),
                props=[WORKTOP_AHEAD],
                moving=["right_shin", "left_shin", "right_foot", "left_foot"],
                arrows=[arrow(["right_heel", -14, -4, 0], ["right_heel", -14, 18, 0])] if lift else [],
                contacts=[["right_ball", "floor"], ["left_ball", "floor"], *HOLDING],
            )
            for lift in (0, 32)
        ]
    ),
    "heel-drop-step": figure(
        *[
            picture(
                _over_edge(lift),
                props=[{"kind": "step", "at": [28, 0, 0], "size": [38, 18, 50]}, wall(48, 190)],
                moving=["right_shin", "left_shin", "right_foot", "left_foot"],
                arrows=[arrow(["right_heel", -12, 20, 0], ["right_heel", -12, -4, 0])] if lift < 0 else [],
                contacts=[["right_ball", "step"], ["left_ball", "step"], ["right_hand", "wall"]],
            )
            for lift in (30, -30)
        ]
    ),
    "ankle-circles": figure(
        picture(
            _flat_leg(right_ankle=-8),
            props=_BED,
            moving=["right_foot"],
            arrows=[
                arrow(["right_ball", 8, -6, 0], ["right_ball", 8, 20, 0], bend=-0.45),
                arrow(["right_ball", 2, 21, 0], ["right_ball", 2, -7, 0], bend=-0.45),
            ],
            contacts=[["pelvis", "floor"]],
        ),
        crop=_LOWER_LEG,
    ),
    "band-ankle-up-pull": figure(
        *[
            picture(
                _flat_leg(right_ankle=ankle, right_hip=0),
                props=[*_BED, {"kind": "band", "points": [["right_ball", 1.5, 3, 0], [140, 12, 9]]}],
                moving=["right_foot"],
                arrows=[arrow(["right_toe", 14, 4, 0], ["right_toe", -6, 12, 0], bend=0.25)] if ankle > 0 else [],
                contacts=[["pelvis", "floor"]],
            )
            for ankle in (-34, 16)
        ],
        crop=_LOWER_LEG,
    ),
    "band-ankle-push-down": figure(
        *[
            picture(
                _pedal(ankle),
                props=[mat(34, 150), *round_sole("band", -ankle)],
                moving=["right_foot", "right_shin"],
                arrows=[arrow(["right_toe", -4, 16, 0], ["right_toe", 12, 4, 0], bend=-0.25)] if ankle < 0 else [],
            )
            for ankle in (10, -38)
        ]
    ),
    "band-ankle-inversion": figure(
        *[
            picture(
                sit({"right_foot": foot([40, 0, 11], yaw=turn), "left_foot": foot([40, 0, -16], yaw=4)}),
                view=[90, 42],
                props=[chair(), {"kind": "band", "points": [["right_ball", 1, 2, 0], [54, 3, 80]]}],
                moving=["right_foot"],
                arrows=[arrow([62, 0, 14], [58, 0, -8], bend=0.25)] if turn > 10 else [],
                contacts=[["right_heel", "floor"], ["left_heel", "floor"]],
            )
            for turn in (-14, 24)
        ],
        crop=_FROM_ABOVE,
    ),
    "knee-to-wall": figure(
        *[
            picture(
                _knee_to_wall(near),
                props=[wall(45)],
                moving=["right_shin", "right_foot"],
                arrows=[arrow(["right_knee", -28, 16, 0], ["right_knee", -8, 14, 0])] if near else [],
                contacts=[["right_heel", "floor"], ["right_ball", "floor"], ["right_hand", "wall"]],
            )
            for near in (False, True)
        ]
    ),
    "seated-calf-raise": figure(
        *[
            picture(
                _seated_feet(pitch, "ball"),
                props=[chair()],
                moving=["right_shin", "right_foot", "left_shin", "left_foot"],
                arrows=[arrow(["right_heel", -14, -6, 0], ["right_heel", -14, 14, 0])] if pitch else [],
                contacts=[["pelvis", "chair"], ["right_ball", "floor"], ["left_ball", "floor"]],
            )
            for pitch in (0, 34)
        ]
    ),
    "seated-toe-raise": figure(
        *[
            picture(
                _seated_feet(pitch, "heel"),
                props=[chair()],
                moving=["right_shin", "right_foot", "left_shin", "left_foot"],
                arrows=[arrow(["right_toe", 10, -8, 0], ["right_toe", 8, 12, 0], bend=0.1)] if pitch else [],
                contacts=[["pelvis", "chair"], ["right_heel", "floor"], ["left_heel", "floor"]],
            )
            for pitch in (0, -24)
        ]
    ),
    "toe-raise-wall": figure(
        *[
            picture(
                _on_heels(lift),
                props=[wall(-6)],
                moving=["right_foot", "left_foot", "right_shin", "left_shin"],
                arrows=[arrow(["right_toe", 10, -8, 0], ["right_toe", 8, 14, 0], bend=0.1)] if lift else [],
                contacts=[["right_heel", "floor"], ["left_heel", "floor"]],
            )
            for lift in (0, 24)
        ]
    ),
    "ball-foot-roll": figure(
        *[
            picture(
                _ball_under(x),
                props=[chair(), {"kind": "ball", "at": [x / 2 + 24, 4.4, 15], "size": [4.4, 0, 0]}],
                moving=["right_foot"],
                arrows=[arrow([30, -2, 26], [70, -2, 26], double=True)] if x > 42 else [],
                contacts=[["pelvis", "chair"], ["left_heel", "floor"]],
            )
            for x in (34, 48)
        ],
        crop=[-6, -14, 84, 60],
    ),
}
