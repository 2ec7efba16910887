"""``/styleguide``: every component in every state on one page, for whoever works on the look. It reads no database."""

from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.settings import LOOPBACK_HOSTS
from app.web.rendering import Viewer, page

# A reader with all that the header can show.
SAMPLE_VIEWER = Viewer(
    practitioner_name="Dana Whitfield",
    email="dana@harbour.example",
    practice_name="Harbour Street Physiotherapy",
    role="owner",
    practices=[(1, "Harbour Street Physiotherapy", True), (2, "Northside Podiatry", False)],
    unread=3,
)


def install(app: FastAPI, *, public_url: str) -> None:
    """Give an application the page if browsers reach it on this machine; elsewhere there is nothing at its address."""
    if urlsplit(public_url).hostname in LOOPBACK_HOSTS:
        app.router.routes.append(styleguide_route)


async def show_styleguide(request: Request) -> Response:
    """Show the page. Its header is that of a made-up reader, whoever is signed in."""
    request.scope["route"] = styleguide_route  # as FastAPI notes its own, for the log and the figures
    request.state.viewer = SAMPLE_VIEWER
    return page(request, "styleguide.html")


styleguide_route = Route("/styleguide", show_styleguide, methods=["GET"])
