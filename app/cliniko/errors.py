"""What can go wrong when we talk to Cliniko, sorted by who can do something about it.

Each error carries a sentence for the practitioner, Cliniko's HTTP status and the record's path (numeric ids only).
None carries an answer's body, a patient's details or a key, so each may be logged and shown as it is.
Statuses: docs.api.cliniko.com, Developer portal "Errors" and "Rate limiting".
"""

# ruff: noqa: N818 - each name says what happened; "Error" at the end of all of them would say nothing more
from datetime import datetime
from typing import ClassVar, Literal

from app.errors import AppError

Family = Literal["transient", "permanent", "config"]
"""transient: try again later; permanent: never will; config: a person must change something first."""


class ClinikoError(AppError):
    """A call to Cliniko that did not succeed.

    `family` says whether to retry, `remote_status` is Cliniko's HTTP status (None when there was no answer),
    `resource` is the path asked for below the API's address, such as "patients/123".
    """

    status = 502
    title = "Cliniko did not do this"
    family: ClassVar[Family] = "permanent"
    sentence: ClassVar[str] = "Cliniko did not accept this request."

    def __init__(self, *, remote_status: int | None = None, resource: str = "") -> None:
        super().__init__(self.sentence)
        self.remote_status = remote_status
        self.resource = resource


class KeyFormatError(ClinikoError):
    """The text is not shaped like a Cliniko API key; nothing was sent anywhere."""

    status = 422
    title = "That is not a Cliniko API key"
    family = "config"

    def __init__(self, message: str) -> None:
        super().__init__()
        self.args = (message,)
        self.message = message


class Unreachable(ClinikoError):
    """No complete answer came: network trouble or a timeout.

    `sent_nothing` is True only when the request surely took no effect (no connection was made).
    """

    status = 503
    title = "Cliniko cannot be reached"
    family = "transient"
    sentence = "Cliniko did not answer. Try again in a minute."

    def __init__(self, *, sent_nothing: bool = False, resource: str = "") -> None:
        super().__init__(resource=resource)
        self.sent_nothing = sent_nothing


class ServerTrouble(ClinikoError):
    """Cliniko or its file store answered with a failure of its own (5xx); the request may have taken effect."""

    status = 503
    title = "Cliniko is having trouble"
    family = "transient"
    sentence = "Cliniko is having trouble. Try again in a few minutes."


class MalformedAnswer(ClinikoError):
    """An answer came that is not what Cliniko documents; the request may have taken effect."""

    status = 502
    title = "Cliniko's answer cannot be read"
    family = "transient"
    sentence = "Cliniko sent an answer that could not be read. Try again in a few minutes."


class RateLimited(ClinikoError):
    """Too many requests with this key; nothing took effect. `retry_at` (UTC) is when Cliniko takes them again."""

    status = 503
    title = "Cliniko is busy"
    family = "transient"
    sentence = "Cliniko is busy with other requests from your API key. Try again in a minute."

    def __init__(self, retry_at: datetime, *, remote_status: int | None = None, resource: str = "") -> None:
        super().__init__(remote_status=remote_status, resource=resource)
        self.retry_at = retry_at


class UploadExpired(ClinikoError):
    """The permission to upload has run out (S3: 403 "Policy expired"); ask for a new one and send the file again."""

    status = 503
    title = "The upload took too long"
    family = "transient"
    sentence = "The upload took too long. It starts again by itself."


class KeyRejected(ClinikoError):
    """401: the key is wrong, was archived, or belongs to an account that has moved to another shard."""

    status = 409
    title = "Cliniko does not accept your API key"
    family = "config"
    sentence = (
        "Cliniko does not accept your API key. Make a new one in Cliniko (My info > Manage API keys) "
        "and paste it in My account > Settings."
    )


class NotPermitted(ClinikoError):
    """403: the role of the key's user does not allow this."""

    status = 403
    title = "Your Cliniko role does not allow this"
    family = "config"
    sentence = (
        "Your role in Cliniko does not allow this. Schedulers and bookkeepers cannot use patient files; "
        "ask an administrator in Cliniko for another role, such as practitioner."
    )


class StorageFull(ClinikoError):
    """Cliniko has no room for the file: free trials have little (docs.api.cliniko.com, guide Attachments)."""

    status = 409
    title = "Cliniko has no room for this file"
    family = "config"
    sentence = (
        "Your Cliniko account has no room for more files. Free trials have little storage: "
        "remove files in Cliniko, or choose a plan there."
    )


class NotFound(ClinikoError):
    """404: the record does not exist, or this key may not see it."""

    status = 404
    title = "Not found in Cliniko"
    family = "permanent"
    sentence = "Cliniko has no such record, or your API key cannot see it."


class PatientNotFound(NotFound):
    """404 for a patient, archived ones included."""

    sentence = (
        "Your API key cannot see this patient in Cliniko. The patient may have been deleted, "
        "or the key may belong to another clinic."
    )


class Refused(ClinikoError):
    """Cliniko understood and said no (422 and other 4xx).

    `fields` holds the names of the fields at fault, never their values; for the file store, its error code.
    """

    status = 502
    title = "Cliniko refused this"
    family = "permanent"
    sentence = "Cliniko refused this request. Sending it again as it is will not help."

    def __init__(self, *, fields: tuple[str, ...] = (), remote_status: int | None = None, resource: str = "") -> None:
        super().__init__(remote_status=remote_status, resource=resource)
        self.fields = fields
