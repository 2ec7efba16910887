"""The face of Kinebridge: layout, components, rendering, error pages and the protection of every answer."""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import FastAPI

from app.web import errors, security
from app.web.assets import static_route


def install(app: FastAPI, *, public_url: str, larger_bodies: Mapping[str, int] = MappingProxyType({})) -> None:
    """Give an application its static files, error pages and protection.

    `public_url` is how browsers reach it, `larger_bodies` says how many bytes a path that takes uploads may be sent.
    """
    app.router.routes.append(static_route)
    errors.install(app)
    security.install(app, public_url=public_url, larger_bodies=larger_bodies)
