"""The figures of the starter library, by the slug of their exercise."""

from collections.abc import Mapping
from types import MappingProxyType

from app.exercises.figures import arms, back, balance, hip, knee, legs, neck, shoulder
from app.pdf.figures import Figure

_DATA = neck.DATA | shoulder.DATA | back.DATA | hip.DATA | knee.DATA | legs.DATA | balance.DATA | arms.DATA

FIGURES: Mapping[str, Figure] = MappingProxyType({slug: Figure.from_data(data) for slug, data in _DATA.items()})


def figure_for(slug: str) -> Figure | None:
    """The figure of an exercise of the starter library, or None when there is none."""
    return FIGURES.get(slug)
