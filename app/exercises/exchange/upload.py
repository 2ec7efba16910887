"""What was sent: which format it is in, its rows, and their photos drawn anew. Pure; slow, so call it in a thread."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from PIL import Image, UnidentifiedImageError

from app.exercises.exchange.archive import Archive, quoted
from app.exercises.exchange.csv_reader import CsvRow, read_csv
from app.exercises.exchange.filling import FileRow
from app.exercises.exchange.free_exercise_db import LEFT_OUT, JsonRow, read_json
from app.exercises.exchange.refusal import FileRefusedError
from app.exercises.photos import MOST_PHOTOS, draw_photo_here
from app.images import MOST_BYTES, ImageError, Picture

MEGABYTE = 1024 * 1024
MOST_UPLOAD_BYTES = 50 * MEGABYTE
MOST_TEXT_BYTES = 10 * MEGABYTE  # of a CSV or JSON: a thousand exercises of 10,000 letters
MOST_ROWS = 1_000
# Of all photos of a file together: two thousand of the usual size, or half a minute of drawing.
MOST_PIXELS = 1_500_000_000
MOST_DRAWN_BYTES = 100 * MEGABYTE

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHER_STARTS = {
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x1f\x8b": "a gzip file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_WANTED = "Send a CSV, the JSON of free-exercise-db, or a zip of that JSON and its photos."

Kind = Literal["csv", "json"]
ROW_KINDS: Mapping[str, type[CsvRow] | type[JsonRow]] = {"csv": CsvRow, "json": JsonRow}


@dataclass(frozen=True)
class Upload:
    """What a file holds: its rows, sentences about the whole of it, and the photos of each row by its number."""

    kind: Kind
    rows: Sequence[FileRow]
    notes: Sequence[str] = ()
    pictures: Mapping[int, Sequence[Picture]] = field(default_factory=dict)


def read_upload(data: bytes) -> Upload:
    """Return what a file holds; raises FileRefusedError with a sentence when the whole of it cannot be taken.

    The kind is told by the content: names and types come from the browser and may say anything.
    """
    if data.startswith(_ZIP_STARTS):
        return _read_zip(Archive(data))
    for start, what in _OTHER_STARTS.items():
        if data.startswith(start):
            raise FileRefusedError(f"This is {what}. {_WANTED}")
    if len(data) > MOST_TEXT_BYTES:
        raise FileRefusedError(
            f"A CSV or JSON may have at most {MOST_TEXT_BYTES // MEGABYTE} MB. Split it into smaller files."
        )
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{"):
        rows = read_json(data, most_rows=MOST_ROWS)
        notes = [LEFT_OUT]
        if any(row.entry.get("images") for row in rows):
            notes.append("The photos are not in this file. To bring them along, send a zip of the JSON and its folder.")
        return Upload("json", rows, notes)
    found = read_csv(data, most_rows=MOST_ROWS)
    if not found.rows:
        raise FileRefusedError("The file has headers, but no exercises below them.")
    headers = ", ".join(f"“{header}”" for header in found.unknown_headers[:20])
    return Upload(
        "csv", found.rows, [f"These columns mean nothing here and are left out: {headers}."] if headers else []
    )


def _read_zip(archive: Archive) -> Upload:
    """Return what a zip holds: the rows of its exercises.json, and the photos they name."""
    if "[Content_Types].xml" in archive.paths:
        raise FileRefusedError("This is an Excel or Word file. Save the sheet as “CSV UTF-8” and send that.")
    lists = [path for path in archive.paths if path.rpartition("/")[2].lower() == "exercises.json"]
    if len(lists) != 1:
        number = "no exercises.json" if not lists else f"{len(lists)} files named exercises.json"
        raise FileRefusedError(f"The zip holds {number}; it must hold one, and the folder of its photos.")
    rows = read_json(archive.read(lists[0], most=MOST_TEXT_BYTES), most_rows=MOST_ROWS)
    photos = _PhotoDrawer(archive)
    read = [photos.draw_for(row) for row in rows]
    notes = [LEFT_OUT]
    if others := len(archive.paths) - 1 - photos.pictures_in_zip:
        notes.append(f"In the zip, {'1 other file was' if others == 1 else f'{others:,} other files were'} not read.")
    return Upload("json", read, notes, photos.drawn)


class _PhotoDrawer:
    """Draws the photos that entries name, as long as all together stay within bounds."""

    def __init__(self, archive: Archive) -> None:
        self.drawn: dict[int, list[Picture]] = {}
        self._archive = archive
        self._pixels = 0
        self._bytes = 0
        pictures = [path for path in archive.paths if path.lower().endswith(_PICTURES)]
        self.pictures_in_zip = len(pictures)
        # Entries name photos below a folder that may lie in others: "x/exercises/Air_Bike/0.jpg" is "Air_Bike/0.jpg".
        self._paths: dict[str, str] = {}
        for path in sorted(pictures, key=len):
            parts = path.split("/")
            for start in range(len(parts)):
                self._paths.setdefault("/".join(parts[start:]), path)

    def draw_for(self, row: JsonRow) -> JsonRow:
        """Draw a row's photos and return the row with their number and a sentence for each that is left out."""
        names = row.entry.get("images", [])
        if row.problem or not names:
            return row
        pictures, notes = [], []
        for name in dict.fromkeys(names[:MOST_PHOTOS]):
            path = self._paths.get(name)
            if path is None:
                notes.append(f"The photo {quoted(name)} is not in the zip.")
                continue
            try:
                pictures.append(self._draw(path))
            except ImageError as error:
                notes.append(f"{quoted(name)} is left out: {error.message}")
        if len(names) > MOST_PHOTOS:
            notes.append(f"Of its {len(names)} photos the first {MOST_PHOTOS} are taken.")
        if pictures:
            self.drawn[row.number] = pictures
        return replace(row, photos=len(pictures), image_notes=tuple(notes))

    def _draw(self, path: str) -> Picture:
        """Return a photo drawn anew; raises ImageError, and FileRefusedError when all together are too much."""
        data = self._archive.read(path, most=MOST_BYTES)
        self._pixels += _count_pixels(data)
        if self._pixels > MOST_PIXELS:
            raise FileRefusedError("The photos have too many pixels together. Split the file into smaller ones.")
        picture = draw_photo_here(data)
        self._bytes += len(picture.content)
        if self._bytes > MOST_DRAWN_BYTES:
            raise FileRefusedError("The photos are too large together. Split the file into smaller ones.")
        return picture


def _count_pixels(data: bytes) -> int:
    """Return how many pixels a picture says it has, before any is decoded; 0 for what is no picture."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            return image.width * image.height
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return 0  # drawing says what is wrong with it
