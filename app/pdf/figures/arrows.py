"""Draws movement arrows: a bold line, straight or bowed, with a white rim so that it reads over anything."""

import math

from app.pdf.figures import colours as c
from app.pdf.figures.shapes import Path, Point, polygon, polyline

HEAD, HALF, WIDTH, RIM = 7.5, 4.2, 2.5, 1.5


def draw_arrow(start: Point, end: Point, bend: float, double: bool, size: float = 1.0) -> list[Path]:
    """An arrow between two points, bulging to its left by `bend` of its length; `size` scales its weight."""
    line = _bow(start, end, bend)
    tips = [_head(line, size)]
    shaft = _shorten(line, HEAD * size * 0.7)
    if double:
        tips.append(_head(line[::-1], size))
        shaft = _shorten(shaft[::-1], HEAD * size * 0.7)[::-1]
    body = polyline(shaft)
    under = [body.painted(None, c.ARROW_EDGE, (WIDTH + RIM) * size)]
    under += [polygon(tip).painted(c.ARROW_EDGE, c.ARROW_EDGE, RIM * size) for tip in tips]
    return [*under, body.painted(None, c.ARROW, WIDTH * size), *(polygon(tip).painted(c.ARROW) for tip in tips)]


def _bow(start: Point, end: Point, bend: float) -> list[Point]:
    """Points along a quadratic curve from start to end."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    mx, my = (start[0] + end[0]) / 2 - dy * bend * 2, (start[1] + end[1]) / 2 + dx * bend * 2
    steps = 16 if bend else 8
    out = []
    for i in range(steps + 1):
        t = i / steps
        a, b, d = (1 - t) ** 2, 2 * t * (1 - t), t * t
        out.append((a * start[0] + b * mx + d * end[0], a * start[1] + b * my + d * end[1]))
    return out


def _shorten(line: list[Point], by: float) -> list[Point]:
    """The line without its last stretch of a given length."""
    line = list(line)
    while len(line) > 2:
        (ax, ay), (bx, by_) = line[-2], line[-1]
        step = math.hypot(bx - ax, by_ - ay)
        if step > by:
            t = 1 - by / step
            line[-1] = (ax + (bx - ax) * t, ay + (by_ - ay) * t)
            return line
        by -= step
        line.pop()
    return line


def _head(line: list[Point], size: float) -> list[Point]:
    """The triangle at a line's end, pointing the way the line arrives."""
    tip, root = line[-1], _shorten(line, HEAD * size)[-1]
    angle = math.atan2(tip[1] - root[1], tip[0] - root[0])
    bx, by = tip[0] - HEAD * size * math.cos(angle), tip[1] - HEAD * size * math.sin(angle)
    sx, sy = -math.sin(angle) * HALF * size, math.cos(angle) * HALF * size
    return [tip, (bx + sx, by + sy), (bx - sx, by - sy)]
