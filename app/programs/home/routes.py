"""The patient's page: its door, the program, what is noted on a day, and its pictures. Nobody signs in here."""

import datetime
import gzip
import re
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import select

from app.accounts.access import Database, ToolsDep
from app.accounts.form_fields import FormText
from app.db import release
from app.exercises.models import ExercisePhoto
from app.programs.home.access import (
    AddressLimitDep,
    Answer,
    AnyVisit,
    HomeRoute,
    LinkGoneError,
    OpenVisit,
    Visit,
    clear_cookie,
    set_cookie,
    try_answer,
)
from app.programs.home.answers import LONGEST_ANSWER, example_dates, word_wait
from app.programs.home.pictures import draw_figure, figure_version
from app.programs.home.queries import HomeProgram, read_content, read_days, read_program
from app.programs.home.service import LONGEST_COMMENT, keep_note, read_note, takes_notes
from app.programs.home.shown import ShownDay, days_as_data, group_exercises, photo_ids
from app.web.assets import read_assets
from app.web.rendering import page, redirect

router = APIRouter(route_class=HomeRoute)

# Tells the page's own service worker that this is the program, not its door.
OPEN_HEADER = "X-Kinebridge-Program"
KEEP_A_YEAR = "private, max-age=31536000, immutable"
NO_ANSWER = "Write your answer."
NO_MATCH = "That does not match. Check it and try again, written as in the example."


@router.get("/p/offline.js")
async def show_offline_script() -> Response:
    """Answer with the service worker. Below /p/, since a worker governs the addresses below its own."""
    content = read_assets()["home-offline.js"].content
    return Response(content, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/p/{token}")
async def show_home(
    request: Request, token: str, visit: AnyVisit, session: Database, tools: ToolsDep, day: str = ""
) -> Response:
    """Show the program with a day's ticks, or the door to a phone that has not answered there."""
    if token != visit.token:
        return redirect(visit.path)  # typed in capitals
    if not visit.is_open:
        return _door(request, visit)
    now = tools.clock()
    shown = await read_program(session, visit.program)
    days = await read_days(session, visit.program, shown, visit.today(now))
    chosen = next((each for each in days if each.date.isoformat() == day), days[-1])
    response = _home_page(request, visit, shown, days, chosen, now)
    response.headers[OPEN_HEADER] = "open"
    return response


@router.get("/p/{token}/open")
async def leave_answer(visit: AnyVisit) -> Response:
    """Lead who opens the door's own address to the page."""
    return redirect(visit.path)


@router.post("/p/{token}/open")
async def open_home(
    request: Request,
    visit: AnyVisit,
    session: Database,
    tools: ToolsDep,
    limit: AddressLimitDep,
    answer: FormText = "",
) -> Response:
    """Take the answer at the door; the right one keeps this phone in."""
    if not answer.strip():
        return _door(request, visit, error=NO_ANSWER)
    await release(session)
    address = request.client.host if request.client else ""
    judged = await try_answer(tools, visit, answer[: LONGEST_ANSWER + 1], limit, address)
    if not judged.is_right:
        return _refusal(request, visit, judged, tools.clock())
    response = redirect(visit.path)
    set_cookie(response, tools, visit.link)
    return response


@router.post("/p/{token}/leave")
async def leave_home(visit: AnyVisit, tools: ToolsDep) -> RedirectResponse:
    """Shut the page on this phone."""
    response = redirect(visit.path)
    clear_cookie(response, tools, visit.link)
    return response


@router.post("/p/{token}/days/{day}")
async def note_day(
    request: Request,
    day: str,
    visit: AnyVisit,
    session: Database,
    tools: ToolsDep,
    done: Annotated[list[str] | None, Form()] = None,
    pain_before: FormText = "",
    pain_after: FormText = "",
    comment: FormText = "",
    version: FormText = "",
) -> Response:
    """Keep what is noted about a day, in place of what was noted before.

    The page's script is answered in JSON: 401 when the door has to be opened again, 409 when the day takes no notes.
    """
    asked_by_script = "application/json" in request.headers.get("accept", "")
    if not visit.is_open:
        return Response(status_code=401) if asked_by_script else redirect(visit.path)
    now = tools.clock()
    date, number = _read_day(day), _read_number(version)
    content = await read_content(session, visit.program.id, number)
    if date is None or content is None or not takes_notes(visit.program, date, visit.today(now), visit.zone):
        return Response(status_code=409) if asked_by_script else redirect(visit.path)
    count = len(content.exercises)
    note = read_note(done or [], pain_before, pain_after, comment, count)
    await keep_note(session, visit.program, date, note, version_number=number, exercise_count=count, now=now)
    if asked_by_script:
        return JSONResponse({"savedAt": now.isoformat()})
    return redirect(f"{visit.path}?day={date.isoformat()}")


@router.get("/p/{token}/figures/{place}.svg")
async def show_figure(request: Request, place: str, visit: OpenVisit, session: Database, v: str = "") -> Response:
    """Answer with a figure of the newest version; kept for a year by browsers when asked for by its present version."""
    exercises = (await read_program(session, visit.program)).content.exercises
    number = int(place) if place.isascii() and place.isdecimal() and len(place) < 4 else len(exercises)
    if number >= len(exercises):
        raise LinkGoneError
    packed = await anyio.to_thread.run_sync(draw_figure, exercises[number])
    if packed is None:
        raise LinkGoneError
    headers = {"Vary": "Accept-Encoding"}
    if v == figure_version(exercises[number]):
        headers["Cache-Control"] = KEEP_A_YEAR
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="image/svg+xml", headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type="image/svg+xml", headers=headers)


@router.get("/p/{token}/photos/{photo_id}.jpg")
async def show_photo(photo_id: str, visit: OpenVisit, session: Database) -> Response:
    """Answer with a photo that the newest version shows; its bytes never change."""
    shown = photo_ids((await read_program(session, visit.program)).content)
    wanted = next((each for each in shown if str(each) == photo_id), None)
    content = await session.scalar(
        select(ExercisePhoto.content).where(
            ExercisePhoto.id == wanted, ExercisePhoto.practice_id == visit.program.practice_id
        )
    )
    if content is None:
        raise LinkGoneError
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": KEEP_A_YEAR})


def _door(
    request: Request, visit: Visit, *, error: str = "", status: int | None = None, retry_seconds: int | None = None
) -> Response:
    response = page(
        request,
        "home/door.html",
        status=status or (422 if error else 200),
        path=visit.path,
        asks_for_birth=visit.client.date_of_birth is not None,
        example=example_dates(visit.practice.country),
        longest_answer=LONGEST_ANSWER,
        error=error,
    )
    if retry_seconds is not None:
        response.headers["Retry-After"] = str(retry_seconds)
    return response


def _refusal(request: Request, visit: Visit, judged: Answer, now: datetime.datetime) -> Response:
    until = judged.locked_until
    if until is None:
        return _door(request, visit, error=NO_MATCH)
    seconds = max(1, round((until - now).total_seconds()))
    words = f"Too many answers that did not match. Wait {word_wait(until, now)}, then try again."
    return _door(request, visit, error=words, status=429, retry_seconds=seconds)


def _home_page(
    request: Request, visit: Visit, shown: HomeProgram, days: list[ShownDay], chosen: ShownDay, now: datetime.datetime
) -> Response:
    client = visit.client
    takes = takes_notes(visit.program, days[-1].date, days[-1].date, visit.zone)
    return page(
        request,
        "home/show.html",
        path=visit.path,
        first_name=client.preferred_first_name or client.first_name,
        practice_name=visit.practice.name,
        program=visit.program,
        shown=shown,
        groups=group_exercises(shown.content),
        figure_version=figure_version,
        phone_link=re.sub(r"[^\d+]", "", shown.phone),
        zone=str(visit.zone),
        assigned_on=shown.assigned_at.astimezone(visit.zone).date(),
        days=days,
        chosen=chosen,
        takes_notes=takes,
        longest_comment=LONGEST_COMMENT,
        data={
            "path": visit.path,
            "zone": str(visit.zone),
            "today": days[-1].date.isoformat(),
            "madeAt": now.isoformat(),
            "version": shown.number,
            "days": days_as_data(days),
        },
    )


def _read_day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
