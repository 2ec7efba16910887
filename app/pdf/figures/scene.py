"""Lays a figure out: each frame a panel with floor, things, body and arrows, side by side or stacked, at one scale."""

import math
from dataclasses import dataclass
from functools import lru_cache

from app.pdf.figures import colours as c
from app.pdf.figures.arrows import draw_arrow
from app.pdf.figures.body import BodyPainter
from app.pdf.figures.camera import Camera
from app.pdf.figures.figure import Figure
from app.pdf.figures.joints import RADII
from app.pdf.figures.model import Arrow, Frame
from app.pdf.figures.props import draw_prop, shadow
from app.pdf.figures.shapes import Bounds, Path
from app.pdf.figures.skeleton import Skeleton, locate, solve

MARGIN = 7.0
GAP, CORNER, EDGE = 0.055, 0.05, 0.0055  # of the longer side of a panel
WIDEST, TALLEST = 3.0, 2.1  # panels are padded to at most this width to height, and height to width
STACKED = 1.35  # panels wider than this to their height stand one below the other: larger in a place of 4 : 3
FLOOR_BACK = -48.0  # the floor ends this far behind the person, centimetres
SMALLEST_ARROW, LARGEST_ARROW = 0.5, 1.35
HELD = frozenset({"band", "towel", "stick", "ball", "weight"})
CLOSE = 75.0  # a crop narrower than this is a close-up and shows fingers and toes one by one


@dataclass(frozen=True)
class Panel:
    """One frame's paths in page coordinates, the rectangle of them that is shown, and where in the picture it stands.

    `across` and `up` are where its left bottom corner is from that of the picture.
    """

    across: float
    up: float
    left: float
    bottom: float
    width: float
    height: float
    paths: tuple[Path, ...]


@lru_cache(maxsize=512)
def lay_out(figure: Figure) -> tuple[Panel, ...]:
    """The panels of a figure, all of one size, left to right or top to bottom."""
    close = figure.crop is not None and figure.crop[2] - figure.crop[0] < CLOSE
    skeletons = [solve(frame.pose) for frame in figure.frames]
    drawn = [_draw_frame(frame, bones, close) for frame, bones in zip(figure.frames, skeletons, strict=True)]
    bounds = [] if figure.crop else [path.bounds() for paths in drawn for path in paths]
    shown = figure.crop or _shown(bounds)
    size = max(shown[2] - shown[0], 0.8 * (shown[3] - shown[1])) / 140
    size = max(SMALLEST_ARROW, min(LARGEST_ARROW, size))
    for i, frame in enumerate(figure.frames):
        camera, before = Camera(frame.yaw, frame.pitch), skeletons[i - 1]
        for arrow in frame.arrows:
            paths = _arrow(arrow, skeletons[i], before, camera, size)
            drawn[i] += paths
            bounds += [path.bounds() for path in paths]
    left, bottom, right, top = figure.crop or _shown(bounds)
    width, height, last = right - left, top - bottom, len(drawn) - 1
    longest = max(width, height)
    if width > STACKED * height:
        places = [(0.0, (last - i) * (height + GAP * longest)) for i in range(len(drawn))]
    else:
        places = [(i * (width + GAP * longest), 0.0) for i in range(len(drawn))]
    return tuple(
        Panel(*place, left, bottom, width, height, (*_ground(frame, left, bottom, right, CORNER * longest), *paths))
        for place, frame, paths in zip(places, figure.frames, drawn, strict=True)
    )


def _shown(bounds: list[Bounds]) -> Bounds:
    """The rectangle that holds every frame's paths, with a margin, padded where it would be very long or tall."""
    left, bottom = min(b[0] for b in bounds) - MARGIN, min(b[1] for b in bounds) - MARGIN
    right, top = max(b[2] for b in bounds) + MARGIN, max(b[3] for b in bounds) + MARGIN
    short = (right - left) / WIDEST - (top - bottom)
    if short > 0:
        top += short
    narrow = (top - bottom) / TALLEST - (right - left)
    if narrow > 0:
        left, right = left - narrow / 2, right + narrow / 2
    return left, bottom, right, top


def _ground(frame: Frame, left: float, bottom: float, right: float, corner: float) -> list[Path]:
    """The floor from its far edge to the foot of the panel, whose lower corners are round."""
    top = -FLOOR_BACK * math.sin(math.radians(frame.pitch))
    if top < bottom + corner:
        return []
    k = corner * 0.45
    floor = Path(
        (
            ("M", (left, top)),
            ("L", (left, bottom + corner)),
            ("C", (left, bottom + k, left + k, bottom, left + corner, bottom)),
            ("L", (right - corner, bottom)),
            ("C", (right - k, bottom, right, bottom + k, right, bottom + corner)),
            ("L", (right, top)),
            ("Z", ()),
        )
    )
    return [floor.painted(c.FLOOR)]


def _draw_frame(frame: Frame, skeleton: Skeleton, close: bool) -> list[Path]:
    """A frame's shadows, things and body, back to front."""
    camera, points = Camera(frame.yaw, frame.pitch), skeleton.points
    low = [(p, RADII[n]) for n, p in points.items() if RADII.get(n, 0.0) > 1.8 and p[1] - RADII[n] < 3]
    paths = [] if any(prop.kind == "mat" for prop in frame.props) else shadow(low, camera)
    for prop in frame.props:
        if prop.kind not in HELD and not prop.front:
            paths += draw_prop(prop, points, camera)
    belly = dict(frame.pose.angles).get("belly", 0.0)
    painter = BodyPainter(skeleton, camera, frame.moving, belly, close)
    layers = [(piece.near, piece.paths) for piece in painter.pieces()]
    for prop in frame.props:
        if prop.kind in HELD and not prop.front:  # what is held is drawn between the limbs, by how near it is
            spots = [locate(spot, points) for spot in prop.points or (prop.at,)]
            near = sum(camera.depth(spot) for spot in spots) / len(spots)
            layers.append((near, draw_prop(prop, points, camera)))
    for _, layer in sorted(layers, key=lambda item: item[0]):
        paths += layer
    for prop in frame.props:
        if prop.front:
            paths += draw_prop(prop, points, camera)
    return paths


def _arrow(arrow: Arrow, skeleton: Skeleton, before: Skeleton, camera: Camera, size: float) -> list[Path]:
    if arrow.follow:
        start, end = camera.flat(before.points[arrow.follow]), camera.flat(skeleton.points[arrow.follow])
    else:
        start = camera.flat(locate(arrow.start, skeleton.points))
        end = camera.flat(locate(arrow.end, skeleton.points))
    dx, dy = arrow.shift
    return draw_arrow((start[0] + dx, start[1] + dy), (end[0] + dx, end[1] + dy), arrow.bend, arrow.double, size)


def natural_size(figure: Figure) -> tuple[float, float]:
    """Width and height of all panels together, in centimetres of the room."""
    panels = lay_out(figure)
    first, last = panels[0], panels[-1]
    return last.across + last.width, first.up + first.height


def panel_edge(panel: Panel) -> tuple[Path, float]:
    """The panel's outline with round corners, left bottom corner at the origin, and the width of its line.

    The outline lies half a line inside the panel, so that nothing of the line is cut off at the picture's edge.
    """
    longest = max(panel.width, panel.height)
    line, r = EDGE * longest, CORNER * longest
    k, o = r * 0.45, line / 2
    w, h = panel.width - o, panel.height - o
    edge = Path(
        (
            ("M", (r, o)),
            ("L", (w - r, o)),
            ("C", (w - k, o, w, k, w, r)),
            ("L", (w, h - r)),
            ("C", (w, h - k, w - k, h, w - r, h)),
            ("L", (r, h)),
            ("C", (k, h, o, h - k, o, h - r)),
            ("L", (o, r)),
            ("C", (o, k, k, o, r, o)),
            ("Z", ()),
        )
    )
    return edge, line
