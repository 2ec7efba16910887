"""Kinds of parameters of routes: what a form or an address brings, as text that can be stored and shown."""

from typing import Annotated

from fastapi import Form, Query
from pydantic import AfterValidator

from app.accounts.forms import drop_unstorable

# One field of a form as typed; a missing field takes the route's default.
FormText = Annotated[str, AfterValidator(drop_unstorable), Form()]
# Where to go afterwards, from the form's hidden field or the address; to be judged by web.rendering.local_path.
FormTarget = Annotated[str, Form(alias="next")]
QueryTarget = Annotated[str, Query(alias="next")]
