"""A figure: the frames of one exercise, and its form as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.pdf.figures.model import FigureError, Frame
from app.pdf.figures.reading import read_frame, read_list, read_mapping, read_numbers
from app.pdf.figures.writing import write_frame


@dataclass(frozen=True)
class Figure:
    """One to three frames, drawn side by side or stacked; `crop` (left, bottom, right, top) shows that part of each."""

    frames: tuple[Frame, ...]
    crop: tuple[float, float, float, float] | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Figure":
        """Read a figure from JSON-able data, with defaults for what is missing; FigureError when it makes no sense."""
        fields = read_mapping(data, "figure", {"frames", "crop"})
        frames = read_list(fields.get("frames"), "frames", read_frame)
        if not 1 <= len(frames) <= 3:
            raise FigureError("frames: a figure has one to three")
        crop = None if fields.get("crop") is None else read_numbers(fields["crop"], "crop", 4)
        if crop and not (crop[0] < crop[2] and crop[1] < crop[3]):
            raise FigureError("crop: left, bottom, right, top")
        return cls(frames, (crop[0], crop[1], crop[2], crop[3]) if crop else None)

    def to_data(self) -> dict[str, Any]:
        """The figure as JSON-able data that from_data reads back to an equal figure."""
        data: dict[str, Any] = {"frames": [write_frame(frame) for frame in self.frames]}
        if self.crop:
            data["crop"] = list(self.crop)
        return data
