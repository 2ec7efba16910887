"""The figures of the starter library, by the slug of their exercise."""

from collections.abc import Mapping
from types import MappingProxyType

from app.exercises.figures import (
    ankle,
    arm_strength,
    back,
    back_ease,
    back_mobility,
    balance,
    breathing,
    breathing_sitting,
    core,
    foot,
    gait,
    hand_motion,
    hip,
    hip_strength,
    hip_stretch,
    knee,
    knee_mobility,
    knee_strength,
    leg_control,
    neck,
    neck_motion,
    shoulder,
    shoulder_blades,
    shoulder_strength,
    shoulder_stretch,
    sole,
    steadiness,
    thoracic,
    thoracic_motion,
    wrist,
)
from app.pdf.figures import Figure

_REGIONS = (
    neck,
    neck_motion,
    shoulder,
    shoulder_stretch,
    shoulder_strength,
    shoulder_blades,
    thoracic,
    thoracic_motion,
    back,
    back_mobility,
    back_ease,
    core,
    hip,
    hip_strength,
    hip_stretch,
    knee,
    knee_strength,
    knee_mobility,
    leg_control,
    ankle,
    foot,
    sole,
    balance,
    steadiness,
    gait,
    wrist,
    arm_strength,
    hand_motion,
    breathing,
    breathing_sitting,
)

FIGURES: Mapping[str, Figure] = MappingProxyType(
    {slug: Figure.from_data(data) for region in _REGIONS for slug, data in region.DATA.items()}
)


def figure_for(slug: str) -> Figure | None:
    """The figure of an exercise of the starter library, or None when there is none."""
    return FIGURES.get(slug)
