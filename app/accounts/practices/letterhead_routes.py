"""My account > Letterhead: what the practice's programs carry, how new ones begin, and an example to look at."""

import dataclasses
from zoneinfo import ZoneInfo

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from app.accounts.access import Database, Member, SignedIn, ToolsDep, require_team_lead
from app.accounts.form_fields import open_files
from app.accounts.forms import FormError, LetterheadForm, drop_unstorable, read_letterhead
from app.accounts.models import Practice
from app.accounts.practices import letterheads
from app.accounts.practices.letterhead_example import make_example
from app.db import release
from app.errors import NotFoundError
from app.images import MOST_BYTES, ImageError
from app.pdf.document import DEFAULT_STOP_WHEN, LAYOUTS
from app.pdf.look import OUR_COLOUR
from app.pdf.render import render
from app.web.assets import KEEP_A_YEAR
from app.web.rendering import page, redirect
from app.web.slow import DRAWING

LETTERHEAD_PAGE = "/account/letterhead"
LARGEST_BODY_BYTES = MOST_BYTES + 1024 * 1024  # the logo and what is typed beside it
CHOOSE_AGAIN = "Choose the logo again: something else needs to be corrected before it can be saved."

router = APIRouter(prefix=LETTERHEAD_PAGE)


# The fields of the form, and what one that is missing means; the four boxes are "yes" or "".
TYPED = {
    "colour": OUR_COLOUR,
    "our_colour": "",
    "address": "",
    "phone": "",
    "footer": "",
    "stop_when": "",
    "layout": "full",
    "is_grey": "",
    "is_large": "",
    "remove_logo": "",
}


def read_typed(form: FormData) -> dict[str, str]:
    """Return the fields of the form as they were typed."""
    sent = {name: value for name, value in form.items() if name in TYPED and isinstance(value, str)}
    return TYPED | {name: drop_unstorable(text) for name, text in sent.items()}


@router.get("")
async def show_letterhead(request: Request, session: Database, member: SignedIn) -> Response:
    """Show the letterhead: to owners and admins as a form, to others to read."""
    return await _letterhead_page(request, session, member)


@router.post("")
async def save_letterhead(request: Request, session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Save all of the form or, where something cannot be taken, nothing of it."""
    await release(session)  # a logo takes a moment to arrive and to be drawn
    async with open_files(request, member, most=1) as form:
        await require_team_lead(member)  # asked last: in another practice it may be another role that counts
        typed = read_typed(form)
        try:
            values, drawn = await _read(typed, form.get("logo"))
        except FormError as error:
            return await _letterhead_page(request, session, member, typed=typed, errors=error.fields)
    await letterheads.save_letterhead(
        session, member, values, tools.clock(), logo=drawn, removes_logo=typed["remove_logo"] == "yes"
    )
    return redirect(LETTERHEAD_PAGE, notice="letterhead-saved")


@router.get("/logo.png")
async def show_logo(session: Database, member: SignedIn, v: str = "") -> Response:
    """Answer with the practice's logo; browsers keep it for a year when it is asked for by its present version."""
    found = await letterheads.find_logo(session, member.practice_id)
    if found is None or found[1] != v:
        raise NotFoundError
    return Response(found[0], media_type="image/png", headers={"Cache-Control": KEEP_A_YEAR})


@router.get("/example.pdf")
async def show_example(session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Answer with the PDF of a made-up program, as the saved letterhead makes it."""
    practice = await session.get_one(Practice, member.practice_id)
    settings, _version = await letterheads.find_settings(session, member.practice_id)
    example = make_example(
        practice_name=practice.name,
        page_size=practice.page_size,
        country=practice.country,
        practitioner_name=member.name,
        practitioner_title=await letterheads.get_title(session, member.membership_id),
        letterhead=await letterheads.get_letterhead(session, member.practice_id),
        settings=settings,
        today=tools.clock().astimezone(ZoneInfo(practice.time_zone or "UTC")).date(),
    )
    await release(session)
    content = await anyio.to_thread.run_sync(render, example)
    headers = {"Content-Disposition": 'inline; filename="example-program.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


async def _read(typed: dict[str, str], file: object) -> tuple[LetterheadForm, bytes | None]:
    """Return the form and the logo drawn anew, None without one; raises FormError."""
    logo = file if isinstance(file, UploadFile) and file.filename else None
    try:
        form = read_letterhead(typed)
    except FormError as error:
        # Browsers do not let a page fill in a file again.
        raise FormError(({"logo": CHOOSE_AGAIN} if logo else {}) | error.fields) from None
    if logo is None:
        return form, None
    upload = await logo.read(MOST_BYTES + 1)
    try:
        return form, await DRAWING.run(letterheads.draw_logo, upload)
    except ImageError as error:
        raise FormError({"logo": error.message}) from None


async def _letterhead_page(
    request: Request,
    session: Database,
    member: Member,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    saved, logo_version = await letterheads.find_settings(session, member.practice_id)
    return page(
        request,
        "accounts/letterhead.html",
        status=422 if errors else 200,
        practice_name=member.practice_name,
        runs_team=member.runs_team,
        values=typed or _as_typed(saved),
        logo_url=f"{LETTERHEAD_PAGE}/logo.png?v={logo_version}" if logo_version else None,
        has_own_colour=bool(saved.colour),
        our_colour=OUR_COLOUR,
        layouts=LAYOUTS,
        default_stop_when=DEFAULT_STOP_WHEN,
        errors=errors or {},
    )


def _as_typed(saved: LetterheadForm) -> dict[str, str]:
    """Return what is saved as its form would send it."""
    boxes = {name: "yes" if getattr(saved, name) else "" for name in ("is_grey", "is_large")}
    return {
        **dataclasses.asdict(saved),
        **boxes,
        "colour": saved.colour or OUR_COLOUR,
        "our_colour": "",
        "remove_logo": "",
    }
