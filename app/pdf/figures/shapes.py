"""Neutral drawing primitives on the page: filled and outlined paths, in centimetres, y up."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Disc = tuple[float, float, float]  # x, y, radius
Bounds = tuple[float, float, float, float]  # left, bottom, right, top
Op = tuple[str, tuple[float, ...]]  # M, L: x y; C: three points; Z: none


@dataclass(frozen=True)
class Path:
    """One path with its fill, line colour and line width; a colour of None is not painted."""

    ops: tuple[Op, ...]
    fill: str | None = None
    line: str | None = None
    width: float = 0.0

    def painted(self, fill: str | None = None, line: str | None = None, width: float = 0.0) -> "Path":
        """The same outline painted another way."""
        return Path(self.ops, fill, line, width)

    def bounds(self) -> Bounds:
        """Left, bottom, right and top of all its points, line width included."""
        xs = [v for _, values in self.ops for v in values[0::2]]
        ys = [v for _, values in self.ops for v in values[1::2]]
        half = self.width / 2 if self.line else 0.0
        return min(xs) - half, min(ys) - half, max(xs) + half, max(ys) + half


def polygon(points: Sequence[Point]) -> Path:
    """A closed shape with straight sides."""
    return Path((("M", points[0]), *(("L", point) for point in points[1:]), ("Z", ())))


def polyline(points: Sequence[Point]) -> Path:
    """An open line through points."""
    return Path((("M", points[0]), *(("L", point) for point in points[1:])))


def smooth_line(points: Sequence[Point]) -> Path:
    """An open, smooth line through points (a Catmull-Rom spline)."""
    ops: list[Op] = [("M", points[0])]
    for i in range(len(points) - 1):
        before, start, end = points[max(i - 1, 0)], points[i], points[i + 1]
        after = points[min(i + 2, len(points) - 1)]
        ops.append(
            (
                "C",
                (
                    start[0] + (end[0] - before[0]) / 6,
                    start[1] + (end[1] - before[1]) / 6,
                    end[0] - (after[0] - start[0]) / 6,
                    end[1] - (after[1] - start[1]) / 6,
                    *end,
                ),
            )
        )
    return Path(tuple(ops))


def _arc(x: float, y: float, r: float, start: float, end: float) -> list[Op]:
    """Curves along a circle from one angle (radians) to another, without the move to its start."""
    steps = max(1, math.ceil(abs(end - start) / 1.6))
    step = (end - start) / steps
    k = 4 / 3 * math.tan(step / 4) * r
    ops: list[Op] = []
    for i in range(steps):
        a, b = start + i * step, start + (i + 1) * step
        ca, sa, cb, sb = math.cos(a), math.sin(a), math.cos(b), math.sin(b)
        ops.append(
            (
                "C",
                (
                    x + r * ca - k * sa,
                    y + r * sa + k * ca,
                    x + r * cb + k * sb,
                    y + r * sb - k * cb,
                    x + r * cb,
                    y + r * sb,
                ),
            )
        )
    return ops


def circle(disc: Disc) -> Path:
    """A full circle."""
    x, y, r = disc
    return Path((("M", (x + r, y)), *_arc(x, y, r, 0, 2 * math.pi), ("Z", ())))


def capsule(a: Disc, b: Disc) -> Path:
    """The outline around two discs: a limb that tapers from one joint to the next."""
    (ax, ay, ar), (bx, by, br) = a, b
    distance = math.hypot(bx - ax, by - ay)
    if distance <= abs(ar - br) + 1e-6:
        return circle(a if ar >= br else b)
    way = math.atan2(by - ay, bx - ax)
    open_ = math.acos((ar - br) / distance)
    start = (ax + ar * math.cos(way + open_), ay + ar * math.sin(way + open_))
    other = (bx + br * math.cos(way - open_), by + br * math.sin(way - open_))
    return Path(
        (
            ("M", start),
            *_arc(ax, ay, ar, way + open_, way - open_ + 2 * math.pi),
            ("L", other),
            *_arc(bx, by, br, way - open_, way + open_),
            ("Z", ()),
        )
    )


_ROUND = [(math.cos(i * math.pi / 7), math.sin(i * math.pi / 7)) for i in range(14)]


def hull_of_discs(discs: Iterable[Disc]) -> Path:
    """The outline around several discs, as if a rubber band were put around them."""
    return polygon(convex_hull([(x + r * c, y + r * s) for x, y, r in discs for c, s in _ROUND]))


def convex_hull(points: Iterable[Point]) -> list[Point]:
    """The outermost points, anticlockwise (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _lower_half(ordered) + _lower_half(ordered[::-1])


def _lower_half(run: list[Point]) -> list[Point]:
    """The outermost points on the right-hand side of the way through a run, without the last."""
    out: list[Point] = []
    for x, y in run:
        while len(out) > 1:
            (ax, ay), (bx, by) = out[-2], out[-1]
            if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
                break
            out.pop()
        out.append((x, y))
    out.pop()
    return out
