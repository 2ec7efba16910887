"""My account > Alerts: mails on or off for oneself, and the practice's quiet hours."""

from datetime import time

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Database, Member, SignedIn, TeamLead, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import FormError
from app.accounts.models import Membership, Practice
from app.accounts.tools import Tools
from app.web.rendering import page, redirect

SETTINGS_PAGE = "/account/alerts"
WRITE_A_TIME = "Enter a time of day, such as 20:00."

router = APIRouter(prefix=SETTINGS_PAGE)


@router.get("")
async def show_settings(request: Request, session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Show the member's choice and the quiet hours, to owners and admins as a form."""
    return await _settings_page(request, session, tools, member)


@router.post("")
async def save_mails(session: Database, tools: ToolsDep, member: SignedIn, mails: FormText = "") -> Response:
    """Turn the member's mails about alerts of this practice on or off; the bell stays."""
    await session.execute(
        update(Membership).where(Membership.id == member.membership_id).values(gets_alert_mails=mails == "yes")
    )
    audit.record_by(session, member, "member.alert_mails_saved", at=tools.clock(), is_on=mails == "yes")
    return redirect(SETTINGS_PAGE, notice="saved")


@router.post("/quiet-hours")
async def save_quiet_hours(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: TeamLead,
    is_on: FormText = "",
    quiet_from: FormText = "",
    quiet_until: FormText = "",
) -> Response:
    """Set when no mail about alerts goes to anybody of the practice."""
    try:
        hours = read_quiet_hours(quiet_from, quiet_until) if is_on == "yes" else (None, None)
    except FormError as error:
        typed = {"is_on": True, "quiet_from": quiet_from, "quiet_until": quiet_until}
        return await _settings_page(request, session, tools, member, typed=typed, errors=error.fields)
    await session.execute(
        update(Practice).where(Practice.id == member.practice_id).values(quiet_from=hours[0], quiet_until=hours[1])
    )
    audit.record_by(session, member, "practice.quiet_hours_saved", at=tools.clock())
    return redirect(SETTINGS_PAGE, notice="saved")


def read_quiet_hours(quiet_from: str, quiet_until: str) -> tuple[time, time]:
    """Return the two times of day ("20:00"); raises FormError with a sentence for each that cannot be taken."""
    times: dict[str, time] = {}
    errors = {}
    for name, typed in (("quiet_from", quiet_from), ("quiet_until", quiet_until)):
        try:
            times[name] = time.fromisoformat(typed.strip()).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            errors[name] = WRITE_A_TIME
    if not errors and times["quiet_from"] == times["quiet_until"]:
        errors["quiet_until"] = "Choose a different time from the one they begin at."
    if errors:
        raise FormError(errors)
    return times["quiet_from"], times["quiet_until"]


async def _settings_page(
    request: Request,
    session: AsyncSession,
    tools: Tools,
    member: Member,
    *,
    typed: dict[str, object] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    practice = await session.get_one(Practice, member.practice_id, populate_existing=True)
    membership = await session.get_one(Membership, member.membership_id, populate_existing=True)
    saved = {
        "is_on": practice.quiet_from is not None and practice.quiet_until is not None,
        "quiet_from": f"{practice.quiet_from or time(20):%H:%M}",
        "quiet_until": f"{practice.quiet_until or time(7):%H:%M}",
    }
    return page(
        request,
        "alerts/settings.html",
        status=422 if errors else 200,
        practice_name=member.practice_name,
        time_zone=practice.time_zone,
        runs_team=member.runs_team,
        gets_mails=membership.gets_alert_mails,
        email=member.email,
        has_mail_server=tools.settings.smtp_address is not None,
        values=typed or saved,
        errors=errors or {},
    )
