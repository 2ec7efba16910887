"""Who may come in: the key, the headers Cliniko demands, the rate limit and the roles.

Sources: docs.api.cliniko.com, guides Authentication, Identifying your application, Rate limits. The texts of refusals
are this stand-in's own; nothing may depend on them.
"""

import base64
import binascii
import re
from collections.abc import Mapping

from starlette.requests import HTTPConnection

from app.demo.cliniko.state import ROLES_THAT_CANNOT_OPEN_FILES, ROLES_WITHOUT_FILES, State, User

_USER_AGENT = re.compile(r"\S.* \([^()\s]+@[^()\s]+\)")


class ApiError(Exception):
    """A refusal: HTTP status, a message, for 422 the errors by field, and headers to send along."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers


def state_of(connection: HTTPConnection) -> State:
    """Return the state the running stand-in was made with."""
    state: State = connection.app.state.standin
    return state


def find_user(state: State, authorization: str) -> User | None:
    """Return the user an Authorization header names: HTTP Basic, the key as user name, an empty password."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return state.user_for_key(name) if scheme.lower() == "basic" and not password else None


def admit(connection: HTTPConnection) -> User:
    """Return the user who asks. Raises ApiError 401 (key), 400 (Accept), 403 (User-Agent) and 429 (limit)."""
    state = state_of(connection)
    user = find_user(state, connection.headers.get("authorization", ""))
    if user is None:
        raise ApiError(401, "The API key is not valid.", headers={"WWW-Authenticate": 'Basic realm="Cliniko"'})
    if "application/json" not in connection.headers.get("accept", ""):
        raise ApiError(400, "The Accept header must be application/json.")
    if not _USER_AGENT.fullmatch(connection.headers.get("user-agent", "")):
        raise ApiError(403, "The User-Agent header must be like: APP_NAME (contact@example.com)")
    resets_at = state.take_request(user)
    if resets_at is not None:
        # Rounded up: a client that waits until exactly then must get through.
        reset = str(int(resets_at.timestamp()) + 1)
        raise ApiError(429, "Too many requests.", headers={"X-RateLimit-Reset": reset})
    return user


def admit_to_files(connection: HTTPConnection, *, to_open: bool = False) -> User:
    """Return the user who asks if their role may see patient files, or even open them. Raises ApiError as admit."""
    user = admit(connection)
    if user.role in ROLES_WITHOUT_FILES or (to_open and user.role in ROLES_THAT_CANNOT_OPEN_FILES):
        raise ApiError(403, "Your role does not allow this.")
    return user
