"""Kinds of parameters of routes: what a form or an address brings, as text that can be stored and shown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Form, Query, Request
from pydantic import AfterValidator
from starlette.datastructures import FormData

from app.accounts.access import Member, refuse_form_of_somebody_else
from app.accounts.forms import drop_unstorable
from app.errors import BadRequestError
from app.web.rendering import MADE_BY

# One field of a form as typed; a missing field takes the route's default.
FormText = Annotated[str, AfterValidator(drop_unstorable), Form()]
# Where to go afterwards, from the form's hidden field or the address; to be judged by web.rendering.local_path.
FormTarget = Annotated[str, Form(alias="next")]
# A form that was sent before signing in, encrypted (``accounts.kept_forms``).
FormKept = Annotated[str, AfterValidator(lambda text: text if text.isascii() else ""), Form(alias="kept")]
QueryTarget = Annotated[str, Query(alias="next")]


async def read_form(request: Request, *, most_files: int = 0) -> FormData:
    """Return the form that was sent; raises BadRequestError when it cannot be read."""
    try:
        return await request.form(max_files=most_files)
    except ValueError:  # the sender names a character set that is none, or that the text is not in
        raise BadRequestError(
            "The form did not arrive complete, so nothing was saved. Go back and send it again."
        ) from None


def text_fields(form: FormData) -> list[tuple[str, str]]:
    """Return the fields of a form but its files, in order, as texts that can be stored and shown."""
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return [(drop_unstorable(name), drop_unstorable(value)) for name, value in texts]


@asynccontextmanager
async def open_files(request: Request, member: Member, *, most: int) -> AsyncIterator[FormData]:
    """Yield a form with up to so many files, whose bytes arrive only now that it is known who sends them.

    Raises BadRequestError for what is no form, ConflictError for one of a page made for somebody else. Not in a
    transaction: megabytes take their time.
    """
    form = await read_form(request, most_files=most)
    try:
        refuse_form_of_somebody_else(member, str(form.get(MADE_BY, "")))
        yield form
    finally:
        await form.close()
