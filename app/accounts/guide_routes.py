"""The guide to connecting Cliniko, for anybody to read."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import MaybeSignedIn, ToolsDep
from app.accounts.forms import FormError
from app.countries import COUNTRIES
from app.regions import APP_PATH, Region
from app.settings import Settings
from app.web.rendering import page

GUIDE_PAGE = "/guide/connect-cliniko"

router = APIRouter()


class OtherRegionError(FormError):
    """The country belongs to another deployment, where the practice's patients' records are to stay."""

    def __init__(self, region: Region, country: str) -> None:
        super().__init__({"country": f"Practices in {dict(COUNTRIES)[country]} use Kinebridge at {region.url}."})
        self.region = region


def refuse_other_region(settings: Settings, country: str) -> None:
    """Raise OtherRegionError for a country that another deployment names as its own."""
    for region in settings.regions:
        if country in region.countries and region.url != settings.public_url:
            raise OtherRegionError(region, country)


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
