"""Reads a figure's frames from JSON-able data, with defaults for what is missing."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from app.pdf.figures.joints import PART_NAMES, POINT_NAMES, RANGES
from app.pdf.figures.model import Arrow, FigureError, Frame, Pose, Prop, Reach, Spot
from app.pdf.figures.vectors import Vec

T = TypeVar("T")

VIEWS = {"side": (0.0, 8.0), "front": (90.0, 8.0), "back": (-90.0, 8.0), "angle": (35.0, 14.0)}
SOLIDS = {"mat", "chair", "wall", "step", "table", "worktop", "plinth", "rail", "pillow", "rolled_towel"}
PROP_KINDS = SOLIDS | {"band", "towel", "stick", "ball", "weight"}
LIMBS = ("right_hand", "left_hand", "right_foot", "left_foot")


def read_mapping(value: Any, name: str, known: set[str]) -> Mapping[str, Any]:
    """An object with known fields only; FigureError otherwise."""
    if not isinstance(value, Mapping):
        raise FigureError(f"{name}: not an object")
    if not set(value) <= known:
        raise FigureError(f"{name}: has a field that means nothing")
    return value


def read_list(value: Any, name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    """Every item of a list, read one by one; FigureError when it is no list."""
    if not isinstance(value, list | tuple):
        raise FigureError(f"{name}: not a list")
    return tuple(read(item) for item in value)


def _number(value: Any, name: str, low: float = -1000, high: float = 1000) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FigureError(f"{name}: not a number")
    if not low <= value <= high:
        raise FigureError(f"{name}: out of range")
    return float(value)


def read_numbers(value: Any, name: str, count: int) -> tuple[float, ...]:
    """A list of exactly so many numbers; FigureError otherwise."""
    numbers = read_list(value, name, lambda item: _number(item, name))
    if len(numbers) != count:
        raise FigureError(f"{name}: {count} numbers expected")
    return numbers


def _vec(value: Any, name: str) -> Vec:
    x, y, z = read_numbers(value, name, 3)
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
    got = read_mapping(value, "reach", {"spot", "direction", "bend", "palm", "by", "pitch", "yaw"})
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
    got = read_mapping(value, "pose", {"angles", "at", "pin", "rest", "height", "reach"})
    angles = read_mapping(got.get("angles", {}), "angles", set(RANGES))
    reach = read_mapping(got.get("reach", {}), "reach", set(LIMBS))
    return Pose(
        angles=tuple(sorted((name, _number(angles[name], name, *RANGES[name])) for name in angles)),
        at=_vec(got.get("at", (0, 0, 0)), "at"),
        pin=_name(got.get("pin", "pelvis"), "pin", POINT_NAMES),
        rest=read_list(got.get("rest", ("lowest",)), "rest", lambda n: _name(n, "rest", {"lowest", *POINT_NAMES})),
        height=_number(got.get("height", 0), "height"),
        reach=tuple((limb, _reach(reach[limb])) for limb in LIMBS if limb in reach),
    )


def _prop(value: Any) -> Prop:
    got = read_mapping(value, "prop", {"kind", "at", "size", "points", "turn", "front"})
    return Prop(
        kind=_name(got.get("kind"), "prop kind", PROP_KINDS),
        at=_spot(got.get("at", (0, 0, 0))),
        size=_vec(got.get("size", (0, 0, 0)), "size"),
        points=read_list(got.get("points", ()), "points", _spot),
        turn=_number(got.get("turn", 0), "turn", -360, 360),
        front=_flag(got.get("front", False), "front"),
    )


def _arrow(value: Any) -> Arrow:
    got = read_mapping(value, "arrow", {"start", "end", "follow", "bend", "shift", "double"})
    right, up = read_numbers(got.get("shift", (0, 0)), "shift", 2)
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


def read_frame(value: Any) -> Frame:
    """One frame; FigureError when the data makes no sense."""
    got = read_mapping(value, "frame", {"view", "pose", "props", "arrows", "moving", "contacts"})
    view = got.get("view", "side")
    if isinstance(view, str):
        yaw, pitch = VIEWS[_name(view, "view", VIEWS)]
    else:
        yaw, pitch = read_numbers(view, "view", 2)
    return Frame(
        pose=_pose(got.get("pose", {})),
        yaw=_number(yaw, "view", -360, 360),
        pitch=_number(pitch, "view", -90, 90),
        props=read_list(got.get("props", ()), "props", _prop),
        arrows=read_list(got.get("arrows", ()), "arrows", _arrow),
        moving=read_list(got.get("moving", ()), "moving", lambda n: _name(n, "moving", PART_NAMES)),
        contacts=read_list(got.get("contacts", ()), "contacts", _contact),
    )
