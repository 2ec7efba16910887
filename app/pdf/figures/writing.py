"""Writes a figure's frames as JSON-able data that reading.py reads back to equal frames."""

from typing import Any

from app.pdf.figures.model import Arrow, Frame, Pose, Prop, Reach, Spot


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


def write_frame(frame: Frame) -> dict[str, Any]:
    """One frame as data."""
    return {
        "view": [frame.yaw, frame.pitch],
        "pose": _pose_data(frame.pose),
        "props": [_prop_data(prop) for prop in frame.props],
        "arrows": [_arrow_data(arrow) for arrow in frame.arrows],
        "moving": list(frame.moving),
        "contacts": [list(contact) for contact in frame.contacts],
    }
