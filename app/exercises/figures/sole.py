"""Figures for the arch and the sole of the foot."""

from app.exercises.figures.stage import Data, arrow, chair, figure, foot, hand, picture, sit


def _toes_back(toes: float) -> Data:
    """Sitting with the right ankle on the left knee, the left hand round the toes and the right round the heel."""
    return sit(
        {
            "right_foot": foot(["left_knee", -5, 10, 4], by="ankle", bend=[0.3, 0.25, 1]),
            "left_hand": hand(["right_ball", 2, 4, -1], [0.2, -0.6, 0.8], [0, -1, 0.3], [-0.6, 0, -1]),
            "right_hand": hand(["right_shin", -1, 6, 2], [0.6, -0.5, -0.6], [0, -1, 0], [-0.6, 0, 1]),
        },
        lean=12,
        neck=14,
        right_toes=toes,
        right_ankle=toes / 3,
    )


DATA: dict[str, Data] = {
    "arch-lift": figure(
        picture(
            sit({"right_foot": foot([40, 0, 11]), "left_foot": foot([22, 0, -11])}),
            view=[12, 12],
            props=[chair()],
            moving=["right_foot"],
            arrows=[
                arrow(["right_ankle", 8, 2, 4], ["right_ankle", 8, 13, 4]),
                arrow(["right_ball", 9, -7, 12], ["right_ball", -6, -7, 12]),
            ],
            contacts=[["right_heel", "floor"], ["right_ball", "floor"]],
        ),
        crop=[8, -20, 78, 36],
    ),
    "sole-stretch": figure(
        *[
            picture(
                _toes_back(toes),
                view=[108, 14],
                props=[chair()],
                moving=["right_foot"],
                arrows=[arrow(["right_toe", 14, -4, 0], ["right_toe", 6, 12, 0], bend=0.25)] if toes > 30 else [],
                contacts=[["pelvis", "chair"], ["left_heel", "floor"]],
            )
            for toes in (0, 60)
        ],
        crop=[-52, -4, 52, 140],
    ),
}
