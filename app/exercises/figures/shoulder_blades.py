"""Figures for the muscles that guide the shoulder blades, arms on a wall or on the floor."""

from app.exercises.figures.stage import (
    FEET,
    ON_ALL_FOURS,
    Data,
    arrow,
    both,
    figure,
    follow,
    hand,
    kneel_on_hands,
    mat,
    picture,
    stand,
    wall,
)

_SIDES = (("right", 1), ("left", -1))


def _forearms_on_wall(high: float, bend: list[float]) -> Data:
    """Facing a wall with both forearms on it, thumbs towards the person."""
    reach = {
        f"{side}_hand": hand([25.5, high, z * 17], [0.02, 1, 0], [0, 0, -z], [bend[0], bend[1], z * 0.15])
        for side, z in _SIDES
    }
    return stand(reach=reach)


def _elbows_in(turn: float, retract: float) -> Data:
    """Elbows bent and tucked in, palms up, both forearms turned out by so much."""
    arms = both(shoulder=4, shoulder_out=4, shoulder_turn=turn, elbow=88, forearm=4, grip=80)
    return stand(retract=retract, **arms)


DATA: dict[str, Data] = {
    "band-outward-both": figure(
        *[
            picture(
                _elbows_in(turn, retract),
                view=[90, 16],
                props=[{"kind": "band", "points": [["right_hand", 1, 1, 0], ["left_hand", 1, 1, 0]]}],
                moving=["right_forearm", "left_forearm"],
                arrows=[arrow([f"{side}_hand", 0, 12, -z * 20], [f"{side}_hand", 0, 12, z * 2]) for side, z in _SIDES]
                if turn > 20
                else [],
                contacts=FEET,
            )
            for turn, retract in ((-6, 0), (48, 4))
        ],
        crop=[-66, 64, 66, 172],
    ),
    "wall-forearm-slide": figure(
        *[
            picture(
                _forearms_on_wall(high, bend),
                props=[wall(29)],
                moving=["right_arm", "left_arm"],
                arrows=[follow("right_hand", shift=(16, 0))] if high > 160 else [],
                contacts=FEET,
            )
            for high, bend in ((146, [1, -0.8]), (178, [1, -0.8]))
        ],
        crop=[-44, 72, 54, 192],
    ),
    "shoulder-blade-push": figure(
        *[
            picture(
                kneel_on_hands(lean=lean, lumbar=lumbar, thoracic=thoracic, retract=retract),
                props=[mat(16, 140)],
                moving=["trunk"],
                arrows=[arrow(["chest", 4, 13, 0], ["chest", 4, 30, 0])] if retract < 0 else [],
                contacts=ON_ALL_FOURS,
            )
            for lean, lumbar, thoracic, retract in ((90, 0, -4, 5), (72, 0, 12, -4))
        ]
    ),
}
