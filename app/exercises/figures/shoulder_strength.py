"""Figures for strengthening the shoulder: weights, bands and the body's own weight."""

from app.exercises.figures.stage import (
    FEET,
    HOOK_FEET,
    Data,
    arrow,
    both,
    figure,
    follow,
    hand,
    hook_lie,
    mat,
    picture,
    pillow,
    stand,
    wall,
)

_SIDES = (("right", 1), ("left", -1))
_BOTH_ARMS = ["right_arm", "left_arm"]


def _weights(way: list[float]) -> list[Data]:
    return [{"kind": "weight", "at": [f"{side}_hand", 0, 0, 0], "size": way} for side, _ in _SIDES]


def _press(high: float, wide: float, forward: float) -> Data:
    reach = {
        f"{side}_hand": hand([forward, high, z * wide], [0, 1, 0], [1, 0, 0], [0.3, -1, z * 0.6]) for side, z in _SIDES
    }
    return stand(reach=reach, **both(grip=85))


def _bent_row(elbow: float, shoulder: float) -> Data:
    reach = {"left_hand": hand([58, 78, -16], [1, 0, 0], [0, -1, 0], [-0.3, -1, -0.3])}
    return stand(
        52,
        8,
        reach=reach,
        neck=-20,
        right_shoulder=shoulder,
        right_shoulder_out=3,
        right_elbow=elbow,
        right_grip=85,
    )


def _prone(neck: float = -8, **arms: float) -> Data:
    return {
        "angles": {"lean": 90, "thoracic": -2, "neck": neck, **both(ankle=-60, hip=1.5), **arms},
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": {},
    }


def _pull_down(shoulder: float) -> Data:
    return stand(4, 5, **both(shoulder=shoulder, shoulder_out=2, elbow=3, grip=85, forearm=160))


def _knee_push_up(lean: float) -> Data:
    reach = {f"{side}_hand": hand([77, 2.2, z * 22], [1, 0, 0], [0, -1, 0], [-1, 0.3, z * 0.8]) for side, z in _SIDES}
    return {
        "angles": {"lean": lean, "neck": -14, **both(hip=2, knee=94 - lean, ankle=-55)},
        "at": [0, 0, 8],
        "pin": "right_knee",
        "rest": ["right_knee", "left_knee"],
        "reach": reach,
    }


DATA: dict[str, Data] = {
    "diagonal-arm-lift-weights": figure(
        picture(
            stand(**both(shoulder=6, shoulder_out=10, elbow=5, grip=85)),
            view=[58, 10],
            props=_weights([5, 0, 0]),
            moving=_BOTH_ARMS,
            contacts=FEET,
        ),
        picture(
            stand(**both(shoulder=88, shoulder_out=52, elbow=5, grip=85)),
            view=[58, 10],
            props=_weights([0, 5, 0]),
            moving=_BOTH_ARMS,
            arrows=[follow("right_hand", bend=0.2, shift=(-10, -6)), follow("left_hand", bend=-0.2, shift=(10, -6))],
            contacts=FEET,
        ),
    ),
    "side-arm-lift-weights": figure(
        *[
            picture(
                stand(**both(shoulder=2, shoulder_out=out, elbow=6, grip=85)),
                view=[68, 10],
                props=_weights([5, 0, 0]),
                moving=_BOTH_ARMS,
                arrows=[
                    follow("right_hand", bend=0.25, shift=(-8, -8)),
                    follow("left_hand", bend=-0.25, shift=(8, -8)),
                ]
                if out > 50
                else [],
                contacts=FEET,
            )
            for out in (10, 84)
        ]
    ),
    "overhead-press-weights": figure(
        *[
            picture(
                _press(high, wide, forward),
                view="front",
                props=_weights([0, 0, 6]),
                moving=_BOTH_ARMS,
                arrows=[arrow([f"{side}_hand", 0, -34, z * 16], [f"{side}_hand", 0, -6, z * 16]) for side, z in _SIDES]
                if high > 150
                else [],
                contacts=FEET,
            )
            for high, wide, forward in ((143, 26, 10), (192, 19, 2))
        ]
    ),
    "wall-angels": figure(
        *[
            picture(
                stand(0, 6, **both(shoulder=0, shoulder_out=out, shoulder_turn=90, elbow=elbow, forearm=90, grip=6)),
                view="front",
                props=[{"kind": "wall", "at": [-18, 0, 0], "size": [6, 196, 150]}],
                moving=_BOTH_ARMS,
                arrows=[follow("right_hand", shift=(-9, 0), bend=0.1), follow("left_hand", shift=(9, 0), bend=-0.1)]
                if out > 100
                else [],
                contacts=FEET,
            )
            for out, elbow in ((68, 98), (140, 46))
        ]
    ),
    "punch-up-lying": figure(
        *[
            picture(
                hook_lie(arms=False, retract=retract, **both(shoulder=86, shoulder_out=0, elbow=2, grip=85)),
                props=[mat(-14, 160), pillow(), *_weights([0, 0, 6])],
                moving=_BOTH_ARMS,
                arrows=[arrow(["right_hand", -12, -20, 0], ["right_hand", -12, 2, 0])] if retract < 0 else [],
                contacts=HOOK_FEET,
            )
            for retract in (3, -4)
        ]
    ),
    "bent-over-row-weight": figure(
        *[
            picture(
                _bent_row(elbow, shoulder),
                props=[
                    {"kind": "table", "at": [72, 0, -4], "size": [52, 76, 60]},
                    {"kind": "weight", "at": ["right_hand", 0, 0, 0], "size": [6, 0, 0]},
                ],
                moving=["right_arm"],
                arrows=[follow("right_elbow", shift=(-12, 2))] if elbow > 30 else [],
                contacts=[*FEET, ["left_hand", "table"]],
            )
            for elbow, shoulder in ((4, 50), (88, -22))
        ]
    ),
    "band-pull-apart": figure(
        *[
            picture(
                stand(retract=retract, **both(shoulder=86, shoulder_out=out, elbow=5, grip=85, forearm=110)),
                view=[90, 20],
                props=[{"kind": "band", "points": [["right_hand", 1, 0, 0], ["left_hand", 1, 0, 0]]}],
                moving=_BOTH_ARMS,
                arrows=[arrow([f"{side}_hand", 0, 12, -z * 30], [f"{side}_hand", 0, 12, -z * 4]) for side, z in _SIDES]
                if out > 50
                else [],
                contacts=FEET,
            )
            for out, retract in ((2, 0), (76, 4))
        ],
        crop=[-84, 50, 84, 168],
    ),
    "prone-t-lift": figure(
        *[
            picture(
                _prone(retract=retract, **both(shoulder=90, shoulder_out=out, elbow=3, forearm=20, grip=4)),
                view=[62, 24],
                props=[mat(0, 190)],
                moving=_BOTH_ARMS,
                arrows=[follow("right_hand", shift=(-4, 0)), follow("left_hand", shift=(4, 0))] if out > 90 else [],
                contacts=[["pelvis", "floor"], ["right_toe", "floor"]],
            )
            for out, retract in ((82, 0), (106, 5))
        ]
    ),
    "prone-y-lift": figure(
        *[
            picture(
                _prone(retract=retract, **both(shoulder=angle, shoulder_out=28, elbow=3, forearm=90, grip=4)),
                view=[40, 32],
                props=[mat(16, 200)],
                moving=_BOTH_ARMS,
                arrows=[follow("right_hand", shift=(-9, 0)), follow("left_hand", shift=(9, 0))] if angle > 170 else [],
                contacts=[["pelvis", "floor"], ["right_toe", "floor"]],
            )
            for angle, retract in ((168, 0), (184, 3))
        ]
    ),
    "isometric-outward-press": figure(
        picture(
            stand(right_shoulder=2, right_shoulder_out=3, right_elbow=90, right_grip=85),
            view=[112, 14],
            props=[{"kind": "wall", "at": [40, 0, 24], "size": [40, 182, 6]}],
            moving=["right_forearm"],
            arrows=[arrow(["right_hand", 0, 12, -16], ["right_hand", 0, 12, 1])],
            contacts=[*FEET, ["right_hand", "wall"]],
        ),
        crop=[-52, 72, 42, 178],
    ),
    "isometric-forward-press": figure(
        picture(
            stand(right_shoulder=2, right_shoulder_out=3, right_elbow=90, right_grip=85),
            props=[wall(37)],
            moving=["right_forearm", "right_upper_arm"],
            arrows=[arrow(["right_hand", -18, 12, 0], ["right_hand", 2, 12, 0])],
            contacts=FEET,
        ),
        crop=[-40, 72, 54, 178],
    ),
    "band-pull-down": figure(
        *[
            picture(
                _pull_down(shoulder),
                props=[
                    wall(92),
                    *[
                        {"kind": "band", "points": [[f"{s}_hand", 1, 0, 0], [92, 150, z]]}
                        for s, z in (("right", 2), ("left", -2))
                    ],
                ],
                moving=_BOTH_ARMS,
                arrows=[follow("right_hand", bend=-0.22, shift=(8, -6))] if shoulder < 0 else [],
                contacts=FEET,
            )
            for shoulder in (84, -8)
        ]
    ),
    "knee-push-up": figure(
        *[
            picture(
                _knee_push_up(lean),
                props=[mat(26, 150)],
                moving=_BOTH_ARMS,
                arrows=[follow("breast_bone", shift=(-26, 20))] if lean > 70 else [],
                contacts=[["right_knee", "floor"], ["right_hand", "floor"], ["left_hand", "floor"]],
            )
            for lean in (57, 76)
        ]
    ),
    "band-diagonal-lift": figure(
        *[
            picture(
                stand(reach={"right_hand": hand(spot, None, None, bend)}, right_grip=85),
                view="front",
                props=[{"kind": "band", "points": [["right_hand", 0, 0, 0], ["left_ball", 0, 0, 0]]}],
                moving=["right_arm"],
                arrows=[follow("right_hand", bend=-0.15, shift=(6, 0))] if spot[1] > 120 else [],
                contacts=FEET,
            )
            for spot, bend in (([18, 86, -14], [-0.2, -0.5, 1]), ([10, 178, 48], [-0.6, -0.6, 1]))
        ]
    ),
}
