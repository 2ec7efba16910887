"""A mail server on a real port that keeps what it is given and can be told to misbehave."""

import asyncio
import base64
import contextlib
import email
import email.policy
import ssl
import threading
from collections.abc import Callable
from email.message import EmailMessage
from typing import Self

from app.settings import Settings


class FakeSmtp:
    """Speaks as much SMTP as a client needs: EHLO, STARTTLS, AUTH PLAIN, MAIL, RCPT, DATA, QUIT.

    ``messages`` holds what was taken; ``answers`` replaces the answer to a verb, such as ``{"RCPT": "550 Unknown"}``.
    ``hangs_up_after_data`` takes the message and hangs up before saying so; ``meanwhile`` is done before it is said.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, password: str | None = None) -> None:
        self.tls = tls
        self.password = password
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: dict[str, str] = {}
        self.hangs_up_after_data = False
        self.meanwhile: Callable[[], None] = lambda: None
        self.connections = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    def settings(self, base: Settings) -> Settings:
        """Return the settings with mail going to this server."""
        own = {"smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_tls": "off"}
        return Settings(**base.model_dump(exclude_none=True) | own | {"mail_from": "KB <kb@practice.example>"})

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._talk, "127.0.0.1", 0)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            writer.write(b"220 fake\r\n")
            while line := (await reader.readline()).decode().strip():
                if not await self._answer(line, reader, writer):
                    break
        writer.close()

    async def _answer(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one command; False when the connection is over."""
        verb = line.split()[0].upper()
        if verb in self.answers:
            writer.write(f"{self.answers[verb]}\r\n".encode())
            return True
        match verb:
            case "EHLO":
                offers = [*(["STARTTLS"] if self.tls else []), *(["AUTH PLAIN"] if self.password else []), "8BITMIME"]
                lines = [f"250{'-' if offer != offers[-1] else ' '}{offer}" for offer in offers]
                writer.write(("250-fake\r\n" + "\r\n".join(lines) + "\r\n").encode())
            case "STARTTLS":
                assert self.tls is not None
                writer.write(b"220 go ahead\r\n")
                await writer.start_tls(self.tls)
            case "AUTH":
                given = base64.b64decode(line.split()[2]).decode().split("\0")[2]
                writer.write(b"235 welcome\r\n" if given == self.password else b"535 wrong password\r\n")
            case "DATA":
                return await self._take(reader, writer)
            case "QUIT":
                writer.write(b"221 bye\r\n")
                return False
            case "RCPT":
                self.recipients.append(line.partition("<")[2].partition(">")[0])
                writer.write(b"250 ok\r\n")
            case _:
                writer.write(b"250 ok\r\n")
        return True

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"354 go ahead\r\n")
        content = await reader.readuntil(b"\r\n.\r\n")
        if "CONTENT" in self.answers:
            writer.write(f"{self.answers['CONTENT']}\r\n".encode())
            return True
        text = content[:-3].replace(b"\r\n..", b"\r\n.").replace(b"\r\n", b"\n")
        message = email.message_from_bytes(text, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.meanwhile()
        if self.hangs_up_after_data:
            return False
        writer.write(b"250 taken\r\n")
        return True
