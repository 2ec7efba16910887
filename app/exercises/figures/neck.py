"""Figures for the neck and the shoulder blades."""

from app.exercises.figures.stage import SEAT, SEATED, Data, arrow, both, chair, figure, hand, picture, sit

BUST = [-42, 58, 42, 140]  # head, shoulders and chest of somebody who sits
SIDE_BUST = [-34, 58, 46, 140]
_STOOL = {"kind": "table", "at": [4, 0, 0], "size": [40, SEAT, 40]}
_ON_STOOL = [["pelvis", "table"], ["right_heel", "floor"], ["left_heel", "floor"]]
_ARMS_DOWN = both(elbow=14, shoulder=4, shoulder_out=12)

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
                {
                    "right_hand": hand(["head", -1, 9, -6], [0.0, -0.5, -1], [0, -1, 0.5], [0.2, 0.4, 1]),
                    "left_hand": hand([4, 46, -24], [0.1, -1, 0], [0, 0, 1], [-0.4, 0, -1]),
                },
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
        picture(sit(hands=False, **_ARMS_DOWN), view="back", props=[_STOOL], moving=["trunk"], contacts=_ON_STOOL),
        picture(
            sit(hands=False, retract=5, **both(elbow=14, shoulder=-10, shoulder_out=16)),
            view="back",
            props=[_STOOL],
            moving=["trunk"],
            arrows=[
                arrow(["breast_bone", -20, 6, 22], ["breast_bone", -20, 6, 7]),
                arrow(["breast_bone", -20, 6, -22], ["breast_bone", -20, 6, -7]),
            ],
            contacts=_ON_STOOL,
        ),
        crop=[-46, 34, 46, 142],
    ),
}
