"""Real processes that begin as copies of one that has imported the application: importing takes longer than most tests.

They are what the ``kinebridge`` command starts in all but that: their own process id, signals, connections, end.
``tests/test_cli.py`` starts the command itself.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path


class ForkedProcess:
    """A ``kinebridge`` with these arguments; has the part of ``subprocess.Popen`` that tests use."""

    def __init__(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self._process = _server().Process(target=_run, args=(list(arguments), log, dict(environment)))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, minus the signal's number if one ended it; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code at the end; raises TimeoutExpired when it does not come within so many seconds."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("kinebridge", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Tell it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it on the spot."""
        self.send_signal(signal.SIGKILL)


@cache
def _server() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["app.cli"])
    return context


def _run(arguments: list[str], log: Path, environment: dict[str, str]) -> None:
    """Be a ``kinebridge`` process: in the new process, to its end."""
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(output, 1)
    os.dup2(output, 2)
    # As they would be inherited: the copied process may have been started for another test.
    for name in [name for name in os.environ if name.startswith("KINEBRIDGE_")]:
        del os.environ[name]
    os.environ.update(environment)
    sys.argv = ["kinebridge", *arguments]
    from app.cli import main

    main()
