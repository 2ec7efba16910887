"""A zip that is made while it is sent: a piece is in memory at a time, and nothing is written to a disk.

By the standard library, which writes to what cannot be sought (zipfile, "Changed in version 3.5"); libraries for this,
such as zipstream-ng, ask for bytes as they like, while ours come from a database that must be awaited.
"""

import hashlib
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import anyio.to_thread

MANIFEST = "manifest.json"

# Takes bytes, and lets go on when there is room for more.
Sink = Callable[[bytes], Awaitable[None]]


class _Written:
    """What the zip has written and nobody has taken yet; without ``tell`` and ``seek``."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is to be closed."""

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class Archive:
    """The zip, whose bytes go to ``sink``. Every file's length and SHA-256 are in its manifest, which comes last."""

    def __init__(self, sink: Sink, about: dict[str, Any], now: datetime) -> None:
        """Begin a zip; ``about`` says in the manifest what it is, and files are dated ``now`` (UTC)."""
        self._sink = sink
        self._about = about
        self._moment = now.astimezone(UTC)
        self._written = _Written()
        self._zip = zipfile.ZipFile(self._written, "w")
        self._files: list[dict[str, Any]] = []

    @asynccontextmanager
    async def file(self, path: str, *, packed: bool = True) -> AsyncIterator[Sink]:
        """Put a file in; what is yielded takes its bytes. ``packed`` for what is not small already."""
        info = zipfile.ZipInfo(path, self._moment.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        sha256, length = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as target:

            async def write(piece: bytes) -> None:
                nonlocal length
                length += len(piece)
                sha256.update(piece)
                await anyio.to_thread.run_sync(target.write, piece)
                await self._send()

            yield write
        self._files.append({"path": path, "bytes": length, "sha256": sha256.hexdigest()})
        await self._send()

    async def finish(self) -> None:
        """Put the manifest in and end the zip."""
        manifest = {**self._about, "made_at": self._moment.isoformat(), "files": list(self._files)}
        content = await anyio.to_thread.run_sync(partial(json.dumps, manifest, indent=1))
        async with self.file(MANIFEST) as write:
            await write(content.encode())
        self._zip.close()
        await self._send()

    async def _send(self) -> None:
        if data := self._written.take():
            await self._sink(data)
