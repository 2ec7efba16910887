"""The patient's page: its door, the program, and what is noted on a day. Nobody signs in here."""

import datetime
import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, ToolsDep
from app.accounts.form_fields import FormText
from app.db import release
from app.locales import manner_of
from app.programs.content import read_date
from app.programs.home import picture_routes
from app.programs.home.access import (
    STATE_HEADER,
    Answer,
    AnyVisit,
    HomeRoute,
    Visit,
    clear_cookie,
    set_cookie,
    try_answer,
)
from app.programs.home.address_limit import AddressLimitDep
from app.programs.home.answers import LONGEST_ANSWER, example_dates
from app.programs.home.notes import LONGEST_COMMENT, read_note, takes_notes
from app.programs.home.pictures import figure_name
from app.programs.home.queries import HomeProgram, note_of, read_content, read_days, read_program
from app.programs.home.service import keep_note
from app.programs.home.shown import days_as_data, group_exercises, note_as_data
from app.waits import word_wait
from app.web.assets import read_assets
from app.web.packing import answer_packed
from app.web.rendering import page, redirect

router = APIRouter(route_class=HomeRoute)

NO_ANSWER = "Enter your answer."
NO_MATCH = "That does not match. Check it and try again, written as in the example."
NOT_OPEN = "Nothing was saved: this phone needs to answer again first. Then note it once more."
NOT_TAKEN = "That was not saved: the program was paused or ended, or the day is no longer open for notes."


@router.get("/p/offline.js")
async def show_offline_script(request: Request) -> Response:
    """Answer with the service worker. Below /p/, since a worker governs the addresses below its own."""
    script = read_assets()["home-offline.js"]
    return answer_packed(request, script.packed, script.media_type, {"Cache-Control": "no-cache"})


@router.get("/p/{token}")
async def show_home(
    request: Request, token: str, visit: AnyVisit, session: Database, tools: ToolsDep, day: str = ""
) -> Response:
    """Show the program with a day's ticks, or the door to a phone that has not answered there."""
    if token != visit.token:
        return redirect(visit.path)  # typed in capitals
    if not visit.is_open:
        return _door(request, visit)
    shown = await read_program(session, visit.program)
    return await _home_page(request, session, visit, shown, tools.clock(), day)


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
    set_cookie(response, tools, visit)
    return response


@router.post("/p/{token}/leave")
async def leave_home(visit: AnyVisit, tools: ToolsDep) -> RedirectResponse:
    """Shut the page on this phone and let its browser forget the pictures too."""
    response = redirect(visit.path)
    clear_cookie(response, tools, visit)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.get("/p/{token}/days/{day}")
async def show_day(day: str, visit: AnyVisit) -> Response:
    """Lead who opens a form's own address to the page, on that day."""
    date = read_date(day)
    return redirect(f"{visit.path}?day={date.isoformat()}" if date else visit.path)


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
    was_done: Annotated[list[str] | None, Form()] = None,
    was_pain_before: FormText = "",
    was_pain_after: FormText = "",
    was_comment: FormText = "",
    version: FormText = "",
) -> Response:
    """Keep what is noted about a day; the fields ``was_...`` say what the page showed before.

    The page's script is answered in JSON: 401 when the door has to be opened again, 409 when the day takes no notes.
    """
    asked_by_script = "application/json" in request.headers.get("accept", "")
    if not visit.is_open:
        return _door(request, visit, error=NOT_OPEN, status=401)
    now = tools.clock()
    shown = await read_program(session, visit.program)
    date, number = read_date(day), _read_number(version)
    is_newest = number == shown.number
    content = shown.content if is_newest else await read_content(session, visit.program.id, number)
    if date is None or content is None or not _takes_notes(visit, shown, date, now):
        return await _home_page(request, session, visit, shown, now, trouble=NOT_TAKEN)
    count = len(content.exercises)
    row = await keep_note(
        session,
        visit.program,
        date,
        number=number,
        content=content,
        base=read_note(was_done or [], was_pain_before, was_pain_after, was_comment, count),
        mine=read_note(done or [], pain_before, pain_after, comment, count),
        now=now,
    )
    if not asked_by_script:
        return redirect(f"{visit.path}?day={date.isoformat()}")
    kept = {"savedAt": now.isoformat(), "version": row.version_number, "note": note_as_data(note_of(row))}
    return JSONResponse(kept | {"newest": shown.number}, headers={STATE_HEADER: "open"})


def _takes_notes(visit: Visit, shown: HomeProgram, day: datetime.date, now: datetime.datetime) -> bool:
    begun, today = visit.date_of(shown.begun_at), visit.date_of(now)
    return takes_notes(day, begun=begun, stopped=visit.stopped_on, today=today)


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
    response.headers[STATE_HEADER] = "door"
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


async def _home_page(
    request: Request,
    session: AsyncSession,
    visit: Visit,
    shown: HomeProgram,
    now: datetime.datetime,
    day: str = "",
    *,
    trouble: str = "",
) -> Response:
    """Answer with the program and a day of its diary, today unless another of the days shown is asked for."""
    begun, today = visit.date_of(shown.begun_at), visit.date_of(now)
    days = await read_days(session, visit.program, shown, begun=begun, today=today)
    client, zone = visit.client, str(visit.zone)
    response = page(
        request,
        "home/show.html",
        status=409 if trouble else 200,
        trouble=trouble,
        path=visit.path,
        first_name=client.preferred_first_name or client.first_name,
        practice_name=visit.practice.name,
        program=visit.program,
        shown=shown,
        groups=group_exercises(shown.content),
        figure_name=figure_name,
        phone_link=re.sub(r"[^\d+]", "", shown.phone),
        zone=zone,
        assigned_on=visit.date_of(shown.assigned_at),
        days=days,
        chosen=next((each for each in days if each.date.isoformat() == day), days[-1]),
        takes_notes=_takes_notes(visit, shown, today, now),
        longest_comment=LONGEST_COMMENT,
        data={
            "path": visit.path,
            "zone": zone,
            "locale": manner_of(visit.practice.country).tag,
            "begun": days[0].date.isoformat(),
            "today": today.isoformat(),
            "madeAt": now.isoformat(),
            "version": shown.number,
            "days": days_as_data(days),
        },
    )
    response.headers[STATE_HEADER] = "open"
    return response


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


router.include_router(picture_routes.router)
