"""My account > Settings > "Is ... the wrong clinic?": disconnecting from it, while nothing of it is here."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access import Database, TeamLead, ToolsDep
from app.accounts.connecting.settings_routes import SETTINGS_PAGE
from app.leaving.wrong_clinic import leave_clinic
from app.web.rendering import redirect

router = APIRouter()


@router.post(f"{SETTINGS_PAGE}/wrong-clinic")
async def leave_wrong_clinic(session: Database, lead: TeamLead, tools: ToolsDep) -> Response:
    """Disconnect the practice from a clinic of which nothing is here yet; the next key connects it anew."""
    has_left = await leave_clinic(session, tools, lead)
    return redirect(SETTINGS_PAGE, notice="clinic-left" if has_left else "nothing-changed")
