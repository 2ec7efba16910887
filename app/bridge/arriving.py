"""From where a click came. Pure."""

from urllib.parse import urlsplit

from fastapi import Request

from app.web.security import origin_of


def comes_from_cliniko(request: Request, public_url: str) -> bool:
    """Say whether a click came from another site, as Cliniko's button and the bookmark do, not from a page of ours.

    Browsers say so themselves (W3C, Fetch Metadata Request Headers), older ones by the Referer, which our own pages
    always send to us. Who had to sign in first comes from our sign-in page, and almost always from elsewhere to that.
    A typed address is no button.
    """
    site = request.headers.get("sec-fetch-site")
    referer = request.headers.get("referer", "")
    try:
        is_ours = bool(referer) and origin_of(referer) == origin_of(public_url)
        if is_ours and urlsplit(referer).path.startswith("/sign-in"):
            return True
    except ValueError:
        is_ours = False
    return not is_ours if site is None else site in ("cross-site", "same-site")
