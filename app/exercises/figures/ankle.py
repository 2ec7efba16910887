"""Figures for the ankle and the foot."""

from app.exercises.figures.stage import (
    HOLD_AHEAD,
    HOLDING,
    SUPINE,
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

_BED = [mat(6, 190), pillow()]


def _tiptoe(lift: float) -> Data:
    """Standing with the heels lifted by so many degrees, balls of the feet where they were."""
    return {
        "angles": both(toes=lift, ankle=-lift),
        "at": [11.5, 0, 8],
        "pin": "right_ball",
        "rest": ["right_ball", "left_ball"],
        "reach": HOLD_AHEAD,
    }


def _calf(bent: bool, lean: float, pelvis: list[float], wall_at: float) -> Data:
    """Leaning to a wall, right leg behind with its heel down: straight, or bent for the deep calf muscle."""
    return {
        "angles": {"lean": lean, "neck": -4},
        "at": [*pelvis, 0],
        "rest": [],
        "reach": {
            "right_foot": foot([-14 if bent else -34, 0, 8], bend=[1, 0.2, 0]),
            "left_foot": foot([34, 0, -8], bend=[1, 0.2, 0]),
            "right_hand": hand([wall_at - 2, 126, 18], [0.08, 1, 0], [1, 0, 0], [-0.3, -1, 0.5]),
            "left_hand": hand([wall_at - 2, 126, -18], [0.08, 1, 0], [1, 0, 0], [-0.3, -1, -0.5]),
        },
    }


_AT_WALL = [
    ["right_heel", "floor"],
    ["right_ball", "floor"],
    ["left_heel", "floor"],
    ["right_hand", "wall"],
    ["left_hand", "wall"],
]


def _towel_pull(ankle: float, lean: float) -> Data:
    return {
        "angles": {
            "lean": lean,
            "lumbar": 12,
            "thoracic": 8,
            "neck": 4,
            **both(hip=90 + lean, knee=0, grip=80),
            "right_ankle": ankle,
        },
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": {
            f"{s}_hand": hand([46 if ankle < 5 else 40, 42, z * 12], [1, -0.2, 0], [0, 0, -z], [-0.6, -0.7, z * 0.6])
            for s, z in (("right", 1), ("left", -1))
        },
    }


def _out(turn: float) -> Data:
    """Sitting, seen from the front: the right foot turns outward against a band from the other foot."""
    return sit(
        {"right_foot": foot([40, 0, 9], yaw=-turn), "left_foot": foot([40, 0, -9], yaw=4)},
    )


DATA: dict[str, Data] = {
    "ankle-pumps": figure(
        *[
            picture(
                lie(
                    {"left_foot": foot([26, 0, -10], bend=[0.2, 1, 0])},
                    right_ankle=ankle,
                    right_hip=-0.5 if ankle < 0 else -2,
                ),
                props=_BED,
                moving=["right_foot"],
                arrows=[arrow(["right_ball", 16, *start], ["right_ball", 14, *end], bend=0.25 * way)],
                contacts=SUPINE,
            )
            for ankle, way, start, end in ((-42, -1, [12, 0], [-8, 0]), (22, 1, [-4, 0], [14, 0]))
        ],
        crop=[36, -14, 116, 42],
    ),
    "calf-raise": figure(
        *[
            picture(
                _tiptoe(lift),
                props=[WORKTOP_AHEAD],
                moving=["right_shin", "left_shin", "right_foot", "left_foot"],
                arrows=[arrow(["right_heel", -14, -4, 0], ["right_heel", -14, 20, 0])] if lift else [],
                contacts=[["right_ball", "floor"], ["left_ball", "floor"], *HOLDING],
            )
            for lift in (0, 34)
        ]
    ),
    "calf-stretch-wall": figure(
        picture(
            _calf(False, 14, [4, 80], 68),
            props=[wall(68)],
            moving=["right_shin", "right_foot"],
            arrows=[arrow(["right_heel", -10, 22, 0], ["right_heel", -10, 2, 0])],
            contacts=_AT_WALL,
        ),
    ),
    "soleus-stretch-wall": figure(
        picture(
            _calf(True, 10, [-1, 77.5], 61),
            props=[wall(61)],
            moving=["right_shin", "right_foot"],
            arrows=[
                arrow(["right_knee", -26, 12, 0], ["right_knee", -10, 2, 0]),
                arrow(["right_heel", -12, 22, 0], ["right_heel", -12, 2, 0]),
            ],
            contacts=_AT_WALL,
        ),
    ),
    "towel-calf-stretch": figure(
        picture(_towel_pull(-8, 0), props=[mat(34, 150), *round_sole("towel", 8)], moving=["right_foot", "right_shin"]),
        picture(
            _towel_pull(24, -2),
            props=[mat(34, 150), *round_sole("towel", -24)],
            moving=["right_foot", "right_shin"],
            arrows=[arrow(["right_toe", 12, 10, 0], ["right_toe", -10, 16, 0], bend=0.2)],
        ),
    ),
    "band-ankle-eversion": figure(
        *[
            picture(
                _out(turn),
                view=[90, 42],
                props=[chair(), {"kind": "band", "points": [["right_ball", 1, 2, 3], ["left_ball", 1, 2, -3]]}],
                moving=["right_foot"],
                arrows=[arrow([62, 0, 14], [50, 0, 34], bend=-0.2)] if turn > 10 else [],
                contacts=[["right_heel", "floor"], ["left_heel", "floor"]],
            )
            for turn in (2, 30)
        ],
        crop=[-40, -58, 40, 14],
    ),
    "towel-toe-curls": figure(
        *[
            picture(
                sit({"right_foot": foot([40, 3.4, 11])}, right_toes=toes),
                view=[30, 22],
                props=[chair(), {"kind": "rolled_towel", "at": [50, 0, 12], "size": [32, 3.4, 24]}],
                moving=["right_foot"],
                arrows=[arrow(["right_toe", 18, 8, 0], ["right_toe", 5, 1, 0], bend=0.2)] if toes < 0 else [],
                contacts=[["right_heel", "rolled_towel"]],
            )
            for toes in (8, -40)
        ],
        crop=[6, -32, 76, 28],
    ),
}
