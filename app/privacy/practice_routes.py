"""My account > Data: finding a person's data, exporting and erasing the practice, and what is kept for how long."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Database, Member, OwnerElse404, TeamLeadElse404, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import FormError
from app.accounts.models import Practice
from app.accounts.security.credentials import confirm_password
from app.accounts.tools import Tools
from app.clients.pasted import WrongPageError, find_pasted
from app.delivery.models import Delivery
from app.privacy.access import find_person
from app.privacy.asking import WAITING, ask_for_practice, count_under_way, withdraw_for_practice
from app.privacy.export import Scope
from app.privacy.retention import MOST_OFFERED, RULES, YEARS, list_unseen, save_unseen_years
from app.privacy.sending import ExportResponse
from app.web.rendering import page, redirect

DATA_PAGE = "/account/data"
NOBODY_FOUND = "Nobody here is linked to this patient in Cliniko."
LONGEST_SEARCH = 500

router = APIRouter(prefix=DATA_PAGE)


@router.get("")
async def show_data(request: Request, session: Database, tools: ToolsDep, member: TeamLeadElse404) -> Response:
    """Show what can be done."""
    return await _data_page(request, session, tools, member)


@router.post("/find")
async def find(
    request: Request, session: Database, tools: ToolsDep, member: TeamLeadElse404, patient: FormText = ""
) -> Response:
    """Lead on to what is kept about a patient of Cliniko, also of a colleague's who does not share them."""
    try:
        client_id = await _find(session, tools, member, patient.strip()[:LONGEST_SEARCH])
    except WrongPageError as error:
        return await _data_page(request, session, tools, member, FormError({"patient": error.args[0]}), patient=patient)
    if client_id is None:
        refusal = FormError({"patient": NOBODY_FOUND})
        return await _data_page(request, session, tools, member, refusal, patient=patient)
    return redirect(f"/clients/{client_id}/data")


async def _find(session: AsyncSession, tools: Tools, member: Member, typed: str) -> object:
    click = await find_pasted(session, member, typed, tools.settings.cliniko_api_url)
    return await find_person(session, member, click["patient_id"] if click else typed)


@router.post("/export")
async def export_practice(
    request: Request, session: Database, tools: ToolsDep, member: OwnerElse404, export_password: FormText = ""
) -> Response:
    """Send everything of the practice to an owner who gives their password again."""
    try:
        await confirm_password(session, tools, member.practitioner_id, export_password, field="export_password")
    except FormError as error:
        return await _data_page(request, session, tools, member, error)
    audit.record_by(session, member, "data.practice_exported", at=tools.clock())
    return ExportResponse(tools, Scope(member.practice_id), tools.clock())


@router.post("/erasure")
async def ask(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: OwnerElse404,
    typed_name: FormText = "",
    erase_password: FormText = "",
) -> Response:
    """Have everything of the practice erased after the waiting time."""
    try:
        await ask_for_practice(session, tools, member, password=erase_password, typed_name=typed_name)
    except FormError as error:
        return await _data_page(request, session, tools, member, error, typed_name=typed_name)
    return redirect(DATA_PAGE, notice="practice-erasure-asked")


@router.post("/erasure/withdraw")
async def withdraw(session: Database, tools: ToolsDep, member: OwnerElse404) -> Response:
    """Take that back."""
    await withdraw_for_practice(session, member, tools.clock())
    return redirect(DATA_PAGE, notice="erasure-withdrawn")


@router.post("/unseen")
async def save_unseen(
    request: Request, session: Database, tools: ToolsDep, member: TeamLeadElse404, unseen_years: FormText = ""
) -> Response:
    """Set after how many years without a sign of them clients are offered for erasure."""
    if unseen_years not in ("", *map(str, YEARS)):
        refusal = FormError({"unseen_years": "Choose one of these."})
        return await _data_page(request, session, tools, member, refusal)
    years = int(unseen_years) if unseen_years else None
    await save_unseen_years(session, member, years, tools.clock())
    return redirect(f"{DATA_PAGE}/unseen" if years else DATA_PAGE, notice="saved")


@router.get("/unseen")
async def show_unseen(request: Request, session: Database, tools: ToolsDep, member: TeamLeadElse404) -> Response:
    """List clients who were not seen for long, for a person to decide on one by one."""
    practice = await session.get_one(Practice, member.practice_id)
    offered = await list_unseen(session, practice, tools.clock())
    return page(
        request,
        "privacy/unseen.html",
        years=practice.unseen_years,
        offered=offered,
        has_more=len(offered) == MOST_OFFERED,
    )


async def _data_page(
    request: Request,
    session: AsyncSession,
    tools: Tools,
    member: Member,
    refusal: FormError | None = None,
    *,
    patient: str = "",
    typed_name: str = "",
) -> Response:
    practice = await session.get_one(Practice, member.practice_id, populate_existing=True)
    return form_page(
        request,
        "privacy/practice.html",
        refusal,
        member=member,
        practice=practice,
        patient=patient,
        typed_name=typed_name,
        under_way=await count_under_way(session, Delivery.practice_id == member.practice_id),
        would_erase_at=tools.clock() + WAITING,
        rules=[rule.words for rule in RULES],
        years=YEARS,
    )
