"""Figures that stretch the hip, and strengthen it off a bench."""

from app.exercises.figures.stage import (
    DOWN,
    HOOK_FEET,
    WORKTOP_BESIDE,
    Data,
    arrow,
    both,
    chair,
    figure,
    foot,
    hand,
    mat,
    picture,
    sit,
)

_HALVES = (("right", 1), ("left", -1))
_BENCH = {"kind": "table", "at": [-52, 0, 0], "size": [40, 36, 80]}
_BED = {"kind": "plinth", "at": [-36, 0, 0], "size": [150, 56, 70]}


def _soles_together() -> Data:
    """Sitting on the floor with the soles together and the knees falling out, hands on the ankles."""
    reach: Data = {}
    for s, z in _HALVES:
        reach[f"{s}_foot"] = foot([32, 8.5, z * 4.5], by="ankle", bend=[0.4, 0.25, z])
        reach[f"{s}_hand"] = hand([f"{s}_ankle", 4, 5, z * 3], [0.8, -0.6, -z * 0.3], DOWN, [-0.6, -0.2, z])
    return {
        "angles": {"lean": 6, "lumbar": 4, **both(foot_out=-20)},
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": reach,
    }


def _ankle_on_knee(lean: float) -> Data:
    """Sitting with the right ankle resting on the left thigh, bowing from the hips."""
    reach = {
        "right_foot": foot(["left_knee", -7, 10, 5], by="ankle", bend=[0.3, 0.25, 1]),
        "right_hand": hand(["right_knee", -8, 7, -2], [0.6, -0.4, 0.6], DOWN, [-0.6, 0, 1]),
        "left_hand": hand(["right_shin", 2, 6, -8], [0.3, -0.4, 0.8], DOWN, [-0.6, 0, -1]),
    }
    return sit(reach, lean=lean, lumbar=lean * 0.1, neck=-lean * 0.3)


def _edge(hugging: bool) -> Data:
    """Lying on the back at the end of a bed: the left knee hugged, the right leg hanging over the edge."""
    reach: Data = {
        "left_foot": foot([49, 86, -9], by="ankle", bend=[-0.8, 1, 0]),
        "left_hand": hand(["left_knee", 6, -4, -4], [0.3, 0.9, 0.2], [-1, 0, 0], [-0.2, -1, -0.6]),
        "right_hand": hand(["left_knee", 6, -2, 6], [0.3, 0.9, -0.4], [-1, 0, 0], [-0.2, -1, 0.8]),
    }
    return {
        "angles": {"lean": -92, "neck": 4, "right_hip": -16, "right_knee": 62, "right_ankle": -18},
        "at": [26, 0, 0],
        "rest": ["pelvis", "chest"],
        "height": 56,
        "reach": reach,
    }


def _thrust(up: bool) -> Data:
    """Shoulder blades on a bench, feet flat: hips low, then level."""
    pose = {"at": [-10, 9.5, 0], "angles": {"lean": -36, "lumbar": -4, "neck": 4}}
    if up:
        pose = {"at": [0, 44, 0], "angles": {"lean": -92, "neck": 40}}
    feet = {f"{s}_foot": foot([42, 0, z * 11], bend=[0.1, 1, 0]) for s, z in _HALVES}
    hands = {f"{s}_hand": hand([f"{s}_hip", 2, 9, z * 3], [1, 0, -z * 0.4], DOWN, [-0.5, 0, z]) for s, z in _HALVES}
    return {**pose, "rest": [], "reach": {**feet, **hands}}


def _split(down: float) -> Data:
    """A long standing step, the right leg behind with its heel up, one hand on a worktop."""
    return {
        "angles": {"lean": 4 - down * 0.7, "lumbar": -2, "right_toes": 40},
        "at": [2 + down * 0.3, 83 - down, 0],
        "rest": [],
        "reach": {
            "left_foot": foot([30, 0, -9], bend=[1, 0.3, 0]),
            "right_foot": foot([-30, 0, 9], by="ball", pitch=44, bend=[1, -0.2, 0]),
            "left_hand": hand([20, 90, -38], [1, 0, 0], DOWN, [-0.6, -0.6, -0.4]),
            "right_hand": hand(["right_hip", 3, 10, 7], [0.6, -0.6, -0.5], [0, 0, -1], [-0.5, 0, 1]),
        },
    }


DATA: dict[str, Data] = {
    "butterfly-stretch": figure(
        picture(
            _soles_together(),
            view=[76, 14],
            props=[mat(14, 110)],
            moving=["right_thigh", "left_thigh"],
            arrows=[
                arrow(["right_knee", 0, 28, 4], ["right_knee", 0, 10, 4]),
                arrow(["left_knee", 0, 28, -4], ["left_knee", 0, 10, -4]),
            ],
            contacts=[["pelvis", "floor"]],
        )
    ),
    "seated-figure-four": figure(
        *[
            picture(
                _ankle_on_knee(lean),
                view=[30, 12],
                props=[chair()],
                moving=["right_leg"],
                arrows=[arrow(["head", 12, 16, 0], ["head", 26, -6, 0], bend=-0.15)] if lean else [],
                contacts=[["pelvis", "chair"], ["left_heel", "floor"]],
            )
            for lean in (0, 20)
        ]
    ),
    "hip-flexor-stretch-bed": figure(
        picture(
            _edge(True),
            props=[_BED, {"kind": "pillow", "at": [-46, 56, 0], "size": [28, 4, 40]}],
            moving=["right_leg"],
            arrows=[arrow(["right_knee", 8, 30, 0], ["right_knee", 8, 10, 0])],
            contacts=[["pelvis", "plinth"], ["chest", "plinth"]],
        )
    ),
    "bench-hip-thrust": figure(
        *[
            picture(
                _thrust(up),
                props=[_BENCH],
                moving=["hips", "right_thigh", "left_thigh"],
                arrows=[arrow(["pelvis", 8, 14, 0], ["pelvis", 8, 34, 0])] if up else [],
                contacts=HOOK_FEET,
            )
            for up in (False, True)
        ]
    ),
    "standing-hip-flexor-stretch": figure(
        *[
            picture(
                _split(down),
                props=[WORKTOP_BESIDE],
                moving=["right_thigh", "hips"],
                arrows=[arrow(["pelvis", -40, 4, 10], ["pelvis", -14, 4, 10])] if down else [],
                contacts=[["left_heel", "floor"], ["right_ball", "floor"], ["left_hand", "worktop"]],
            )
            for down in (0, 10)
        ]
    ),
}
