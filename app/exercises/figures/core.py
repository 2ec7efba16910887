"""Figures for strength and control of the trunk."""

from app.exercises.figures.back import bridge
from app.exercises.figures.stage import (
    DOWN,
    FEET,
    HOOK_FEET,
    SUPINE,
    Data,
    arrow,
    both,
    figure,
    follow,
    foot,
    hand,
    hips_back,
    hook_lie,
    lie,
    mat,
    picture,
    pillow,
    stand,
)

_BED = [mat(-14, 160), pillow()]
_LONG_BED = [mat(6, 186), pillow()]
_HALVES = (("right", 1), ("left", -1))


def _forearms(x: float) -> Data:
    """Both forearms flat on the floor, elbows near x, pointing forward."""
    return {f"{s}_hand": hand([x + 31, 2.2, z * 15], [1, 0, 0], DOWN, [-0.4, -1, z * 0.2]) for s, z in _HALVES}


def _plank(lean: float, lumbar: float, reach: Data, **legs: float) -> Data:
    """Face down, head to the right, resting on the forearms and on toes or knees at x = 0."""
    return {
        "angles": {"lean": lean, "lumbar": lumbar, "neck": -8, **legs},
        "at": [0, 0, 8],
        "pin": "right_knee" if "right_knee" in legs else "right_ball",
        "rest": ["right_knee", "left_knee"] if "right_knee" in legs else ["right_ball", "right_toe"],
        "reach": reach,
    }


def _side_plank() -> Data:
    """Side plank on the right forearm and foot, facing the viewer."""
    return {
        "angles": {
            "lean": -74,
            "twist": -90,
            "lumbar_side": -2,
            "thoracic_side": -1,
            "neck_side": 4,
            "left_hip_out": -7,
            **both(ankle=8),
        },
        "at": [34, 0, 0],
        "pin": "right_ankle",
        "rest": ["right_ankle", "right_hip"],
        "reach": {
            "right_hand": hand([-98, 2.2, 29], [0.1, 0, 1], DOWN, [0, -1, -0.3]),
            "left_hand": hand(["left_hip", -4, 8, 2], [0.7, -0.7, 0.3], DOWN, [-0.3, 1, 0.2]),
        },
    }


_TABLE_TOP = {f"{s}_foot": foot([38, 51, z * 9], by="ankle", bend=[-0.3, 1, 0]) for s, z in _HALVES}


def _swim(lifted: bool) -> Data:
    """Lying face down, head to the right, arms overhead; the left arm and right leg lift."""
    up = 1 if lifted else 0
    return {
        "angles": {
            "lean": 90,
            "thoracic": -9 * up,
            "neck": -22 - 4 * up,
            **both(hip=1.5, ankle=-58, shoulder_out=10, elbow=2, grip=4, shoulder=172),
            "right_hip": 1.5 - 18 * up,
            "right_shoulder": 172 + 6 * up,
            "left_shoulder": 172 + 13 * up,
        },
        "at": [0, 0, 0],
        "rest": ["pelvis"],
    }


def _weights() -> list[Data]:
    return [{"kind": "weight", "at": [f"{s}_hand", 0.5, -1, 0], "size": [7, 0, 0]} for s, _ in _HALVES]


def _hinge(lean: float, back: float) -> Data:
    arms = both(shoulder=lean * 0.84 + 6, elbow=4, shoulder_out=0, grip=85, forearm=90)
    return stand(lean, neck=-lean * 0.35, **(arms | (hips_back(lean, back) if back else {})))


def _press(x: float) -> Data:
    """Both hands together before the breast bone, at x."""
    return {
        f"{s}_hand": hand([x, 128, z * 1.8], [1, 0.1, -0.2 * z], [0, 0, -z], [-0.4, -1, z * 0.8]) for s, z in _HALVES
    }


DATA: dict[str, Data] = {
    "front-plank": figure(
        picture(
            _plank(83.5, 0, _forearms(125), **both(toes=62, ankle=16)),
            props=[mat(70, 190)],
            moving=["trunk", "hips"],
            contacts=[["right_elbow", "floor"], ["left_elbow", "floor"], ["right_ball", "floor"]],
        )
    ),
    "front-plank-knees": figure(
        picture(
            _plank(72, 0, _forearms(83), **both(knee=20, ankle=-55)),
            props=[mat(34, 170)],
            moving=["trunk", "hips"],
            contacts=[["right_elbow", "floor"], ["left_elbow", "floor"], ["right_knee", "floor"]],
        )
    ),
    "side-plank": figure(
        picture(
            _side_plank(),
            view=[0, 16],
            props=[mat(-16, 190)],
            moving=["trunk", "hips"],
            arrows=[arrow(["pelvis", -4, 16, 0], ["pelvis", -4, 34, 0])],
            contacts=[["right_ankle", "floor"], ["right_elbow", "floor"]],
        )
    ),
    "single-leg-bridge": figure(
        *[
            picture(
                {**pose, "reach": {k: v for k, v in pose["reach"].items() if k != "right_foot"}}
                | {"angles": {**pose["angles"], "right_hip": hip, "right_knee": 3, "right_ankle": 8}},
                props=_LONG_BED,
                moving=["hips", "right_leg", "left_thigh"],
                arrows=[arrow(["pelvis", -10, 16, 0], ["pelvis", -10, 34, 0])] if hip < 10 else [],
                contacts=[["left_heel", "floor"], ["left_ball", "floor"]],
            )
            for pose, hip in ((hook_lie(feet_at=44), 36), (bridge(32), 2))
        ]
    ),
    "toe-taps-lying": figure(
        *[
            picture(
                lie({**_TABLE_TOP, "right_foot": leg}),
                props=_BED,
                moving=["right_leg"],
                arrows=[follow("right_ankle", bend=-0.12, shift=(12, 0))] if leg["by"] == "ball" else [],
                contacts=[*SUPINE, *([["right_ball", "floor"]] if leg["by"] == "ball" else [])],
            )
            for leg in (_TABLE_TOP["right_foot"], foot([58, 0, 9], by="ball", pitch=18, bend=[-0.2, 1, 0]))
        ]
    ),
    "curl-up": figure(
        *[
            picture(
                hook_lie(
                    {
                        f"{s}_hand": hand([f"{s}_knee", back, up, 0], [0.75, 0.65, 0], [0.6, -0.8, 0], [-0.4, -0.4, z])
                        for s, z in _HALVES
                    },
                    lean=-90,
                    thoracic=curl,
                    lumbar=curl * 0.25,
                    neck=4 + curl * 0.3,
                ),
                props=_BED,
                moving=["trunk", "head"],
                arrows=[follow("head", bend=0.15, shift=(-4, 14))] if curl else [],
                contacts=[["pelvis", "floor"], *HOOK_FEET],
            )
            for curl, back, up in ((0, -26, -12), (34, -9, 3))
        ]
    ),
    "prone-arm-leg-lift": figure(
        *[
            picture(
                _swim(lifted),
                props=[mat(20, 220)],
                moving=["left_arm", "right_leg"],
                arrows=[
                    arrow(["left_fingers", -2, -10, 0], ["left_fingers", -4, 12, 0]),
                    arrow(["right_ankle", 6, -8, 0], ["right_ankle", 6, 14, 0]),
                ]
                if lifted
                else [],
                contacts=[["pelvis", "floor"]],
            )
            for lifted in (False, True)
        ]
    ),
    "deadlift-weight": figure(
        *[
            picture(
                _hinge(lean, back),
                props=_weights(),
                moving=["trunk", "hips"],
                arrows=[arrow(["pelvis", 0, 16, 0], ["pelvis", -24, 12, 0])] if lean else [],
                contacts=FEET,
            )
            for lean, back in ((0, 0), (62, 24))
        ]
    ),
    "band-anti-rotation-press": figure(
        *[
            picture(
                stand(0, 6, reach=_press(x)),
                view=[50, 14],
                props=[
                    {"kind": "wall", "at": [0, 0, 84], "size": [6, 182, 60], "turn": 90},
                    {"kind": "band", "points": [["right_hand", 2, 0, 0], [12, 128, 81]]},
                ],
                moving=["right_arm", "left_arm"],
                arrows=[follow("right_hand", shift=(4, -14))] if x > 40 else [],
                contacts=FEET,
            )
            for x in (19, 58)
        ],
    ),
}
