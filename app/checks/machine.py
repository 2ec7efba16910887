"""Looking at this machine: the secrets' file, free space, who we are."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

from app.checks.seen import Disk, Secrets
from app.settings import Settings, read_secrets, secrets_file

DATA_LOW_BYTES = 10**9
# An upload of 60 MB, a few times over; compose.yaml gives 512 MiB.
WAITING_LOW_BYTES = 3 * 10**8


def look_at_secrets(settings: Settings) -> tuple[Secrets | None, list[str]]:
    """Return what is to be seen of the operator's secrets, and the secrets; makes none. None where there are none."""
    if settings.secret_keys:
        return _seen(settings.secret_keys), settings.secret_keys
    path = secrets_file(settings)
    try:
        keys, mode = read_secrets(path), stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError):
        return None, []
    return _seen(keys, file=str(path), mode=mode), keys


def _seen(keys: list[str], file: str | None = None, mode: int | None = None) -> Secrets:
    return Secrets(len(keys), min((len(key) for key in keys), default=0), file, mode)


def look_at_disks(settings: Settings) -> list[Disk]:
    """Return the free space of the data folder, where it is used, and of where uploads and exports wait."""
    disks = []
    if not settings.database_url:
        folder = settings.data_dir.resolve()
        nearest = next(each for each in (folder, *folder.parents) if each.exists())
        disks.append(_disk("data", nearest, DATA_LOW_BYTES))
    try:
        temporary = Path(tempfile.gettempdir())
    except FileNotFoundError:  # none that can be written to
        unmade = "/tmp"  # noqa: S108 - a name to show, nothing is made there
        return [*disks, Disk("temporary files", unmade, None, WAITING_LOW_BYTES)]
    return [*disks, _disk("temporary files", temporary, WAITING_LOW_BYTES)]


def _disk(use: str, folder: Path, low_bytes: int) -> Disk:
    is_ours = os.access(folder, os.W_OK)
    return Disk(use, str(folder), shutil.disk_usage(folder).free if is_ours else None, low_bytes)


def is_root() -> bool:
    """Say whether this process may do everything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
