"""A small application with the face installed and routes that fail in every way."""

from typing import Annotated

from fastapi import FastAPI, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

import app.web
from app.errors import AppError, ConflictError, ForbiddenError, NotFoundError
from app.web.packing import pack_file
from app.web.rendering import Viewer, page, redirect

HOST = "http://127.0.0.1:8000"
LARGEST_FILE_BYTES = 3 * 1024 * 1024
VIEWER = Viewer(
    practitioner_name="Dana <i>Whitfield</i>",
    email="dana@harbour.example",
    practice_name="Harbour & Sons",
    role="owner",
    practices=[(1, "Harbour & Sons", True), (2, "Northside", False)],
)


class OwnPageError(AppError):
    """An error that brings its own template."""

    status = 404
    title = "Own title"
    template = "errors/error.html"


def make_app(public_url: str = HOST) -> FastAPI:
    """Make the application, with more said to `web.install`; routes are named after what they do."""
    made = FastAPI(openapi_url=None)

    @made.get("/fine")
    async def fine(request: Request) -> Response:
        values = {"title": "Fine", "message": "All is well.", "cause": "", "reference": None, "error": None}
        return page(request, "errors/error.html", **values)

    @made.get("/signed-in")
    async def signed_in(request: Request) -> Response:
        request.state.viewer = VIEWER
        return await fine(request)

    @made.post("/save")
    async def save(name: Annotated[str, Form()]) -> Response:
        return redirect("/fine", notice="saved")

    @made.get("/clients/{client_id}")
    async def client(client_id: int, part: int = 0) -> Response:
        raise NotFoundError

    @made.get("/kept")
    async def kept() -> Response:
        return Response("x", headers={"Cache-Control": "private, max-age=60"})

    @made.get("/streamed")
    async def stream() -> Response:
        return StreamingResponse(iter(["<p>a</p>" * 500, "<p>b</p>" * 500]), media_type="text/html")

    @made.get("/packed-already")
    async def pack() -> Response:
        packed = pack_file(b"<p>a</p>" * 500)
        return Response(packed, media_type="text/html", headers={"Content-Encoding": "gzip"})

    errors: dict[str, Exception] = {
        "conflict": ConflictError("<script>alert(1)</script> & co"),
        "forbidden": ForbiddenError("Only an owner may do this."),
        "ours": AppError("Cliniko does not answer."),
        "own-page": OwnPageError("Own words."),
        "unexpected": RuntimeError("patient Ana Nguyen, key MS0abc"),
        "http-401": HTTPException(401, detail="secret detail"),
        "http-429": HTTPException(429, detail="secret detail", headers={"Retry-After": "7"}),
        "http-303": HTTPException(303, headers={"Location": "/sign-in"}),
    }

    @made.get("/raise/{name}")
    async def fail(request: Request, name: str) -> Response:
        if name == "signed-in":
            request.state.viewer = VIEWER
            raise RuntimeError("patient Ana Nguyen, key MS0abc")
        if name == "chained":
            try:
                raise KeyError("Ana Nguyen")
            except KeyError as exc:
                raise ValueError("Ana Nguyen") from exc
        raise errors[name]

    @made.get("/raise-late")
    async def fail_late() -> Response:
        async def parts():  # type: ignore[no-untyped-def]  # a test's generator
            yield b"begun"
            raise RuntimeError("patient Ana Nguyen")

        return StreamingResponse(parts())

    @made.post("/files/{name}")
    async def take(request: Request, name: str) -> Response:
        return Response(str(len(await request.body())))

    app.web.install(made, public_url=public_url, body_limits={"/files/[a-z]+": LARGEST_FILE_BYTES})
    return made
