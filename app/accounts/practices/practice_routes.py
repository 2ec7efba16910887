"""My account > Practice: what the practice says of itself, and where the rest of what it decides is set."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import Database, Member, SignedIn, TeamLead, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import FormError, PracticeForm, read_practice
from app.accounts.models import Practice, paper_of
from app.accounts.practices.practice import (
    ChangedMeanwhileError,
    refuse_other_region,
    save_practice,
    settings_of,
    version_of,
)
from app.countries import COUNTRIES
from app.web.rendering import redirect

PRACTICE_PAGE = "/account/practice/settings"

router = APIRouter(prefix=PRACTICE_PAGE)


@router.get("")
async def show_practice(request: Request, session: Database, member: SignedIn) -> Response:
    """Show the settings: to owners and admins as a form, to others to read."""
    return await _practice_page(request, session, member)


@router.post("")
async def save(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: TeamLead,
    name: FormText = "",
    country: FormText = "",
    time_zone: FormText = "",
    paper: FormText = "",
    patient_word: FormText = "",
    seen: FormText = "",
) -> Response:
    """Save all of the form or, where something cannot be taken, nothing of it."""
    typed = {
        "name": name,
        "country": country,
        "time_zone": time_zone,
        "paper": paper,
        "patient_word": patient_word,
    }
    try:
        form = read_practice(**typed)
        practice = await session.get_one(Practice, member.practice_id)
        if form.country != practice.country:
            refuse_other_region(tools.settings, form.country)
        is_changed = await save_practice(session, member, form, seen, tools.clock())
    except FormError as error:
        return await _practice_page(request, session, member, typed=typed, refusal=error)
    return redirect(PRACTICE_PAGE, notice="saved" if is_changed else "nothing-changed")


async def _practice_page(
    request: Request,
    session: Database,
    member: Member,
    *,
    typed: dict[str, str] | None = None,
    refusal: FormError | None = None,
) -> Response:
    practice = await session.get_one(Practice, member.practice_id, populate_existing=True)
    saved = settings_of(practice)
    return form_page(
        request,
        "accounts/practice.html",
        refusal,
        practice=practice,
        runs_team=member.runs_team,
        values=typed or _as_typed(saved),
        saved_instead=_as_typed(saved) if isinstance(refusal, ChangedMeanwhileError) else None,
        seen=version_of(saved),
        countries=COUNTRIES,
        country_name=dict(COUNTRIES).get(practice.country, practice.country),
        usual_paper=paper_of(practice.country),
    )


def _as_typed(saved: PracticeForm) -> dict[str, str]:
    """Return what is saved as its form would send it."""
    return {
        "name": saved.name,
        "country": saved.country,
        "time_zone": saved.own_time_zone or "",
        "paper": saved.paper or "",
        "patient_word": saved.own_patient_word or "",
    }
