"""Running the real kinebridge command in processes of its own, and waiting for what they do."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.forked import ForkedProcess

Process = subprocess.Popen[bytes] | ForkedProcess

COMMAND = str(Path(sys.executable).with_name("kinebridge"))


def free_port() -> int:
    """Return a port nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(*arguments: str, log: Path, **settings: str) -> Iterator[Process]:
    """Run ``kinebridge`` with these arguments and settings; ended at the latest when the block ends."""
    process = start(*arguments, log=log, settings=settings)
    try:
        yield process
    finally:
        end(process)


def start(*arguments: str, log: Path, settings: Mapping[str, str]) -> Process:
    """Start ``kinebridge`` with these arguments and settings; its output goes into the log.

    On a database that runs already it is a copy of a process that has imported the application (``tests.forked``);
    one that starts a database of its own is started by the command.
    """
    ours = {f"KINEBRIDGE_{name.upper()}": value for name, value in settings.items()}
    if "database_url" in settings:
        return ForkedProcess(arguments, log, ours)
    return start_command([COMMAND, *arguments], log=log, environment=ours)


def start_command(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str], cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a command of ours, none of whose settings are inherited; its output goes into the log."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KINEBRIDGE_")}
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env={**inherited, **environment},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )


def end(process: Process) -> int:
    """End a process as an operator does and return its exit code; one that does not end within 30 seconds is killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(10)


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 40) -> None:
    """Return as soon as something holds; fails the test when it does not within the time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.05)
