"""Talking to a mail server: encrypted unless it is on this machine, and no word of the password anywhere."""

import asyncio
import datetime as dt
import ipaddress
import ssl
import uuid
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.mail.letter import Letter, build_message
from app.mail.transport import MailError, MailRefusedError, MailTroubleError, hand_over
from app.settings import Settings
from tests.fakes.smtp import FakeSmtp

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody has vouched for, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(hours=1))
        .not_valid_after(NOW + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate speaks."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def send(server: FakeSmtp, **settings: str) -> None:
    own = Settings(
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        mail_from="kb@practice.example",
        **settings,  # type: ignore[arg-type]  # pydantic checks them
    )
    letter = Letter("ana@practice.example", "Hello", "A line.")
    message = build_message(letter, id_=uuid.uuid4(), sender=own.mail_sender, written_at=NOW)
    asyncio.run(hand_over(own, ("127.0.0.1", server.port), message))


def test_a_trusted_server_gets_the_letter_encrypted_and_the_password(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FakeSmtp(tls, password="s3cret words") as server:
        send(server, smtp_user="kb", smtp_password="s3cret words")
        assert len(server.messages) == 1


def test_a_wrong_password_is_trouble_for_the_operator_and_is_not_repeated(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FakeSmtp(tls, password="s3cret words") as server:
        with pytest.raises(MailTroubleError) as error:
            send(server, smtp_user="kb", smtp_password="wrong words")
        assert error.value.remote_status == 535
        assert "wrong words" not in repr(error.value) and error.value.__suppress_context__
        assert server.messages == []


def test_nothing_is_said_to_a_server_that_nobody_vouches_for_or_that_does_not_encrypt(tls: ssl.SSLContext) -> None:
    for context in (tls, None):
        with FakeSmtp(context, password="s3cret words") as server:
            with pytest.raises(MailError):
                send(server, smtp_user="kb", smtp_password="s3cret words")
            assert (server.messages, server.recipients) == ([], [])


def test_a_server_that_is_not_there_is_trouble() -> None:
    with FakeSmtp() as server:
        pass
    with pytest.raises(MailTroubleError):
        send(server, smtp_tls="off")


@pytest.mark.parametrize(
    ("verb", "answer", "is_final"),
    [
        ("EHLO", "421 Too many connections", False),
        ("MAIL", "550 Sender not allowed", False),  # the operator's to put right
        ("RCPT", "451 Greylisted, come back", False),
        ("RCPT", "550 No such user", True),
        ("DATA", "552 Too large", True),
        ("CONTENT", "452 Disk full", False),
        ("CONTENT", "554 Not wanted", True),
    ],
)
def test_only_a_clear_no_to_recipient_or_text_is_final(verb: str, answer: str, is_final: bool) -> None:
    with FakeSmtp() as server:
        server.answers = {verb: answer}
        with pytest.raises(MailRefusedError if is_final else MailTroubleError) as error:
            send(server, smtp_tls="off")
    assert error.value.remote_status == int(answer[:3])
