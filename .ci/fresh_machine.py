"""Does what README says on a machine that has nothing of ours: an empty folder, an empty home, no settings.

The two commands are taken from README word for word, so that neither can drift from the other: the demo until a person
can sign in, then the test command up to where it has found the tests (``.ci/run`` runs them); in between the service
from a wheel, in another folder. Whatever was started must end on SIGTERM and leave no process behind. Ends with 1 at
the first thing that is not so.
"""

import contextlib
import ctypes
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HERE = Path(sys.executable).parent  # last: where the system has no Python of its own
DEMO_PORT = 8000
PR_SET_CHILD_SUBREAPER = 36  # prctl(2): whatever our children leave behind becomes ours


class NotFreshError(Exception):
    """Something is not as README says."""


def say(words: str) -> None:
    """Print a line with the seconds since the start."""
    print(f"[{time.monotonic() - BEGAN:5.1f} s] {words}", flush=True)


def readme_commands(text: str) -> tuple[str, str]:
    """Return the command of the demo and that of the tests from README's "Try it". Pure."""
    section = text.partition("\n## Try it\n")[2].partition("\n## ")[0]
    blocks = [block.strip() for block in re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)]
    if len(blocks) != 2 or "kinebridge demo" not in blocks[0] or not blocks[1].endswith(".venv/bin/pytest"):
        raise NotFreshError('README\'s "Try it" does not have its two commands.')
    return blocks[0], blocks[1]


def copy_tree(target: Path) -> None:
    """Copy what belongs to the project: what git has or would take, else all but what is made here."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True
    )
    if listed.returncode:
        shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(".venv", "__pycache__", ".git", "var", ".*_cache"))
        return
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def scrubbed(home: Path) -> dict[str, str]:
    """Return the environment of somebody who has just signed in; pip finds its index as everywhere."""
    of_pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    # Python compiles what is used; compiling all beforehand takes half of the time here.
    return {"PATH": f"{PATH}:{HERE}", "HOME": str(home), "LANG": "C.UTF-8", "PIP_NO_COMPILE": "1", **of_pip}


def run(command: str, folder: Path, environment: dict[str, str], most_seconds: float = 600) -> str:
    """Run a command as a shell does and return its output."""
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=most_seconds
    )
    if done.returncode:
        raise NotFreshError(f"{command}\nended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


@contextlib.contextmanager
def started(command: str, folder: Path, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command meanwhile; then tell it to end by SIGTERM, and look that it did, and left nobody behind."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, shell=True, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
        # A shell passes no signal on: what is told to end is the command that it waits for.
        family = [process.pid, *descendants(process.pid)]
        ours = next(pid for pid in family if re.search(r"python\S* \S*/kinebridge (demo|serve)", command_of(pid)))
        os.kill(ours, signal.SIGTERM)
        if code := process.wait(40):
            raise NotFreshError(f"{command}\nended with {code} on SIGTERM:\n{log.read_text()[-2000:]}")
        if not holds_within(10, lambda: not descendants(os.getpid())):
            raise NotFreshError(f"Left behind: {[command_of(pid) for pid in descendants(os.getpid())]}")
    finally:
        for pid in descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """Return the living processes below one, the nearest first."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(stat.parent.name)] = int(parent)
    found: list[int] = []
    edge = {pid}
    while edge := {child for child, parent in parents.items() if parent in edge}:
        found += sorted(edge)
    return found


def command_of(pid: int) -> str:
    """Return a process's command line, "" when it has gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def holds_within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Return True as soon as something holds, False when it does not within the time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def answers(url: str) -> bool:
    """Return True when an address answers 200."""
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False


def is_free(port: int) -> bool:
    """Return True when nothing listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    """Return a port that nothing listens on, nor on the one after it."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if is_free(port) and is_free(port + 1):
            return port


def sign_in(welcome: str) -> None:
    """Sign in as the demo's own words say."""
    found = re.search(
        r"Kinebridge\s+(http://\S+)\s+Sign in as\s+(\S+)\s+\((\S+).*?Password\s+(\S+)", welcome, re.DOTALL
    )
    if found is None:
        raise NotFreshError(f"The demo does not say where to go and how to sign in:\n{welcome}")
    url, email, name, password = found.groups()
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    form = urllib.parse.urlencode({"email": email, "password": password}).encode()
    page = urllib.request.build_opener(cookies).open(f"{url}/sign-in", form, timeout=20)
    if "/sign-in" in page.url or name not in page.read().decode():
        raise NotFreshError(f"Signing in as {email} leads to {page.url}.")
    say(f"demo: signed in at {url} as {email}")


def follow_demo(command: str, folder: Path, environment: dict[str, str], log: Path) -> None:
    """Run README's first command until a person can work, and end it."""
    port = DEMO_PORT
    if not (is_free(port) and is_free(port + 1)):
        port = free_port()
        say(f"port {DEMO_PORT} or the next is taken on this machine, so with --port {port}")
        command += f" --port {port}"
    say(f"$ {command}")
    with started(command, folder, environment, log) as process:
        there = holds_within(600, lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/readyz"))
        if not there or process.poll() is not None:
            raise NotFreshError(f"The demo does not answer:\n{log.read_text()[-3000:]}")
        sign_in(log.read_text())
    say("demo: ended on SIGTERM, nothing left behind")


def follow_tests(command: str, folder: Path, environment: dict[str, str]) -> None:
    """Run README's second command up to where it has found the tests."""
    command += " --collect-only -q -n 0"
    say(f"$ {command}")
    found = re.search(r"(\d+) tests? collected", run(command, folder, environment))
    if found is None or int(found[1]) < 1000:
        raise NotFreshError("The test command finds no tests.")
    say(f"tests: {found[1]} found")


def follow_wheel(copy: Path, folder: Path, environment: dict[str, str]) -> None:
    """Install from a wheel, serve from another folder, and check. What it needs is there from the demo."""
    run(".venv/bin/pip wheel -q --no-deps -w dist .", copy, environment)
    (wheel,) = (copy / "dist").glob("*.whl")
    run(f".venv/bin/pip install -q --force-reinstall --no-deps {wheel}", copy, environment)
    command = f"{copy}/.venv/bin/kinebridge"
    port = free_port()
    say(f"wheel: {wheel.name} installed")
    with started(f"{command} serve --port {port}", folder, environment, folder / "serve.log") as process:
        there = holds_within(120, lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/readyz"))
        if not there or process.poll() is not None:
            raise NotFreshError(f"serve does not answer:\n{(folder / 'serve.log').read_text()[-3000:]}")
        version = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5))["version"]
        if not wheel.name.startswith(f"kinebridge-{version}-"):
            raise NotFreshError(f"/healthz says {version}, the wheel is {wheel.name}")
        told = run(f"{command} check --json --port {port} || true", folder, environment)
        # Cliniko is not reached from everywhere.
        wrong = [each for each in json.loads(told)["findings"] if each["state"] == "fail" and each["name"] != "cliniko"]
        if wrong:
            raise NotFreshError(f"kinebridge check: {wrong}")
        say(f"wheel: serve answers as {version}, and check finds nothing wrong")
    say("wheel: ended on SIGTERM, nothing left behind")


def main() -> int:
    """Follow README in folders of our own, and say how far it went."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="fresh-machine-") as name:
        base = Path(name)
        # Started as root, the embedded database runs as a user who has to get here.
        base.chmod(0o755)
        copy, home, elsewhere = (base / each for each in ("kinebridge", "home", "elsewhere"))
        for folder in (home, elsewhere):
            folder.mkdir()
        copy_tree(copy)
        environment = scrubbed(home)
        try:
            demo, tests = readme_commands((copy / "README.md").read_text())
            follow_demo(demo, copy, environment, base / "demo.log")
            follow_wheel(copy, elsewhere, environment)
            follow_tests(tests, copy, environment)
        except (NotFreshError, OSError, subprocess.TimeoutExpired, StopIteration) as error:
            say(f"Fresh machine: FAILED\n{error}")
            return 1
    say("Fresh machine: README's commands work in an empty folder with an empty home, and from a wheel.")
    return 0


BEGAN = time.monotonic()
if __name__ == "__main__":
    sys.exit(main())
