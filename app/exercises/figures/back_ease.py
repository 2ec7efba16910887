"""Figures for easing the low back and waking the muscles around the pelvis."""

from app.exercises.figures.hip_strength import prone
from app.exercises.figures.stage import (
    FEET,
    HOOK_FEET,
    SEATED,
    SUPINE,
    Data,
    arrow,
    chair,
    figure,
    foot,
    hand,
    hook_lie,
    lie,
    mat,
    picture,
    pillow,
    sit,
)

_SIDES = (("right", 1), ("left", -1))


def _glide(hips: float, lumbar: float) -> Data:
    """Seen from the front, the right shoulder against a wall, feet away from it; the hips glide to the wall."""
    feet = {f"{side}_foot": foot([0, 0, z * 8 - 12], bend=[1, 0, 0]) for side, z in _SIDES}
    return {
        "angles": {"tilt": 10 - hips * 1.15, "lumbar_side": lumbar, "right_shoulder_out": 14},
        "at": [0, 88 - hips * 0.3, hips],
        "rest": [],
        "reach": {
            **feet,
            "right_hand": hand([14, 134, 31], [0.1, 1, 0], [0, 0, 1], [0.5, -1, 0.1]),
            "left_hand": hand(["left_hip", 2, 8, -8], [0.3, -0.6, 0.5], [0, 0, 1], [-0.4, 0.1, -1]),
        },
    }


DATA: dict[str, Data] = {
    "prone-lying": figure(
        picture(
            prone(0, neck_turn=0),
            props=[mat(-4, 190)],
            moving=["trunk"],
            contacts=[["pelvis", "floor"]],
        ),
    ),
    "side-glide-wall": figure(
        *[
            picture(
                _glide(hips, lumbar),
                view="front",
                props=[{"kind": "wall", "at": [0, 0, 37], "size": [50, 182, 6]}],
                moving=["hips", "trunk"],
                arrows=[arrow(["pelvis", 10, 4, -26], ["pelvis", 10, 4, -8])] if hips else [],
                contacts=FEET,
            )
            for hips, lumbar in ((0, -3), (14, 0))
        ]
    ),
    "slouch-overcorrect": figure(
        picture(
            sit(lean=-16, lumbar=30, thoracic=26, neck=-28, chin=3),
            props=[chair()],
            moving=["trunk"],
            contacts=SEATED,
        ),
        picture(
            sit(lean=8, lumbar=-18, thoracic=-4, neck=6, chin=-1),
            props=[chair()],
            moving=["trunk"],
            arrows=[
                arrow(["waist", -26, 2, 0], ["waist", -12, 4, 0]),
                arrow(["breast_bone", 12, -8, 0], ["breast_bone", 12, 10, 0]),
            ],
            contacts=SEATED,
        ),
    ),
    "pelvic-floor-squeeze": figure(
        picture(
            hook_lie(),
            props=[mat(-14, 160), pillow()],
            moving=["hips", "belly"],
            arrows=[arrow(["pelvis", 20, 0, 0], ["pelvis", 0, 2, 0])],
            contacts=[*SUPINE, *HOOK_FEET],
        ),
    ),
    "buttock-squeeze": figure(
        picture(
            lie(),
            view=[90, 50],
            props=[mat(6, 190), pillow()],
            moving=["hips", "right_thigh", "left_thigh"],
            arrows=[arrow(["pelvis", 4, 4, z * 36], ["pelvis", 4, 4, z * 20]) for _, z in _SIDES],
            contacts=SUPINE,
        ),
    ),
}
