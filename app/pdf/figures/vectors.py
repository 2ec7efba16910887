"""Points, directions and turning axes in space, and where a two-bone limb bends.

Space is right-handed, in centimetres of a 170 cm person: x to the right of a side view, y up (floor at 0),
z towards the viewer. Angles are degrees.
"""

import math
from typing import NamedTuple

Vec = tuple[float, float, float]


def add(a: Vec, b: Vec) -> Vec:
    """The sum of two vectors."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def sub(a: Vec, b: Vec) -> Vec:
    """The vector from b to a."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scale(a: Vec, k: float) -> Vec:
    """A vector k times as long."""
    return (a[0] * k, a[1] * k, a[2] * k)


def dot(a: Vec, b: Vec) -> float:
    """The scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vec, b: Vec) -> Vec:
    """The vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def length(a: Vec) -> float:
    """The length of a vector."""
    return math.sqrt(dot(a, a))


def unit(a: Vec) -> Vec:
    """The vector with length 1 in the same direction; a null vector stays null."""
    n = length(a)
    return scale(a, 1 / n) if n > 1e-9 else a


def between(a: Vec, b: Vec, t: float) -> Vec:
    """The point a share t of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def angle_between(a: Vec, b: Vec) -> float:
    """The angle between two directions, 0 to 180."""
    return math.degrees(math.acos(max(-1.0, min(1.0, dot(unit(a), unit(b))))))


def _mix(a: Vec, ka: float, b: Vec, kb: float) -> Vec:
    return (a[0] * ka + b[0] * kb, a[1] * ka + b[1] * kb, a[2] * ka + b[2] * kb)


class Basis(NamedTuple):
    """The directions a body part calls forward, up and right (unit vectors, at right angles)."""

    forward: Vec
    up: Vec
    right: Vec

    def lean(self, degrees: float) -> "Basis":
        """Tip the top forward."""
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return Basis(_mix(self.forward, c, self.up, -s), _mix(self.up, c, self.forward, s), self.right)

    def tilt(self, degrees: float) -> "Basis":
        """Tip the top to the right."""
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return Basis(self.forward, _mix(self.up, c, self.right, s), _mix(self.right, c, self.up, -s))

    def twist(self, degrees: float) -> "Basis":
        """Turn the front to the left."""
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return Basis(_mix(self.forward, c, self.right, -s), self.up, _mix(self.right, c, self.forward, s))

    def point(self, origin: Vec, forward: float = 0, up: float = 0, right: float = 0) -> Vec:
        """The point so far forward, up and right of an origin."""
        f, u, r = self.forward, self.up, self.right
        return (
            origin[0] + f[0] * forward + u[0] * up + r[0] * right,
            origin[1] + f[1] * forward + u[1] * up + r[1] * right,
            origin[2] + f[2] * forward + u[2] * up + r[2] * right,
        )


WORLD = Basis((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def basis_along(up: Vec, forward: Vec) -> Basis:
    """The basis with this up whose forward is as near as possible to the one given."""
    up = unit(up)
    forward = sub(forward, scale(up, dot(forward, up)))
    if length(forward) < 1e-6:  # asked to face along its own axis: any facing will do, but always the same
        spare = (0.0, 0.0, 1.0) if abs(up[2]) < 0.9 else (1.0, 0.0, 0.0)
        forward = sub(spare, scale(up, dot(spare, up)))
    forward = unit(forward)
    return Basis(forward, up, cross(forward, up))


def bend_limb(start: Vec, end: Vec, first: float, second: float, towards: Vec) -> tuple[Vec, Vec, Vec]:
    """Where the middle joint of a two-bone limb goes, the end it can really reach, and the way it bulges.

    `first` and `second` are bone lengths; the middle joint points `towards` that direction.
    """
    way = sub(end, start)
    far = max(length(way), 1e-6)
    along = scale(way, 1 / far)
    reach = min(max(far, abs(first - second) + 1e-3), (first + second) * 0.9999)
    side = sub(towards, scale(along, dot(towards, along)))
    if length(side) < 1e-6:
        side = basis_along(along, (0.0, -1.0, 0.0)).forward
    share = (first * first - second * second + reach * reach) / (2 * reach)
    out = math.sqrt(max(first * first - share * share, 0.0))
    side = unit(side)
    return add(start, _mix(along, share, side, out)), add(start, scale(along, reach)), side
