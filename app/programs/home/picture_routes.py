"""Pictures of the patient's page: only those that the newest version shows, and only for a phone that was let in."""

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from app.accounts.access import Database
from app.exercises.models import ExercisePhoto
from app.programs.home.access import HomeRoute, LinkGoneError, OpenVisit
from app.programs.home.pictures import draw_figure, figure_name
from app.programs.home.queries import read_program
from app.programs.home.shown import photo_ids
from app.web.assets import KEEP_A_YEAR, SVG
from app.web.packing import answer_packed

router = APIRouter(prefix="/p/{token}", route_class=HomeRoute)


@router.get("/figures/{name}.svg")
async def show_figure(request: Request, name: str, visit: OpenVisit, session: Database) -> Response:
    """Answer with a figure of the newest version."""
    exercises = (await read_program(session, visit.program)).content.exercises
    exercise = next((each for each in exercises if each.figure and figure_name(each) == name), None)
    packed = await anyio.to_thread.run_sync(draw_figure, exercise) if exercise else None
    if packed is None:
        raise LinkGoneError
    return answer_packed(request, packed, SVG, {"Cache-Control": KEEP_A_YEAR})


@router.get("/photos/{photo_id}.jpg")
async def show_photo(photo_id: str, visit: OpenVisit, session: Database) -> Response:
    """Answer with a photo of the newest version; its bytes never change."""
    shown = photo_ids((await read_program(session, visit.program)).content)
    wanted = next((each for each in shown if str(each) == photo_id), None)
    if wanted is None:
        raise LinkGoneError
    content = await session.scalar(
        select(ExercisePhoto.content).where(
            ExercisePhoto.id == wanted, ExercisePhoto.practice_id == visit.program.practice_id
        )
    )
    if content is None:
        raise LinkGoneError
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": KEEP_A_YEAR})
