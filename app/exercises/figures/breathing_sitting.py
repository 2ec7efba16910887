"""Figures for breathing in sitting and standing: easing breathlessness and filling the chest."""

from typing import Any

from app.exercises.figures.stage import (
    DOWN,
    FEET,
    SEATED,
    WORKTOP_AHEAD,
    Data,
    arrow,
    both,
    chair,
    figure,
    hand,
    picture,
    pillow,
    sit,
    stand,
)

_SIT = {"props": [chair()], "contacts": SEATED}
_SIDES = (("right", 1), ("left", -1))


def _hands_on_ribs() -> Data:
    return {
        f"{side}_hand": hand(["waist", 7.5, 8, z * 13.5], [0.6, -0.3, -z], [-1, 0, -z * 0.6], [-0.1, -0.7, z])
        for side, z in _SIDES
    }


def _rib_arrows(start: float, end: float) -> list[Data]:
    return [arrow(["chest", 10, 4, z * start], ["chest", 10, 4, z * end]) for _, z in _SIDES]


def _lift_arms(**arms: float) -> dict[str, Any]:
    return sit(hands=False, **both(**arms))


def _hug_pillow(lean: float) -> Data:
    reach = {
        f"{side}_hand": hand(["belly_button", 18, 1, z * 3], [0.1, 0.1, -z], [-1, 0, 0], [-0.7, -1, z])
        for side, z in _SIDES
    }
    return sit(reach, lean=lean, neck=lean / 2, belly=0)


DATA: dict[str, Data] = {
    "pursed-lip-breathing": figure(
        picture(
            sit(belly=3),
            moving=["belly"],
            arrows=[arrow(["face", 22, -4, 0], ["face", 5, -4, 0])],
            **_SIT,
        ),
        picture(
            sit(belly=-1),
            moving=["belly"],
            arrows=[arrow(["face", 3, -8, 0], ["face", 30, -9, 0])],
            **_SIT,
        ),
        crop=[-34, 54, 52, 140],
    ),
    "huff": figure(
        picture(
            sit(belly=3),
            moving=["belly"],
            arrows=[arrow(["face", 22, -4, 0], ["face", 5, -4, 0])],
            **_SIT,
        ),
        picture(
            sit(lean=10, thoracic=8, neck=-6, belly=-3),
            moving=["belly"],
            arrows=[arrow(["face", 3, z, 0], ["face", 26, z * 2 + 4, 0]) for z in (-3, -9)],
            **_SIT,
        ),
        crop=[-34, 46, 66, 140],
    ),
    "side-rib-breathing": figure(
        picture(sit(_hands_on_ribs()), view="front", moving=["trunk"], arrows=_rib_arrows(3, 12), **_SIT),
        picture(sit(_hands_on_ribs()), view="front", moving=["trunk"], arrows=_rib_arrows(12, 3), **_SIT),
        crop=[-56, 42, 56, 142],
    ),
    "breath-with-arm-lift": figure(
        picture(
            _lift_arms(shoulder=6, shoulder_out=12, elbow=8),
            view="front",
            moving=["right_arm", "left_arm"],
            **_SIT,
        ),
        picture(
            _lift_arms(shoulder=0, shoulder_out=158, elbow=4),
            view="front",
            moving=["right_arm", "left_arm"],
            arrows=[
                arrow(["right_shoulder", 0, -14, 42], ["right_shoulder", 0, 40, 32], bend=0.25),
                arrow(["left_shoulder", 0, -14, -42], ["left_shoulder", 0, 40, -32], bend=-0.25),
            ],
            **_SIT,
        ),
    ),
    "forward-lean-sitting": figure(
        picture(
            sit(
                {
                    f"{side}_hand": hand(
                        ["right_knee" if z > 0 else "left_knee", 8, 7, -z * 4], None, None, [-1, -1, z * 0.5]
                    )
                    for side, z in _SIDES
                },
                lean=30,
                lumbar=10,
                thoracic=8,
                neck=-10,
            ),
            moving=["trunk"],
            **_SIT,
        ),
    ),
    "forward-lean-standing": figure(
        picture(
            stand(
                26,
                4,
                reach={
                    f"{side}_hand": hand([52, 90.5, z * 8], [1, 0, -z * 0.2], DOWN, [-1, -1, z * 0.6])
                    for side, z in _SIDES
                },
                lumbar=8,
                thoracic=12,
                neck=-6,
            ),
            props=[WORKTOP_AHEAD],
            moving=["trunk"],
            contacts=[*FEET, ["right_hand", "worktop"]],
        ),
    ),
    "supported-cough": figure(
        picture(
            _hug_pillow(2),
            props=[chair(), {**pillow(), "at": ["belly_button", 9, -9, 0], "size": [15, 44, 40]}],
            moving=["belly"],
            arrows=[arrow(["face", 22, -4, 0], ["face", 5, -4, 0])],
            contacts=SEATED,
        ),
        picture(
            _hug_pillow(16),
            props=[chair(), {**pillow(), "at": ["belly_button", 9, -9, 0], "size": [15, 44, 40]}],
            moving=["belly"],
            arrows=[arrow(["face", 3, -8, 0], ["face", 26, -14, 0])],
            contacts=SEATED,
        ),
        crop=[-30, 36, 66, 142],
    ),
}
