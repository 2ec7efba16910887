"""Exporting a practice by command, such as for an owner who cannot sign in."""

import os
import uuid
from pathlib import Path

import anyio.to_thread

from app.accounts import audit
from app.accounts.models import Practice
from app.accounts.tools import Tools
from app.db import transaction
from app.errors import AppError, NotFoundError
from app.privacy.export import Scope, write_export


async def export_to_file(tools: Tools, practice_id: uuid.UUID, path: Path) -> None:
    """Write everything kept of a practice into a new file at mode 0600, or leave none.

    Raises NotFoundError for an unknown practice and AppError for a file that is there already or cannot be made.
    """
    now = tools.clock()
    async with transaction(tools.sessions) as session:
        if await session.get(Practice, practice_id) is None:
            raise NotFoundError("There is no practice with this id.")
        audit.record(session, "data.practice_exported", at=now, practice_id=practice_id)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise AppError(f"The file {path} cannot be made: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:

            async def sink(piece: bytes) -> None:
                await anyio.to_thread.run_sync(file.write, piece)

            await write_export(tools, Scope(practice_id), sink, now)
    except BaseException:
        os.unlink(path)  # noqa: PTH108 - no waiting, also where the command is told to end
        raise
