"""Draws the head so that one sees which way it faces: skull and jaw, hair cut by a plane, ear, eyes, nose, mouth."""

import math
from collections.abc import Callable

from app.pdf.figures import colours as c
from app.pdf.figures.camera import Camera
from app.pdf.figures.shapes import Path, Point, capsule, circle, hull_of_discs, polygon, polyline
from app.pdf.figures.vectors import Basis, Vec, add, cross, scale, unit

Place = Callable[[float, float, float], Vec]  # forward, up, right of the head's centre

SKULL, HAIR = 9.6, 10.3
HAIR_FROM = 0.28  # how far from the skull's centre the plane lies beyond which hair grows, share of the radius


def draw_head(centre: Vec, base: Basis, camera: Camera, moving: bool) -> list[Path]:
    """The paths of a head around its centre, back to front."""
    skin = c.MOVING[c.SKIN] if moving else c.SKIN

    def at(forward: float, up: float, right: float = 0.0) -> Vec:
        return base.point(centre, forward, up, right)

    jaw = [camera.disc(at(3.8, -6.8, s * 1.2), 4.6) for s in (1, -1)]
    outline = hull_of_discs([camera.disc(centre, SKULL), *jaw])
    nose = capsule(camera.disc(at(8.6, 0.2), 1.3), camera.disc(at(10.2, -2.4), 1.35))
    paths = [nose.painted(None, c.OUTLINE, c.LINE), outline.painted(skin, c.OUTLINE, c.LINE), nose.painted(skin)]
    hair = _hair(add(centre, scale(base.up, 0.2)), base, camera)
    ears = [_ear(at, s, camera, skin) for s in (1, -1) if camera.depth(scale(base.right, s)) > 0.25]
    face = _face(at, base, camera)
    return [*paths, *hair, *ears, *face]


def _ear(at: Place, side: int, camera: Camera, skin: str) -> Path:
    return hull_of_discs(
        [camera.disc(at(-0.6, -0.2, side * 9.4), 1.9), camera.disc(at(-0.2, -2.6, side * 9.2), 1.3)]
    ).painted(skin, c.OUTLINE, c.LINE * 0.8)


def _face(at: Place, base: Basis, camera: Camera) -> list[Path]:
    paths = []
    for side in (1, -1):
        eye = at(8.0, -0.2, side * 3.6)
        outward = unit(add(scale(base.forward, 8.0), scale(base.right, side * 3.6)))
        if camera.depth(outward) > 0.12:
            x, y, _ = camera.see(eye)
            paths.append(circle((x, y, 0.95)).painted(c.OUTLINE))
    if camera.depth(base.forward) > 0.5:
        tip = [camera.flat(at(10.4, 0.4, 0.0)), camera.flat(at(11.4, -2.8, 0.3)), camera.flat(at(10.4, -3.2, -0.9))]
        paths.append(polyline(tip).painted(None, c.OUTLINE, c.LINE * 0.7))
    mouth = [camera.flat(at(8.4, -6.6, s)) for s in (-2.2, 0.0, 2.2)]
    if camera.depth(base.forward) > 0.3:
        paths.append(polyline(mouth).painted(None, c.OUTLINE, c.LINE * 0.7))
    elif camera.depth(base.forward) > -0.3:
        sides = 1 if camera.depth(base.right) > 0 else -1
        line = [camera.flat(at(8.2, -6.4, 0)), camera.flat(at(6.2, -6.2, sides * 2.5))]
        paths.append(polyline(line).painted(None, c.OUTLINE, c.LINE * 0.7))
    return paths


def _hair(centre: Vec, base: Basis, camera: Camera) -> list[Path]:
    """The part of a ball around the skull beyond a plane that slopes from the forehead down to the nape."""
    pole = unit(add(scale(base.forward, -0.62), scale(base.up, 0.78)))
    across = base.right
    along = cross(pole, across)
    rim = math.sqrt(1 - HAIR_FROM**2)
    ring = []
    for i in range(48):
        angle = i * math.pi / 24
        way = add(
            scale(pole, HAIR_FROM), add(scale(across, rim * math.cos(angle)), scale(along, rim * math.sin(angle)))
        )
        ring.append(way)
    visible = [camera.depth(way) >= 0 for way in ring]
    x, y, _ = camera.see(centre)

    def page(way: Vec) -> Point:
        wx, wy, _ = camera.see(way)
        return x + HAIR * wx, y + HAIR * wy

    if all(visible):
        shape = polygon([page(way) for way in ring])
        if camera.depth(pole) < 0:
            return []
        return [shape.painted(c.HAIR, c.OUTLINE, c.LINE)]
    if not any(visible):
        return [circle((x, y, HAIR)).painted(c.HAIR, c.OUTLINE, c.LINE)] if camera.depth(pole) > 0 else []
    start = next(i for i in range(48) if visible[i] and not visible[i - 1])
    arc: list[Vec] = []
    while visible[start % 48] and len(arc) < 48:
        arc.append(ring[start % 48])
        start += 1
    points = [page(way) for way in arc]
    points += _edge(points[-1], points[0], (x, y), pole, camera)
    return [polygon(points).painted(c.HAIR, c.OUTLINE, c.LINE)]


def _edge(start: Point, end: Point, centre: Point, pole: Vec, camera: Camera) -> list[Point]:
    """Points round the outline of the hair from one end of the hairline to the other, on the side of the pole."""
    px, py, _ = camera.see(pole)
    a = math.atan2(start[1] - centre[1], start[0] - centre[0])
    b = math.atan2(end[1] - centre[1], end[0] - centre[0])
    sweep = (b - a) % (2 * math.pi)
    middle = a + sweep / 2
    if math.cos(middle) * px + math.sin(middle) * py < 0:
        sweep -= 2 * math.pi
    steps = 14
    return [
        (centre[0] + HAIR * math.cos(a + sweep * i / steps), centre[1] + HAIR * math.sin(a + sweep * i / steps))
        for i in range(steps + 1)
    ]
