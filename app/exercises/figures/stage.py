"""Starting positions shared by the figures: standing, sitting, lying, on hands and knees, as figure data.

All face right (x) in a side view, their right side towards the viewer; centimetres and degrees, floor at 0.
"""

import math
from collections.abc import Sequence
from typing import Any

Data = dict[str, Any]

SEAT = 44.0  # height of the chair
FLAT = [1, 0, 0]
DOWN = [0, -1, 0]


def both(**angles: float) -> dict[str, Any]:
    """The same joint angles for the right and the left limb."""
    return {f"{side}_{name}": value for name, value in angles.items() for side in ("right", "left")}


def figure(*frames: Data, crop: Sequence[float] | None = None) -> Data:
    """A figure of frames, all shown through the same crop."""
    return {"frames": list(frames), "crop": list(crop) if crop else None}


def picture(pose: Data, *, view: Any = "side", **rest: Any) -> Data:
    """One frame: a pose and what else is to be seen."""
    return {"pose": pose, "view": view, **rest}


def arrow(start: list[Any], end: list[Any], bend: float = 0, double: bool = False) -> Data:
    """An arrow from one spot to another."""
    return {"start": start, "end": end, "bend": bend, "double": double}


def follow(point: str, bend: float = 0, shift: tuple[float, float] = (0, 0), double: bool = False) -> Data:
    """An arrow from where a point of the body was in the frame before to where it is now."""
    return {"follow": point, "bend": bend, "shift": list(shift), "double": double}


def hand(spot: list[Any], direction: list[float] | None = None, palm: Any = None, bend: Any = None) -> Data:
    """A hand that reaches for a spot."""
    return {"spot": spot, "direction": direction, "palm": palm, "bend": bend}


def foot(spot: list[Any], **how: Any) -> Data:
    """A foot that stands on a spot."""
    return {"spot": spot, **how}


FEET = [["right_heel", "floor"], ["left_heel", "floor"], ["right_ball", "floor"], ["left_ball", "floor"]]


def stand(lean: float = 0, bend: float = 0, at: float = 0, reach: Data | None = None, **angles: float) -> Data:
    """Standing on both feet, knees bent by twice `bend`, trunk leaning forward; the feet stay flat at x = `at`."""
    legs = both(hip=lean + bend, knee=2 * bend, ankle=bend)
    return {
        "angles": {"lean": lean, **legs, **angles},
        "at": [at, 0, 8],
        "pin": "right_ankle",
        "rest": ["right_heel", "left_heel", "right_ball", "left_ball"],
        "reach": reach or {},
    }


def hips_back(lean: float, back: float) -> dict[str, float]:
    """Leg angles of somebody who stands and leans forward from the hips, the thighs sloping `back` degrees."""
    return both(hip=lean + back, knee=back + 3, ankle=3)


def lean_in(lean: float, at: float = 0, reach: Data | None = None, **angles: float) -> Data:
    """Standing with the whole straight body leaning forward from the ankles."""
    return {
        "angles": {"lean": lean, **both(ankle=lean), **angles},
        "at": [at, 0, 8],
        "pin": "right_ankle",
        "rest": ["right_heel", "left_heel", "right_ball", "left_ball"],
        "reach": reach or {},
    }


def chair(x: float = 8, turn: float = 0, **rest: Any) -> Data:
    """A chair whose seat's middle is at x."""
    return {"kind": "chair", "at": [x, 0, 0], "size": [42, SEAT, 44], "turn": turn, **rest}


SEATED = [["pelvis", "chair"], ["right_heel", "floor"], ["left_heel", "floor"]]


def hands_on_thighs() -> Data:
    """Both hands resting on the thighs of somebody who sits."""
    return {
        f"{side}_hand": hand([f"{side}_knee", -14, 9.0, 0], [1, -0.25, 0], [0, -1, 0], [-1, -0.3, z])
        for side, z in (("right", 0.5), ("left", -0.5))
    }


def sit(reach: Data | None = None, feet_at: float = 40, hands: bool = True, **angles: float) -> Data:
    """Sitting upright on a chair, feet flat; `reach` overrides where hands and feet go."""
    reaches: Data = {f"{s}_foot": foot([feet_at, 0, z * 11]) for s, z in (("right", 1), ("left", -1))}
    if hands:
        reaches |= hands_on_thighs()
    reaches |= reach or {}
    return {
        "angles": dict(angles),
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "height": SEAT,
        "reach": {limb: way for limb, way in reaches.items() if way},
    }


def mat(x: float = 0, long: float = 190) -> Data:
    """A mat on the floor, its top at floor height."""
    return {"kind": "mat", "at": [x, 0, 0], "size": [long, 2, 64]}


def pillow(x: float = -72, high: float = 4, **rest: Any) -> Data:
    """A flat pillow under the head of somebody who lies."""
    return {"kind": "pillow", "at": [x, 0, 0], "size": [28, high, 40], **rest}


SUPINE = [["pelvis", "floor"], ["chest", "floor"], ["head", "pillow"]]
HOOK_FEET = [["right_heel", "floor"], ["left_heel", "floor"], ["right_ball", "floor"], ["left_ball", "floor"]]


def arms_beside(y: float = 2.2) -> Data:
    """Both hands flat on the mat beside somebody who lies on their back."""
    return {
        f"{side}_hand": hand([8, y, z * 27], [1, 0, 0], [0, -1, 0], [0, -0.2, z])
        for side, z in (("right", 1), ("left", -1))
    }


def bent_leg(side: str, x: float = 42, **how: Any) -> Data:
    """The foot of one leg flat on the mat, knee up, for somebody who lies on their back."""
    z = 9 if side == "right" else -9
    return {f"{side}_foot": foot([x, 0, z], bend=[0.2, 1, 0], **how)}


def lie(reach: Data | None = None, arms: bool = True, **angles: float) -> Data:
    """Lying on the back, head to the left, legs straight."""
    legs = both(hip=-2)
    return {
        "angles": {"lean": -90, "neck": 4, **legs, **angles},
        "at": [0, 0, 0],
        "rest": ["pelvis", "chest"],
        "reach": {**(arms_beside() if arms else {}), **(reach or {})},
    }


def hook_lie(reach: Data | None = None, arms: bool = True, feet_at: float = 42, **angles: float) -> Data:
    """Lying on the back with both knees bent and feet flat."""
    feet = {**bent_leg("right", feet_at), **bent_leg("left", feet_at)}
    reaches = {**feet, **(reach or {})}
    return lie({limb: way for limb, way in reaches.items() if way}, arms, **angles)


def lie_on_side(reach: Data | None = None, **angles: float) -> Data:
    """Lying on the right side, head to the left, facing the viewer; left limbs on top."""
    return {
        "angles": {"lean": -90, "twist": -90, "lumbar_side": -9, "neck_side": 8, **angles},
        "at": [0, 0, 0],
        "rest": ["right_hip", "right_shoulder"],
        "reach": reach or {},
    }


def kneel_on_hands(reach: Data | None = None, lean: float = 82, **angles: float) -> Data:
    """On hands and knees, hands under the shoulders."""
    hands = {
        f"{side}_hand": hand([50, 2.0, z * 17], [1, 0, 0], [0, -1, 0], [-1, 0.2, z * 0.2])
        for side, z in (("right", 1), ("left", -1))
    }
    reaches = {**hands, **(reach or {})}
    legs = both(hip=lean, knee=93, ankle=-55)
    return {
        "angles": {"lean": lean, "neck": -6, **legs, **angles},
        "at": [0, 0, 8],
        "pin": "right_knee",
        "rest": ["right_knee", "left_knee"],
        "reach": {limb: way for limb, way in reaches.items() if way},
    }


ON_ALL_FOURS = [["right_knee", "floor"], ["left_knee", "floor"], ["right_hand", "floor"], ["left_hand", "floor"]]


def wall(x: float, high: float = 182) -> Data:
    """A wall whose near face is at x."""
    return {"kind": "wall", "at": [x + 3, 0, 0], "size": [6, high, 70]}


# A kitchen bench: in front, with both hands on it, or along the person's left, with one hand.
WORKTOP_AHEAD = {"kind": "worktop", "at": [52, 0, 0], "size": [50, 88, 90]}
WORKTOP_BESIDE = {"kind": "worktop", "at": [8, 0, -54], "size": [124, 88, 40]}
HOLD_AHEAD = {
    f"{side}_hand": hand([31, 90, z * 18], [1, 0, 0], DOWN, [-0.8, -0.5, z * 0.4])
    for side, z in (("right", 1), ("left", -1))
}
HOLD_BESIDE = {"left_hand": hand([14, 90, -38], [1, 0, 0], DOWN, [-0.6, -0.6, -0.4])}
HOLDING = [["right_hand", "worktop"], ["left_hand", "worktop"]]


def on_left_leg(reach: Data, lean: float = 0, **angles: float) -> Data:
    """Standing on the left leg; the right one is free."""
    pose = stand(lean, reach=reach, **angles)
    return {**pose, "pin": "left_ankle", "at": [0, 0, -8], "rest": ["left_heel", "left_ball"]}


LEFT_FOOT = [["left_heel", "floor"], ["left_ball", "floor"]]


def round_sole(kind: str, lean: float) -> list[Data]:
    """A towel or band from both hands round the ball of the right foot, broad where it lies on the sole.

    `lean` is how far the foot's toes point away from the person, in degrees from upright.
    """
    sine, cosine = math.sin(math.radians(lean)), math.cos(math.radians(lean))
    away = [2.6 * cosine, -2.6 * sine]
    sole = [["right_ball", away[0] + half * sine, away[1] + half * cosine, 1] for half in (4.5, -4.5)]
    return [
        {"kind": kind, "points": [["left_hand", 0, 0, 0], ["right_ball", *away, -3]]},
        {"kind": kind, "points": sole},
        {"kind": kind, "points": [["right_hand", 0, 0, 0], ["right_ball", *away, 4]]},
    ]
