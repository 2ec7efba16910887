"""The library's figures as pictures for web pages, each drawn once a process, when it is first asked for.

The address of a picture carries a version made from all that it is drawn from, so that browsers may keep it for a year
and still see a figure that was changed. Drawing all of them takes over a second; making their addresses does not draw.
"""

import functools
import hashlib
import json
import threading
import uuid
from importlib.resources import files
from urllib.parse import quote, urlencode

from app.exercises.figures import figure_for
from app.exercises.library import Exercise, find_exercise
from app.pdf.figures import to_svg
from app.web.packing import pack_file

VERSION_LETTERS = 12

# A page asks for many pictures at once: drawn all together they would hold up every other request of the process.
_one_at_a_time = threading.Lock()


def picture_of(exercise: Exercise) -> str | None:
    """Return the address of what shows an exercise best: its first photo, else its drawing, else None."""
    if exercise.photo_ids:
        return photo_url(exercise.photo_ids[0])
    return picture_url(exercise.figure_slug) if exercise.figure_slug else None


def photo_url(photo_id: uuid.UUID) -> str:
    """Return the address of a photo."""
    return f"/exercises/photos/{photo_id}.jpg"


def picture_url(slug: str) -> str | None:
    """Return the address of an exercise's picture, or None when it has none."""
    version = picture_version(slug)
    return f"/exercises/{quote(slug)}/figure.svg?{urlencode({'v': version})}" if version else None


@functools.cache
def picture_version(slug: str) -> str | None:
    """Return the first letters of a SHA-256 over title, figure and drawing code; None where there is no figure."""
    exercise, figure = find_exercise(slug), figure_for(slug)
    if exercise is None or figure is None:
        return None
    made_from = json.dumps([exercise.name, figure.to_data(), drawing_code()])
    return hashlib.sha256(made_from.encode()).hexdigest()[:VERSION_LETTERS]


@functools.cache
def draw_picture(slug: str) -> bytes | None:
    """Return an exercise's picture as SVG in UTF-8, gzipped (a quarter of its size); None where there is none."""
    exercise, figure = find_exercise(slug), figure_for(slug)
    if exercise is None or figure is None:
        return None
    with _one_at_a_time:
        return pack_file(to_svg(figure, title=exercise.name).encode())


@functools.cache
def drawing_code() -> str:
    """Return a digest of the code that draws, so that a better way of drawing gives new addresses too."""
    digest = hashlib.sha256()
    for entry in sorted(files("app.pdf.figures").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".py"):
            digest.update(entry.read_bytes())
    return digest.hexdigest()
