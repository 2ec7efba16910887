"""A patient's file goes to Cliniko's store on the internet and nowhere into our own network, whatever Cliniko says."""

import asyncio

import httpx
import pytest
import respx

from app.cliniko.errors import ClinikoError, MalformedAnswer
from app.cliniko.types import PresignedPost
from app.main import make_http
from tests.cliniko.samples import API, BUCKET, STORED_XML, make_client, post_json

INSIDE = (
    "http://127.0.0.1:9/",
    "http://localhost:9/",
    "http://[::1]:9/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://10.0.0.5/",
    "https://169.254.169.254/latest/",
    "https://[fd00::1]/",
    "https://intranet/",
    "https://printer.local/",
    "https://vault.internal/",
    "https://db.localhost./",
)


async def upload(url: str, **options: str) -> str:
    async with httpx.AsyncClient() as http:
        post = PresignedPost.from_json(post_json(url=url))
        return await make_client(http, **options).upload(post, "plan.pdf", b"%PDF")


@pytest.mark.parametrize("url", INSIDE)
def test_no_file_is_sent_into_our_own_network(url: str) -> None:
    with respx.mock(assert_all_called=False) as network:
        network.post(url__regex=".*").respond(201, text=STORED_XML)
        with pytest.raises(MalformedAnswer):
            asyncio.run(upload(url))
        assert network.calls.call_count == 0


@pytest.mark.parametrize(
    ("url", "api_url"),
    [
        ("https://files.s3.ap-southeast-2.amazonaws.com/", "https://api.au2.cliniko.com/v1"),
        ("http://127.0.0.1:9/bucket/", "http://127.0.0.1:9/v1"),  # the stand-in of the demo
        ("https://10.0.0.5/bucket/", "https://10.0.0.5/v1"),  # the operator's own choice of a host
    ],
)
def test_files_go_to_stores_on_the_internet_and_to_the_apis_own_host(url: str, api_url: str) -> None:
    with respx.mock as network:
        network.post(url).respond(201, text=STORED_XML)
        assert asyncio.run(upload(url, api_url=api_url)).startswith(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_answer_that_leads_elsewhere_is_not_followed(status: int) -> None:
    """Neither the key nor the file goes to where an answer points."""

    async def ask() -> None:
        async with make_http() as http:
            with pytest.raises(ClinikoError):
                await make_client(http).get_patient("7")
            with pytest.raises(ClinikoError):
                await make_client(http).upload(PresignedPost.from_json(post_json(url=BUCKET)), "plan.pdf", b"%PDF")

    with respx.mock(assert_all_called=False) as network:
        network.get(f"{API}/patients/7").respond(status, headers={"location": "https://evil.example/"})
        network.post(BUCKET).respond(status, headers={"location": "https://evil.example/"})
        elsewhere = network.route(host="evil.example").respond(200, json={})
        asyncio.run(ask())
        assert elsewhere.call_count == 0
