"""Figures for moving and stretching the wrist and the hand, and for gliding the nerves of the arm."""

from app.exercises.figures.stage import (
    FEET,
    Data,
    arrow,
    chair,
    figure,
    follow,
    hand,
    picture,
    sit,
    stand,
)

_SIDES = (("right", 1), ("left", -1))
_TABLE = {"kind": "table", "at": [44, 0, 12], "size": [44, 72, 50]}


def _over_edge(wrist: float) -> Data:
    """The right forearm flat on a table, palm down, the hand free beyond its edge."""
    forearm = hand([70.5, 75, 12], None, [0, -1, 0], [-0.6, -0.3, 0.8])
    return sit({"right_hand": forearm}, lean=24, right_forearm=178, right_wrist=wrist, right_grip=14)


def _hand_swung(sideways: float) -> Data:
    """The right forearm upright, palm forward, the hand swung to the thumb's side (less than 0) or the other."""
    long = (1 + sideways**2) ** 0.5
    spot = [24, 120 + 6.4 / long, 38 + 6.4 * sideways / long]
    return stand(reach={"right_hand": hand(spot, [0, 1, sideways], [1, 0, 0], [-0.4, -1, 0.4])}, right_grip=4)


def _prayer(high: float) -> Data:
    reach = {f"{side}_hand": hand([24, high, z * 2.2], [0.05, 1, 0], [0, 0, -z], [-0.1, -0.6, z]) for side, z in _SIDES}
    return stand(reach=reach)


def _fist(grip: float) -> Data:
    """The left hand upright, palm forward."""
    return sit({"left_hand": hand([40, 108, -12], [0, 1, 0], [1, 0, 0], [-0.3, -1, -0.4])}, left_grip=grip)


def _wring(twist: float) -> Data:
    reach = {
        f"{side}_hand": hand([36, 104, z * 9], [1, z * twist, -z * 0.15], [0, -1, 0], [-0.6, -1, z * 0.9])
        for side, z in _SIDES
    }
    return stand(reach=reach, right_grip=88, left_grip=88)


def _twisted_towel(wrung: bool) -> list[Data]:
    """A towel held across in both fists: two folds side by side, or wound round each other."""
    across = [10, 5, -1, -6, -11, -17, -22, -28]  # centimetres to the right of the right fist, end to end
    if wrung:
        heights = [[1.5, 1.5, -1.5, 1.5, -1.5, 1.5, 1.5, 1.5], [-1.5, -1.5, 1.5, -1.5, 1.5, -1.5, -1.5, -1.5]]
    else:
        heights = [[2.0] * 8, [-2.0] * 8]
    return [
        {"kind": "towel", "points": [["right_hand", -6, y, z] for y, z in zip(fold, across, strict=True)]}
        for fold in heights
    ]


def _nerve(wrist: float, head: float) -> Data:
    return stand(
        right_shoulder_out=82,
        right_shoulder=0,
        right_shoulder_turn=80,
        right_elbow=4,
        right_forearm=4,
        right_wrist=wrist,
        right_grip=4,
        neck_side=head,
    )


def _palm_up_bent(wrist: float, reach: Data | None = None) -> Data:
    """The left arm straight ahead, palm up, hand bent back by so much."""
    return stand(
        reach=reach,
        left_shoulder=76,
        left_shoulder_out=-10,
        left_elbow=20,
        left_forearm=2,
        left_wrist=-wrist,
        left_grip=4,
    )


DATA: dict[str, Data] = {
    "wrist-flexor-stretch": figure(
        picture(_palm_up_bent(0), moving=["left_hand", "left_forearm"]),
        picture(
            _palm_up_bent(
                74, {"right_hand": hand(["left_hand", 0.0, -3, 5], [0.1, 0.5, -1], [-1, 0, 0], [-0.2, -1, 0.4])}
            ),
            moving=["left_hand", "left_forearm"],
            arrows=[arrow(["left_hand", 18, 6, 0], ["left_hand", 10, -22, 0], bend=-0.2)],
        ),
        crop=[-22, 96, 94, 176],
    ),
    "wrist-bend-over-edge": figure(
        *[
            picture(
                _over_edge(wrist),
                props=[chair(), _TABLE],
                moving=["right_hand"],
                arrows=arrows,
            )
            for wrist, arrows in (
                (-58, [arrow(["right_wrist", 20, -6, 0], ["right_wrist", 16, 14, 0], bend=0.2)]),
                (62, [arrow(["right_wrist", 20, 8, 0], ["right_wrist", 14, -14, 0], bend=-0.2)]),
            )
        ],
        crop=[30, 54, 96, 98],
    ),
    "wrist-side-to-side": figure(
        *[
            picture(
                _hand_swung(sideways),
                view="front",
                moving=["right_hand"],
                arrows=[arrow(["right_wrist", 0, 21, -sideways * 20], ["right_wrist", 0, 21, sideways * 20], bend=way)],
                contacts=FEET,
            )
            for sideways, way in ((-0.3, 0.2), (0.5, -0.2))
        ],
        crop=[-70, 86, -6, 150],
    ),
    "prayer-stretch": figure(
        *[
            picture(
                _prayer(high),
                view="front",
                moving=["right_hand", "left_hand", "right_forearm", "left_forearm"],
                arrows=[arrow(["right_hand", 0, 28, -2], ["right_hand", 0, 13, -2])] if high < 125 else [],
                contacts=FEET,
            )
            for high in (130, 119)
        ],
        crop=[-52, 72, 52, 178],
    ),
    "make-a-fist": figure(
        *[
            picture(
                _fist(grip),
                view=[40, 8],
                moving=["left_hand"],
                arrows=[arrow(["left_wrist", 4, 21, 0], ["left_wrist", 12, 13, 0], bend=-0.25)] if grip == 45 else [],
            )
            for grip in (-4, 45, 84)
        ],
        crop=[18, 90, 54, 126],
    ),
    "towel-wring": figure(
        *[
            picture(
                _wring(twist),
                view=[90, 24],
                props=_twisted_towel(twist < 0),
                moving=["right_hand", "left_hand"],
                arrows=[
                    arrow(["right_hand", 4, 12, 6], ["right_hand", 4, -12, 8], bend=0.3),
                    arrow(["left_hand", 4, -12, -8], ["left_hand", 4, 12, -6], bend=0.3),
                ]
                if twist < 0
                else [],
                contacts=FEET,
            )
            for twist in (0.3, -0.6)
        ],
        crop=[-44, 58, 44, 132],
    ),
    "median-nerve-glide": figure(
        picture(_nerve(20, -26), view="front", moving=["right_arm"], contacts=FEET),
        picture(
            _nerve(-66, 22),
            view="front",
            moving=["right_arm"],
            arrows=[
                follow("right_fingers", bend=0.2, shift=(-8, 0)),
                arrow(["breast_bone", 0, 48, -22], ["breast_bone", 0, 49, 14], bend=-0.25),
            ],
            contacts=FEET,
        ),
        crop=[-100, 66, 42, 184],
    ),
}
