"""Pictures for the patient's page: the figures a version was assigned with, whatever the library draws today."""

import functools
import hashlib
import json
import threading

from app.exercises.pictures import drawing_code
from app.pdf.figures import Figure, to_svg
from app.programs.content import ContentExercise
from app.web.packing import pack_file

NAME_LETTERS = 12
KEPT_DRAWINGS = 512  # some 5 KB each

_one_at_a_time = threading.Lock()


def figure_name(exercise: ContentExercise) -> str:
    """Return what a figure is asked for by: the first letters of a SHA-256 over title, figure and drawing code."""
    made_from = json.dumps([exercise.name, exercise.figure, drawing_code()])
    return hashlib.sha256(made_from.encode()).hexdigest()[:NAME_LETTERS]


def draw_figure(exercise: ContentExercise) -> bytes | None:
    """Return an exercise's figure as gzipped SVG, or None where it has none. Takes some 25 ms the first time."""
    return _draw(exercise.name, json.dumps(exercise.figure)) if exercise.figure else None


@functools.lru_cache(maxsize=KEPT_DRAWINGS)
def _draw(name: str, data: str) -> bytes:
    with _one_at_a_time:
        return pack_file(to_svg(Figure.from_data(json.loads(data)), title=name).encode())
