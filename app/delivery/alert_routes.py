"""What a person does about an alert that only they can end: having dealt with what failed."""

import uuid

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts import audit
from app.accounts.access import Database, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.alerts.models import Cause
from app.alerts.queries import get_alert
from app.delivery.watch import deal_with
from app.errors import NotFoundError
from app.web.rendering import redirect

router = APIRouter()


@router.post("/alerts/{alert_id}/dealt-with")
async def mark_dealt_with(
    alert_id: uuid.UUID, session: Database, tools: ToolsDep, member: SignedIn, programs: FormText = ""
) -> Response:
    """Say that nothing more is to be done about the failures of an alert, of which the person saw so many."""
    alert = await get_alert(session, member, alert_id)
    if alert.cause != Cause.NEEDS_ATTENTION:
        raise NotFoundError
    if alert.recovered_at is not None:
        return redirect("/alerts", notice="nothing-changed")
    await deal_with(session, alert, int(programs[:9]) if programs.isdecimal() else 0, tools.clock())
    audit.record_by(session, member, "alert.dealt_with", at=tools.clock(), alert_id=str(alert_id))
    return redirect("/alerts", notice="alert-dealt-with")
