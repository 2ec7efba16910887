"""A page with a form, empty or refused."""

from fastapi import Request
from fastapi.responses import Response

from app.accounts.forms import FormError
from app.accounts.tries import TooManyTriesError
from app.web.rendering import page


def form_page(request: Request, template: str, refusal: FormError | None, **values: object) -> Response:
    """Render a form's page; a refusal gives its status and ``errors``, and a wait tells programs how long it is."""
    response = page(
        request,
        template,
        status=refusal.status if refusal else 200,
        errors=refusal.fields if refusal else {},
        **values,
    )
    if isinstance(refusal, TooManyTriesError):
        response.headers["Retry-After"] = str(refusal.retry_seconds)
    return response
