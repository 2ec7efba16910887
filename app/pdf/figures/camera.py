"""How the room is seen: an orthographic camera that turns around the person and looks down a little."""

import math
from dataclasses import dataclass
from functools import cached_property

from app.pdf.figures.shapes import Disc, Point
from app.pdf.figures.vectors import Vec


@dataclass(frozen=True)
class Camera:
    """`yaw` 0 sees the person from their right side, 90 from the front; `pitch` looks down. Degrees."""

    yaw: float
    pitch: float

    @cached_property
    def _turns(self) -> tuple[float, float, float, float]:
        """Cosine and sine of yaw and of pitch, worked out once for the thousands of points of a picture."""
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        return math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)

    def see(self, p: Vec) -> tuple[float, float, float]:
        """Where a point is on the page (right, up), and how near it is to the viewer."""
        cy, sy, cp, sp = self._turns
        near = p[0] * sy + p[2] * cy
        return p[0] * cy - p[2] * sy, p[1] * cp - near * sp, p[1] * sp + near * cp

    def flat(self, p: Vec) -> Point:
        """Where a point is on the page."""
        x, y, _ = self.see(p)
        return x, y

    def disc(self, p: Vec, radius: float) -> Disc:
        """A ball in the room as a disc on the page."""
        x, y, _ = self.see(p)
        return x, y, radius

    def depth(self, p: Vec) -> float:
        """How near a point is to the viewer."""
        return self.see(p)[2]
