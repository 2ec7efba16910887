"""Figures that loosen the low back and its nerves."""

from app.exercises.figures.back import prop_up
from app.exercises.figures.stage import (
    FEET,
    HOOK_FEET,
    SEATED,
    SUPINE,
    Data,
    arrow,
    bent_leg,
    both,
    chair,
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
    sit,
    stand,
)

_BED = [mat(-14, 160), pillow()]
_HALVES = (("right", 1), ("left", -1))


def _hug_both() -> Data:
    """Both knees held towards the chest."""
    reach: Data = {}
    for s, z in _HALVES:
        reach[f"{s}_foot"] = foot([20, 30, z * 8], by="ankle", bend=[-0.8, 1, 0])
        reach[f"{s}_hand"] = hand([f"{s}_knee", 5, 2, z * 4], [0.35, 0.9, -z * 0.2], [-1, 0, 0], [-0.2, -1, z * 0.6])
    return lie(reach, arms=False, lean=-97, lumbar=8)


def _on_elbows() -> Data:
    pose = prop_up(86.5, -22, -13, -14, [75, 2.2], [-0.4, -1])
    return {**pose, "angles": {**pose["angles"], **both(forearm=0)}}


def _fold(lean: float, lumbar: float, hands: list[float]) -> Data:
    """Sitting with feet apart, folding forward until the hands come to the floor."""
    reach: Data = {f"{s}_foot": foot([40, 0, z * 16], yaw=-z * 10) for s, z in _HALVES}
    if hands:
        reach |= {f"{s}_hand": hand([*hands, z * 8], [0.4, -1, 0], [-1, 0, 0], [-0.6, 0, z]) for s, z in _HALVES}
    return sit(reach, hands=not hands, lean=lean, lumbar=lumbar, thoracic=lumbar * 0.7, neck=lumbar * 0.6)


def _side_bend(side: float) -> Data:
    """Standing, bending to the person's left with the left hand sliding down the thigh."""
    down = [0, 0, 0] if not side else [1, -8, -1]
    return stand(
        reach={
            "left_hand": hand(["left_hip", 3 + down[0], -14 + down[1], -9], [0.1, -1, 0.1], [0, 0, 1], [-0.4, 0, -1]),
        },
        lumbar_side=-side * 0.55,
        thoracic_side=-side * 0.6,
        neck_side=-side * 0.3,
        right_shoulder_out=6 - side * 0.8,
    )


def _hinge(lean: float, back: float) -> Data:
    """Bowing from the hips with a stick along the spine: one hand behind the neck, one at the small of the back."""
    return stand(
        lean,
        reach={
            "right_hand": hand(["neck", -11, 9, 0], [-0.2, 0.2, -1], [1, 0, 0], [0.4, -0.3, 1])
            if not lean
            else hand(["neck", 1, 13, 0], [0, 0.4, -1], [0.8, -0.5, 0], [0.7, 0.2, 1]),
            "left_hand": hand(["pelvis", -12, 13, 0], [0, 0, 1], [1, 0, 0], [-1, -0.2, -0.6])
            if not lean
            else hand(["pelvis", 0, 19, 0], [0, 0.2, 1], [0.5, -0.8, 0], [-1, 0.5, -0.6]),
        },
        **(hips_back(lean, back) if back else {}),
    )


_STICK_UP = {"kind": "stick", "points": [["pelvis", -11, -12, 0], ["head", -11.5, 16, 0]]}
_STICK_OVER = {"kind": "stick", "points": [["pelvis", -17, 2, 0], ["head", 9, 18, 0]]}


def _slump(knee: bool) -> Data:
    """Sitting slumped with the hands behind the back; the head lifts as one knee straightens."""
    leg = foot([78, 48, 9], by="ankle", bend=[0.3, 1, 0]) if knee else foot([40, 0, 9])
    reach = {
        "right_foot": leg,
        "left_foot": foot([40, 0, -9]),
        **{f"{s}_hand": hand(["pelvis", -12, 10, z * 4], [0, 0, -z], [-1, 0, 0], [-1, 0, z]) for s, z in _HALVES},
    }
    return sit(
        reach, hands=False, lean=-4, lumbar=20, thoracic=20, neck=-40 if knee else 38, right_ankle=18 if knee else 0
    )


def _fall_out(out: float) -> Data:
    return lie(
        {**bent_leg("left"), "right_foot": foot([42, 0 if not out else 1, 9], bend=[0.1, 1 - out * 0.55, out])},
    )


DATA: dict[str, Data] = {
    "double-knee-to-chest": figure(
        picture(hook_lie(), props=_BED, moving=["right_leg", "left_leg"], contacts=[*SUPINE, *HOOK_FEET]),
        picture(
            _hug_both(),
            props=_BED,
            moving=["right_leg", "left_leg"],
            arrows=[arrow(["right_knee", 26, 10, 0], ["right_knee", 4, 14, 0], bend=0.15)],
            contacts=[["chest", "floor"], ["head", "pillow"]],
        ),
    ),
    "prone-on-elbows": figure(
        picture(
            _on_elbows(),
            props=[mat(0, 190)],
            moving=["trunk"],
            arrows=[arrow(["breast_bone", 30, -10, 0], ["breast_bone", 29, 12, 0], bend=0.15)],
            contacts=[["pelvis", "floor"], ["right_elbow", "floor"], ["right_toe", "floor"]],
        )
    ),
    "seated-forward-bend": figure(
        picture(_fold(0, 0, []), props=[chair()], moving=["trunk"], contacts=SEATED),
        picture(
            _fold(52, 44, [38, 10]),
            props=[chair()],
            moving=["trunk"],
            arrows=[arrow(["head", 8, 40, 0], ["head", 20, 14, 0], bend=-0.2)],
            contacts=SEATED,
        ),
    ),
    "standing-side-bend": figure(
        *[
            picture(
                _side_bend(side),
                view="front",
                moving=["trunk"],
                arrows=[arrow(["head", 0, 19, 8], ["head", 0, 10, -22], bend=0.15)] if side else [],
                contacts=FEET,
            )
            for side in (0, 24)
        ]
    ),
    "hip-hinge-stick": figure(
        picture(_hinge(0, 0), props=[_STICK_UP], moving=["trunk", "hips"], contacts=FEET),
        picture(
            _hinge(50, 20),
            props=[_STICK_OVER],
            moving=["trunk", "hips"],
            arrows=[arrow(["pelvis", -10, 2, 0], ["pelvis", -30, 0, 0])],
            contacts=FEET,
        ),
    ),
    "seated-sciatic-slider": figure(
        picture(_slump(False), props=[chair()], moving=["right_shin", "right_foot", "head"], contacts=SEATED),
        picture(
            _slump(True),
            props=[chair()],
            moving=["right_shin", "right_foot", "head"],
            arrows=[
                follow("right_ankle", bend=-0.16, shift=(9, -6)),
                arrow(["head", 18, -2, 0], ["head", 8, 22, 0], bend=0.2),
            ],
            contacts=[["pelvis", "chair"], ["left_heel", "floor"]],
        ),
    ),
    "bent-knee-fall-out": figure(
        *[
            picture(
                _fall_out(out),
                view=[62, 30],
                props=[mat(-14, 150), pillow()],
                moving=["right_leg"],
                arrows=[follow("right_knee", bend=0.15, shift=(-4, 8))] if out else [],
                contacts=SUPINE,
            )
            for out in (0, 1)
        ]
    ),
}
