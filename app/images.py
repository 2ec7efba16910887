"""Pictures that people upload: judged before they are decoded, then drawn anew, so that nothing but pixels is kept."""

import dataclasses
import io
from typing import Literal

from PIL import ExifTags, Image, UnidentifiedImageError

from app.errors import AppError

MOST_BYTES = 12 * 1024 * 1024  # of an upload: a telephone's photo has 3 to 8
MOST_PIXELS = 40_000_000  # of one that can be decoded in 160 MB
_JPEG_QUALITY = 82
# What a camera says about how it was held -> how its picture is turned upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageError(AppError):
    """An upload that is no picture we take; the message says what to do."""

    status = 422


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture made by us: a JPEG or PNG without metadata; width and height are pixels."""

    content: bytes
    width: int
    height: int


def redraw(data: bytes, *, longest_side: int, to: Literal["JPEG", "PNG"]) -> Picture:
    """Return an uploaded JPEG, PNG or WebP turned upright, scaled down and drawn anew; raises ImageError.

    Slow (up to a second for a large photo): call it in a thread. Of moving pictures the first frame is taken. A JPEG
    has what was transparent on white, a PNG keeps it.
    """
    if len(data) > MOST_BYTES:
        raise ImageError(f"The picture is larger than {MOST_BYTES // 1024 // 1024} MB. Choose a smaller one.")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            # The header tells the size; nothing is decoded yet.
            if image.width * image.height > MOST_PIXELS:
                raise ImageError("The picture has too many pixels. Choose a smaller one.")
            upright = _upright(image, longest_side)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        # Pillow raises all of these for broken files; its words would mean nothing to the reader.
        raise ImageError("This file is not a JPEG, PNG or WebP picture that can be read.") from error
    # Pasted into a new picture: copies made by Pillow carry comments and profiles along.
    drawn = Image.new("RGBA" if to == "PNG" else "RGB", upright.size, "white" if to == "JPEG" else (0, 0, 0, 0))
    drawn.paste(upright, mask=upright if to == "JPEG" else None)
    target = io.BytesIO()
    if to == "JPEG":
        drawn.save(target, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    else:
        drawn.save(target, "PNG", optimize=True)
    return Picture(target.getvalue(), drawn.width, drawn.height)


def _upright(image: Image.Image, longest_side: int) -> Image.Image:
    """Return the first frame as RGBA, turned as its camera says and at most so large."""
    image.draft("RGB", (longest_side * 2, longest_side * 2))  # JPEGs are decoded smaller, which is much faster
    image.thumbnail((longest_side, longest_side))
    turn = _TURNS.get(_read_orientation(image) or 1)
    return (image if turn is None else image.transpose(turn)).convert("RGBA")


def _read_orientation(image: Image.Image) -> int | None:
    """Return what the camera says about how it was held, None where nothing can be read of it.

    Only this is read, and nothing is written back: many cameras write odd metadata beside a sound picture.
    """
    try:
        number = image.getexif().get(ExifTags.Base.Orientation)
        return number if isinstance(number, int) else None
    except Exception:  # Pillow raises all kinds for metadata that it does not expect
        return None
