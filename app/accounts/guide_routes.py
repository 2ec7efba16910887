"""The guide to connecting Cliniko, for anybody to read."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import MaybeSignedIn, ToolsDep
from app.countries import COUNTRIES
from app.regions import APP_PATH
from app.web.rendering import page

GUIDE_PAGE = "/guide/connect-cliniko"

router = APIRouter()


@router.get(GUIDE_PAGE)
async def show_connecting(request: Request, tools: ToolsDep, member: MaybeSignedIn) -> Response:
    """Show the three steps, and which App URL the practices of each region enter in Cliniko."""
    names = dict(COUNTRIES)
    return page(
        request,
        "guide/connect_cliniko.html",
        app_url=tools.settings.public_url + APP_PATH,
        regions=[
            {
                "name": region.name,
                "url": region.url,
                "app_url": region.app_url,
                "is_ours": region.url == tools.settings.public_url,
                "countries": [names[code] for code in region.countries],
            }
            for region in tools.settings.regions
        ],
    )
