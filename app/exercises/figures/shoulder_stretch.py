"""Figures for stretching and assisting a stiff shoulder: the wider choice beside `shoulder`."""

from app.exercises.figures.stage import (
    DOWN,
    FEET,
    SEATED,
    Data,
    arrow,
    both,
    chair,
    figure,
    follow,
    hand,
    lean_in,
    lie_on_side,
    mat,
    picture,
    pillow,
    sit,
    stand,
)

_STICK = {"kind": "stick", "points": [["right_hand", 0, 0, 6], ["left_hand", 0, 0, -6]]}
_SLEEPER_LEGS = both(hip=50, knee=75, ankle=-8)


def _door_posts() -> list[Data]:
    return [{"kind": "wall", "at": [9, 0, z * 48], "size": [8, 200, 9]} for z in (-1, 1)]


def _in_doorway(lean: float, out: float) -> Data:
    return lean_in(lean, **both(shoulder=90, shoulder_out=out, elbow=90, grip=6))


def _sleeper(low: bool) -> Data:
    spot = [-22, 25, 28] if low else [-46, 37, 28]
    bend = [-0.5, -0.6, 1] if low else [0, -1, 1]
    reach = {
        "right_hand": hand(spot, None, None, bend),
        "left_hand": hand(["right_hand", -3, 5, -1], [0.3, -0.5, 0.8], [0.3, -1, 0], [0.4, 1, 0.3]),
    }
    return lie_on_side(reach, **_SLEEPER_LEGS)


def _towel_behind(up: float) -> Data:
    return stand(
        reach={
            "right_hand": hand(["head", -9, -2 + up, 8], None, [1, 0, 0], [0.2, 1, 0.7]),
            "left_hand": hand(["waist", -12, -6 + up, 0], None, [-1, 0, 0], [-0.3, -0.6, -1]),
        },
        **both(grip=80),
    )


def _table_slide(lean: float, reach_to: float) -> Data:
    reach = {"right_hand": hand([reach_to, 76, 14], [1, 0, 0], DOWN, [-0.3, -0.6, 0.6])}
    return sit(reach, lean=lean, neck=-lean * 0.2)


def _stick_turn(right: float, left: float) -> Data:
    return stand(
        right_shoulder_turn=right,
        left_shoulder_turn=left,
        **both(shoulder=2, shoulder_out=4, elbow=90, grip=85, forearm=30),
    )


DATA: dict[str, Data] = {
    "doorway-chest-stretch": figure(
        *[
            picture(
                _in_doorway(lean, out),
                view=[48, 10],
                props=_door_posts(),
                moving=["trunk"],
                arrows=[arrow(["breast_bone", 6, 2, 0], ["breast_bone", 36, -2, 0])] if lean else [],
                contacts=[["right_ball", "floor"], ["left_ball", "floor"]],
            )
            for lean, out in ((0, 84), (10, 102))
        ]
    ),
    "sleeper-stretch": figure(
        *[
            picture(
                _sleeper(low),
                view=[-28, 30],
                props=[mat(-10, 170), pillow(-72, 12)],
                moving=["right_forearm"],
                arrows=[follow("right_hand", bend=-0.2, shift=(8, 6))] if low else [],
                contacts=[["right_hip", "floor"]],
            )
            for low in (False, True)
        ],
        crop=[-86, -38, 24, 50],
    ),
    "towel-behind-back-stretch": figure(
        *[
            picture(
                _towel_behind(up),
                view="back",
                props=[{"kind": "towel", "points": [["right_hand", 0, 0, 0], ["left_hand", 0, 0, 0]], "front": True}],
                moving=["left_arm"],
                arrows=[arrow(["right_elbow", 0, -34, 12], ["right_elbow", 0, -10, 12])] if up else [],
                contacts=FEET,
            )
            for up in (0, 13)
        ],
        crop=[-52, 72, 52, 190],
    ),
    "table-slide": figure(
        *[
            picture(
                _table_slide(lean, to),
                props=[
                    chair(),
                    {"kind": "table", "at": [76, 0, 4], "size": [76, 74, 60]},
                    {"kind": "towel", "points": [["right_hand", -9, -2.6, 0], ["right_hand", 13, -2.6, 0]]},
                ],
                moving=["right_arm"],
                arrows=[follow("right_hand", shift=(0, 15))] if lean else [],
                contacts=[*SEATED, ["right_hand", "table"]],
            )
            for lean, to in ((0, 44), (38, 84))
        ]
    ),
    "stick-outward-turn": figure(
        *[
            picture(
                _stick_turn(right, left),
                view="front",
                props=[_STICK],
                moving=["right_forearm"],
                arrows=[follow("right_hand", shift=(0, 16))] if right > 20 else [],
                contacts=FEET,
            )
            for right, left in ((0, 0), (48, -50))
        ],
        crop=[-62, 72, 52, 178],
    ),
    "stick-side-lift": figure(
        picture(
            stand(
                reach={"left_hand": hand([12, 84, -42], [0.2, -1, -0.2], [0.2, 0, 1], [-0.5, -0.2, -1])},
                right_shoulder_out=16,
                right_elbow=3,
                **both(grip=85),
            ),
            view="front",
            props=[_STICK],
            moving=["right_arm"],
            contacts=FEET,
        ),
        picture(
            stand(
                reach={"left_hand": hand([20, 112, 4], [0.4, 0.3, 1], [-0.6, 0.8, 0], [0.2, -1, -1])},
                right_shoulder_out=100,
                right_elbow=3,
                **both(grip=85),
            ),
            view="front",
            props=[_STICK],
            moving=["right_arm"],
            arrows=[follow("right_hand", bend=0.25, shift=(-8, 0))],
            contacts=FEET,
        ),
        crop=[-90, 66, 62, 178],
    ),
    "stick-back-lift": figure(
        *[
            picture(
                stand(**both(shoulder=angle, shoulder_out=2, elbow=3, grip=85, forearm=170)),
                view=[-35, 12],
                props=[{"kind": "stick", "points": [["right_hand", 0, 0, 22], ["left_hand", 0, 0, -22]]}],
                moving=["right_arm", "left_arm"],
                arrows=[follow("right_hand", bend=-0.2, shift=(-4, -7))] if angle < -20 else [],
                contacts=FEET,
            )
            for angle in (-16, -44)
        ],
        crop=[-66, 52, 50, 178],
    ),
}
