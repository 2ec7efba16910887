"""Each call sends what Cliniko's documentation asks for, and no more of them than needed."""

import json

import httpx
import pytest
import respx

from app.cliniko.client import Cliniko
from app.cliniko.errors import MalformedAnswer, NotFound, PatientNotFound

from .samples import API, KEY, SECRET, attachment_json, make_client, patient_json, post_json, settings_json, user_json

pytestmark = pytest.mark.anyio


async def test_every_request_says_who_asks_and_with_which_key(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/user").respond(json=user_json())
    user = await cliniko.get_user()
    headers = respx_mock.calls.last.request.headers
    assert headers["Authorization"] == httpx.BasicAuth(SECRET, "")._auth_header
    assert headers["Accept"] == "application/json"
    assert headers["User-Agent"] == "Kinebridge (hello@example.com)"
    assert user.name == "Ana Ng"


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.com", "a@b.c\r\nX: y", "a@b (c)", "\u00e4@example.com"])
async def test_a_contact_that_is_no_e_mail_address_is_refused(http: httpx.AsyncClient, email: str) -> None:
    with pytest.raises(ValueError, match="email"):
        make_client(http, contact_email=email)


async def test_the_account_comes_from_the_public_settings(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/settings/public").respond(json=settings_json())
    assert (await cliniko.get_account()).name == "Good Physio"


async def test_a_patient_takes_exactly_one_request(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patients/1").respond(json=patient_json(1))
    assert (await cliniko.get_patient("1")).last_name == "Patientman"
    assert respx_mock.calls.call_count == 1
    assert respx_mock.calls.last.request.url.query == b""


async def test_a_404_is_asked_about_once_more_with_archived_patients_case_13(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    found = httpx.Response(200, json=patient_json(1, archived_at="2026-01-01T00:00:00Z"))
    respx_mock.get(f"{API}/patients/1").mock(side_effect=[httpx.Response(404), found])
    assert (await cliniko.get_patient("1")).archived_at is not None
    assert respx_mock.calls.last.request.url.params["q[]"] == "archived_at:*"


async def test_two_404s_are_believed_case_14(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patients/1").respond(404, json={"message": "Peter"})
    with pytest.raises(PatientNotFound) as failure:
        await cliniko.get_patient("1")
    assert respx_mock.calls.call_count == 2
    assert (failure.value.remote_status, failure.value.resource) == (404, "patients/1")
    assert failure.value.family == "permanent"


async def test_an_answer_about_another_patient_is_not_believed(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patients/1").respond(json=patient_json(2))
    with pytest.raises(MalformedAnswer):
        await cliniko.get_patient("1")


async def test_leading_zeros_mean_the_same_patient_case_15(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patients/0012").respond(json=patient_json(12))
    assert (await cliniko.get_patient("0012")).id == "12"


@pytest.mark.parametrize("bad_id", ["", "1/../2", "1?x=1", "-1", "9" * 20, "\u0661", "1\n", "x"])
async def test_no_other_id_gets_into_an_address_case_15(
    respx_mock: respx.MockRouter, cliniko: Cliniko, bad_id: str
) -> None:
    for call in (
        cliniko.get_patient(bad_id),
        cliniko.request_upload(bad_id),
        cliniko.get_attachment(bad_id),
        cliniko.find_attachments(bad_id, "x"),
        cliniko.create_attachment(bad_id, "x", "https://x/"),
    ):
        with pytest.raises(ValueError, match="id"):
            await call
    assert respx_mock.calls.call_count == 0


async def test_a_permission_to_upload_is_asked_for_each_patient(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patients/1/attachment_presigned_post").respond(json=post_json())
    assert (await cliniko.request_upload("1")).fields["policy"] == "cG9saWN5"


async def test_no_permission_for_an_invisible_patient(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patients/1/attachment_presigned_post").respond(404)
    with pytest.raises(PatientNotFound):
        await cliniko.request_upload("1")


async def test_an_attachments_record_names_patient_text_and_file(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    route = respx_mock.post(f"{API}/patient_attachments").respond(201, json=attachment_json("7"))
    made = await cliniko.create_attachment("1", "Home program KB-1", "https://files/9/plan.pdf")
    assert (made.id, made.processing_completed) == ("7", False)
    assert json.loads(route.calls.last.request.content) == {
        "patient_id": "1",
        "description": "Home program KB-1",
        "upload_url": "https://files/9/plan.pdf",
    }


async def test_a_description_over_255_characters_is_never_cut_here_since_its_mark_may_be_at_the_end_case_19(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    respx_mock.post(f"{API}/patient_attachments").respond(201, json=attachment_json())
    await cliniko.create_attachment("1", "x" * 255, "https://files/x")
    with pytest.raises(ValueError, match="255"):
        await cliniko.create_attachment("1", "x" * 256, "https://files/x")
    assert respx_mock.calls.call_count == 1


async def test_an_attachment_is_looked_up_by_its_id(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patient_attachments/7").respond(json=attachment_json(7, processing_completed=True))
    assert (await cliniko.get_attachment("7")).processing_completed


async def test_a_missing_attachment_is_not_a_missing_patient(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patient_attachments/7").respond(404)
    with pytest.raises(NotFound) as failure:
        await cliniko.get_attachment("7")
    assert not isinstance(failure.value, PatientNotFound)
    assert respx_mock.calls.call_count == 1


def page(*attachments: dict[str, object], following: object = None) -> httpx.Response:
    links = {"self": f"{API}/patient_attachments"} | ({"next": following} if following is not None else {})
    return httpx.Response(200, json={"patient_attachments": list(attachments), "links": links})


LIST = f"{API}/patient_attachments"


async def test_files_are_found_by_the_mark_in_their_description_oldest_first_case_23(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    others = {"links": {"self": f"{API}/patients/2"}}
    respx_mock.get(LIST).mock(
        return_value=page(
            attachment_json("9", created_at="2026-11-22T03:59:30Z"),
            attachment_json("8", description="Home program KB-2"),
            attachment_json("6", description="Home program"),
            attachment_json("5", patient=others),
            attachment_json("7", created_at="2026-11-22T03:59:00Z", description="Home &amp; work (KB-1) "),
        )
    )
    found = await cliniko.find_attachments("1", "KB-1")
    assert [attachment.id for attachment in found] == ["7", "9"]
    assert respx_mock.calls.last.request.url.params["q[]"] == "patient_id:=1"


async def test_a_description_is_in_no_address(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(LIST).mock(return_value=page())
    assert await cliniko.find_attachments("1", "Peter Patientman KB-1") == []
    assert "Peter" not in str(respx_mock.calls.last.request.url)


async def test_what_was_created_is_what_is_found_whatever_the_composition(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    create = respx_mock.post(LIST).respond(201, json=attachment_json())
    await cliniko.create_attachment("1", "Zoe\u0308 KB-1", "https://files/x")
    sent = json.loads(create.calls.last.request.content)["description"]
    respx_mock.get(LIST).mock(return_value=page(attachment_json(description=sent)))
    assert len(await cliniko.find_attachments("1", "Zoe\u0308 KB-1")) == 1


async def test_pages_are_followed_by_their_links(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    following = f"{LIST}?page=2&q%5B%5D=patient_id%3A%3D1"
    route = respx_mock.get(LIST).mock(
        side_effect=[page(attachment_json("8"), following=following), page(attachment_json("7"), attachment_json("8"))]
    )
    found = await cliniko.find_attachments("1", "Home program KB-1")
    assert [attachment.id for attachment in found] == ["7", "8"]
    assert str(route.calls.last.request.url) == following


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example.com/v1/patient_attachments?page=2",
        "https://api.au2.cliniko.com.evil.com/v1/patient_attachments?page=2",
        "http://api.au2.cliniko.com/v1/patient_attachments?page=2",
        "https://api.au2.cliniko.com:444/v1/patient_attachments?page=2",
        "https://user:x@api.au2.cliniko.com/v1/patient_attachments?page=2",
        "https://api.au2.cliniko.com/v1/patients?page=2",
        "/v1/patient_attachments?page=2",
        "https://[",
    ],
)
async def test_the_key_follows_no_link_to_anywhere_else(
    respx_mock: respx.MockRouter, cliniko: Cliniko, following: str
) -> None:
    respx_mock.get(LIST).mock(return_value=page(following=following))
    with pytest.raises(MalformedAnswer):
        await cliniko.find_attachments("1", "x")
    assert respx_mock.calls.call_count == 1


async def test_at_most_20_pages_are_read(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(LIST).mock(return_value=page(attachment_json("8"), following=f"{LIST}?page=2"))
    assert len(await cliniko.find_attachments("1", "Home program KB-1")) == 1
    assert respx_mock.calls.call_count == 20


@pytest.mark.parametrize("body", [{}, {"patient_attachments": None}, {"patient_attachments": [None]}, []])
async def test_a_list_that_is_none_is_malformed(respx_mock: respx.MockRouter, cliniko: Cliniko, body: object) -> None:
    respx_mock.get(LIST).respond(json=body)
    with pytest.raises(MalformedAnswer):
        await cliniko.find_attachments("1", "x")


async def test_a_key_of_another_shard_asks_another_host(respx_mock: respx.MockRouter, http: httpx.AsyncClient) -> None:
    respx_mock.get("http://127.0.0.1:9/v1/user").respond(json=user_json())
    assert (await make_client(http, KEY, api_url="http://127.0.0.1:9/v1").get_user()).id == "42"
