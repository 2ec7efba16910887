"""Uploaded pictures: verified, drawn anew, without what a camera writes into them."""

import io
import struct

import pytest
from PIL import Image

from app.images import MOST_BYTES, ImageError, redraw


def picture(to: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", colour: object = "red", **details) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, colour).save(target, to, **details)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("to", ["JPEG", "PNG"])
def test_the_three_kinds_are_taken_and_drawn_anew(kind, to):
    drawn = redraw(picture(kind), longest_side=100, to=to)
    assert opened(drawn.content).format == to
    assert opened(drawn.content).size == (drawn.width, drawn.height) == (40, 20)


@pytest.mark.parametrize("to", ["JPEG", "PNG"])
def test_place_comment_and_profile_do_not_stay(to):
    exif = Image.Exif()
    exif[0x010E] = "Jane Citizen at home"
    exif.get_ifd(0x8825)[1] = "S"
    photo = picture("JPEG", exif=exif, comment=b"Jane Citizen", icc_profile=b"Jane Citizen")
    assert photo.count(b"Jane Citizen") == 3
    drawn = redraw(photo, longest_side=100, to=to)
    assert b"Jane" not in drawn.content
    assert not opened(drawn.content).getexif()


def test_a_photo_taken_upright_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    drawn = redraw(picture("JPEG", (40, 20), exif=exif), longest_side=100, to="JPEG")
    assert (drawn.width, drawn.height) == (20, 40)


def test_odd_metadata_beside_a_sound_picture_does_not_matter():
    # As little-endian TIFF: turned by a quarter, and a description that is a fraction instead of a text.
    entries = struct.pack("<HHHIHHxx", 2, 0x0112, 3, 1, 6, 0)[:-2] + struct.pack("<HHII", 0x010E, 5, 1, 38)
    odd = b"Exif\0\0II*\0\x08\0\0\0" + entries + struct.pack("<III", 0, 1, 2)
    drawn = redraw(picture("JPEG", (40, 20), exif=odd), longest_side=100, to="JPEG")
    assert (drawn.width, drawn.height) == (20, 40)


def test_metadata_that_cannot_be_read_does_not_matter():
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff"
    drawn = redraw(picture("JPEG", (40, 20), exif=broken), longest_side=100, to="JPEG")
    assert (drawn.width, drawn.height) == (40, 20)


def test_a_large_photo_is_made_smaller_in_its_own_shape():
    drawn = redraw(picture("JPEG", (3000, 1500)), longest_side=1200, to="JPEG")
    assert (drawn.width, drawn.height) == (1200, 600)


def test_what_was_transparent_is_white_in_a_jpeg_and_stays_in_a_png():
    clear = picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))
    assert opened(redraw(clear, longest_side=100, to="JPEG").content).getpixel((5, 5)) == (255, 255, 255)
    assert opened(redraw(clear, longest_side=100, to="PNG").content).getpixel((5, 5))[3] == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(40),
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        picture("PNG")[:60],
        picture("JPEG")[:200],
        b"%PDF-1.7",
    ],
)
def test_anything_else_is_refused_with_a_sentence(data):
    with pytest.raises(ImageError, match="not a JPEG, PNG or WebP picture"):
        redraw(data, longest_side=100, to="JPEG")


def test_a_small_file_that_claims_to_be_a_wall_of_pixels_is_refused_before_it_is_decoded():
    bomb = picture("PNG", (12_000, 12_000), mode="1", colour=0)
    assert len(bomb) < 100_000
    with pytest.raises(ImageError, match="too many pixels"):
        redraw(bomb, longest_side=100, to="JPEG")


def test_a_file_that_is_too_large_is_refused_unread():
    with pytest.raises(ImageError, match="larger than 12 MB"):
        redraw(bytes(MOST_BYTES + 1), longest_side=100, to="PNG")
