"""The processes of a campaign: one web server and two workers on one database, and what is done to them."""

import json
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil
import sqlalchemy as sa

from tests.processes import end, free_port, start, wait_until

# A paused worker is let go on once its jobs are somebody else's, or at the latest after so many seconds.
TAKEN_OVER_WITHIN = 40.0


class Worker:
    """A worker that is started again whenever it was killed, as a service manager does."""

    def __init__(self, log: Path, settings: Mapping[str, str]) -> None:
        self.log = log
        self._settings = settings
        self._process = start("worker", log=log, settings=settings)

    def kill(self) -> None:
        """kill -9, paused or not, and start the next one."""
        self._process.kill()
        self._process.wait(10)
        self._process = start("worker", log=self.log, settings=self._settings)

    def pause(self) -> None:
        """Let the process stand still at whatever line it is."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on from there."""
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """End it as an operator does; returns its exit code."""
        self.go_on()
        return end(self._process)

    def holds_port(self, port: int) -> bool:
        """True when the process talks to somebody from this port."""
        try:
            return any(each.laddr and each.laddr.port == port for each in psutil.Process(self.pid).net_connections())
        except psutil.Error:
            return False

    @property
    def pid(self) -> int:
        """The process that runs now."""
        return self._process.pid

    def taken_over(self) -> int:
        """How many jobs of others this worker has taken over so far."""
        lines = self.log.read_text(errors="replace").splitlines()
        return sum('"job_taken_over"' in line and json.loads(line)["event"] == "job_taken_over" for line in lines)


class Machines:
    """The web server and the workers; pauses end by themselves in threads of their own."""

    def __init__(self, folder: Path, settings: Mapping[str, str], workers: int) -> None:
        port = free_port()
        self.web_url = f"http://127.0.0.1:{port}"
        self._web = start(
            "serve", "--no-worker", "--port", str(port), log=folder / "web.log",
            settings={**settings, "public_url": self.web_url},
        )  # fmt: skip
        self.workers = [Worker(folder / f"worker-{number}.log", settings) for number in range(workers)]
        self._pauses: list[threading.Thread] = []
        self._ending = threading.Event()

    def wait_until_ready(self, database: sa.Engine) -> None:
        """Return when the web answers and every worker has said so in the queue's own list."""
        wait_until(self._is_ready, "the web answers", seconds=60)

        def all_work() -> bool:
            with database.connect() as connection:
                query = "SELECT count(*) FROM procrastinate_workers"
                return bool(connection.exec_driver_sql(query).scalar_one() == len(self.workers))

        wait_until(all_work, "the workers work", seconds=60)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.web_url}/readyz", timeout=3).status_code == 200
        except httpx.HTTPError:
            return False

    def find(self, port: int) -> Worker | None:
        """Return the worker that talks to somebody from this port."""
        return next((worker for worker in self.workers if worker.holds_port(port)), None)

    def pause(self, worker: Worker, *, seconds: float | None = None) -> None:
        """Pause a worker for so long, or (None) until another has taken over from it, which takes one that runs."""
        if any(thread.is_alive() for thread in self._pauses):
            seconds = 2.0
        before = self.taken_over()
        worker.pause()
        thread = threading.Thread(target=self._let_go_on, args=(worker, seconds, before), daemon=True)
        thread.start()
        self._pauses.append(thread)

    def _let_go_on(self, worker: Worker, seconds: float | None, taken_over: int) -> None:
        until = time.monotonic() + (TAKEN_OVER_WITHIN if seconds is None else seconds)
        while time.monotonic() < until and (seconds is not None or self.taken_over() == taken_over):
            if self._ending.wait(0.2):
                break
        worker.go_on()

    def wait_for_pauses(self) -> None:
        """Return when nobody is paused any more."""
        for thread in self._pauses:
            thread.join()

    def taken_over(self) -> int:
        """How many jobs were taken over so far."""
        return sum(worker.taken_over() for worker in self.workers)

    def end(self) -> list[int]:
        """End all processes as an operator does; returns their exit codes."""
        self._ending.set()
        self.wait_for_pauses()
        return [end(self._web), *(worker.end() for worker in self.workers)]
