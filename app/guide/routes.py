"""The guide's pages, for anybody; who is signed in sees the header as everywhere."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import MaybeSignedIn, Member, ToolsDep
from app.accounts.tools import Tools
from app.countries import COUNTRIES
from app.errors import NotFoundError
from app.guidance import BY_SLUG, GROUPS, GUIDE_PATH, PAGES
from app.guide.pictures import MEDIA_TYPE, find_picture
from app.guide.reading import find_pages, read_page
from app.regions import APP_PATH
from app.web.assets import KEEP_FOREVER
from app.web.rendering import PATIENT, page

router = APIRouter(prefix=GUIDE_PATH)

LONGEST_SEARCH = 100


@router.get("")
async def show_contents(request: Request, tools: ToolsDep, member: MaybeSignedIn, q: str = "") -> Response:
    """Show what is in the guide, or what of it fits the words searched for."""
    typed = q[:LONGEST_SEARCH].strip()
    found = find_pages(typed, word=_word(member), app_url=_app_url(tools)) if typed else PAGES
    return page(request, "guide/contents.html", typed=typed, found=found, groups=GROUPS)


@router.get("/pictures/{name}")
async def show_picture(request: Request, name: str) -> Response:
    """Answer with a picture; a browser may keep it for good, since a changed one has another name."""
    picture = find_picture(f"{GUIDE_PATH}/pictures/{name}")
    if picture is None:
        raise NotFoundError
    return Response(picture, media_type=MEDIA_TYPE, headers={"Cache-Control": KEEP_FOREVER})


@router.get("/{guide_page}")
async def show_page(request: Request, tools: ToolsDep, member: MaybeSignedIn, guide_page: str) -> Response:
    """Show a page, with those before and after it."""
    shown = BY_SLUG.get(guide_page)
    if shown is None:
        raise NotFoundError
    at = PAGES.index(shown)
    return page(
        request,
        "guide/page.html",
        guide_page=shown,
        text=read_page(shown.slug, word=_word(member), app_url=_app_url(tools)),
        before=PAGES[at - 1] if at else None,
        after=PAGES[at + 1] if at + 1 < len(PAGES) else None,
        app_url=_app_url(tools),
        regions=_regions(tools),
    )


def _word(member: Member | None) -> str:
    return member.patient_word if member else PATIENT


def _app_url(tools: Tools) -> str:
    return tools.settings.public_url + APP_PATH


def _regions(tools: Tools) -> list[dict[str, Any]]:
    """Return all deployments, with the countries whose practices belong to each; none where there is only this one."""
    names = dict(COUNTRIES)
    return [
        {
            "name": region.name,
            "url": region.url,
            "app_url": region.app_url,
            "is_ours": region.url == tools.settings.public_url,
            "countries": [names[code] for code in region.countries],
        }
        for region in tools.settings.regions
    ]
