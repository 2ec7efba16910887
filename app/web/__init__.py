"""The face of Kinebridge: layout, components, rendering, error pages and the protection of every answer."""

from collections.abc import Mapping

from fastapi import FastAPI

from app.web import errors, security, styleguide
from app.web.assets import static_route
from app.web.packing import PackedPages


def install(app: FastAPI, *, public_url: str, body_limits: Mapping[str, int] | None = None) -> None:
    """Give an application its static files, error pages and protection; for what it takes see `security.install`."""
    app.router.routes.append(static_route)
    styleguide.install(app, public_url=public_url)
    errors.install(app)
    security.install(app, public_url=public_url, body_limits=body_limits)
    app.add_middleware(PackedPages)  # outside of what makes pages of errors
