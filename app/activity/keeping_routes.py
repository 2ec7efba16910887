"""My account > Activity > How long it is kept."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, TeamLeadElse404, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.models import Practice
from app.activity.keeping import YEARS, count_older, save_years
from app.web.rendering import page, redirect

KEEPING_PAGE = "/account/activity/keeping"
CHOOSE = "Choose for how long."

router = APIRouter(prefix=KEEPING_PAGE)


@router.get("")
async def show_keeping(request: Request, session: Database, member: TeamLeadElse404) -> Response:
    """Show for how long the record is kept, and what each choice would remove now."""
    return await _keeping_page(request, session, member)


@router.post("")
async def save_keeping(
    request: Request, session: Database, tools: ToolsDep, member: TeamLeadElse404, years: FormText = ""
) -> Response:
    """Set for how long the record is kept; the next night removes what is older."""
    if years not in map(str, YEARS):
        return await _keeping_page(request, session, member, errors={"years": CHOOSE})
    await save_years(session, tools, member, int(years))
    return redirect(KEEPING_PAGE, notice="saved")


async def _keeping_page(
    request: Request, session: AsyncSession, member: Member, *, errors: dict[str, str] | None = None
) -> Response:
    practice = await session.get_one(Practice, member.practice_id, populate_existing=True)
    years = practice.audit_years
    older = await count_older(session, member, sorted({*YEARS, years}))
    return page(
        request,
        "activity/keeping.html",
        status=422 if errors else 200,
        practice_name=practice.name,
        years=years,
        older=older,
        errors=errors or {},
    )
