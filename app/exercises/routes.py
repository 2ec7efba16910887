"""The exercise library: its list with search and filters, one exercise, and the pictures of both."""

import gzip
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.accounts.access import SignedIn
from app.errors import NotFoundError
from app.exercises.dose_words import word_dose
from app.exercises.library import EQUIPMENT, POSITIONS, REGIONS, find_exercise, search_exercises
from app.exercises.pictures import draw_picture, picture_url, picture_version
from app.web.rendering import page

router = APIRouter()

LONGEST_SEARCH = 100
KEEP_A_YEAR = "private, max-age=31536000, immutable"

Filter = Annotated[str, Query(max_length=40)]


@router.get("/exercises")
async def show_library(
    request: Request,
    member: SignedIn,
    q: str = "",
    region: Filter = "",
    equipment: Filter = "",
    position: Filter = "",
) -> Response:
    """Show the exercises that fit what was typed and chosen; no choice shows all."""
    typed = q[:LONGEST_SEARCH]
    found = search_exercises(typed, region=region or None, equipment=equipment or None, position=position or None)
    return page(
        request,
        "exercises/list.html",
        exercises=found,
        typed=typed,
        longest_search=LONGEST_SEARCH,
        filters=[
            ("region", "Body region", _options("All regions", REGIONS), region),
            ("equipment", "Equipment", _options("Any equipment", EQUIPMENT), equipment),
            ("position", "Position", _options("Any position", POSITIONS), position),
        ],
        is_filtered=bool(typed.strip() or region or equipment or position),
        regions=REGIONS,
        picture_url=picture_url,
    )


def _options(all_words: str, vocabulary: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("", all_words), *vocabulary.items()]


@router.get("/exercises/{slug}")
async def show_exercise(request: Request, member: SignedIn, slug: str) -> Response:
    """Show one exercise with its figure, steps, cautions and usual dose."""
    exercise = find_exercise(slug)
    if exercise is None:
        raise NotFoundError
    return page(
        request,
        "exercises/show.html",
        exercise=exercise,
        dose=word_dose(exercise.dose),
        picture=picture_url(slug),
        regions=[REGIONS[key] for key in exercise.regions],
        equipment=[EQUIPMENT[key] for key in exercise.equipment],
        position=POSITIONS[exercise.position],
    )


@router.get("/exercises/{slug}/figure.svg")
def show_figure(request: Request, member: SignedIn, slug: str, v: str = "") -> Response:
    """Answer with an exercise's picture; kept for a year by browsers when asked for by its present version.

    Not async: the first drawing of a picture takes some 25 ms, which a thread spends better than the event loop.
    """
    # Asked first, since drawings are kept by name: names that are none would be kept for ever.
    packed = draw_picture(slug) if find_exercise(slug) else None
    if packed is None:
        raise NotFoundError
    headers = {"Vary": "Accept-Encoding"}
    if v == picture_version(slug):
        headers["Cache-Control"] = KEEP_A_YEAR
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="image/svg+xml", headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type="image/svg+xml", headers=headers)
