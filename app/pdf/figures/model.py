"""What a figure is: plain, frozen data that a program version can store and read back years later."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.pdf.figures.joints import PART_NAMES, POINT_NAMES, RANGES
from app.pdf.figures.vectors import Vec

T = TypeVar("T")

VIEWS = {"side": (0.0, 8.0), "front": (90.0, 8.0), "back": (-90.0, 8.0), "angle": (35.0, 14.0)}
PROP_KINDS = frozenset(
    "mat chair wall step table plinth rail pillow rolled_towel band towel stick ball weight".split()
)
LIMBS = ("right_hand", "left_hand", "right_foot", "left_foot")


class FigureError(ValueError):
    """The data does not describe a figure; the message names the field, never its text."""


@dataclass(frozen=True)
class Spot:
    """A place: a named point of the body (or none: the room's origin) plus an offset in centimetres (x, y, z)."""

    part: str = ""
    offset: Vec = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Reach:
    """Where a hand or foot goes; the limb bends to bring it there.

    `direction` is where fingers point (hands). `by` names what of the foot is at `spot`: sole, heel, ball,
    or the ankle's centre (then the foot follows the shin); `pitch` lifts the heel, `yaw` turns the toes to the person's left. `bend` is where elbow or knee points.
    """

    spot: Spot
    direction: Vec | None = None
    bend: Vec | None = None
    palm: Vec | None = None
    by: str = "sole"
    pitch: float = 0.0
    yaw: float = 0.0


@dataclass(frozen=True)
class Pose:
    """Joint angles (degrees, see joints.RANGES), where the body rests, and which hands and feet reach for what.

    `at` places the point named by `pin`; its height counts only when `rest` is empty. Otherwise the lowest of the
    points named by `rest` ("lowest": of all) is brought down to `height`.
    """

    angles: tuple[tuple[str, float], ...] = ()
    at: Vec = (0.0, 0.0, 0.0)
    pin: str = "pelvis"
    rest: tuple[str, ...] = ("lowest",)
    height: float = 0.0
    reach: tuple[tuple[str, Reach], ...] = ()


@dataclass(frozen=True)
class Prop:
    """A thing in the picture: `kind` of PROP_KINDS, standing at `at` with its size (x, y, z), or along `points`."""

    kind: str
    at: Spot = Spot()
    size: Vec = (0.0, 0.0, 0.0)
    points: tuple[Spot, ...] = ()
    turn: float = 0.0
    front: bool = False


@dataclass(frozen=True)
class Arrow:
    """A movement arrow from one spot to another, bulging by `bend` of its length; both heads if `double`.

    With `follow`, it runs from where that body point was in the frame before to where it is now. `shift` moves the
    whole arrow on the page (right, up).
    """

    start: Spot = Spot()
    end: Spot = Spot()
    follow: str = ""
    bend: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    double: bool = False


@dataclass(frozen=True)
class Frame:
    """One picture: a pose seen from `yaw` (0 side, 90 front) and `pitch` (looking down), with props and arrows."""

    pose: Pose = Pose()
    yaw: float = 0.0
    pitch: float = 8.0
    props: tuple[Prop, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    moving: tuple[str, ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Figure:
    """One to three frames drawn side by side; `crop` (left, bottom, right, top) shows only that part of each."""

    frames: tuple[Frame, ...]
    crop: tuple[float, float, float, float] | None = field(default=None)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Figure":
        """Read a figure from JSON-able data, with defaults for what is missing; FigureError when it makes no sense."""
        fields = _mapping(data, "figure", {"frames", "crop"})
        frames = _each(fields.get("frames"), "frames", _frame)
        if not 1 <= len(frames) <= 3:
            raise FigureError("frames: a figure has one to three")
        crop = None if fields.get("crop") is None else _numbers(fields["crop"], "crop", 4)
        if crop and not (crop[0] < crop[2] and crop[1] < crop[3]):
            raise FigureError("crop: left, bottom, right, top")
        return cls(frames, (crop[0], crop[1], crop[2], crop[3]) if crop else None)

    def to_data(self) -> dict[str, Any]:
        """The figure as JSON-able data that from_data reads back to an equal figure."""
        data: dict[str, Any] = {"frames": [_frame_data(frame) for frame in self.frames]}
        if self.crop:
            data["crop"] = list(self.crop)
        return data


# -- reading -------------------------------------------------------------------------------------------------------


def _mapping(value: Any, name: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise FigureError(f"{name}: not an object")
    if not set(value) <= known:
        raise FigureError(f"{name}: has a field that means nothing")
    return value


def _each(value: Any, name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(value, list | tuple):
        raise FigureError(f"{name}: not a list")
    return tuple(read(item) for item in value)


def _number(value: Any, name: str, low: float = -1000, high: float = 1000) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FigureError(f"{name}: not a number")
    if not low <= value <= high:
        raise FigureError(f"{name}: out of range")
    return float(value)


def _numbers(value: Any, name: str, count: int) -> tuple[float, ...]:
    numbers = _each(value, name, lambda item: _number(item, name))
    if len(numbers) != count:
        raise FigureError(f"{name}: {count} numbers expected")
    return numbers


def _vec(value: Any, name: str) -> Vec:
    x, y, z = _numbers(value, name, 3)
    return (x, y, z)


def _maybe_vec(value: Any, name: str) -> Vec | None:
    return None if value is None else _vec(value, name)


def _name(value: Any, name: str, known: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise FigureError(f"{name}: not a name we know")
    return value


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise FigureError(f"{name}: true or false")
    return value


def _spot(value: Any) -> Spot:
    """[x, y, z] in the room, or [point name, dx, dy, dz] from the body."""
    if isinstance(value, list | tuple) and value and isinstance(value[0], str):
        return Spot(_name(value[0], "spot", POINT_NAMES), _vec(value[1:] or (0, 0, 0), "spot"))
    return Spot("", _vec(value, "spot"))


def _reach(value: Any) -> Reach:
    got = _mapping(value, "reach", {"spot", "direction", "bend", "palm", "by", "pitch", "yaw"})
    return Reach(
        spot=_spot(got.get("spot")),
        direction=_maybe_vec(got.get("direction"), "direction"),
        bend=_maybe_vec(got.get("bend"), "bend"),
        palm=_maybe_vec(got.get("palm"), "palm"),
        by=_name(got.get("by", "sole"), "by", ("sole", "heel", "ball", "ankle")),
        pitch=_number(got.get("pitch", 0), "pitch", -180, 180),
        yaw=_number(got.get("yaw", 0), "yaw", -180, 180),
    )


def _pose(value: Any) -> Pose:
    got = _mapping(value, "pose", {"angles", "at", "pin", "rest", "height", "reach"})
    angles = _mapping(got.get("angles", {}), "angles", set(RANGES))
    reach = _mapping(got.get("reach", {}), "reach", set(LIMBS))
    return Pose(
        angles=tuple(sorted((name, _number(angles[name], name, *RANGES[name])) for name in angles)),
        at=_vec(got.get("at", (0, 0, 0)), "at"),
        pin=_name(got.get("pin", "pelvis"), "pin", POINT_NAMES),
        rest=_each(got.get("rest", ("lowest",)), "rest", lambda n: _name(n, "rest", {"lowest", *POINT_NAMES})),
        height=_number(got.get("height", 0), "height"),
        reach=tuple((limb, _reach(reach[limb])) for limb in LIMBS if limb in reach),
    )


def _prop(value: Any) -> Prop:
    got = _mapping(value, "prop", {"kind", "at", "size", "points", "turn", "front"})
    return Prop(
        kind=_name(got.get("kind"), "prop kind", PROP_KINDS),
        at=_spot(got.get("at", (0, 0, 0))),
        size=_vec(got.get("size", (0, 0, 0)), "size"),
        points=_each(got.get("points", ()), "points", _spot),
        turn=_number(got.get("turn", 0), "turn", -360, 360),
        front=_flag(got.get("front", False), "front"),
    )


def _arrow(value: Any) -> Arrow:
    got = _mapping(value, "arrow", {"start", "end", "follow", "bend", "shift", "double"})
    right, up = _numbers(got.get("shift", (0, 0)), "shift", 2)
    return Arrow(
        start=_spot(got.get("start", (0, 0, 0))),
        end=_spot(got.get("end", (0, 0, 0))),
        follow=_name(got.get("follow", ""), "follow", {"", *POINT_NAMES}),
        bend=_number(got.get("bend", 0), "bend", -2, 2),
        shift=(right, up),
        double=_flag(got.get("double", False), "double"),
    )


def _contact(value: Any) -> tuple[str, str]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise FigureError("contact: a body point and what it touches")
    return (
        _name(value[0], "contact", POINT_NAMES),
        _name(value[1], "contact", {"floor", *PROP_KINDS, *POINT_NAMES}),
    )


def _frame(value: Any) -> Frame:
    got = _mapping(value, "frame", {"view", "pose", "props", "arrows", "moving", "contacts"})
    view = got.get("view", "side")
    if isinstance(view, str):
        yaw, pitch = VIEWS[_name(view, "view", VIEWS)]
    else:
        yaw, pitch = _numbers(view, "view", 2)
    return Frame(
        pose=_pose(got.get("pose", {})),
        yaw=_number(yaw, "view", -360, 360),
        pitch=_number(pitch, "view", -90, 90),
        props=_each(got.get("props", ()), "props", _prop),
        arrows=_each(got.get("arrows", ()), "arrows", _arrow),
        moving=_each(got.get("moving", ()), "moving", lambda n: _name(n, "moving", PART_NAMES)),
        contacts=_each(got.get("contacts", ()), "contacts", _contact),
    )


# -- writing -------------------------------------------------------------------------------------------------------


def _spot_data(spot: Spot) -> list[Any]:
    return [spot.part, *spot.offset] if spot.part else list(spot.offset)


def _reach_data(reach: Reach) -> dict[str, Any]:
    data: dict[str, Any] = {"spot": _spot_data(reach.spot), "by": reach.by, "pitch": reach.pitch, "yaw": reach.yaw}
    for name, way in (("direction", reach.direction), ("bend", reach.bend), ("palm", reach.palm)):
        if way is not None:
            data[name] = list(way)
    return data


def _pose_data(pose: Pose) -> dict[str, Any]:
    return {
        "angles": dict(pose.angles),
        "at": list(pose.at),
        "pin": pose.pin,
        "rest": list(pose.rest),
        "height": pose.height,
        "reach": {limb: _reach_data(reach) for limb, reach in pose.reach},
    }


def _prop_data(prop: Prop) -> dict[str, Any]:
    return {
        "kind": prop.kind,
        "at": _spot_data(prop.at),
        "size": list(prop.size),
        "points": [_spot_data(spot) for spot in prop.points],
        "turn": prop.turn,
        "front": prop.front,
    }


def _arrow_data(arrow: Arrow) -> dict[str, Any]:
    return {
        "start": _spot_data(arrow.start),
        "end": _spot_data(arrow.end),
        "follow": arrow.follow,
        "bend": arrow.bend,
        "shift": list(arrow.shift),
        "double": arrow.double,
    }


def _frame_data(frame: Frame) -> dict[str, Any]:
    return {
        "view": [frame.yaw, frame.pitch],
        "pose": _pose_data(frame.pose),
        "props": [_prop_data(prop) for prop in frame.props],
        "arrows": [_arrow_data(arrow) for arrow in frame.arrows],
        "moving": list(frame.moving),
        "contacts": [list(contact) for contact in frame.contacts],
    }
