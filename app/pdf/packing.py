"""A PDF file with its small objects packed together and compressed (ISO 32000-1, 7.5.7 and 7.5.8)."""

import hashlib
import re
import zlib
from collections.abc import Mapping

_OBJECT = re.compile(rb"\d+ \d+ obj\r?\n?(.*?)\s*endobj\s*\Z", re.DOTALL)
_IN_FILE, _IN_STREAM = 1, 2  # where the table of objects says that one is
_NONE = b"\0" + bytes(4) + b"\xff\xff"  # object 0, which is never used


def pack(data: bytes, offsets: Mapping[int, int], root: int, info: int) -> bytes:
    """Return a finished file in fewer bytes; `offsets` says where each object is, `root` and `info` name two of them.

    What describes a page, an entry of contents or a part of the structure takes a tenth of its room this way.
    """
    ends = dict(
        zip(sorted(offsets.values()), [*sorted(offsets.values())[1:], data.rindex(b"\nxref\n") + 1], strict=True)
    )
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, tuple[int, int, int]] = {}
    small: list[bytes] = []
    last = max(offsets)
    for number in sorted(offsets):
        found = _OBJECT.match(data[offsets[number] : ends[offsets[number]]])
        assert found is not None  # noqa: S101 - reportlab wrote it
        if found[1].endswith(b"endstream"):
            places[number] = (_IN_FILE, len(out), 0)
            out += _object(number, found[1])
        else:
            places[number] = (_IN_STREAM, last + 1, len(small))
            small.append(found[1])
    numbers = [number for number, place in places.items() if place[0] == _IN_STREAM]
    places[last + 1] = (_IN_FILE, len(out), 0)
    out += _object(last + 1, _object_stream(numbers, small))
    places[last + 2] = (_IN_FILE, len(out), 0)
    table = _NONE + b"".join(
        bytes((kind,)) + where.to_bytes(4, "big") + index.to_bytes(2, "big")
        for kind, where, index in (places[number] for number in range(1, last + 3))
    )
    name = hashlib.sha256(data).hexdigest()[:32]
    about = f"/Type /XRef /Size {last + 3} /W [1 4 2] /Root {root} 0 R /Info {info} 0 R /ID [<{name}> <{name}>]"
    start = len(out)
    out += _object(last + 2, _stream(about, table))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _object_stream(numbers: list[int], bodies: list[bytes]) -> bytes:
    """Return the stream that holds objects: their numbers and places first, then themselves."""
    index, place = [], 0
    for number, body in zip(numbers, bodies, strict=True):
        index.append(f"{number} {place}")
        place += len(body) + 1
    head = " ".join(index).encode("ascii") + b"\n"
    return _stream(f"/Type /ObjStm /N {len(numbers)} /First {len(head)}", head + b"\n".join(bodies))


def _stream(about: str, content: bytes) -> bytes:
    packed = zlib.compress(content)
    head = f"<< {about} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    return head.encode("ascii") + packed + b"\nendstream"


def _object(number: int, body: bytes) -> bytes:
    return b"%d 0 obj\n" % number + body + b"\nendobj\n"
