"""What came of a click on "Open in Kinebridge": counted, and told to the log with the trace that begins here."""

import enum
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Depends
from starlette.responses import Response

from app import tracing
from app.accounts.access import SignInRequiredError, ToolsDep
from app.bridge.service import BadPatientIdError
from app.settings import Settings

log = structlog.get_logger()


class Outcome(enum.StrEnum):
    """Where a click led."""

    OPENED = "opened"  # a client that was known
    MADE = "made"
    ASKED = "asked"  # in which of the practitioner's practices
    NOT_SHARED = "not_shared"
    NO_KEY = "no_key"  # none saved, or rejected
    NOT_PERMITTED = "not_permitted"
    NOT_VISIBLE = "not_visible"
    CLINIKO_TROUBLE = "cliniko_trouble"
    BAD_ID = "bad_id"
    SIGNED_OUT = "signed_out"  # to the sign-in page, and from there the same way again
    FAILED = "failed"  # our fault


@dataclass
class Result:
    """What comes of the click under way; the route says it."""

    outcome: Outcome = Outcome.FAILED
    client_id: uuid.UUID | None = None


async def _follow_click(tools: ToolsDep) -> AsyncIterator[Result]:
    tracing.begin_trace()
    result = Result()
    try:
        yield result
    except SignInRequiredError:
        result.outcome = Outcome.SIGNED_OUT
        raise
    except BadPatientIdError:
        result.outcome = Outcome.BAD_ID
        raise
    except Exception:
        result.outcome = Outcome.FAILED
        raise
    finally:
        tools.metrics.clicks.labels(result.outcome.value).inc()
        log.info("patient_clicked", outcome=result.outcome, client_id=result.client_id)


# As a function's first parameter it is entered before the request is judged, and left after its transaction has ended.
Following = Annotated[Result, Depends(_follow_click, scope="function")]


def send_trace_along(response: Response, settings: Settings, client_id: uuid.UUID) -> None:
    """Let the browser carry the trace to whatever is done for the client next."""
    response.set_cookie(
        tracing.COOKIE,
        tracing.cookie_for(client_id),
        max_age=tracing.COOKIE_SECONDS,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )
