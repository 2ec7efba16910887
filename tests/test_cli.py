"""The commands, as whoever runs the service uses them."""

import signal
import subprocess
from pathlib import Path

import httpx
import psutil
import pytest

from tests.processes import COMMAND, free_port, running, wait_until


def answers(url: str, status: int = 200) -> bool:
    try:
        return httpx.get(url, timeout=3).status_code == status
    except httpx.HTTPError:
        return False


def database_processes(folder: Path) -> list[psutil.Process]:
    """The processes of the database server of a data folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if str(folder) in " ".join(process.info["cmdline"] or []) and "postgres" in " ".join(process.info["cmdline"]):
            found.append(process)
    return found


def test_serve_starts_on_an_empty_folder_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "var"
    with running("serve", "--port", str(port), log=tmp_path / "log", data_dir=str(data)) as process:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), "serve is ready")
        assert answers(f"http://127.0.0.1:{port}/healthz")
        assert database_processes(data)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (tmp_path / "log").read_text()
    assert not database_processes(data)


def test_web_and_worker_share_one_embedded_database_and_the_last_one_stops_it(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "var"
    with running("serve", "--no-worker", "--port", str(port), log=tmp_path / "web", data_dir=str(data)) as web:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), "serve is ready")
        figures = free_port()
        options = ["--metrics-port", str(figures)]
        with running("worker", *options, log=tmp_path / "worker", data_dir=str(data)) as worker:
            wait_until(lambda: "worker_started" in (tmp_path / "worker").read_text(), "the worker works")
            of_worker = httpx.get(f"http://127.0.0.1:{figures}/metrics").text
            assert "kinebridge_cliniko_answer_seconds" in of_worker and "kinebridge_database_up" not in of_worker
            assert "kinebridge_database_up 1.0" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
            web.send_signal(signal.SIGTERM)
            assert web.wait(30) == 0
            assert database_processes(data)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0, (tmp_path / "worker").read_text()
    assert not database_processes(data)


def test_after_a_killed_process_the_database_is_stopped_by_the_next(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "var"
    with running("serve", "--port", str(port), log=tmp_path / "first", data_dir=str(data)) as killed:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), "serve is ready")
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)
    assert database_processes(data)
    ended = subprocess.run([COMMAND, "migrate"], env={"KINEBRIDGE_DATA_DIR": str(data)}, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert not database_processes(data)


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_a_mistake_in_the_settings_is_told_in_words(command: str) -> None:
    settings = {"KINEBRIDGE_SECRET_KEYS": "changeme", "KINEBRIDGE_PUBLIC_URL": "nonsense"}
    ended = subprocess.run([COMMAND, command], env=settings, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "KINEBRIDGE_SECRET_KEYS" in ended.stderr and "KINEBRIDGE_PUBLIC_URL" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_does_not_answer_is_told_in_words() -> None:
    url = f"postgresql://kine:pass@127.0.0.1:{free_port()}/kinebridge"
    settings = {"KINEBRIDGE_DATABASE_URL": url, "KINEBRIDGE_SECRET_KEYS": "k9" * 20}
    ended = subprocess.run([COMMAND, "migrate"], env=settings, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "KINEBRIDGE_DATABASE_URL" in ended.stderr and "Traceback" not in ended.stderr


def test_a_failure_nobody_foresaw_ends_the_command_with_its_type_and_place_only(tmp_path: Path) -> None:
    folder = tmp_path / "wilhelmina" / "postgres"
    folder.mkdir(parents=True)
    folder.joinpath("PG_VERSION").write_text("nonsense")
    ended = subprocess.run(
        [COMMAND, "migrate"], env={"KINEBRIDGE_DATA_DIR": str(folder.parent)}, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert '"event": "process_failed"' in ended.stderr
    assert "Traceback" not in ended.stderr and "wilhelmina" not in ended.stderr


@pytest.mark.parametrize("folder", ["with a space", "a-file/var"])
def test_a_data_folder_that_cannot_be_used_is_told_in_words(folder: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    settings = {"KINEBRIDGE_DATA_DIR": str(tmp_path / folder)}
    ended = subprocess.run([COMMAND, "migrate"], env=settings, capture_output=True, text=True)
    assert ended.returncode == 2
    assert folder in ended.stderr and "Traceback" not in ended.stderr


def test_a_shared_database_without_the_schema_is_not_ready(tmp_path: Path, server_url: str) -> None:
    port = free_port()
    settings = {"database_url": server_url.replace("/postgres?", "/template1?"), "secret_keys": "k9" * 20}
    with running("serve", "--port", str(port), log=tmp_path / "log", data_dir=str(tmp_path), **settings):
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "serve answers")
        assert answers(f"http://127.0.0.1:{port}/readyz", 503)
    # What else the log says of it are the names of errors of libraries.
    assert "run kinebridge migrate" in (tmp_path / "log").read_text()
