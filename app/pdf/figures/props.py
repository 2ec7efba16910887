"""Draws the things around the body: solids made of boxes, and bands, towels, sticks, balls and weights."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.pdf.figures import colours as c
from app.pdf.figures.camera import Camera
from app.pdf.figures.model import Prop
from app.pdf.figures.shapes import (
    Path,
    Point,
    capsule,
    circle,
    convex_hull,
    hull_of_discs,
    polygon,
    polyline,
    smooth_line,
)
from app.pdf.figures.skeleton import locate
from app.pdf.figures.vectors import WORLD, Basis, Vec, between, scale, sub

LINE = 0.8
_RIM = [(math.cos(i * math.pi / 8), math.sin(i * math.pi / 8)) for i in range(16)]
SEAT = 45.0  # a chair's height when none is given, centimetres


@dataclass(frozen=True)
class Box:
    """A solid block: its centre, half sizes and facing; distances in centimetres."""

    centre: Vec
    half: Vec
    basis: Basis = WORLD

    def distance(self, p: Vec) -> float:
        """How far a point is from the surface; inside is less than nothing."""
        away = sub(p, self.centre)
        inside = [
            abs(sum(a * b for a, b in zip(away, axis, strict=True))) - half
            for axis, half in zip(self.basis, self.half, strict=True)
        ]
        out = [max(v, 0.0) for v in inside]
        if any(out):
            return math.hypot(*out)
        return max(inside)


def boxes(prop: Prop, points: Mapping[str, Vec]) -> list[Box]:
    """The blocks a solid prop is made of, far to near; nothing for bands and other soft things."""
    at = locate(prop.at, points)
    sx, sy, sz = prop.size
    basis = WORLD.twist(prop.turn)

    def block(x: float, y: float, z: float, w: float, h: float, d: float) -> Box:
        """A block of w by h by d whose foot's middle is so far forward, up and right of the prop's place."""
        return Box(basis.point(at, x, y + h / 2, z), (w / 2, h / 2, d / 2), basis)

    if prop.kind == "mat":
        return [block(0, -1.6, 0, sx or 190, 1.6, sz or 62)]
    if prop.kind == "chair":
        seat, deep, wide = sy or SEAT, sx or 42, sz or 42
        legs = [
            block(x, 0, z, 3, seat - 3, 3) for z in (-wide / 2 + 2, wide / 2 - 2) for x in (-deep / 2 + 2, deep / 2 - 2)
        ]
        back = block(-deep / 2 + 1.5, seat, 0, 3, 42, wide)
        return [*legs, block(0, seat - 4, 0, deep, 4, wide), back]
    if prop.kind == "table":
        legs = [block(x, 0, z, 4, sy - 4, 4) for z in (-sz / 2 + 3, sz / 2 - 3) for x in (-sx / 2 + 4, sx / 2 - 4)]
        return [*legs, block(0, sy - 4, 0, sx, 4, sz)]
    if prop.kind == "worktop":
        return [block(0, 0, 0, sx - 4, sy - 4, sz - 4), block(0, sy - 4, 0, sx, 4, sz)]
    if prop.kind == "plinth":
        legs = [block(x, 0, z, 6, sy - 10, 6) for z in (-sz / 2 + 5, sz / 2 - 5) for x in (-sx / 2 + 14, sx / 2 - 14)]
        return [*legs, block(0, sy - 10, 0, sx, 10, sz)]
    if prop.kind == "rail":
        posts = [block(x, 0, 0, 3, sy - 4, 3) for x in (-sx / 2 + 3, sx / 2 - 3)]
        return [*posts, block(0, sy - 4, 0, sx, 4, sz or 5)]
    if prop.kind in ("wall", "step", "pillow", "rolled_towel"):
        return [block(0, 0, 0, sx, sy, sz)]
    return []


def draw_prop(prop: Prop, points: Mapping[str, Vec], camera: Camera) -> list[Path]:
    """The paths of one prop, back to front."""
    spots = [locate(spot, points) for spot in prop.points]
    at = locate(prop.at, points)
    if prop.kind in ("pillow", "rolled_towel"):
        return _cushion(prop, boxes(prop, points)[0], camera)
    if prop.kind == "band":
        return _strip(spots, camera, 2.6, c.BAND, c.BAND_EDGE)
    if prop.kind == "towel":
        return _strip(spots, camera, 4.4, c.TOWEL, c.TOWEL_EDGE)
    if prop.kind == "stick":
        return _strip(spots, camera, 2.4, c.STICK, c.STICK_EDGE)
    if prop.kind == "ball":
        return _ball(at, prop.size[0] or 4.0, camera)
    if prop.kind == "weight":
        return _weight(at, prop.size, camera)
    solids = boxes(prop, points)
    if prop.kind != "wall":
        solids = sorted(solids, key=lambda box: camera.depth(box.centre))
    return [path for box in solids for path in _block(box, prop.kind, camera)]


def _block(box: Box, kind: str, camera: Camera) -> list[Path]:
    """The faces of a block turned to the viewer: top light, the others darker."""
    light, middle, dark = c.PROPS[kind]
    paths = []
    for axis, tone in ((0, dark), (2, middle), (1, light)):
        for sign in (1, -1):
            way = scale(box.basis[axis], sign)
            if camera.depth(way) > 0.02:
                paths.append(polygon(_face(box, axis, sign, camera)).painted(tone, c.PROP_LINE, LINE))
    return paths


def _face(box: Box, axis: int, sign: int, camera: Camera) -> list[Point]:
    i, j = [n for n in range(3) if n != axis]
    corners = []
    for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1)):
        steps = [0.0, 0.0, 0.0]
        steps[axis], steps[i], steps[j] = sign * box.half[axis], a * box.half[i], b * box.half[j]
        corners.append(camera.flat(box.basis.point(box.centre, *steps)))
    return corners


def _cushion(prop: Prop, box: Box, camera: Camera) -> list[Path]:
    """A soft block with round ends."""
    light, middle, _ = c.PROPS[prop.kind]
    w, h, d = box.half
    r = min(w, h)
    discs = [
        camera.disc(box.basis.point(box.centre, x * (w - r), 0, z * max(d - r, 0)), r * 1.02)
        for x in (1, -1)
        for z in (1, -1)
    ]
    seam = polyline(
        [
            camera.flat(box.basis.point(box.centre, -(w - r), -r * 0.2, d - r)),
            camera.flat(box.basis.point(box.centre, w - r, -r * 0.2, d - r)),
        ]
    )
    return [hull_of_discs(discs).painted(light, c.PROP_LINE, LINE), seam.painted(None, middle, LINE)]


def _strip(spots: Sequence[Vec], camera: Camera, width: float, fill: str, edge: str) -> list[Path]:
    """A band, towel or stick: the same line twice, its edge and its inside."""
    points = [camera.flat(spot) for spot in spots]
    line = smooth_line(points) if len(points) > 2 else polyline(points)
    return [line.painted(None, edge, width), line.painted(None, fill, width - 1.2)]


def _ball(at: Vec, radius: float, camera: Camera) -> list[Path]:
    x, y, _ = camera.see(at)
    shine = circle((x - radius * 0.3, y + radius * 0.35, radius * 0.22))
    return [circle((x, y, radius)).painted(c.BALL, c.BALL_EDGE, LINE), shine.painted("#b9b0ee")]


def _weight(at: Vec, way: Vec, camera: Camera) -> list[Path]:
    """A dumb-bell held at its middle, lying along `way` (its half length)."""
    ends = [(at[0] + way[0] * s, at[1] + way[1] * s, at[2] + way[2] * s) for s in (1, -1)]
    a, b = camera.disc(ends[0], 1.3), camera.disc(ends[1], 1.3)
    paths = [capsule(a, b).painted(c.WEIGHT, c.WEIGHT_EDGE, LINE)]
    for end in sorted(ends, key=camera.depth):
        inner = between(end, at, 0.28)
        paths.append(capsule(camera.disc(inner, 3.6), camera.disc(end, 3.6)).painted(c.WEIGHT, c.WEIGHT_EDGE, LINE))
    return paths


def shadow(touching: Sequence[tuple[Vec, float]], camera: Camera) -> list[Path]:
    """Soft shadows on the floor under what is near it: shows that nothing floats."""
    paths = []
    for p, radius in touching:
        rim = [camera.flat((p[0] + radius * 1.35 * cx, 0.0, p[2] + radius * 1.35 * cz)) for cx, cz in _RIM]
        paths.append(polygon(convex_hull(rim)).painted(c.SHADOW))
    return paths
