"""Who may open a patient's page: an address we made, and once a phone the right answer at its door.

No practitioner's sign-in is looked at here, and none helps. Whatever is not open to the asker looks the same: unknown,
made up, turned off, or a program that nobody has been given yet.
"""

import datetime
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from sqlalchemy import exists, select

from app import locales
from app.accounts import audit
from app.accounts.access import Database, ToolsDep
from app.accounts.models import Practice
from app.accounts.tools import Tools
from app.clients.models import Client
from app.db import transaction
from app.errors import NotFoundError
from app.programs.home.address_limit import AddressLimit
from app.programs.home.answers import WAITS, fits, is_answer
from app.programs.home.links import code_of, read_token
from app.programs.models import Program, ProgramLink, ProgramVersion
from app.settings import Settings
from app.web.rendering import page

# What the page's own scripts believe: a 404 of some proxy on the way must not make a phone forget a program.
STATE_HEADER = "X-Kinebridge-Program"  # open, door or gone
COOKIE_PURPOSE = "program-link-cookie"
COOKIE_SECONDS = 180 * 24 * 60 * 60


class LinkGoneError(NotFoundError):
    """No patient's page for whoever asks; always shown alike."""


class HomeRoute(APIRoute):
    """A route of the patient's page: search engines keep away, and what is not there is told in the patient's words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler, so that refusals carry the header too."""
        handle = super().get_route_handler()

        async def handle_and_mark(request: Request) -> Response:
            try:
                response = await handle(request)
            except LinkGoneError:
                response = page(request, "home/gone.html", status=404)
                response.headers[STATE_HEADER] = "gone"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return handle_and_mark


@dataclass(frozen=True)
class Visit:
    """A request to a patient's page whose address is good; ``is_open`` once this phone has answered at the door."""

    token: str
    link: ProgramLink
    program: Program
    client: Client
    practice: Practice
    is_open: bool

    @property
    def path(self) -> str:
        """The page's own path."""
        return f"/p/{self.token}"

    @property
    def zone(self) -> ZoneInfo:
        """The practice's time zone, which says what day it is."""
        return ZoneInfo(self.practice.time_zone or "UTC")

    def date_of(self, moment: datetime.datetime) -> datetime.date:
        """Return the practice's date at a moment (UTC)."""
        return moment.astimezone(self.zone).date()

    @property
    def stopped_on(self) -> datetime.date | None:
        """The practice's date on which the program was paused or ended, if it is."""
        stopped_at = self.program.ended_at or self.program.paused_at
        return self.date_of(stopped_at) if stopped_at else None


async def find_visit(request: Request, token: str, session: Database, tools: ToolsDep) -> Visit:
    """Return what an address leads to; raises LinkGoneError. A made-up address is refused without the database."""
    public_id = read_token(tools.vault, token)
    if public_id is None:
        raise LinkGoneError
    row = (
        await session.execute(
            select(ProgramLink, Program, Client, Practice)
            .join(Program, Program.id == ProgramLink.program_id)
            .join(Client, Client.id == Program.client_id)
            .join(Practice, Practice.id == Program.practice_id)
            .where(
                ProgramLink.public_id == public_id,
                ProgramLink.revoked_at.is_(None),
                exists().where(ProgramVersion.program_id == Program.id),
            )
        )
    ).one_or_none()
    if row is None:
        raise LinkGoneError
    link, program, client, practice = row
    locales.reading(practice.country, practice.time_zone)
    cookie = request.cookies.get(cookie_name(tools.settings, link))
    return Visit(token.lower(), link, program, client, practice, is_open=_opens(tools, cookie, link))


async def find_open_visit(visit: Annotated[Visit, Depends(find_visit)]) -> Visit:
    """Return the visit if this phone has answered at the door; raises LinkGoneError otherwise."""
    if not visit.is_open:
        raise LinkGoneError
    return visit


AnyVisit = Annotated[Visit, Depends(find_visit)]
OpenVisit = Annotated[Visit, Depends(find_open_visit)]


def _opens(tools: Tools, cookie: str | None, link: ProgramLink) -> bool:
    value = tools.vault.unsign(cookie or "", purpose=COOKIE_PURPOSE, max_age_seconds=COOKIE_SECONDS)
    return value == str(link.id)


def cookie_name(settings: Settings, link: ProgramLink) -> str:
    """Return the name of a link's cookie: one each, since a family may share a phone."""
    prefix = "__Secure-" if settings.is_https else ""
    return f"{prefix}program-{link.public_id}"


def set_cookie(response: Response, tools: Tools, visit: Visit) -> None:
    """Keep this phone in; the cookie is bound to the link's row, so that turning the link off ends it."""
    value = tools.vault.sign(str(visit.link.id), purpose=COOKIE_PURPOSE)
    response.set_cookie(
        cookie_name(tools.settings, visit.link), value, max_age=COOKIE_SECONDS, **_cookie_place(tools, visit)
    )


def clear_cookie(response: Response, tools: Tools, visit: Visit) -> None:
    """Let this phone ask at the door again."""
    response.delete_cookie(cookie_name(tools.settings, visit.link), **_cookie_place(tools, visit))


def _cookie_place(tools: Tools, visit: Visit) -> Any:
    return {"path": visit.path, "secure": tools.settings.is_https, "httponly": True, "samesite": "lax"}


@dataclass(frozen=True)
class Answer:
    """What came of an answer at the door; ``locked_until`` (UTC) is set while answers are not looked at."""

    is_right: bool = False
    locked_until: datetime.datetime | None = None


async def try_answer(tools: Tools, visit: Visit, typed: str, limit: AddressLimit, address: str) -> Answer:
    """Judge an answer and count a wrong one, in a transaction of its own that stays when the page refuses.

    The link's row is locked meanwhile: of many answers at once, those after the fifth wrong one find the door shut.
    """
    now = tools.clock()
    if until := limit.over_until(address, now):
        return Answer(locked_until=until)
    today = visit.date_of(now)
    async with transaction(tools.sessions) as session:
        link = await session.get(ProgramLink, visit.link.id, with_for_update=True)
        if link is None or link.revoked_at is not None:
            raise LinkGoneError
        if link.locked_until is not None and link.locked_until > now:
            return Answer(locked_until=link.locked_until)
        is_right = fits(
            typed,
            born=visit.client.date_of_birth,
            code=code_of(tools.vault, link),
            country=visit.practice.country,
            today=today,
        )
        if is_right:
            link.failures, link.locked_until = 0, None
            _record(session, "program.opened_at_home", visit, now)
            return Answer(is_right=True)
        if not is_answer(typed, visit.practice.country, today):
            return Answer()
        link.failures += 1
        link.locked_until = WAITS.after(link.failures, now)
        limit.count(address, now)
        _record(session, "program.home_locked" if link.locked_until else "program.home_refused", visit, now)
        return Answer(locked_until=link.locked_until)


def _record(session: Database, action: str, visit: Visit, now: datetime.datetime) -> None:
    program = visit.program
    audit.record(
        session,
        action,
        at=now,
        practice_id=program.practice_id,
        client_id=program.client_id,
        program_id=str(program.id),
    )
