"""Figures for moving, stretching and strengthening the neck: the wider choice beside `neck`."""

from app.exercises.figures.neck import BUST
from app.exercises.figures.stage import (
    HOOK_FEET,
    ON_ALL_FOURS,
    SEATED,
    SUPINE,
    Data,
    arrow,
    both,
    chair,
    figure,
    hand,
    hook_lie,
    kneel_on_hands,
    mat,
    picture,
    pillow,
    sit,
)

_SIT = {"props": [chair()], "contacts": SEATED}
_HEAD = ["head", "neck"]
_ARMS_DOWN = both(elbow=14, shoulder=4, shoulder_out=12)
_TALL_BUST = [-42, 58, 42, 146]  # room for an arrow over the head
_LYING_BUST = [-94, -6, 6, 46]

_HANDS_BEHIND_HEAD = {
    f"{side}_hand": hand(["head", -11.5, 0, z * 5], [-0.1, 0.35, -z], [1, 0, 0], [0.1, -0.25, z])
    for side, z in (("right", 1), ("left", -1))
}


def _towel_ends(head: str) -> list[Data]:
    """A towel round the back of the neck, one strip to each hand."""
    return [
        {"kind": "towel", "points": [[f"{side}_hand", 0, 0, 0], [head, 1, 1, z * 6], [head, -6, 0, z * 2]]}
        for side, z in (("right", 1), ("left", -1))
    ]


def _pull_towel(neck: float) -> Data:
    reach = {
        f"{side}_hand": hand([30, 122, z * 10], [0.6, 0.8, 0], [0, 0, -z], [-0.3, -1, z * 0.5])
        for side, z in (("right", 1), ("left", -1))
    }
    return sit(reach, neck=neck, **both(grip=85))


def _rolled_shoulders(shrug: float, retract: float) -> Data:
    return sit(hands=False, shrug=shrug, retract=retract, **both(elbow=16, shoulder=-4 - retract, shoulder_out=8))


DATA: dict[str, Data] = {
    "neck-bend-forward-back": figure(
        picture(sit(), moving=_HEAD, **_SIT),
        picture(
            sit(neck=42, nod=10),
            moving=_HEAD,
            arrows=[arrow(["face", 10, 20, 0], ["face", 14, -2, 0], bend=-0.2)],
            **_SIT,
        ),
        picture(
            sit(neck=-34, nod=-8),
            moving=_HEAD,
            arrows=[arrow(["face", 18, -12, 0], ["face", 12, 8, 0], bend=0.2)],
            **_SIT,
        ),
        crop=[-27, 44, 39, 142],
    ),
    "neck-side-bend-sitting": figure(
        picture(sit(neck_side=34), view="front", moving=_HEAD, **_SIT),
        picture(sit(), view="front", moving=_HEAD, **_SIT),
        picture(
            sit(neck_side=-34),
            view="front",
            moving=_HEAD,
            arrows=[arrow(["breast_bone", 0, 47, 16], ["breast_bone", 0, 41, -24], bend=0.25)],
            **_SIT,
        ),
        crop=[-34, 46, 34, 146],
    ),
    "levator-scapulae-stretch": figure(
        picture(sit(neck_turn=35), view="front", moving=_HEAD, **_SIT),
        picture(
            sit(
                {
                    "left_hand": hand(["head", -4, 9.5, 0], [-0.6, 0.1, 0.7], [0.4, -1, 0.2], [0.3, 0.2, -1]),
                    "right_hand": hand([4, 46, 24], [0.1, -1, 0], [0, 0, -1], [-0.4, 0, 1]),
                },
                neck_turn=40,
                neck=40,
            ),
            view="front",
            moving=_HEAD,
            arrows=[arrow(["breast_bone", 2, 10, 1], ["breast_bone", 2, -3, -11])],
            **_SIT,
        ),
        crop=BUST,
    ),
    "neck-isometric-forward-press": figure(
        picture(
            sit({"right_hand": hand(["head", 12.5, 4, 1], [0.1, 1, -0.15], [-1, 0, 0], [0.5, -1, 0.6])}),
            moving=_HEAD,
            arrows=[
                arrow(["head", -8, 15, 0], ["head", 8, 15, 0]),
                arrow(["head", 32, 3, 0], ["head", 18, 3, 0]),
            ],
            **_SIT,
        ),
        crop=[-34, 58, 50, 142],
    ),
    "neck-isometric-back-press": figure(
        picture(
            sit(_HANDS_BEHIND_HEAD),
            view=[38, 8],
            moving=_HEAD,
            arrows=[
                arrow(["head", 9, 14, 0], ["head", -11, 14, 0]),
                arrow(["head", -42, -3, 0], ["head", -22, -1, 0]),
            ],
            **_SIT,
        ),
        crop=[-50, 56, 46, 142],
    ),
    "neck-isometric-turn-press": figure(
        picture(
            sit({"right_hand": hand(["head", 6, 0, 10], [-0.1, 1, -0.1], [-0.4, 0, -1], [0.2, -1, 0.7])}),
            view="front",
            moving=_HEAD,
            arrows=[
                arrow(["head", 0, 15, -10], ["head", 0, 13, 14], bend=-0.3),
                arrow(["head", 0, -2, 36], ["head", 0, -2, 18]),
            ],
            **_SIT,
        ),
        crop=_TALL_BUST,
    ),
    "chin-tuck-lying": figure(
        picture(hook_lie(chin=2, neck=-2, nod=-12), props=[mat(-14, 160), pillow()], moving=_HEAD, contacts=HOOK_FEET),
        picture(
            hook_lie(chin=-3, neck=4, nod=10),
            props=[mat(-14, 160), pillow()],
            moving=_HEAD,
            arrows=[arrow(["face", -3, 12, 0], ["face", 16, 1, 0], bend=-0.25)],
            contacts=[*SUPINE, *HOOK_FEET],
        ),
        crop=_LYING_BUST,
    ),
    "head-lift-lying": figure(
        picture(hook_lie(chin=-2, neck=4, nod=10), props=[mat(-14, 160), pillow()], moving=_HEAD, contacts=HOOK_FEET),
        picture(
            hook_lie(chin=-2, neck=30, nod=12),
            props=[mat(-14, 160), pillow()],
            moving=_HEAD,
            arrows=[arrow(["head", -15, -5, 0], ["head", -12, 12, 0], bend=0.15)],
            contacts=HOOK_FEET,
        ),
        crop=_LYING_BUST,
    ),
    "chin-tuck-hands-knees": figure(
        picture(kneel_on_hands(neck=34, chin=3), props=[mat(16, 140)], moving=_HEAD, contacts=ON_ALL_FOURS),
        picture(
            kneel_on_hands(neck=-2, chin=-3, nod=6),
            props=[mat(16, 140)],
            moving=_HEAD,
            arrows=[arrow(["head", 21, -13, 0], ["head", 21, 5, 0], bend=0.1)],
            contacts=ON_ALL_FOURS,
        ),
    ),
    "towel-neck-extension": figure(
        picture(_pull_towel(4), props=[chair(), *_towel_ends("neck")], moving=_HEAD, contacts=SEATED),
        picture(
            _pull_towel(-32),
            props=[chair(), *_towel_ends("neck")],
            moving=_HEAD,
            arrows=[arrow(["head", 12, 18, 0], ["head", -12, 15, 0], bend=0.2)],
            contacts=SEATED,
        ),
        crop=[-40, 58, 52, 144],
    ),
    "shoulder-shrug": figure(
        picture(sit(hands=False, **_ARMS_DOWN), view="front", moving=["trunk"], **_SIT),
        picture(
            sit(hands=False, shrug=8, **_ARMS_DOWN),
            view="front",
            moving=["trunk"],
            arrows=[
                arrow([f"{side}_shoulder", 0, -4, z * 12], [f"{side}_shoulder", 0, 12, z * 12])
                for side, z in (("right", 1), ("left", -1))
            ],
            **_SIT,
        ),
        crop=BUST,
    ),
    "shoulder-rolls": figure(
        picture(
            _rolled_shoulders(7, -3),
            moving=["right_upper_arm", "left_upper_arm"],
            arrows=[arrow(["right_shoulder", 14, -16, 0], ["right_shoulder", 14, 4, 0], bend=0.1)],
            **_SIT,
        ),
        picture(
            _rolled_shoulders(0, 6),
            moving=["right_upper_arm", "left_upper_arm"],
            arrows=[arrow(["right_shoulder", -8, 14, 0], ["right_shoulder", -14, -12, 0], bend=0.3)],
            **_SIT,
        ),
        crop=[-40, 58, 40, 140],
    ),
}
