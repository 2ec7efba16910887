"""My account > Practice > Discount: what the practice has, and entering a code."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import Database, Member, Owner, SignedIn, ToolsDep
from app.accounts.browsers import AskingBrowser
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import FormError
from app.accounts.models import Practice, Role
from app.accounts.practices.discount_models import Discount
from app.accounts.practices.discounts import ReplacingError, day_at, enter_code, find_entered, read_code
from app.accounts.tools import Tools
from app.web.rendering import page, redirect

DISCOUNT_PAGE = "/account/practice/discount"

router = APIRouter(prefix=DISCOUNT_PAGE)


@router.get("")
async def show_discount(request: Request, session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Show the practice's discount; to owners also its code, the fee and the form."""
    return await _discount_page(request, session, tools, member)


@router.post("")
async def enter(
    request: Request,
    session: Database,
    tools: ToolsDep,
    browser: AskingBrowser,
    member: Owner,
    code: FormText = "",
    replaces: FormText = "",
) -> Response:
    """Let the practice have the code's discount; asks first where that would replace another one."""
    try:
        is_new = await enter_code(session, tools, member, code, browser, replaces=replaces)
    except FormError as error:
        return await _discount_page(request, session, tools, member, code=code, refusal=error)
    except ReplacingError as asking:
        return page(
            request,
            "accounts/discount_replace.html",
            code=read_code(code),
            replaces=asking.entered.id,
            fee=tools.settings.monthly_fee,
            present=_worded(tools, asking.entered.discount),
            other=_worded(tools, asking.other),
            is_less=asking.other.percent < asking.entered.discount.percent,
        )
    return redirect(DISCOUNT_PAGE, notice="discount-entered" if is_new else "nothing-changed")


async def _discount_page(
    request: Request,
    session: Database,
    tools: Tools,
    member: Member,
    *,
    code: str = "",
    refusal: FormError | None = None,
) -> Response:
    practice = await session.get_one(Practice, member.practice_id)
    entered = await find_entered(session, member)
    return form_page(
        request,
        "accounts/discount.html",
        refusal,
        practice_name=member.practice_name,
        is_owner=member.role == Role.OWNER,
        discount=_worded(tools, entered.discount) if entered else None,
        counts=bool(entered and entered.discount.counts_on(day_at(practice, tools.clock()))),
        fee=tools.settings.monthly_fee,
        code=code,
    )


def _worded(tools: Tools, discount: Discount) -> dict[str, Any]:
    """Return a discount as pages show it, with what it leaves of the fee (None without one)."""
    fee = tools.settings.monthly_fee
    return {
        "code": discount.code,
        "percent": discount.percent,
        "last_day": discount.last_day,
        "fee": fee.less(discount.percent) if fee else None,
    }
