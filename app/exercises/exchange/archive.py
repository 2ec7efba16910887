"""Opening a zip that a stranger made: everything is judged before anything is unpacked, and nothing touches the disk.

What the zip says about itself is never trusted: bytes are counted while they are unpacked. Pure; slow for a large one,
so call it in a thread.
"""

import io
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable

from app.exercises.exchange.refusal import FileRefusedError

MOST_ENTRIES = 5_000
MOST_UNPACKED_BYTES = 150 * 1024 * 1024  # of all that is read of one zip
MOST_RATIO = 100  # unpacked to packed: photos have 1, texts about 5
FREE_OF_RATIO_BYTES = 1024 * 1024  # so little may be packed as tightly as it likes
LONGEST_PATH = 300
_CHUNK_BYTES = 64 * 1024

_ENTRY_MARK = b"PK\x01\x02"  # begins each entry of a zip's table of contents
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flags: encrypted, strongly, table of contents too
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may want gigabytes of memory for one byte
_ZIP_IN_ZIP = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".jar")
_DRIVE = re.compile(r"[A-Za-z]:")


class Archive:
    """A zip whose entries were all found harmless; ``paths`` names its files. Raises FileRefusedError."""

    def __init__(self, data: bytes) -> None:
        # Counted before the table of contents is read, which takes some 500 bytes of memory an entry.
        if data.count(_ENTRY_MARK) > MOST_ENTRIES:
            raise FileRefusedError(f"The zip holds more than {MOST_ENTRIES:,} files. Split it into smaller files.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        # NotImplementedError is what zipfile raises for parts of the format that it does not know.
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise FileRefusedError("The zip is damaged and cannot be opened.") from error
        self._entries = _judge(self._zip.infolist())
        self._unpacked = 0

    @property
    def paths(self) -> list[str]:
        """The files' paths, with "/" between the folders; folders themselves are left out."""
        return list(self._entries)

    def read(self, path: str, *, most: int) -> bytes:
        """Return one file, of at most so many bytes; raises FileRefusedError when it or all so far grows too large."""
        entry = self._entries[path]
        kept = io.BytesIO()
        try:
            with self._zip.open(entry) as source:
                while chunk := source.read(_CHUNK_BYTES):
                    kept.write(chunk)
                    self._count(path, len(chunk), kept.tell(), entry.compress_size, most)
        # RuntimeError: encrypted after all; NotImplementedError: a way of packing that zipfile does not know.
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise FileRefusedError(f"{quoted(path)} in the zip is damaged and cannot be read.") from error
        return kept.getvalue()

    def _count(self, path: str, chunk: int, size: int, packed: int, most: int) -> None:
        self._unpacked += chunk
        if size > FREE_OF_RATIO_BYTES and size > MOST_RATIO * max(packed, 1):
            raise FileRefusedError(f"{quoted(path)} in the zip is packed so tightly that it looks like an attack.")
        if size > most:
            raise FileRefusedError(f"{quoted(path)} in the zip is larger than {most // 1024 // 1024} MB.")
        if self._unpacked > MOST_UNPACKED_BYTES:
            most_megabytes = MOST_UNPACKED_BYTES // 1024 // 1024
            raise FileRefusedError(
                f"The zip is larger than {most_megabytes} MB when unpacked. Split it into smaller files."
            )


def quoted(path: str) -> str:
    """Return a path as it is named in a sentence: printable, and not endless."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in path)
    return f"“{shown if len(shown) <= 80 else shown[:77] + '...'}”"


def _judge(entries: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the files of a zip by path; raises FileRefusedError for anything no honest zip of exercises has."""
    found: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for entry in entries:
        path = entry.orig_filename  # zipfile's own name ends at a NUL
        if problem := _path_problem(path) or _entry_problem(entry):
            raise FileRefusedError(f"The zip was refused because {quoted(path)} {problem}.")
        # Names that one disk holds apart and another does not.
        name = unicodedata.normalize("NFC", path).casefold().rstrip("/")
        if name in seen:
            raise FileRefusedError(f"The zip was refused because it holds {quoted(path)} twice.")
        seen.add(name)
        if not path.endswith("/"):
            found[path] = entry
    return found


def _path_problem(path: str) -> str:
    """Return what is wrong with a path, or ""."""
    if "\\" in path:
        return "has a backslash in its path"
    if path.startswith("/") or _DRIVE.match(path):
        return "has a path that begins at the root of a disk"
    parts = path.removesuffix("/").split("/")
    if ".." in parts:
        return "has a path that leads out of its folder"
    if not all(part.strip() and part != "." for part in parts) or len(path) > LONGEST_PATH:
        return "has a path that no folder can hold"
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in path):
        return "has characters in its path that cannot be printed"
    return ""


def _entry_problem(entry: zipfile.ZipInfo) -> str:
    """Return what is wrong with an entry apart from its path, or ""."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device instead of a file"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted; pack the files without a password"
    if entry.compress_type not in _METHODS:
        return "is packed in an unusual way; use an ordinary zip"
    if entry.orig_filename.lower().endswith(_ZIP_IN_ZIP):
        return "is an archive inside the archive; pack its files directly"
    return ""
