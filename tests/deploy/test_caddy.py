"""The proxy of deploy/Caddyfile in front of the real service: TLS, whose request it is, sizes, what is refused."""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.crypto import Vault
from app.health import CHECK_HEADER, write_check
from app.main import BODY_LIMITS
from tests.conftest import SECRET
from tests.exercises.exchange.sending import send_bytes
from tests.processes import free_port, running, start_command, wait_until
from tests.support import Browser
from tests.test_cli import answers

CADDYFILE = Path(__file__).parents[2] / "deploy" / "Caddyfile"
VISITOR, MADE_UP = "127.0.0.5", "192.0.2.1"

pytestmark = pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy here (Debian: apt install caddy)")


@dataclass(frozen=True)
class Proxied:
    """Where the proxy listens, and the authority that its certificate is from."""

    http: str
    https: str
    root: Path

    def client(self) -> httpx.Client:
        """A visitor with a network address of their own, who trusts the proxy's authority."""
        tls = ssl.create_default_context(cafile=str(self.root))
        transport = httpx.HTTPTransport(verify=tls, local_address=VISITOR)
        return httpx.Client(base_url=self.https, transport=transport, timeout=60)


def own_caddyfile(http: int, https: int) -> str:
    """The file as it is, but on free ports, with certificates of its own, and in the words of Caddy 2.6 if need be."""
    options = f"admin off\n\thttp_port {http}\n\thttps_port {https}\n\tlocal_certs\n\tskip_install_trust"
    text = CADDYFILE.read_text().replace("admin off", options, 1).replace(":2020", f":{free_port()}")
    version = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True).stdout
    major, minor = (int(part) for part in re.findall(r"\d+", version)[:2])
    if (major, minor) < (2, 7):
        text = text.replace("request_buffers 1MiB", "buffer_requests\n\t\tmax_buffer_size 1MiB")
    return text


@pytest.fixture(scope="module")
def proxied(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """The service with Caddy in front."""
    folder = tmp_path_factory.mktemp("caddy")
    web, http, https = free_port(), free_port(), free_port()
    file = folder / "Caddyfile"
    file.write_text(own_caddyfile(http, https))
    there = Proxied(
        f"http://localhost:{http}",
        f"https://localhost:{https}",
        folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt",
    )
    environment = {
        "KINEBRIDGE_DOMAIN": "localhost",
        "KINEBRIDGE_WEB": f"127.0.0.1:{web}",
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "HOME": str(folder),
    }
    settings = {"database_url": database_url, "secret_keys": SECRET, "public_url": there.https}
    with running("serve", "--no-worker", "--port", str(web), log=folder / "web.log", **settings):
        command = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
        caddy = start_command(command, log=folder / "caddy.log", environment=environment)
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{web}/healthz"), "the web answers")
            wait_until(lambda: there.root.exists() and answers(there.http, 308), "the proxy answers")
            with there.client() as client:
                wait_until(lambda: can_connect(client), "the proxy has its certificate")
            yield there
        finally:
            caddy.terminate()
            caddy.wait(20)


def can_connect(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def test_plain_http_is_led_to_https_and_stays_there(proxied: Proxied) -> None:
    answer = httpx.get(f"{proxied.http}/sign-in?next=/clients", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "https://localhost/sign-in?next=/clients")
    with proxied.client() as client:
        assert "max-age=" in client.get("/sign-in").headers["strict-transport-security"]


def test_a_visitor_is_who_connects_whatever_they_send(proxied: Proxied) -> None:
    signed = write_check(Vault([SECRET]))
    with proxied.client() as client:
        for made_up in (MADE_UP, f"{MADE_UP}, 127.0.0.1"):
            told = client.get("/healthz", headers={CHECK_HEADER: signed, "X-Forwarded-For": made_up}).json()
            assert (told["seen_as"], told["forwarded"]) == (VISITOR, VISITOR)


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/%6detrics", "/METRICS", "/x/../metrics"])
def test_the_figures_are_refused_from_outside(path: str, proxied: Proxied) -> None:
    with proxied.client() as client:
        answer = client.get(path)
    assert answer.status_code == 404 and "kinebridge_http" not in answer.text


def test_people_sign_up_and_send_large_files_through_it(proxied: Proxied) -> None:
    with proxied.client() as client:
        browser = Browser(client)  # type: ignore[arg-type]  # httpx's client in place of Starlette's, of the same shape
        browser.sign_up()
        assert all(name.startswith("__Host-") for name in browser.cookies)
        refused = send_bytes(browser, b"\0" * 50_000_000, name="exercises.zip")
        assert refused.status == 422 and "413" not in refused.text
        assert client.post("/exercises/import", content=b"\0" * 61_000_000).status_code == 413


def test_the_proxy_takes_whatever_a_page_takes() -> None:
    limit = re.search(r"max_size (\d+)MB", CADDYFILE.read_text())
    assert limit is not None and int(limit[1]) * 10**6 > max(BODY_LIMITS.values())
