"""My account > Security > Rules for signing in, for owners and admins."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, TeamLead, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import FormError
from app.accounts.models import Practice
from app.accounts.practices.practice import ChangedMeanwhileError, version_of
from app.accounts.signing_in.sign_in_rules import SignInRules, list_without_two_factor, read_rules, rules_of, save_rules
from app.accounts.time_outs import IDLE_MINUTES, SIGN_IN_HOURS, word_minutes
from app.web.rendering import redirect

RULES_PAGE = "/account/practice/signing-in"

router = APIRouter(prefix=RULES_PAGE)


@router.get("")
async def show_rules(request: Request, session: Database, member: TeamLead) -> Response:
    """Show the rules, and who would have to set up two-factor sign-in."""
    return await _rules_page(request, session, member)


@router.post("")
async def change_rules(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: TeamLead,
    two_factor: FormText = "",
    idle_minutes: FormText = "",
    sign_in_hours: FormText = "",
    seen: FormText = "",
) -> Response:
    """Save the rules for everybody in the practice."""
    rules = None
    try:
        rules = read_rules(two_factor=two_factor, idle_minutes=idle_minutes, sign_in_hours=sign_in_hours)
        changed = await save_rules(session, tools, member, rules, seen)
    except ChangedMeanwhileError as error:
        return await _rules_page(request, session, member, refusal=error)
    except FormError as error:
        return await _rules_page(request, session, member, rules=rules, refusal=error)
    return redirect(RULES_PAGE, notice="saved" if changed else "nothing-changed")


async def _rules_page(
    request: Request,
    session: AsyncSession,
    member: Member,
    *,
    rules: SignInRules | None = None,
    refusal: FormError | None = None,
) -> Response:
    practice = await session.get_one(Practice, member.practice_id, populate_existing=True)
    return form_page(
        request,
        "accounts/sign_in_rules.html",
        refusal,
        practice=practice,
        rules=rules or rules_of(practice),
        seen=version_of(rules_of(practice)),
        has_two_factor=member.has_two_factor,
        without=await list_without_two_factor(session, member),
        idle_choices=[(minutes, word_minutes(minutes)) for minutes in IDLE_MINUTES],
        longest_choices=[(hours, word_minutes(hours * 60)) for hours in SIGN_IN_HOURS],
    )
