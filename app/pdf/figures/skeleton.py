"""From a pose to points in space: forward kinematics, then limbs that reach for a spot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.pdf.figures.joints import DEFAULTS, RADII
from app.pdf.figures.model import Pose, Reach, Spot
from app.pdf.figures.vectors import WORLD, Basis, Vec, add, basis_along, bend_limb, scale, sub, unit

# Lengths in centimetres of a person 170 cm tall; feet, hands and head a little large so that they read when small.
PELVIS, WAIST, CHEST, NECK = 10.0, 15.0, 24.0, 8.0
UPPER_ARM, FOREARM, PALM, FINGERS = 28.0, 25.0, 8.5, 7.5
THIGH, SHIN, ANKLE_HEIGHT = 41.0, 40.0, 8.2
SHOULDER_HALF, HIP_HALF = 16.5, 8.0
HEEL = (-4.5, -5.0)  # forward, up from the ankle
BALL = (11.5, -5.4)
TOE_LENGTH = 6.5


@dataclass(frozen=True)
class Skeleton:
    """Named points of the body and the basis of each part, in the room."""

    points: Mapping[str, Vec]
    bases: Mapping[str, Basis]


class _Angles(dict[str, float]):
    def __missing__(self, name: str) -> float:
        return DEFAULTS.get(name, 0.0)


def solve(pose: Pose) -> Skeleton:
    """Place the body: joints first, then resting on something, then feet and hands to where they reach."""
    angles = _Angles(pose.angles)
    points: dict[str, Vec] = {}
    bases: dict[str, Basis] = {}
    _place_trunk(angles, points, bases)
    for side, sign in (("right", 1), ("left", -1)):
        _hang_leg(side, sign, angles, points, bases)
        _hang_arm(side, sign, angles, points, bases)
    _rest(pose, points)
    for limb, reach in _in_order(dict(pose.reach)):
        side, end = limb.split("_")
        move = _plant_foot if end == "foot" else _put_hand
        move(side, 1 if side == "right" else -1, reach, angles, points, bases)
    return Skeleton(points, bases)


_LEG = ("hip", "knee", "ankle", "heel", "ball", "toe", "shin", "thigh")


def _in_order(waiting: dict[str, Reach]) -> Iterator[tuple[str, Reach]]:
    """Reaches in an order in which a limb that aims at another limb comes after it; feet before hands."""
    names = sorted(waiting, key=lambda limb: (limb.endswith("hand"), limb.startswith("left")))
    while names:
        free = [limb for limb in names if _limb_of(waiting[limb].spot.part) not in set(names) - {limb}]
        limb = (free or names)[0]
        names.remove(limb)
        yield limb, waiting[limb]


def _limb_of(part: str) -> str:
    side, _, name = part.partition("_")
    return f"{side}_{'foot' if name in _LEG else 'hand'}" if side in ("right", "left") else ""


def locate(spot: Spot, points: Mapping[str, Vec]) -> Vec:
    """Where a spot is in the room."""
    return add(points[spot.part], spot.offset) if spot.part else spot.offset


def _place_trunk(a: _Angles, points: dict[str, Vec], bases: dict[str, Basis]) -> None:
    pelvis = WORLD.twist(a["turn"]).lean(a["lean"]).tilt(a["tilt"]).twist(a["twist"])
    loin = pelvis.lean(a["lumbar"] / 2).tilt(a["lumbar_side"] / 2).twist(a["lumbar_twist"] / 2)
    waist = pelvis.lean(a["lumbar"]).tilt(a["lumbar_side"]).twist(a["lumbar_twist"])
    chest = waist.lean(a["thoracic"]).tilt(a["thoracic_side"]).twist(a["thoracic_twist"])
    neck = chest.lean(a["neck"] * 0.6 + 8).tilt(a["neck_side"] * 0.6).twist(a["neck_turn"] * 0.4)
    head = chest.twist(a["neck_turn"]).tilt(a["neck_side"]).lean(a["neck"] + a["nod"])
    hips = (0.0, 0.0, 0.0)
    middle = loin.point(pelvis.point(hips, up=PELVIS), up=WAIST / 2)
    rib = waist.point(middle, up=WAIST / 2)
    top = chest.point(rib, up=CHEST)
    neck_top = neck.point(top, up=NECK, forward=a["chin"])
    head_centre = head.point(neck_top, up=9.5, forward=2.0)
    points.update(
        pelvis=hips,
        loin=pelvis.point(hips, up=PELVIS),
        waist=middle,
        chest=chest.point(rib, up=CHEST * 0.42),
        collar=top,
        neck=neck.point(top, up=NECK * 0.4),
        neck_top=neck_top,
        head=head_centre,
        face=head.point(head_centre, forward=10),
        chin=head.point(head_centre, forward=5, up=-8.5),
        belly_button=waist.point(middle, forward=8.5 + a["belly"]),
        breast_bone=chest.point(rib, forward=10, up=CHEST * 0.5),
    )
    bases.update(pelvis=pelvis, waist=waist, chest=chest, neck=neck, head=head)


def _rest(pose: Pose, points: dict[str, Vec]) -> None:
    """Move the whole body so that the pinned point is at its place and the body rests at its height."""
    pin = points[pose.pin]
    y = pose.at[1] - pin[1]
    if pose.rest:
        names = [name for name in points if name in RADII] if pose.rest == ("lowest",) else pose.rest
        y = pose.height - min(points[name][1] - RADII[name] for name in names)
    shift = (pose.at[0] - pin[0], y, pose.at[2] - pin[2])
    for name in points:
        points[name] = add(points[name], shift)


# -- legs ----------------------------------------------------------------------------------------------------------


def _hang_leg(side: str, sign: int, a: _Angles, points: dict[str, Vec], bases: dict[str, Basis]) -> None:
    pelvis = bases["pelvis"]
    thigh = pelvis.lean(-a[f"{side}_hip"]).tilt(-sign * a[f"{side}_hip_out"])
    thigh = thigh.twist(-sign * a[f"{side}_hip_turn"])
    shin = thigh.lean(a[f"{side}_knee"])
    foot = shin.twist(-sign * a[f"{side}_foot_out"]).lean(-a[f"{side}_ankle"])
    hip = pelvis.point(points["pelvis"], right=sign * HIP_HALF)
    knee = thigh.point(hip, up=-THIGH)
    points[f"{side}_hip"], points[f"{side}_knee"] = hip, knee
    points[f"{side}_ankle"] = shin.point(knee, up=-SHIN)
    bases[f"{side}_thigh"], bases[f"{side}_shin"] = thigh, shin
    _finish_leg(side, foot, a[f"{side}_toes"], points, bases)


def _finish_leg(side: str, foot: Basis, toes: float, points: dict[str, Vec], bases: dict[str, Basis]) -> None:
    ankle = points[f"{side}_ankle"]
    points[f"{side}_heel"] = foot.point(ankle, *HEEL)
    ball = points[f"{side}_ball"] = foot.point(ankle, *BALL)
    toe = foot.lean(-toes)
    points[f"{side}_toe"] = toe.point(ball, forward=TOE_LENGTH, up=-0.9)
    hip, knee = points[f"{side}_hip"], points[f"{side}_knee"]
    points[f"{side}_thigh"] = scale(add(hip, knee), 0.5)
    points[f"{side}_shin"] = scale(add(knee, ankle), 0.5)
    bases[f"{side}_foot"], bases[f"{side}_toe"] = foot, toe


def _plant_foot(
    side: str, sign: int, reach: Reach, a: _Angles, points: dict[str, Vec], bases: dict[str, Basis]
) -> None:
    foot = WORLD.twist(a["turn"] + reach.yaw).lean(reach.pitch)
    target = sub(locate(reach.spot, points), _foot_offset(reach.by, foot))
    hip = points[f"{side}_hip"]
    bend = reach.bend or add(bases["pelvis"].forward, add(scale(foot.forward, 0.5), (0, 0.3, 0)))
    knee, ankle, front = bend_limb(hip, target, THIGH, SHIN, bend)
    points[f"{side}_knee"], points[f"{side}_ankle"] = knee, ankle
    thigh = bases[f"{side}_thigh"] = basis_along(sub(hip, knee), front)
    shin = bases[f"{side}_shin"] = basis_along(sub(knee, ankle), thigh.lean(20).forward)
    if reach.by == "ankle":
        foot = shin.twist(-sign * a[f"{side}_foot_out"]).lean(-a[f"{side}_ankle"])
    _finish_leg(side, foot, a[f"{side}_toes"], points, bases)


def _foot_offset(by: str, foot: Basis) -> Vec:
    """From the ankle to where the foot touches; round heels and balls touch below their centre, however tipped."""
    if by == "ankle":
        return (0.0, 0.0, 0.0)
    if by == "sole":
        return foot.point((0.0, 0.0, 0.0), up=-ANKLE_HEIGHT)
    centre = HEEL if by == "heel" else BALL
    return sub(foot.point((0.0, 0.0, 0.0), *centre), (0.0, RADII[f"right_{by}"], 0.0))


# -- arms ----------------------------------------------------------------------------------------------------------


def _shoulder(sign: int, a: _Angles, points: dict[str, Vec], chest: Basis) -> Vec:
    back = a["retract"]
    return chest.point(
        points["collar"], forward=-1.0 - back, up=a["shrug"] - 3.5, right=sign * (SHOULDER_HALF - back * 0.4)
    )


def _hang_arm(side: str, sign: int, a: _Angles, points: dict[str, Vec], bases: dict[str, Basis]) -> None:
    chest = bases["chest"]
    upper = chest.lean(-a[f"{side}_shoulder"]).tilt(-sign * a[f"{side}_shoulder_out"])
    upper = upper.twist(-sign * a[f"{side}_shoulder_turn"])
    fore = upper.lean(-a[f"{side}_elbow"])
    shoulder = points[f"{side}_shoulder"] = _shoulder(sign, a, points, chest)
    elbow = points[f"{side}_elbow"] = upper.point(shoulder, up=-UPPER_ARM)
    points[f"{side}_wrist"] = fore.point(elbow, up=-FOREARM)
    bases[f"{side}_upper_arm"], bases[f"{side}_forearm"] = upper, fore
    hand = fore.twist(sign * a[f"{side}_forearm"]).lean(-a[f"{side}_wrist"])
    _finish_arm(side, hand, a[f"{side}_grip"], points, bases)


def _finish_arm(side: str, hand: Basis, grip: float, points: dict[str, Vec], bases: dict[str, Basis]) -> None:
    wrist = points[f"{side}_wrist"]
    knuckles = hand.point(wrist, up=-PALM)
    points[f"{side}_hand"] = hand.point(wrist, up=-PALM * 0.75)
    points[f"{side}_knuckles"] = knuckles
    points[f"{side}_fingers"] = hand.lean(-grip).point(knuckles, up=-FINGERS)
    bases[f"{side}_hand"], bases[f"{side}_fingers"] = hand, hand.lean(-grip)


def _put_hand(side: str, sign: int, reach: Reach, a: _Angles, points: dict[str, Vec], bases: dict[str, Basis]) -> None:
    shoulder, target = points[f"{side}_shoulder"], locate(reach.spot, points)
    chest = bases["chest"]
    bend = reach.bend or add(scale(chest.forward, -1.0), add(scale(chest.up, -0.8), scale(chest.right, sign * 0.5)))
    if reach.direction:
        wrist_at = sub(target, scale(unit(reach.direction), PALM * 0.75))
        elbow, wrist, back = bend_limb(shoulder, wrist_at, UPPER_ARM, FOREARM, bend)
    else:  # the hand carries on the line of the forearm
        elbow, hand_at, back = bend_limb(shoulder, target, UPPER_ARM, FOREARM + PALM * 0.75, bend)
        wrist = add(elbow, scale(unit(sub(hand_at, elbow)), FOREARM))
    points[f"{side}_elbow"], points[f"{side}_wrist"] = elbow, wrist
    bases[f"{side}_upper_arm"] = basis_along(sub(shoulder, elbow), scale(back, -1))
    fore = bases[f"{side}_forearm"] = basis_along(sub(elbow, wrist), scale(back, -1))
    away = scale(unit(reach.direction), -1) if reach.direction else fore.up
    palm = reach.palm or fore.twist(sign * a[f"{side}_forearm"]).forward
    hand = basis_along(away, palm)
    if not reach.direction:
        hand = hand.lean(-a[f"{side}_wrist"])
    _finish_arm(side, hand, a[f"{side}_grip"], points, bases)
