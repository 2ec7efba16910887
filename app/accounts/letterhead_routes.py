"""My account > Letterhead: what the practice's programs carry, how new ones begin, and an example to look at."""

import dataclasses
from typing import Annotated
from zoneinfo import ZoneInfo

import anyio.to_thread
from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.responses import Response

from app.accounts import letterheads
from app.accounts.access import Database, Member, SamePractice, SignedIn, TeamLead, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import FormError, LetterheadForm, read_letterhead
from app.accounts.letterhead_example import make_example
from app.accounts.models import Practice
from app.db import release
from app.errors import NotFoundError
from app.images import MOST_BYTES, ImageError
from app.pdf.document import DEFAULT_STOP_WHEN, LAYOUTS
from app.pdf.look import OUR_COLOUR
from app.pdf.render import render
from app.web.rendering import page, redirect

LETTERHEAD_PAGE = "/account/letterhead"
LARGEST_BODY_BYTES = MOST_BYTES + 1024 * 1024  # the logo and what is typed beside it
KEEP_A_YEAR = "private, max-age=31536000, immutable"
CHOOSE_AGAIN = "Choose the logo once more: it was not taken because something else has to be put right first."

router = APIRouter(prefix=LETTERHEAD_PAGE)


def read_typed(
    colour: FormText = OUR_COLOUR,
    our_colour: FormText = "",
    address: FormText = "",
    phone: FormText = "",
    footer: FormText = "",
    stop_when: FormText = "",
    layout: FormText = "full",
    is_grey: FormText = "",
    is_large: FormText = "",
    remove_logo: FormText = "",
) -> dict[str, str]:
    """Return the fields of the form as they were typed; the four boxes are "yes" or ""."""
    return {
        "colour": colour,
        "our_colour": our_colour,
        "address": address,
        "phone": phone,
        "footer": footer,
        "stop_when": stop_when,
        "layout": layout,
        "is_grey": is_grey,
        "is_large": is_large,
        "remove_logo": remove_logo,
    }


@router.get("")
async def show_letterhead(request: Request, session: Database, member: SignedIn) -> Response:
    """Show the letterhead: to owners and admins as a form, to others to read."""
    return await _letterhead_page(request, session, member)


@router.post("", dependencies=[SamePractice])
async def save_letterhead(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: TeamLead,
    typed: Annotated[dict[str, str], Depends(read_typed)],
    logo: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Save all of the form or, where something cannot be taken, nothing of it."""
    await release(session)  # drawing a logo takes a moment
    try:
        form, drawn = await _read(typed, logo if logo and logo.filename else None)
    except FormError as error:
        return await _letterhead_page(request, session, member, typed=typed, errors=error.fields)
    await letterheads.save_letterhead(
        session, member, form, tools.clock(), logo=drawn, removes_logo=typed["remove_logo"] == "yes"
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


async def _read(typed: dict[str, str], logo: UploadFile | None) -> tuple[LetterheadForm, bytes | None]:
    """Return the form and the logo drawn anew, None without one; raises FormError."""
    try:
        form = read_letterhead(typed)
    except FormError as error:
        # Browsers do not let a page fill in a file again.
        raise FormError(({"logo": CHOOSE_AGAIN} if logo else {}) | error.fields) from None
    if logo is None:
        return form, None
    upload = await logo.read(MOST_BYTES + 1)
    try:
        return form, await anyio.to_thread.run_sync(letterheads.draw_logo, upload)
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
        practice_id=member.practice_id,
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
