"""Figures for the shoulder and the upper back."""

from collections.abc import Sequence

from app.exercises.figures.stage import (
    FEET,
    HOOK_FEET,
    SUPINE,
    Data,
    arrow,
    both,
    figure,
    follow,
    hand,
    hook_lie,
    lean_in,
    lie_on_side,
    mat,
    picture,
    pillow,
    stand,
    wall,
)

UPPER = [-52, 72, 52, 178]


def _pendulum(swing: float) -> Data:
    reach = {"left_hand": hand([58, 78, -16], [1, 0, 0], [0, -1, 0], [-0.3, -1, -0.3])}
    return stand(58, 6, reach=reach, neck=-20, right_shoulder=64 + swing, right_shoulder_out=0, right_elbow=2)


_TABLE = {"kind": "table", "at": [72, 0, -4], "size": [52, 76, 60]}


def _post(z: float) -> Data:
    """What a band is fixed to, beside the person."""
    return {"kind": "wall", "at": [14, 0, z], "size": [10, 182, 6]}


def _pull_in(turn: float) -> Data:
    return stand(
        right_shoulder=2,
        right_shoulder_out=3,
        right_shoulder_turn=turn,
        right_elbow=90,
        right_grip=80,
        right_forearm=90,
    )


def _turn_up(turn: float) -> Data:
    return lie_on_side(
        _HEAD_ON_ARM,
        left_shoulder=4,
        left_shoulder_out=8,
        left_shoulder_turn=turn,
        left_elbow=90,
        left_forearm=80,
        left_grip=70,
        **both(hip=40, knee=70, ankle=-10),
    )


_HEAD_ON_ARM = {"right_hand": hand(["head", 2, -10, 22], [-1, 0, 0.2], [0, -1, 0], [0.5, 0.1, 1])}
_LIGHT_WEIGHT = {"kind": "weight", "at": ["left_hand", 0, -1, 2], "size": [6, 0, 2]}
_ROLL = {"kind": "rolled_towel", "at": ["left_elbow", 2, -14, -1], "size": [16, 8, 12]}


def _row(spot: Sequence[float], elbow: Sequence[float]) -> Data:
    reach = {
        f"{side}_hand": hand([spot[0], spot[1], z * 14], [1, 0.0, 0], [0, 0, -z], [elbow[0], elbow[1], z * 0.15])
        for side, z in (("right", 1), ("left", -1))
    }
    return stand(4, 6, reach=reach, **both(grip=85))


_ROW_BANDS = [
    {"kind": "band", "points": [[f"{s}_hand", 1, 0, 0], [92, 112, z]]} for s, z in (("right", 2), ("left", -2))
]


def _push(lean: float) -> Data:
    reach = {
        f"{side}_hand": hand([78, 128, z * 22], [0.08, 1, 0], [1, 0, 0], [-0.4, -1, z * 0.6])
        for side, z in (("right", 1), ("left", -1))
    }
    return lean_in(lean, reach=reach)


DATA: dict[str, Data] = {
    "pendulum-swing": figure(
        picture(_pendulum(22), props=[_TABLE], moving=["right_arm"], contacts=[*FEET, ["left_hand", "table"]]),
        picture(
            _pendulum(-22),
            props=[_TABLE],
            moving=["right_arm"],
            arrows=[follow("right_fingers", bend=-0.16, shift=(0, -9), double=True)],
            contacts=[*FEET, ["left_hand", "table"]],
        ),
    ),
    "stick-flexion-lying": figure(
        *[
            picture(
                hook_lie(arms=False, **both(shoulder=angle, shoulder_out=4, elbow=2, grip=85, forearm=170)),
                view=[40, 18],
                props=[
                    mat(-14, 160),
                    pillow(),
                    {"kind": "stick", "points": [["right_hand", 0, 0, 15], ["left_hand", 0, 0, -15]]},
                ],
                moving=["right_arm", "left_arm"],
                arrows=[follow("right_hand", bend=0.22, shift=(-4, 12))] if angle > 90 else [],
                contacts=[*SUPINE, *HOOK_FEET],
            )
            for angle in (42, 150)
        ]
    ),
    "wall-finger-walk": figure(
        *[
            picture(
                stand(reach={"right_hand": hand([42, high, 12], [0.15, 1, 0], [1, 0, 0], [-0.2, -1, 0.3])}, neck=neck),
                props=[wall(44)],
                moving=["right_arm"],
                arrows=[follow("right_hand", shift=(14, 0))] if high > 150 else [],
                contacts=[*FEET, ["right_hand", "wall"]],
            )
            for high, neck in ((126, 4), (173, -14))
        ],
        crop=[-38, 72, 70, 190],
    ),
    "band-external-rotation": figure(
        *[
            picture(
                _pull_in(turn),
                view="front",
                props=[_post(-64), {"kind": "band", "points": [["right_hand", 1, 0, 0], [16, 107, -61]]}],
                moving=["right_forearm"],
                arrows=[follow("right_hand", shift=(0, 12), bend=0.1)] if turn > 0 else [],
                contacts=FEET,
            )
            for turn in (-48, 46)
        ],
        crop=[-58, 72, 68, 178],
    ),
    "band-internal-rotation": figure(
        *[
            picture(
                _pull_in(turn),
                view="front",
                props=[_post(76), {"kind": "band", "points": [["right_hand", 1, 0, 0], [16, 107, 73]]}],
                moving=["right_forearm"],
                arrows=[follow("right_hand", shift=(0, 12), bend=-0.1)] if turn < 0 else [],
                contacts=FEET,
            )
            for turn in (48, -48)
        ],
        crop=[-80, 72, 36, 178],
    ),
    "side-lying-external-rotation": figure(
        *[
            picture(
                _turn_up(turn),
                view=[0, 18],
                props=[mat(-10, 170), pillow(-72, 12), _ROLL, _LIGHT_WEIGHT],
                moving=["left_forearm"],
                arrows=[follow("left_hand", shift=(14, 0), bend=0.15)] if turn > 0 else [],
                contacts=[["right_hip", "floor"]],
            )
            for turn in (-38, 62)
        ],
        crop=[-98, -16, 40, 66],
    ),
    "band-row": figure(
        *[
            picture(
                _row(spot, elbow),
                props=[wall(92), *_ROW_BANDS],
                moving=["right_arm", "left_arm"],
                arrows=[arrow(["right_elbow", 26, 13, 0], ["right_elbow", -2, 13, 0])] if spot[0] < 40 else [],
                contacts=FEET,
            )
            for spot, elbow in (([58, 112], [-0.2, -1]), ([28, 108], [-1, -0.4]))
        ]
    ),
    "wall-push-up": figure(
        *[
            picture(
                _push(lean),
                props=[wall(80)],
                moving=["right_arm", "left_arm"],
                arrows=[arrow(["chest", -40, 12, 0], ["chest", -18, 3, 0])] if lean > 20 else [],
                contacts=[["right_ball", "floor"], ["right_hand", "wall"], ["left_hand", "wall"]],
            )
            for lean in (13, 22)
        ]
    ),
    "cross-body-stretch": figure(
        picture(
            stand(
                reach={
                    "right_hand": hand([28, 134, -34], None, [0, -1, 0], [0.6, -0.6, 0.2]),
                    "left_hand": hand(["right_elbow", 5, 1, -2], [0.2, 1, 0.3], [-1, 0, 0], [0.2, -1, -0.6]),
                },
                neck_turn=-12,
            ),
            view="front",
            moving=["right_arm"],
            arrows=[arrow(["right_elbow", 10, -16, 22], ["right_elbow", 10, -16, 0])],
            contacts=[*FEET],
        ),
        crop=UPPER,
    ),
}
