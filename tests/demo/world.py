"""A running Cliniko stand-in with one clinic, one practitioner and one patient, for the tests of the stand-in."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import httpx

from app.demo.cliniko.state import Account, Patient, State, User
from tests.fakes.cliniko import FakeCliniko

PDF = b"%PDF-1.4\n%made for a test\n"
HEADERS = {"Accept": "application/json", "User-Agent": "Kinebridge tests (tests@example.com)"}

NO_TLS = False  # plain HTTP only: spares each client the loading of certificates


class World:
    """A running stand-in with one clinic, one practitioner and one patient, and a client with their key."""

    def __init__(self, fake: FakeCliniko) -> None:
        self.fake = fake
        self.state: State = fake.state
        self.account: Account = self.state.add_account("Quiet Lane Physio", "quiet-lane")
        self.user: User = self.state.add_user(self.account, "Ann", "Lee", "practitioner")
        self.patient: Patient = self.state.add_patient(self.account, "Olivia", "Hart")
        self.api = self.client(self.user.key)
        self.web = httpx.Client(base_url=fake.url, timeout=5, verify=NO_TLS)

    def client(self, key: str) -> httpx.Client:
        return httpx.Client(base_url=self.fake.api_url, auth=(key, ""), headers=HEADERS, timeout=5, verify=NO_TLS)

    def presign(self) -> dict[str, Any]:
        answer = self.api.get(f"/patients/{self.patient.id}/attachment_presigned_post")
        assert answer.status_code == 200
        return answer.json()

    def upload(self, post: dict[str, Any], name: str = "plan.pdf", body: bytes = PDF) -> httpx.Response:
        return self.web.post(post["url"], data=post["fields"], files={"file": (name, body, "application/pdf")})

    def upload_url(self) -> str:
        post = self.presign()
        answer = self.upload(post)
        assert answer.status_code == 201
        return post["url"] + ElementTree.fromstring(answer.content).findtext("Key", "")

    def record(self, upload_url: str, description: str = "mark-1", **instead: str) -> httpx.Response:
        sent = {"patient_id": self.patient.id, "description": description, "upload_url": upload_url}
        return self.api.post("/patient_attachments", json=sent | instead)

    def add_file(self, description: str = "mark-1") -> dict[str, Any]:
        answer = self.record(self.upload_url(), description)
        assert answer.status_code == 201
        return answer.json()

    def files(self) -> list[dict[str, Any]]:
        return self.api.get("/patient_attachments").json()["patient_attachments"]
