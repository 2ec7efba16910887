"""Figures for the neck and the shoulder blades."""

from app.exercises.figures.stage import SEATED, Data, arrow, both, chair, figure, hand, picture, sit, stand

BUST = [-42, 58, 42, 140]  # head, shoulders and chest of somebody who sits
SIDE_BUST = [-34, 58, 46, 140]
SHOULDERS = [-48, 76, 48, 176]  # the same of somebody who stands

_SIT = {"props": [chair()], "contacts": SEATED}

DATA: dict[str, Data] = {
    "chin-tuck-sitting": figure(
        picture(sit(chin=3.5, neck=10, nod=-12), moving=["head", "neck"], **_SIT),
        picture(
            sit(chin=-3, neck=2, nod=8),
            moving=["head", "neck"],
            arrows=[arrow(["face", 20, -4, 0], ["face", 4, -4, 0])],
            **_SIT,
        ),
        crop=SIDE_BUST,
    ),
    "neck-rotation-sitting": figure(
        picture(sit(), view="front", moving=["head", "neck"], **_SIT),
        picture(
            sit(neck_turn=60),
            view="front",
            moving=["head", "neck"],
            arrows=[arrow(["head", 6, 13, 10], ["head", 6, 11, -14], bend=0.25)],
            **_SIT,
        ),
        crop=BUST,
    ),
    "neck-side-bend-stretch": figure(
        picture(sit(), view="front", moving=["head", "neck"], **_SIT),
        picture(
            sit(
                {"right_hand": hand(["head", -1, 9, -6], [0.0, -0.5, -1], [0, -1, 0.5], [0.2, 0.4, 1])},
                neck_side=32,
            ),
            view="front",
            moving=["head", "neck"],
            arrows=[arrow(["left_shoulder", 0, 18, -6], ["left_shoulder", 0, 5, -6])],
            **_SIT,
        ),
        crop=BUST,
    ),
    "neck-isometric-side-press": figure(
        picture(
            sit({"right_hand": hand(["head", 0, 0, 11.5], [-0.1, 1, -0.2], [0, 0, -1], [0.1, -1, 0.7])}),
            view="front",
            moving=["head", "neck"],
            arrows=[
                arrow(["head", 0, 15, -4], ["head", 0, 15, 11]),
                arrow(["head", 0, -2, 36], ["head", 0, -2, 18]),
            ],
            **_SIT,
        ),
        crop=BUST,
    ),
    "shoulder-blade-squeeze": figure(
        picture(stand(**both(elbow=85, shoulder=10, shoulder_out=12)), view="back", moving=["trunk"]),
        picture(
            stand(retract=5, **both(elbow=85, shoulder=-12, shoulder_out=16)),
            view="back",
            moving=["trunk"],
            arrows=[
                arrow(["breast_bone", -20, 6, 22], ["breast_bone", -20, 6, 7]),
                arrow(["breast_bone", -20, 6, -22], ["breast_bone", -20, 6, -7]),
            ],
        ),
        crop=SHOULDERS,
    ),
}
