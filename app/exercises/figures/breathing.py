"""Figures for the breath."""

from app.exercises.figures.stage import HOOK_FEET, SUPINE, Data, arrow, figure, hand, hook_lie, mat, picture, pillow

DATA: dict[str, Data] = {
    "diaphragmatic-breathing": figure(
        *[
            picture(
                hook_lie(
                    {
                        "right_hand": hand(["belly_button", 2, 1.8, 2], [0.2, 0, -1], [0, -1, 0], [0.6, -0.6, 0.8]),
                        "left_hand": hand(["breast_bone", -2, 1.8, 0], [-0.2, 0, 1], [0, -1, 0], [0.6, -0.6, -0.8]),
                    },
                    arms=False,
                    belly=belly,
                ),
                view=[0, 22],
                props=[mat(-14, 160), pillow()],
                moving=["belly"],
                arrows=arrows,
                contacts=[*SUPINE, *HOOK_FEET],
            )
            for belly, arrows in (
                (3.5, [arrow(["belly_button", 2, 8, 0], ["belly_button", 2, 26, 0])]),
                (-1, [arrow(["belly_button", 2, 26, 0], ["belly_button", 2, 8, 0])]),
            )
        ],
        crop=[-98, -16, 34, 52],
    ),
}
