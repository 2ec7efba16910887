"""The guide's pictures, made by ``python -m tests.screenshots``, under names that change with their content.

They are taken at twice the size they are shown at, so that they stay sharp on good screens.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from PIL import Image

from app.guidance import GUIDE_PATH
from app.guide.markdown import Picture
from app.web.assets import HASH_LETTERS

PICTURE_FOLDER = Path(__file__).parent / "pictures"
MEDIA_TYPE = "image/webp"
SCALE = 2


@cache
def read_pictures() -> Mapping[str, Picture]:
    """Return all pictures by file name; read once a process, their size only."""
    found = {}
    for path in sorted(PICTURE_FOLDER.glob("*.webp")):
        with Image.open(path) as image:
            width, height = image.size
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_LETTERS]
        url = f"{GUIDE_PATH}/pictures/{path.stem}.{digest}{path.suffix}"
        found[path.name] = Picture(url, width // SCALE, height // SCALE)
    return found


@cache
def _by_url() -> Mapping[str, bytes]:
    return {picture.url: (PICTURE_FOLDER / name).read_bytes() for name, picture in read_pictures().items()}


def find_picture(url_path: str) -> bytes | None:
    """Return the picture served at a path, or None: only names that ``read_pictures`` gives lead to one."""
    return _by_url().get(url_path)
