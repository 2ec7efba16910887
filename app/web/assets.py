"""The stylesheet, scripts and pictures in `static/`, served under names that change with their content.

`static_url("app.css")` gives `/static/app.<hash>.css`. Browsers may keep such a file for a year, since a
changed file has another name. The files are few and small (styles and scripts below 40 KB each, all together), so they
are read and gzipped once and served from memory.
"""

import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.web.packing import answer_packed, pack_file

STATIC_FOLDER = Path(__file__).parent / "static"
HASH_LETTERS = 12
KEEP_FOREVER = "public, max-age=31536000, immutable"
# The same for what is not for everybody: pictures whose address changes with them, in the reader's own browser.
KEEP_A_YEAR = "private, max-age=31536000, immutable"

# Not left to the machine's own table of types, which differs between systems; `nosniff` makes a wrong one fatal.
SVG = "image/svg+xml"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": SVG}

# A script names another of its folder: import { x } from "./other.js";
IMPORTED = re.compile(rb'(?<=from "\./)[\w-]+\.js(?=";)')


class Asset(NamedTuple):
    """One file of `static/`: the address it is served at, its content, the same gzipped, and its media type."""

    url: str
    content: bytes
    packed: bytes
    media_type: str


@cache
def read_assets() -> dict[str, Asset]:
    """Read every file of `static/` once, by its plain name relative to that folder, e.g. `app.css`."""
    assets = {}
    for path in sorted(STATIC_FOLDER.rglob("*")):
        if path.is_file():
            assets[path.relative_to(STATIC_FOLDER).as_posix()] = read_asset(path)
    return assets


def read_asset(path: Path) -> Asset:
    """Read one file and name it by the first letters of its SHA-256; a script imports others by such names too."""
    content = path.read_bytes()
    if path.suffix == ".js":
        content = IMPORTED.sub(lambda found: served_name(path.with_name(found[0].decode())).encode(), content)
    digest = hashlib.sha256(content).hexdigest()[:HASH_LETTERS]
    name = path.relative_to(STATIC_FOLDER).with_name(f"{path.stem}.{digest}{path.suffix}")
    guessed, _encoding = mimetypes.guess_type(path.name)
    media_type = MEDIA_TYPES.get(path.suffix) or guessed or "application/octet-stream"
    return Asset(f"/static/{name.as_posix()}", content, pack_file(content), media_type)


def served_name(path: Path) -> str:
    """Return the name, without its folder, under which a file is served."""
    return read_asset(path).url.rpartition("/")[2]


@cache
def assets_by_url() -> dict[str, Asset]:
    """Return the same files by the address they are served at."""
    return {asset.url: asset for asset in read_assets().values()}


def static_url(name: str) -> str:
    """Return the address of a file in `static/`. Raises KeyError when there is no such file."""
    return read_assets()[name].url


async def serve_asset(request: Request) -> Response:
    """Answer a request for a static file; 404 for any name that `static_url` does not give."""
    request.scope["route"] = static_route  # as FastAPI notes its own, for the log and the figures
    asset = assets_by_url().get(request.url.path)
    if asset is None:
        raise HTTPException(404)
    return answer_packed(request, asset.packed, asset.media_type, {"Cache-Control": KEEP_FOREVER})


static_route = Route("/static/{name:path}", serve_asset, methods=["GET"], name="static")
