"""The page one lands on: the day's appointments, the search, and the first steps of who is new."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.models import ConnectionState, Membership
from app.accounts.tools import Tools
from app.db import release
from app.delivery.shown import look_at
from app.regions import APP_PATH
from app.today import test_page_routes
from app.today.days import TODAY_PAGE, address_of, call_day, read_day_text, today_in
from app.today.first_steps import first_steps
from app.today.kept import KeptDay, find_day, read_and_keep
from app.today.queries import Home, find_home, find_patients
from app.today.reading import TROUBLES
from app.today.rows import make_lines, write_since
from app.today.test_page import find_test_page
from app.web.filters import with_query
from app.web.rendering import page, redirect

router = APIRouter()
router.include_router(test_page_routes.router)

Day = Annotated[str, Query()]


@router.get(TODAY_PAGE)
async def show_today(request: Request, session: Database, member: SignedIn, tools: ToolsDep, day: Day = "") -> Response:
    """Show a day as it was last read; the page's script asks for a newer reading, or a button does."""
    now = tools.clock()
    home = await find_home(session, member)
    chosen = read_day_text(day, today_in(home.zone, now))
    kept = await find_day(session, tools.vault, home.connection, chosen)
    context = await _day_context(session, member, home, kept, chosen, now)
    context["is_due"] = kept.is_due(home.connection, now)
    steps = first_steps(home, member)
    is_shown = not (home.is_hidden or steps.is_complete)
    return page(
        request,
        "today/show.html",
        **context,
        steps=steps if is_shown else None,
        has_hidden_steps=home.is_hidden and not steps.is_complete,
        test_page=await find_test_page(session, member, now) if is_shown else None,
        app_url=tools.settings.public_url + APP_PATH,
        typed="",
    )


@router.get("/today/appointments")
async def show_appointments(
    request: Request, session: Database, member: SignedIn, tools: ToolsDep, day: Day = ""
) -> Response:
    """Answer with the day's appointments alone, read from Cliniko first where the last reading is old."""
    home = await find_home(session, member)
    chosen = read_day_text(day, today_in(home.zone, tools.clock()))
    home, kept = await _read_if_due(session, member, tools, home, chosen)
    context = await _day_context(session, member, home, kept, chosen, tools.clock())
    return page(request, "today/_appointments.html", **context)


@router.post("/today/read")
async def read_appointments(session: Database, member: SignedIn, tools: ToolsDep, day: FormText = "") -> Response:
    """Read the day from Cliniko, and show it."""
    home = await find_home(session, member)
    today = today_in(home.zone, tools.clock())
    chosen = read_day_text(day, today)
    await _read_if_due(session, member, tools, home, chosen, pressed=True)
    return redirect(address_of(chosen, today))


@router.post("/today/hide-first-steps")
async def hide_first_steps(session: Database, member: SignedIn, tools: ToolsDep) -> Response:
    """Put the list of first steps away for this member."""
    return await _set_hidden(session, member, tools.clock())


@router.post("/today/show-first-steps")
async def show_first_steps(session: Database, member: SignedIn) -> Response:
    """Bring the list of first steps back for this member."""
    return await _set_hidden(session, member, None)


async def _set_hidden(session: AsyncSession, member: Member, at: datetime | None) -> Response:
    mine = update(Membership).where(Membership.id == member.membership_id)
    await session.execute(mine.values(first_steps_hidden_at=at))
    return redirect(TODAY_PAGE)


async def _read_if_due(
    session: AsyncSession, member: Member, tools: Tools, home: Home, day: date, *, pressed: bool = False
) -> tuple[Home, KeptDay]:
    kept = await find_day(session, tools.vault, home.connection, day)
    if home.connection is None or not kept.is_due(home.connection, tools.clock(), pressed=pressed):
        return home, kept
    await release(session)
    await read_and_keep(tools, home.connection, day, ZoneInfo(home.zone))
    home = await find_home(session, member)
    return home, await find_day(session, tools.vault, home.connection, day)


async def _day_context(
    session: AsyncSession, member: Member, home: Home, kept: KeptDay, day: date, now: datetime
) -> dict[str, Any]:
    today = today_in(home.zone, now)
    appointments = kept.reading.appointments if kept.reading else ()
    patients = await find_patients(session, member, {each.patient_id for each in appointments})
    standing = await look_at(session, [each.delivery for each in patients.values() if each.delivery], now)
    connection = home.connection
    is_rejected = connection is not None and connection.state == ConnectionState.REJECTED
    return {
        "home": home,
        "member": member,
        "day": day,
        "day_words": call_day(day, today),
        "is_today": day == today,
        "before": address_of(day - timedelta(days=1), today),
        "after": address_of(day + timedelta(days=1), today),
        "fragment": with_query("/today/appointments", day=day.isoformat()),
        "kept": kept,
        "trouble": "key" if is_rejected else kept.trouble,
        "troubles": TROUBLES,
        "lines": make_lines(appointments, patients, now, is_today=day == today),
        "pills": {each.delivery.id: standing.describe(each.delivery) for each in patients.values() if each.delivery},
        "since": lambda at: write_since(at, today, home.zone),
        "is_due": False,
        "is_live": standing.is_live,
        "zone": home.zone,
    }
