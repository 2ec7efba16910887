"""Figures for the low back and the breath."""

from app.exercises.figures.stage import (
    DOWN,
    FEET,
    HOOK_FEET,
    ON_ALL_FOURS,
    SUPINE,
    Data,
    arrow,
    both,
    figure,
    follow,
    foot,
    hand,
    hook_lie,
    kneel_on_hands,
    lie,
    mat,
    picture,
    pillow,
    stand,
)

_BED = [mat(-14, 160), pillow()]
_LONG_BED = [mat(6, 186), pillow()]


def _hug(knee_at: list[float], ankle_at: list[float]) -> Data:
    """One knee held towards the chest by both hands."""
    x, y = knee_at
    reach = {
        "right_foot": foot([ankle_at[0], ankle_at[1], 9], by="ankle", bend=[-0.8, 1, 0]),
        "right_hand": hand([x, y, 15], [0.35, 0.9, -0.2], [-1, 0, 0], [-0.2, -1, 0.6]),
        "left_hand": hand([x, y + 1, 2], [0.35, 0.9, 0.2], [-1, 0, 0], [-0.2, -1, -0.6]),
    }
    return hook_lie(reach, arms=False)


def _rolled(side: int) -> Data:
    """Hook lying with both knees up (0) or rolled to the person's right (1) or left (-1), shoulders flat."""
    reach: Data = {}
    for name, z in (("right", 1), ("left", -1)):
        reach[f"{name}_hand"] = hand([-14, 2.2, z * 52], [0.6, 0, z], DOWN, [-0.6, 0.05, z * 0.4])
        if side:  # the feet roll onto their edges with the shins
            reach[f"{name}_foot"] = foot([44, 7.5, z * 7 - side * 2], by="ankle", bend=[0.1, 0.45, side * 1.1])
        else:
            reach[f"{name}_foot"] = foot([44, 0, z * 7], bend=[0.1, 1, 0])
    return {
        "angles": {
            "lean": -90,
            "twist": -35 * side,
            "lumbar_twist": 15 * side,
            "thoracic_twist": 20 * side,
            "neck": 4,
            **both(ankle=-12),
        },
        "at": [0, 0, 0],
        "rest": ["chest", "pelvis", "right_hip", "left_hip"],
        "reach": reach,
    }


def _tilt(lean: float, lumbar: float, thoracic: float) -> Data:
    return hook_lie(lean=lean, lumbar=lumbar, thoracic=thoracic)


def bridge(lift: float) -> Data:
    """Hips lifted: shoulders stay on the mat, feet stay flat."""
    pose = hook_lie(None, lean=-90 - lift, thoracic=lift * 0.35, lumbar=lift * 0.15, neck=4 + lift * 0.5, feet_at=44)
    reach = {**pose["reach"]}
    return {
        **pose,
        "reach": reach,
        "pin": "right_shoulder",
        "at": [-46, 0, 16.5],
        "rest": ["right_shoulder", "left_shoulder"],
        "height": 3,
    }


def prop_up(lean: float, lumbar: float, thoracic: float, neck: float, hands: list[float], elbows: list[float]) -> Data:
    reach = {
        f"{s}_hand": hand([hands[0], hands[1], z * 26], [1, 0, 0], [0, -1, 0], [elbows[0], elbows[1], z * 0.9])
        for s, z in (("right", 1), ("left", -1))
    }
    return {
        "angles": {
            "lean": lean,
            "lumbar": lumbar,
            "thoracic": thoracic,
            "neck": neck,
            **both(hip=lean - 88.5, ankle=-60),
        },
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": reach,
    }


def _bug(arm: float, leg: Data, left_arm: float = 90) -> Data:
    reach = {"left_foot": foot([38, 51, -9], by="ankle", bend=[-0.3, 1, 0]), "right_foot": leg}
    return lie(
        reach,
        arms=False,
        neck=6,
        right_shoulder=left_arm,
        left_shoulder=arm,
        right_elbow=2,
        left_elbow=2,
        right_shoulder_out=0,
        left_shoulder_out=0,
        right_grip=5,
        left_grip=5,
    )


def _plank(lifted: bool) -> Data:
    """Side plank on the right forearm and knees, facing the viewer; hips down, then in line."""
    lean, lumbar, thoracic = (-66, 0, 0) if lifted else (-84, -28, -12)
    forearm = hand([-48.4, 2.2, 28], [0.1, 0, 1], DOWN, [0, -1, -0.3])
    if not lifted:
        forearm = hand([-63.2, 2.2, 22], [0.1, 0, 1], DOWN, [-0.5, -1, -0.3])
    return {
        "angles": {
            "lean": lean,
            "twist": -90,
            "lumbar_side": lumbar,
            "thoracic_side": thoracic,
            "neck_side": 4,
            **both(knee=85, hip=4, ankle=-56),
        },
        "at": [34, 0, 0],
        "pin": "right_knee",
        "rest": ["right_knee", "right_hip"],
        "reach": {
            "right_hand": forearm,
            "left_hand": hand(["left_hip", -4, 8, 2], [0.7, -0.7, 0.3], DOWN, [-0.3, 1, 0.2]),
        },
    }


DATA: dict[str, Data] = {
    "single-knee-to-chest": figure(
        picture(hook_lie(), props=_BED, moving=["right_leg"], contacts=[*SUPINE, *HOOK_FEET]),
        picture(
            _hug([-3, 49], [25, 24]),
            props=_BED,
            moving=["right_leg"],
            arrows=[arrow(["right_knee", 26, 10, 0], ["right_knee", 4, 12, 0], bend=0.15)],
            contacts=[*SUPINE, ["left_heel", "floor"]],
        ),
    ),
    "knee-rolls": figure(
        *[
            picture(
                _rolled(side),
                view=[62, 32],
                props=[mat(-14, 170), pillow()],
                moving=["right_leg", "left_leg"],
                arrows=[arrow([44, 52, -26 * side], [44, 34, 34 * side], bend=side / 5)] if side else [],
                contacts=[["right_hand", "floor"], ["left_hand", "floor"]],
            )
            for side in (0, 1)
        ]
    ),
    "pelvic-tilt": figure(
        picture(_tilt(-78, -24, 12), props=_BED, moving=["hips", "belly"], contacts=[["pelvis", "floor"], *HOOK_FEET]),
        picture(
            _tilt(-98, 12, -4),
            props=_BED,
            moving=["hips", "belly"],
            arrows=[
                arrow(["belly_button", 2, 18, 0], ["belly_button", 2, 3, 0]),
                arrow(["right_hip", 16, -4, 0], ["right_hip", 6, 14, 0], bend=0.3),
            ],
            contacts=[["chest", "floor"], *HOOK_FEET],
        ),
        crop=[-62, -12, 56, 58],
    ),
    "bridge": figure(
        picture(
            hook_lie(feet_at=44),
            props=_BED,
            moving=["hips", "right_thigh", "left_thigh"],
            contacts=[*SUPINE, *HOOK_FEET],
        ),
        picture(
            bridge(34),
            props=_BED,
            moving=["hips", "right_thigh", "left_thigh"],
            arrows=[arrow(["pelvis", -6, 16, 0], ["pelvis", -6, 34, 0])],
            contacts=HOOK_FEET,
        ),
    ),
    "bird-dog": figure(
        picture(kneel_on_hands(), props=[mat(16, 140)], moving=["left_arm", "right_leg"], contacts=ON_ALL_FOURS),
        picture(
            {
                **kneel_on_hands(
                    {"left_hand": None},
                    left_shoulder=176,
                    left_elbow=0,
                    left_shoulder_out=2,
                    left_grip=4,
                    right_hip=-5,
                    right_knee=3,
                    right_ankle=-10,
                ),
                "pin": "left_knee",
                "at": [0, 0, -8],
                "rest": ["left_knee"],
            },
            props=[mat(16, 140)],
            moving=["left_arm", "right_leg"],
            arrows=[
                arrow(["left_fingers", -16, 12, 0], ["left_fingers", 6, 12, 0]),
                arrow(["right_ankle", 18, 12, 0], ["right_ankle", -4, 12, 0]),
            ],
            contacts=[["left_knee", "floor"], ["right_hand", "floor"]],
        ),
    ),
    "prone-press-up": figure(
        picture(
            prop_up(90, 0, -4, -16, [58, 2.2], [-1, 0.6]),
            props=[mat(0, 190)],
            moving=["trunk"],
            contacts=[["pelvis", "floor"], ["right_hand", "floor"], ["right_toe", "floor"]],
        ),
        picture(
            prop_up(80, -34, -20, -10, [44, 2.2], [-1, 0.2]),
            props=[mat(0, 190)],
            moving=["trunk"],
            arrows=[arrow(["breast_bone", 22, -12, 0], ["breast_bone", 20, 14, 0], bend=0.15)],
            contacts=[["pelvis", "floor"], ["right_hand", "floor"], ["left_hand", "floor"], ["right_toe", "floor"]],
        ),
    ),
    "dead-bug": figure(
        picture(
            _bug(90, foot([38, 51, 9], by="ankle", bend=[-0.3, 1, 0])),
            props=_LONG_BED,
            moving=["left_arm", "right_leg"],
            contacts=SUPINE,
        ),
        picture(
            _bug(165, foot([79, 16, 9], by="ankle", bend=[0, 1, 0])),
            props=_LONG_BED,
            moving=["left_arm", "right_leg"],
            arrows=[follow("left_hand", bend=0.22, shift=(-3, 6)), follow("right_ankle", bend=-0.15, shift=(6, 8))],
            contacts=SUPINE,
        ),
    ),
    "childs-pose": figure(
        picture(kneel_on_hands(), props=[mat(22, 160)], moving=["trunk"], contacts=ON_ALL_FOURS),
        picture(
            {
                "angles": {
                    "lean": 66,
                    "lumbar": 34,
                    "thoracic": 14,
                    "neck": 8,
                    **both(hip=127, knee=151, ankle=-55, shoulder=160, elbow=4, shoulder_out=4, grip=4),
                },
                "at": [0, 0, 8],
                "pin": "right_knee",
                "rest": ["right_knee", "left_knee"],
                "reach": {
                    f"{s}_hand": hand([66, 2.2, z * 19], [1, 0, 0], [0, -1, 0], [-0.5, 0.2, z])
                    for s, z in (("right", 1), ("left", -1))
                },
            },
            props=[mat(22, 160)],
            moving=["trunk"],
            arrows=[
                arrow(["pelvis", 8, 20, 0], ["pelvis", -16, 12, 0], bend=0.15),
                arrow(["right_hand", -26, 16, 0], ["right_hand", 2, 12, 0]),
            ],
            contacts=[["right_knee", "floor"], ["right_hand", "floor"], ["left_hand", "floor"]],
        ),
    ),
    "side-plank-knees": figure(
        *[
            picture(
                _plank(lifted),
                view=[0, 16],
                props=[mat(-16, 160)],
                moving=["trunk", "hips"],
                arrows=[arrow(["pelvis", -4, 16, 0], ["pelvis", -4, 34, 0])] if lifted else [],
                contacts=[["right_knee", "floor"], ["right_elbow", "floor"], ["right_hand", "floor"]],
            )
            for lifted in (False, True)
        ]
    ),
    "standing-back-extension": figure(
        *[
            picture(
                {
                    **stand(
                        reach={
                            f"{s}_hand": hand(
                                ["pelvis", -9.5, 4, z * 7], [0.3, -1, -z * 0.3], [1, 0, 0], [-1, -0.2, z * 0.6]
                            )
                            for s, z in (("right", 1), ("left", -1))
                        },
                    ),
                    "angles": {
                        "lean": -legs,
                        **both(hip=-legs * 2, ankle=legs),
                        "lumbar": lumbar,
                        "thoracic": thoracic,
                        "neck": neck,
                    },
                },
                moving=["trunk"],
                arrows=[arrow(["head", 14, 18, 0], ["head", -16, 14, 0], bend=0.15)] if legs else [],
                contacts=FEET,
            )
            for legs, lumbar, thoracic, neck in ((0, -2, 0, 0), (5, -15, -12, -6))
        ]
    ),
}
