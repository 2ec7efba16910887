"""Every figure of the starter library is a body a person can make, standing on what it says it stands on."""

import json
import math

import pytest

from app.exercises.figures import FIGURES, figure_for
from app.exercises.library import all_exercises
from app.pdf.figures import Figure, Frame, size
from app.pdf.figures.joints import RADII
from app.pdf.figures.props import boxes
from app.pdf.figures.skeleton import Skeleton, locate, solve
from app.pdf.figures.vectors import Basis, Vec, angle_between, dot, length, scale, sub
from tests.each import for_each

SLUGS = [exercise.slug for exercise in all_exercises()]

TOUCH = 1.8  # centimetres a touching part may be off: flesh gives, and nobody sees it on paper
SINK = 2.0  # a mat or a table top gives that much

FRAMES = {f"{slug}, frame {i}": frame for slug, f in FIGURES.items() for i, frame in enumerate(f.frames, 1)}


def gap(frame: Frame, skeleton: Skeleton, point: str, thing: str) -> float:
    """The distance between a part's skin and what it touches, in centimetres."""
    at, radius = skeleton.points[point], RADII[point]
    if thing == "floor":
        return at[1] - radius
    if thing in RADII:
        return length(sub(at, skeleton.points[thing])) - radius - RADII[thing]
    solids = [box for prop in frame.props if prop.kind == thing for box in boxes(prop, skeleton.points)]
    return min(box.distance(at) for box in solids) - radius


def signed(base: Basis, way: Vec) -> tuple[float, float, float]:
    """A direction as forward, down and right of a part."""
    return dot(way, base.forward), -dot(way, base.up), dot(way, base.right)


def test_every_exercise_of_the_starter_library_has_its_figure() -> None:
    assert sorted(FIGURES) == sorted(SLUGS)
    assert all(figure_for(slug) is FIGURES[slug] for slug in SLUGS)


def test_an_unknown_exercise_has_no_figure() -> None:
    assert figure_for("juggling-chainsaws") is None


@for_each({slug: slug for slug in SLUGS})
def test_a_figure_read_back_from_stored_json_is_the_same_figure(slug: str) -> None:
    stored = json.dumps(FIGURES[slug].to_data(), sort_keys=True)  # as a database may return it: keys in its own order
    assert Figure.from_data(json.loads(stored)) == FIGURES[slug]


@for_each({slug: slug for slug in SLUGS})
def test_a_figure_fits_beside_text(slug: str) -> None:
    width, height = size(FIGURES[slug])
    assert 0.4 < width / height < 6


@for_each(FRAMES)
def test_what_should_touch_touches(frame: Frame) -> None:
    skeleton = solve(frame.pose)
    gaps = {contact: round(gap(frame, skeleton, *contact), 1) for contact in frame.contacts}
    assert {contact: off for contact, off in gaps.items() if abs(off) > TOUCH} == {}


@for_each(FRAMES)
def test_nobody_floats(frame: Frame) -> None:
    """Somebody's foot, knee, hand or seat is on the floor or on a thing."""
    skeleton = solve(frame.pose)
    lowest = min(p[1] - RADII[name] for name, p in skeleton.points.items() if name in RADII)
    assert lowest < TOUCH or any(thing in ("step", "chair", "plinth", "pillow") for _, thing in frame.contacts)


@for_each(FRAMES)
def test_nothing_sinks_into_the_floor(frame: Frame) -> None:
    skeleton = solve(frame.pose)
    depths = {name: round(p[1] - RADII[name], 1) for name, p in skeleton.points.items() if name in RADII}
    assert {name: depth for name, depth in depths.items() if depth < -SINK} == {}


@for_each(FRAMES)
def test_no_joint_is_inside_a_thing(frame: Frame) -> None:
    skeleton = solve(frame.pose)
    hard = [b for p in frame.props if p.kind not in ("pillow", "rolled_towel") for b in boxes(p, skeleton.points)]
    inside = [name for name, p in skeleton.points.items() for box in hard if box.distance(p) < -SINK]
    assert inside == []


@for_each(FRAMES)
@pytest.mark.parametrize("side", ["right", "left"])
def test_knees_and_elbows_bend_only_as_they_can(frame: Frame, side: str) -> None:
    bases = solve(frame.pose).bases
    for upper, lower, back in (("thigh", "shin", True), ("upper_arm", "forearm", False)):
        above, below = bases[f"{side}_{upper}"], bases[f"{side}_{lower}"]
        bend = angle_between(above.up, below.up)
        forward, _, sideways = signed(above, scale(below.up, -1))
        assert bend <= 156
        assert abs(sideways) < 0.05  # a hinge: no sideways bending
        if bend > 6:
            assert (forward < 0) is back


@for_each(FRAMES)
@pytest.mark.parametrize("side", ["right", "left"])
def test_hips_and_shoulders_stay_in_reach(frame: Frame, side: str) -> None:
    bases = solve(frame.pose).bases
    sign = 1 if side == "right" else -1
    forward, down, out = signed(bases["pelvis"], scale(bases[f"{side}_thigh"].up, -1))
    assert (
        -30
        <= math.degrees(math.atan2(forward, math.hypot(down, out)) if down > 0 else math.atan2(forward, down))
        <= 135
    )
    assert -35 <= math.degrees(math.asin(max(-1.0, min(1.0, out * sign)))) <= 65
    forward, down, out = signed(bases["chest"], scale(bases[f"{side}_upper_arm"].up, -1))
    if forward < 0 and down > 0 and abs(out) < 0.5:
        assert math.degrees(math.atan2(-forward, down)) <= 65  # backwards
    assert out * sign >= -0.85  # across the chest


@for_each(FRAMES)
@pytest.mark.parametrize("side", ["right", "left"])
def test_ankles_and_wrists_stay_in_range(frame: Frame, side: str) -> None:
    bases = solve(frame.pose).bases
    lift = math.degrees(math.asin(max(-1.0, min(1.0, dot(bases[f"{side}_foot"].forward, bases[f"{side}_shin"].up)))))
    assert -62 <= lift <= 42
    assert angle_between(bases[f"{side}_hand"].up, bases[f"{side}_forearm"].up) <= 92


@for_each(FRAMES)
def test_hands_and_feet_reach_what_they_reach_for(frame: Frame) -> None:
    """Bones keep their length when a limb reaches, so a spot too far away would leave a gap."""
    skeleton = solve(frame.pose)
    for limb, reach in frame.pose.reach:
        part = {"sole": "ankle", "heel": "heel", "ball": "ball", "ankle": "ankle"}[reach.by]
        point = skeleton.points[limb if limb.endswith("hand") else limb.replace("foot", part)]
        limit = 9.5 if reach.by == "sole" and not reach.direction else 4.0  # the ankle is 8.2 above its sole
        assert length(sub(point, locate(reach.spot, skeleton.points))) < limit
