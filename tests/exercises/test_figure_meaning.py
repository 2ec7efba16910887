"""The figure shows what its text says: the position, the things, what moves and which way, with nothing in the way."""

import math
from collections.abc import Iterator
from itertools import pairwise

from app.exercises.figures import FIGURES
from app.exercises.library import Exercise, all_exercises
from app.pdf.figures import Figure, Frame, size
from app.pdf.figures import colours as c
from app.pdf.figures.camera import Camera
from app.pdf.figures.joints import RADII
from app.pdf.figures.model import Prop
from app.pdf.figures.props import boxes
from app.pdf.figures.scene import Panel, lay_out
from app.pdf.figures.shapes import Path, Point
from app.pdf.figures.skeleton import Skeleton, locate, solve
from app.pdf.figures.vectors import Vec, add, angle_between, between, dot, length, scale, sub, unit
from tests.each import for_each

EACH = for_each({exercise.slug: exercise for exercise in all_exercises()})

TOUCH = 1.8  # centimetres
AT_HAND = 4.5  # how far from the skin a thing may be that is held there
# What may be drawn for the equipment a text names, where it is not the thing of that name.
DRAWN_AS = {
    "towel": {"towel", "rolled_towel"},
    "chair": {"chair", "table", "plinth"},
    "worktop": {"worktop", "table", "rail"},
}
NAMED = {"band", "towel", "rolled_towel", "stick", "ball", "weight", "step", "chair", "wall", "worktop", "table"}
WARM = set(c.MOVING.values())


def figure_of(exercise: Exercise) -> Figure:
    return FIGURES[exercise.slug]


def is_at(frame: Frame, bones: Skeleton, point: str, kinds: tuple[str, ...]) -> bool:
    """Whether a part's skin touches the floor or one of the things of these kinds."""
    at, radius = bones.points[point], RADII[point]
    gaps = [box.distance(at) for prop in frame.props if prop.kind in kinds for box in boxes(prop, bones.points)]
    return min(abs(gap - radius) for gap in (at[1], *gaps)) < TOUCH


def takes_position(position: str, frame: Frame) -> bool:
    bones = solve(frame.pose)
    chest = bones.bases["chest"]
    if position == "lying-back":
        return chest.forward[1] > 0.5
    if position == "lying-front":
        return chest.forward[1] < -0.4
    if position == "lying-side":
        return abs(chest.right[1]) > 0.3
    if position == "sitting":
        return is_at(frame, bones, "pelvis", ("chair", "table", "plinth"))
    if position == "standing":
        return any(
            is_at(frame, bones, f"{s}_{p}", ("step", "pillow")) for s in ("right", "left") for p in ("heel", "ball")
        )
    return any(is_at(frame, bones, f"{side}_knee", ("pillow",)) for side in ("right", "left"))


@EACH
def test_the_figure_begins_in_the_position_the_text_names(exercise: Exercise) -> None:
    figure = figure_of(exercise)
    if exercise.slug in CLOSE_UPS:
        assert figure.crop is not None
        return
    assert takes_position(exercise.position, figure.frames[0])


@EACH
def test_arms_that_carry_the_body_on_hands_and_knees_are_nearly_straight(exercise: Exercise) -> None:
    frame = figure_of(exercise).frames[0]
    bases = solve(frame.pose).bases
    if exercise.position == "hands-knees":
        arms = [side for side in ("right", "left") if (f"{side}_hand", "floor") in frame.contacts]
        assert arms
        for side in arms:
            assert angle_between(bases[f"{side}_upper_arm"].up, bases[f"{side}_forearm"].up) < 30


CLOSE_UPS = {"make-a-fist"}  # only the hand is seen, and nothing says what the person sits on


@EACH
def test_the_equipment_of_the_text_is_drawn_and_no_other(exercise: Exercise) -> None:
    drawn = {prop.kind for frame in figure_of(exercise).frames for prop in frame.props}
    wanted = {thing: DRAWN_AS.get(thing, {thing}) for thing in exercise.equipment if thing != "none"}
    assert [thing for thing, kinds in wanted.items() if not kinds & drawn] == []
    allowed = set().union(*wanted.values())
    if "band" in drawn:
        allowed.add("wall")  # what the band is fixed to
    if exercise.slug == "step-over":
        allowed.add("step")  # the object on the floor
    assert drawn & NAMED - allowed == set()


# -- what is held --------------------------------------------------------------------------------------------------


def distance_to_line(point: Vec, line: list[Vec]) -> float:
    """From a point to the nearest place of a run of straight pieces."""
    found = []
    for a, b in pairwise(line):
        way = sub(b, a)
        share = dot(sub(point, a), way) / max(dot(way, way), 1e-9)
        found.append(length(sub(point, between(a, b, max(0.0, min(1.0, share))))))
    return min(found)


def is_held(prop: Prop, bones: Skeleton) -> bool:
    """Whether a hand has the weight, stick, band or towel, a leg or foot the band, or some part the ball."""
    points = bones.points
    if prop.kind == "ball":
        at = locate(prop.at, points)
        return min(length(sub(at, points[n])) - radius for n, radius in RADII.items()) < prop.size[0] + AT_HAND
    line = [locate(spot, points) for spot in prop.points or (prop.at, prop.at)]
    parts = ["hand"] if prop.kind in ("weight", "stick") else ["hand", "knee", "shin", "ankle", "ball", "thigh"]
    names = [f"{side}_{part}" for side in ("right", "left") for part in parts]
    return min(distance_to_line(points[name], line) - RADII[name] for name in names) < AT_HAND


@EACH
def test_what_is_held_is_in_a_hand_or_round_a_leg(exercise: Exercise) -> None:
    for frame in figure_of(exercise).frames:
        bones = solve(frame.pose)
        held = [prop for prop in frame.props if prop.kind in ("weight", "stick", "band", "towel", "ball")]
        assert [prop.kind for prop in held if not is_held(prop, bones)] == []


# -- what is seen --------------------------------------------------------------------------------------------------


def overlap(path: Path, panel: Panel) -> tuple[float, float]:
    """How much of the box round a path is shown in the panel, and how large that box is (square centimetres)."""
    left, bottom, right, top = path.bounds()
    wide = min(right, panel.left + panel.width) - max(left, panel.left)
    high = min(top, panel.bottom + panel.height) - max(bottom, panel.bottom)
    return max(wide, 0.0) * max(high, 0.0), (right - left) * (top - bottom)


@EACH
def test_the_part_that_works_stands_out_and_is_in_the_picture(exercise: Exercise) -> None:
    for panel in lay_out(figure_of(exercise)):
        shares = [overlap(path, panel) for path in panel.paths if path.fill in WARM]
        assert sum(seen for seen, _ in shares) > 0.75 * sum(whole for _, whole in shares) > 0
    assert all(frame.moving for frame in figure_of(exercise).frames if exercise.goal != "balance")


@EACH
def test_the_person_is_large_in_a_place_of_four_to_three(exercise: Exercise) -> None:
    """Of the place on an exercise's card, the person in one of the frames takes 7.5 % or more."""
    figure = figure_of(exercise)
    wide, high = size(figure)
    place = max(wide * high, 0.75 * wide * wide, high * high / 0.75)  # the least 4 : 3 place that holds the figure
    shares = []
    for panel in lay_out(figure):
        bounds = [path.bounds() for path in panel.paths if path.line == c.OUTLINE]
        left, right = min(b[0] for b in bounds), max(b[2] for b in bounds)
        bottom, top = min(b[1] for b in bounds), max(b[3] for b in bounds)
        across = min(right, panel.left + panel.width) - max(left, panel.left)
        shares.append(across * (min(top, panel.bottom + panel.height) - max(bottom, panel.bottom)) / place)
    assert max(shares) > 0.075


@EACH
def test_every_arrow_lies_within_its_frame(exercise: Exercise) -> None:
    for panel in lay_out(figure_of(exercise)):
        for path in panel.paths:
            if c.ARROW in (path.fill, path.line):
                left, bottom, right, top = path.bounds()
                assert panel.left + 1 < left < right < panel.left + panel.width - 1
                assert panel.bottom + 1 < bottom < top < panel.bottom + panel.height - 1


@EACH
def test_a_figure_of_a_movement_has_an_arrow(exercise: Exercise) -> None:
    frames = figure_of(exercise).frames
    assert len(frames) == 1 or any(frame.arrows for frame in frames)


def face_is_hidden(frame: Frame) -> bool:
    """Whether an arm nearer to the viewer covers every eye that would be seen."""
    bones, camera = solve(frame.pose), Camera(frame.yaw, frame.pitch)
    head, points = bones.bases["head"], bones.points
    eyes = [
        head.point(points["head"], 8.0, -0.2, side * 3.6)
        for side in (1, -1)
        if camera.depth(unit(add(scale(head.forward, 8.0), scale(head.right, side * 3.6)))) > 0.12
    ]

    def is_covered(eye: Vec) -> bool:
        spot, depth = camera.flat(eye), camera.depth(eye)
        for side in ("right", "left"):
            for a, b, radius in (("shoulder", "elbow", 4.5), ("elbow", "wrist", 3.3), ("wrist", "fingers", 2.6)):
                start, end = points[f"{side}_{a}"], points[f"{side}_{b}"]
                off, share = distance_on_page(spot, camera.flat(start), camera.flat(end))
                if off < radius and camera.depth(between(start, end, share)) > depth + 2:
                    return True
        return False

    return bool(eyes) and all(map(is_covered, eyes))


def distance_on_page(point: Point, a: Point, b: Point) -> tuple[float, float]:
    """From a point to a line on the page, and the share of the line where it is nearest."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    share = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / max(dx * dx + dy * dy, 1e-9)
    share = max(0.0, min(1.0, share))
    return math.hypot(point[0] - a[0] - share * dx, point[1] - a[1] - share * dy), share


@EACH
def test_no_arm_hides_the_face(exercise: Exercise) -> None:
    """Faces that look at the floor are hidden anyway."""
    for frame in figure_of(exercise).frames:
        if solve(frame.pose).bases["head"].forward[1] > -0.5:
            assert not face_is_hidden(frame)


# -- which way -----------------------------------------------------------------------------------------------------


def places(frame: Frame) -> list[Vec]:
    """Where the parts of the body are, then the ends of what is held."""
    points = solve(frame.pose).points
    return [
        *(points[name] for name in RADII),
        *(locate(spot, points) for prop in frame.props for spot in prop.points),
    ]


def agreements(before: Frame, frame: Frame, start: Point, end: Point) -> Iterator[float]:
    """How well what moved near an arrow (on the page) moved its way: 1 the same way, -1 the opposite."""
    camera = Camera(frame.yaw, frame.pitch)
    was, now = places(before), places(frame)
    way = (end[0] - start[0], end[1] - start[1])
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    for old_place, new_place in zip(was, now, strict=False):
        old, new = camera.flat(old_place), camera.flat(new_place)
        move = (new[0] - old[0], new[1] - old[1])
        if math.hypot(*move) > 1 and math.dist(new, middle) < 45:
            yield (move[0] * way[0] + move[1] * way[1]) / math.hypot(*move) / math.hypot(*way)


@EACH
def test_an_arrow_points_the_way_something_near_it_went(exercise: Exercise) -> None:
    """Where nothing near an arrow moved, it stands for a push or a breath."""
    frames = figure_of(exercise).frames
    for before, frame in pairwise(frames):
        points, camera = solve(frame.pose).points, Camera(frame.yaw, frame.pitch)
        for arrow in frame.arrows:
            if not arrow.follow and not arrow.double:
                start, end = camera.flat(locate(arrow.start, points)), camera.flat(locate(arrow.end, points))
                assert max(agreements(before, frame, start, end), default=1.0) > 0.1
