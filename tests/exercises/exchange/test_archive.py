"""A zip from outside: what is refused, and with which words."""

import io
import stat
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable

import pytest

from app.exercises.exchange import archive
from app.exercises.exchange.archive import Archive
from app.exercises.exchange.refusal import FileRefusedError

MEGABYTE = 1024 * 1024


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these entries, whatever their names."""
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", method) as made:
        warnings.simplefilter("ignore")  # zipfile itself only warns of names that stand twice
        for name, content in entries:
            made.writestr(name, content)
    return target.getvalue()


def special(name: str, mode: int) -> zipfile.ZipInfo:
    """An entry of another kind than a file."""
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def refusal(data: bytes, read: str = "") -> str:
    """What is said when the zip is opened, or when the file in it is read."""
    with pytest.raises(FileRefusedError) as caught:
        opened = Archive(data)
        opened.read(read, most=10 * MEGABYTE)
    return caught.value.message


def test_an_ordinary_zip_gives_its_files() -> None:
    data = zipped(("exercises/", b""), ("exercises.json", b"[]"), ("exercises/Bridge/0.jpg", b"..."))
    opened = Archive(data)
    assert opened.paths == ["exercises.json", "exercises/Bridge/0.jpg"]
    assert opened.read("exercises.json", most=100) == b"[]"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/etc/passwd", "begins at the root"),
        ("C:/windows.json", "begins at the root"),
        ("../exercises.json", "leads out of its folder"),
        ("a/../../b.jpg", "leads out of its folder"),
        ("..", "leads out of its folder"),
        ("a\\..\\b.jpg", "backslash"),
        ("a//b.jpg", "no folder can hold"),
        ("./b.jpg", "no folder can hold"),
        ("a/ /b.jpg", "no folder can hold"),
        ("x" * 301, "no folder can hold"),
        ("a\x1b[2J.jpg", "cannot be printed"),
        ("photos.zip", "archive inside the archive"),
        ("more/photos.TAR", "archive inside the archive"),
    ],
)
def test_path_tricks_and_nested_archives_are_refused(path: str, words: str) -> None:
    said = refusal(zipped(("exercises.json", b"[]"), (path, b"x")))
    assert words in said
    assert "\x1b" not in said and len(said) < 250


def test_a_name_that_hides_behind_a_nul_is_refused() -> None:
    data = zipped(("exercises.json_.sh", b"[]")).replace(b"exercises.json_.sh", b"exercises.json\0.sh")
    assert "cannot be printed" in refusal(data)


def test_a_name_that_stands_twice_is_refused() -> None:
    assert "twice" in refusal(zipped(("exercises.json", b"[]"), ("exercises.json", b"[1]")))
    assert "twice" in refusal(zipped(("exercises.json", b"[]"), ("Exercises.JSON", b"[1]")))
    assert "twice" in refusal(zipped(("a", b"[]"), ("a/", b"")))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind: int) -> None:
    assert "is a link or a device" in refusal(zipped((special("exercises.json", kind | 0o777), b"/etc/passwd")))


def test_encrypted_entries_are_refused() -> None:
    data = bytearray(zipped(("exercises.json", b"[]")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refusal(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(method: int) -> None:
    assert "packed in an unusual way" in refusal(zipped(("exercises.json", b"[]"), method=method))


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    bomb = zipped(("exercises.json", b" " * (60 * MEGABYTE)))
    assert len(bomb) < 100_000
    tracemalloc.start()
    said = refusal(bomb, "exercises.json")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "packed so tightly" in said
    assert most < 10 * MEGABYTE


def test_a_bomb_that_lies_about_its_size_unpacks_no_more_than_it_said() -> None:
    data = bytearray(zipped(("exercises.json", b" " * (20 * MEGABYTE))))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + place
        data[at : at + 4] = struct.pack("<I", 100)
    assert "damaged" in refusal(bytes(data), "exercises.json")


def test_entries_that_share_their_bytes_are_counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED_BYTES", 3 * MEGABYTE)
    noise = bytes(range(256)) * 4096
    data = zipped(*((f"{number}.jpg", noise) for number in range(4)), method=zipfile.ZIP_STORED)
    opened = Archive(data)
    for number in range(3):
        opened.read(f"{number}.jpg", most=MEGABYTE)
    with pytest.raises(FileRefusedError, match="MB when unpacked"):
        opened.read("3.jpg", most=MEGABYTE)


def test_a_file_in_the_zip_may_be_only_so_large() -> None:
    data = zipped(("a.jpg", bytes(range(256)) * 8192), method=zipfile.ZIP_STORED)
    with pytest.raises(FileRefusedError, match=r"“a\.jpg” in the zip is larger than 1 MB"):
        Archive(data).read("a.jpg", most=MEGABYTE)


def test_too_many_entries_are_refused_before_they_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 10)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    entry = b"PK\x01\x02" + b"\0" * 42
    with pytest.raises(FileRefusedError, match="more than 10 files"):
        Archive(entry * 11)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"PK\x03\x04" + b"\0" * 100,
        lambda data: data.replace(b"PK\x05\x06", b"PK\x05\x07"),
        lambda data: b"",
    ],
)
def test_a_damaged_zip_is_refused_with_a_sentence(spoil: Callable[[bytes], bytes]) -> None:
    assert "damaged" in refusal(spoil(zipped(("exercises.json", b"[]" * 100))))


def test_damaged_contents_are_refused_with_a_sentence() -> None:
    data = bytearray(zipped(("exercises.json", b"[1, 2, 3, 4, 5]" * 50)))
    data[len(b"PK\x03\x04") + 26 + len("exercises.json") + 5] ^= 0xFF
    assert "damaged" in refusal(bytes(data), "exercises.json")
