"""The figures of the starter library, by the slug of their exercise."""

from collections.abc import Mapping
from types import MappingProxyType

from app.exercises.figures import ankle, back, balance, breathing, hip, knee, neck, shoulder, thoracic, wrist
from app.pdf.figures import Figure

_REGIONS = (neck, shoulder, thoracic, back, hip, knee, ankle, balance, wrist, breathing)

FIGURES: Mapping[str, Figure] = MappingProxyType(
    {slug: Figure.from_data(data) for region in _REGIONS for slug, data in region.DATA.items()}
)


def figure_for(slug: str) -> Figure | None:
    """The figure of an exercise of the starter library, or None when there is none."""
    return FIGURES.get(slug)
