"""The bell's page: what keeps programs from Cliniko now, and what did lately."""

import uuid
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts import bell
from app.accounts.access import Database, Member, SignedIn
from app.accounts.models import BellNote, Practice
from app.alerts.causes import tell
from app.alerts.models import Cause
from app.alerts.notes import tell_note
from app.alerts.queries import get_alert, list_alerts, list_notes
from app.alerts.telling import write_since
from app.errors import NotFoundError
from app.web.rendering import page, redirect

router = APIRouter(prefix="/alerts")


@router.get("")
async def show_alerts(request: Request, session: Database, member: SignedIn) -> Response:
    """Show the member's alerts: open ones first, those that are over below."""
    zone = (await session.get_one(Practice, member.practice_id)).time_zone
    shown = [_as_shown(row, member, zone) for row in await list_alerts(session, member)]
    notes = [_as_note(row, zone) for row in await list_notes(session, member)]
    return page(
        request,
        "alerts/list.html",
        practice_name=member.practice_name,
        notes=notes,
        open_alerts=[alert for alert in shown if not alert["until"]],
        past_alerts=[alert for alert in shown if alert["until"]],
    )


@router.post("/read")
async def mark_all_as_read(session: Database, member: SignedIn) -> Response:
    """Hush the bell for this member in the practice the page was of."""
    await bell.hush_all(session, member.membership_id)
    return redirect("/alerts")


@router.post("/notes/{note_id}/read")
async def mark_note_as_read(note_id: uuid.UUID, session: Database, member: SignedIn) -> Response:
    """Take one thing that concerns this member off their bell."""
    note = await session.get(BellNote, note_id)
    if note is None or note.membership_id != member.membership_id:
        raise NotFoundError
    await bell.hush(session, note.about, member.membership_id)
    return redirect("/alerts")


@router.post("/{alert_id}/read")
async def mark_as_read(alert_id: uuid.UUID, session: Database, member: SignedIn) -> Response:
    """Take one alert off this member's bell; everybody else's stays."""
    alert = await get_alert(session, member, alert_id)
    await bell.hush(session, alert.id, member.membership_id)
    return redirect("/alerts")


def _as_note(row: Any, zone: str | None) -> dict[str, Any]:
    note = row.BellNote
    sentence, link_words = tell_note(note.said, row.name)
    return {
        "id": note.id,
        "said": note.said,
        "sentence": sentence,
        "link": note.path,
        "link_words": link_words,
        "at": write_since(note.created_at, zone),
        "is_unread": row.is_unread,
    }


def _as_shown(row: Any, member: Member, zone: str | None) -> dict[str, Any]:
    alert = row.Alert
    is_mine = alert.membership_id in (None, member.membership_id)
    told = tell(alert.cause, name="" if is_mine else row.name, programs=row.programs)
    return {
        "id": alert.id,
        "cause": alert.cause,
        "title": told.title,
        "meaning": told.meaning if row.programs else "",
        "to_do": told.to_do,
        "over": told.over,
        "link": told.path,
        "link_words": told.link_words,
        "since": write_since(alert.opened_at, zone),
        "until": write_since(alert.recovered_at, zone) if alert.recovered_at else "",
        "programs": row.programs,
        "is_unread": row.is_unread,
        "can_deal_with": alert.cause == Cause.NEEDS_ATTENTION,
    }
