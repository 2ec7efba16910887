"""Figures for the upper back."""

from app.exercises.figures.stage import (
    ON_ALL_FOURS,
    SEATED,
    Data,
    arrow,
    both,
    chair,
    figure,
    follow,
    hand,
    kneel_on_hands,
    lie_on_side,
    mat,
    picture,
    pillow,
    sit,
)


def _open_book(arm: Data, twist: float) -> Data:
    return lie_on_side(
        {"right_hand": hand([-42, 2.5, 58], [0, 0, 1], [0, 1, 0], [-1, 0.2, 0]), "left_hand": arm},
        thoracic_twist=twist * 0.7,
        lumbar_twist=twist * 0.3,
        neck_turn=twist * 0.7,
        **both(hip=75, knee=80, ankle=-5),
    )


def _arch(lumbar: float, thoracic: float, neck: float, lean: float) -> Data:
    return kneel_on_hands(lean=lean, lumbar=lumbar, thoracic=thoracic, neck=neck)


_HANDS_BEHIND_NECK = {
    f"{side}_hand": hand(["neck", -8.5, 5, z * 2], [-0.5, 0.1, -z], [1, 0, 0], [1, -0.5, z * 0.3])
    for side, z in (("right", 1), ("left", -1))
}


DATA: dict[str, Data] = {
    "thoracic-extension-chair": figure(
        picture(sit(_HANDS_BEHIND_NECK, thoracic=6), props=[chair()], contacts=SEATED, moving=["trunk"]),
        picture(
            sit(_HANDS_BEHIND_NECK, thoracic=-26, neck=-4),
            props=[chair()],
            contacts=SEATED,
            moving=["trunk"],
            arrows=[arrow(["head", 12, 17, 0], ["head", -20, 12, 0], bend=0.2)],
        ),
    ),
    "open-book": figure(
        picture(
            _open_book(hand([-42, 12, 52], [0, 0, 1], [0, -1, 0], [0, 1, 0]), 0),
            view=[0, 58],
            props=[mat(-20, 170), pillow(-72, 12)],
            moving=["left_arm"],
            contacts=[["right_hip", "floor"]],
        ),
        picture(
            _open_book(hand([-48, 20, -70], [0, -0.2, -1], [0, 1, 0], [0, 1, 0]), 55),
            view=[0, 58],
            props=[mat(-20, 170), pillow(-72, 12)],
            moving=["left_arm", "trunk"],
            arrows=[follow("left_hand", bend=0.3)],
            contacts=[["right_hip", "floor"]],
        ),
    ),
    "cat-cow": figure(
        picture(
            _arch(28, 24, 26, 51),
            props=[mat(16, 130)],
            moving=["trunk"],
            arrows=[arrow(["waist", 0, 13, 0], ["waist", 0, 29, 0])],
            contacts=ON_ALL_FOURS,
        ),
        picture(
            _arch(-20, -16, -26, 103),
            props=[mat(16, 130)],
            moving=["trunk"],
            arrows=[arrow(["waist", 0, 28, 0], ["waist", 0, 12, 0])],
            contacts=ON_ALL_FOURS,
        ),
    ),
}
