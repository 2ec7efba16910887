"""The face of Kinebridge: layout, components, rendering, error pages and the protection of every answer."""

from fastapi import FastAPI

from app.web import errors, security
from app.web.assets import static_route


def install(app: FastAPI, *, public_url: str) -> None:
    """Give an application its static files, error pages and protection; `public_url` is how browsers reach it."""
    app.router.routes.append(static_route)
    errors.install(app)
    security.install(app, public_url=public_url)
