"""Exercises of any kind, files, and pictures for tests of importing and exporting."""

import io
import json
import unicodedata
import zipfile
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from app.exercises.dose import Dose
from app.exercises.library import DIFFICULTIES, EQUIPMENT, GOALS, POSITIONS, REGIONS
from app.exercises.own import OwnExercise
from tests.exercises.doses import doses

FULL = OwnExercise(
    name="Wall slide, slow",
    also_known_as=("Wall angel", "Slide"),
    regions=("shoulder", "elbow-wrist-hand"),
    equipment=("wall", "band"),
    position="standing",
    goal="control",
    difficulty="moderate",
    purpose='Helps you "reach" up; gently.',
    steps=("Stand at the wall.", "Slide up, then down.", "Rest | breathe."),
    feels_like="Light work around the shoulder blade.",
    cautions=("Stop if it hurts.",),
    dose=Dose(sets=3, reps=8, reps_to=10, hold_seconds=5, load="red band", days=("mon", "wed")),
    figure_slug="bird-dog",
    video_url="https://www.example.com/video",
    is_shared=True,
)

# What a form would keep: one line, nothing unprintable, no white space around. Signs that mean something to a CSV or
# to a spreadsheet come often.
_LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Mn", "Cn", "Co"))
_SIGNS = st.sampled_from(list("=+-@'\",;|. éß日"))
lines = (
    st.text(_SIGNS | _LETTERS, max_size=30)
    .map(lambda text: unicodedata.normalize("NFC", " ".join(text.split())))
    .filter(bool)
)


def _some(choices: Any, **more: Any) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(choices), unique=True, **more).map(tuple)


own_exercises = st.builds(
    OwnExercise,
    name=lines.filter(lambda text: any(map(str.isalnum, text))),
    also_known_as=st.lists(lines, max_size=4).map(tuple),
    regions=_some(list(REGIONS)),
    equipment=st.just(("none",)) | _some([key for key in EQUIPMENT if key != "none"]),
    position=st.sampled_from(["", *POSITIONS]),
    goal=st.sampled_from(["", *GOALS]),
    difficulty=st.sampled_from(["", *DIFFICULTIES]),
    purpose=st.just("") | lines,
    steps=st.lists(lines, max_size=4).map(tuple),
    feels_like=st.just("") | lines,
    cautions=st.lists(lines, max_size=4).map(tuple),
    dose=doses(),
    figure_slug=st.sampled_from(["", "bird-dog"]),
    video_url=st.sampled_from(["", "https://www.example.com/watch?v=1"]),
    is_shared=st.booleans(),
)


def entry(name: Any = "Air Bike", **parts: Any) -> dict[str, Any]:
    """An exercise as free-exercise-db writes it, in words of our own."""
    return {
        "id": str(name).replace(" ", "_"),
        "name": name,
        "force": "pull",
        "level": "beginner",
        "mechanic": "compound",
        "equipment": "body only",
        "primaryMuscles": ["abdominals"],
        "secondaryMuscles": ["quadriceps"],
        "instructions": ["Lie down.", "Move your legs as on a bike."],
        "category": "strength",
        "images": [],
    } | parts


def picture(colour: str = "teal", size: tuple[int, int] = (60, 40), kind: str = "JPEG") -> bytes:
    """A picture file."""
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


def packed(entries: Any, /, **files: bytes) -> bytes:
    """A zip with exercises.json and these further files (their paths as keywords: ``**{"a/b.jpg": ...}``)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("exercises.json", json.dumps(entries))
        for path, content in files.items():
            made.writestr(path, content)
    return target.getvalue()
