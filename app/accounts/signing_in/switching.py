"""Working in another of one's practices, and the page one comes to there."""

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.models import SignInSession
from app.accounts.people import set_active_practice
from app.accounts.sessions import end_overdue

# Every practice and every role has these; what lies below them is of one practice, or of those who run it.
PAGES = frozenset(
    {
        *("/clients", "/clients/new", "/exercises", "/templates", "/deliveries", "/alerts"),
        *(f"/account/{name}" for name in ("settings", "security", "sharing", "team", "letterhead", "alerts")),
    }
)
START_PAGE = "/clients"
# The click's own page: it is asked again, in the practice that was chosen.
CLICK = "/open/cliniko"


async def switch_practice(session: AsyncSession, member: Member, practice_id: uuid.UUID, now: datetime) -> None:
    """Let the person work in another of their practices from now on, and record it there."""
    if practice_id == member.practice_id:
        return
    theirs = SignInSession.practitioner_id == member.practitioner_id
    await end_overdue(session, theirs, member.time_outs, now)  # the other practice may allow longer
    await set_active_practice(session, member.practitioner_id, practice_id)
    audit.record(session, "practice.switched", at=now, practice_id=practice_id, practitioner_id=member.practitioner_id)


def page_there(path: str) -> str:
    """Return the page to show in another practice to who looked at a local path: the same, or the nearest above. Pure.

    A page of one client or program is nobody's business there, so it leads to the list. What was searched is left out.
    """
    parts = urlsplit(path)
    if parts.path.rstrip("/") == CLICK:
        return path
    steps = parts.path.rstrip("/").split("/")
    while len(steps) > 1 and "/".join(steps) not in PAGES:
        steps.pop()
    if len(steps) == 1:
        return "/account/settings" if parts.path.startswith("/account/") else START_PAGE
    return "/".join(steps)
