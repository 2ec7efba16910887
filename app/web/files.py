"""Files as answers: what they are called where a browser keeps or shows them."""

from email.message import Message
from typing import Literal

from starlette.responses import Response


def attached(file_name: str) -> dict[str, str]:
    """Return the header by which a browser saves an answer under this name."""
    return _disposed("attachment", file_name)


def show_pdf(file_name: str, content: bytes) -> Response:
    """Answer with a PDF that the browser shows, and saves under this name when asked to."""
    return Response(content, media_type="application/pdf", headers=_disposed("inline", file_name))


def _disposed(how: Literal["attachment", "inline"], file_name: str) -> dict[str, str]:
    headers = Message()
    headers.add_header("Content-Disposition", how, filename=file_name)
    return dict(headers.items())
