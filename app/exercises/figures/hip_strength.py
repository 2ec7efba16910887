"""Figures that strengthen the hip."""

from app.exercises.figures.hip import clam
from app.exercises.figures.stage import (
    FEET,
    HOOK_FEET,
    ON_ALL_FOURS,
    SUPINE,
    Data,
    arrow,
    both,
    chair,
    figure,
    follow,
    foot,
    hand,
    hook_lie,
    kneel_on_hands,
    lie,
    lie_on_side,
    mat,
    picture,
    pillow,
    sit,
    stand,
)

_BED = [mat(-14, 160), pillow()]
_LONG_BED = [mat(6, 186), pillow()]
_SIDE_BED = [mat(0, 190), pillow(-72, 12)]
_HALVES = (("right", 1), ("left", -1))
HANDS_ON_HIPS = {
    f"{s}_hand": hand([f"{s}_hip", 3, 10, z * 7], [0.6, -0.6, -z * 0.5], [0, 0, -z], [-0.5, 0, z]) for s, z in _HALVES
}
_STAIR = {"kind": "step", "at": [6, 0, -24], "size": [44, 18, 44]}


def prone(hip: float, knee: float = 2, **angles: float) -> Data:
    """Lying face down, head to the right, forehead on the hands; the right hip lifts and the right knee bends."""
    legs = {**both(hip=1.5, ankle=-58), "right_hip": 1.5 - hip, "right_knee": knee}
    return {
        "angles": {"lean": 90, "neck": -20, **legs, **angles},
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": {f"{s}_hand": hand([64, 3, z * 6], [0.4, 0, -z], [0, -1, 0], [0.3, 0, z]) for s, z in _HALVES},
    }


def _lower_leg(out: float) -> Data:
    """Lying on the right side with the left foot in front; the straight right leg lifts."""
    arms = {
        "right_hand": hand(["head", 2, -10, 22], [-1, 0, 0.2], [0, -1, 0], [0.5, 0.1, 1]),
        "left_hand": hand([-26, 2.5, 26], [-0.6, 0, 0.6], [0, -1, 0], [0.6, 1, 0.3]),
    }
    top = foot([22, 0, 40], bend=[0.4, 1, 0.8], yaw=-30)
    return lie_on_side({**arms, "left_foot": top}, right_hip_out=-out, right_ankle=4)


def _on_knees(**leg: float) -> Data:
    """On hands and knees with the right leg free."""
    return {**kneel_on_hands(None, **leg), "pin": "left_knee", "at": [0, 0, -8], "rest": ["left_knee"]}


def _crab(right: float, left: float) -> Data:
    """Half squatting, seen from the front, feet at these places across."""
    middle = (right + left) / 2
    return {
        "angles": {"lean": 24, "neck": -12},
        "at": [-8, 76, middle],
        "rest": [],
        "reach": {
            **HANDS_ON_HIPS,
            "right_foot": foot([0, 0, right], bend=[1, 0, 0.25]),
            "left_foot": foot([0, 0, left], bend=[1, 0, -0.25]),
        },
    }


def _hitch(drop: float) -> Data:
    """Standing on a step on the left leg, seen from the front; the right hip sinks and lifts."""
    return {
        "angles": {"tilt": drop, "lumbar_side": -drop, "left_hip_out": -drop, "right_hip_out": drop},
        "at": [0, 18, -8],
        "pin": "left_ankle",
        "rest": ["left_heel", "left_ball"],
        "height": 18,
        "reach": HANDS_ON_HIPS,
    }


def _turn_in(swing: float) -> Data:
    """Sitting high, seen from the front; the right foot swings outward."""
    right = {"right_foot": foot([41, 14 + abs(swing) * 0.3, 9 + swing], by="ankle", bend=[0.4, 1, 0])}
    return sit(right)


def _lunge_out(across: bool) -> Data:
    """A long step to the right with the right knee bent; or standing."""
    if not across:
        return stand(reach=HANDS_ON_HIPS)
    return {
        "angles": {"lean": 30, "neck": -16},
        "at": [-10, 70, 30],
        "rest": [],
        "reach": {
            **HANDS_ON_HIPS,
            "right_foot": foot([0, 0, 46], bend=[1, 0, 0.3]),
            "left_foot": foot([0, 0, -22], bend=[1, 0, -0.2]),
        },
    }


_LOOP = {"kind": "band", "points": [["right_knee", -6, 5, 0], ["right_knee", -4, 5, 8], ["left_knee", -6, 6, 2]]}


DATA: dict[str, Data] = {
    "hip-adductor-squeeze": figure(
        picture(
            hook_lie(
                {f"{s}_foot": foot([42, 0, z * 8], bend=[0.2, 1, z * 0.12]) for s, z in _HALVES},
            ),
            view=[42, 24],
            props=[*_BED, {"kind": "ball", "at": ["right_knee", 2, 0, -10], "size": [8, 0, 0]}],
            moving=["right_thigh", "left_thigh"],
            arrows=[
                arrow(["right_knee", 4, 2, 30], ["right_knee", 4, 2, 9]),
                arrow(["left_knee", 4, 2, -30], ["left_knee", 4, 2, -9]),
            ],
            contacts=[*SUPINE, *HOOK_FEET],
        )
    ),
    "prone-hip-extension": figure(
        *[
            picture(
                prone(hip),
                props=[mat(-4, 190)],
                moving=["right_leg"],
                arrows=[follow("right_ankle", bend=0.1, shift=(-2, 8))] if hip else [],
                contacts=[["pelvis", "floor"]],
            )
            for hip in (0, 22)
        ]
    ),
    "side-lying-hip-adduction": figure(
        *[
            picture(
                _lower_leg(out),
                view=[0, 20],
                props=_SIDE_BED,
                moving=["right_leg"],
                arrows=[arrow(["right_ankle", 14, -10, 0], ["right_ankle", 14, 12, 0])] if out else [],
                contacts=[["right_hip", "floor"]],
            )
            for out in (0, 17)
        ]
    ),
    "donkey-kick": figure(
        picture(kneel_on_hands(), props=[mat(16, 140)], moving=["right_leg"], contacts=ON_ALL_FOURS),
        picture(
            _on_knees(right_hip=-8, right_knee=88, right_ankle=0),
            props=[mat(16, 140)],
            moving=["right_leg"],
            arrows=[arrow(["right_heel", 18, -22, 0], ["right_heel", 14, 6, 0], bend=-0.1)],
            contacts=[["left_knee", "floor"], ["right_hand", "floor"]],
        ),
    ),
    "fire-hydrant": figure(
        *[
            picture(
                kneel_on_hands() if not out else _on_knees(right_hip_out=out, right_hip=80, right_knee=88),
                view=[-90, 28],
                props=[mat(16, 140)],
                moving=["right_leg"],
                arrows=[follow("right_knee", bend=-0.15, shift=(2, -8))] if out else [],
                contacts=ON_ALL_FOURS if not out else [["left_knee", "floor"], ["right_hand", "floor"]],
            )
            for out in (0, 52)
        ]
    ),
    "band-side-walk": figure(
        *[
            picture(
                _crab(right, left),
                view="front",
                props=[{"kind": "band", "points": [["right_shin", 4, -6, 4], ["left_shin", 4, -6, -4]]}],
                moving=["right_leg"],
                arrows=[arrow([0, 34, right - 6], [0, 34, right + 18])] if right > 20 else [],
                contacts=FEET,
            )
            for right, left in ((14, -14), (34, -14))
        ]
    ),
    "hip-hitch-step": figure(
        *[
            picture(
                _hitch(drop),
                view="front",
                props=[_STAIR],
                moving=["hips", "right_leg"],
                arrows=[arrow(["right_ankle", 0, -4, 12], ["right_ankle", 0, 18, 12])] if drop < 0 else [],
                contacts=[["left_heel", "step"], ["left_ball", "step"]],
            )
            for drop in (9, -9)
        ]
    ),
    "seated-hip-turn": figure(
        *[
            picture(
                _turn_in(swing),
                view=[68, 16],
                props=[chair()],
                moving=["right_leg"],
                arrows=[follow("right_ankle", bend=-0.15, shift=(-2, -8))] if swing else [],
                contacts=[["pelvis", "chair"], ["left_heel", "floor"]],
            )
            for swing in (0, 22)
        ]
    ),
    "side-lunge": figure(
        *[
            picture(
                _lunge_out(across),
                view="front",
                moving=["right_leg"],
                arrows=[arrow([10, 24, 14], [10, 24, 40])] if across else [],
                contacts=FEET,
            )
            for across in (False, True)
        ]
    ),
    "lying-hip-slide-out": figure(
        *[
            picture(
                lie(right_hip_out=out, right_ankle=2),
                view=[90, 58],
                props=[mat(6, 190), pillow()],
                moving=["right_leg"],
                arrows=[follow("right_ankle", bend=0.1, shift=(0, -10))] if out > 5 else [],
                contacts=SUPINE,
            )
            for out in (2, 28)
        ]
    ),
    "band-clamshell": figure(
        *[
            picture(
                clam(bend),
                view=[0, 24],
                props=[*_SIDE_BED, _LOOP],
                moving=["left_leg"],
                arrows=[follow("left_knee", bend=-0.2, shift=(12, 4))] if bend[1] > 0.4 else [],
                contacts=[["right_hip", "floor"]],
            )
            for bend in ([0.4, 0.0, 1.0], [0.5, 1.0, 0.8])
        ]
    ),
    "seated-march": figure(
        *[
            picture(
                sit(
                    {f"{high}_foot": foot([42, 22, 9 if high == "right" else -9], by="ankle", bend=[0.2, 1, 0])},
                ),
                props=[chair()],
                moving=[f"{high}_leg"],
                arrows=[arrow([f"{high}_knee", 15, -18, 0], [f"{high}_knee", 15, 8, 0])],
                contacts=[["pelvis", "chair"]],
            )
            for high in ("right", "left")
        ]
    ),
}
