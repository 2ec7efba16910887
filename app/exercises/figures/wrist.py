"""Figures for the wrist and the hand."""

from app.exercises.figures.stage import SEATED, Data, arrow, chair, figure, hand, picture, sit, stand


def _bent_hand(wrist: float, reach: Data | None = None) -> Data:
    """The left arm straight ahead, palm down, hand bent by so much."""
    return stand(
        reach=reach,
        left_shoulder=84,
        left_shoulder_out=-10,
        left_elbow=14,
        left_forearm=178,
        left_wrist=wrist,
        left_grip=8,
    )


def _squeeze(grip: float) -> Data:
    """A hand that holds a ball, thumb up, palm to the viewer."""
    return sit(
        {"left_hand": hand([56, 86, -10], [1, 0.1, 0], [0, 0, 1], [-0.5, -1, -0.3]), "right_hand": None}, left_grip=grip
    )


def _curl(wrist: float) -> Data:
    """The right forearm on the thigh, palm up, the hand with a weight just past the knee."""
    forearm = hand(["right_knee", 11, 8.5, 0], None, None, [-0.9, -1, 0.3])
    return sit({"right_hand": forearm}, lean=16, right_forearm=2, right_wrist=wrist, right_grip=85)


DATA: dict[str, Data] = {
    "wrist-extensor-stretch": figure(
        picture(_bent_hand(0), moving=["left_hand", "left_forearm"]),
        picture(
            _bent_hand(
                76, {"right_hand": hand(["left_hand", 1.0, -1, 5], [0.1, 0.5, -1], [-1, 0, 0], [-0.2, -1, 0.4])}
            ),
            moving=["left_hand", "left_forearm"],
            arrows=[arrow(["left_hand", 18, 8, 0], ["left_hand", 12, -18, 0], bend=-0.2)],
        ),
        crop=[-22, 96, 94, 176],
    ),
    "ball-squeeze": figure(
        *[
            picture(
                _squeeze(grip),
                view=[0, 10],
                props=[chair(), {"kind": "ball", "at": ["left_hand", 3.4, -0.2, 4.0], "size": [size, 0, 0]}],
                moving=["left_hand"],
                arrows=[arrow(["left_hand", 19, 4, 4], ["left_hand", 10, 4, 4])] if grip > 50 else [],
            )
            for grip, size in ((28, 3.6), (72, 3.1))
        ],
        crop=[36, 72, 84, 104],
    ),
    "wrist-curl-weight": figure(
        *[
            picture(
                _curl(wrist),
                view=[16, 12],
                props=[chair(), {"kind": "weight", "at": ["right_hand", *held, 0], "size": [0, 0, 8]}],
                moving=["right_hand", "right_forearm"],
                arrows=[arrow(["right_hand", 14, -8, 0], ["right_hand", 12, 14, 0], bend=0.2)] if wrist > 0 else [],
                contacts=SEATED,
            )
            for wrist, held in ((-35, [4, 2.4]), (45, [-2, 3.8]))
        ],
        crop=[-28, 34, 82, 142],
    ),
}
