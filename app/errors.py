"""Domain errors: each knows its HTTP status and a sentence that may be shown to a person.

Messages never hold keys, SQL or patient text: they reach pages and logs as they are.
"""


class AppError(Exception):
    """A failure with a sentence for the person in front of the page and the HTTP status of that page."""

    status = 500
    title = "Something went wrong"
    # What the guide has a page about (``guidance.HELP``), or "".
    cause = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(AppError):
    """Nothing is here for this person: unknown, of another practice, or not shared with them. Always alike."""

    status = 404
    title = "Not found"
    cause = "page.not_found"

    def __init__(self, message: str = "There is nothing at this address that you can open.") -> None:
        super().__init__(message)


class BadRequestError(AppError):
    """The request itself is malformed: not a form a person filled in wrongly, but a broken address or sender."""

    status = 400
    title = "That did not arrive complete"


class ForbiddenError(AppError):
    """The person is known and may see this, but their role does not allow the action."""

    status = 403
    title = "Your role does not allow this"


class ConflictError(AppError):
    """The thing changed since the page was made; the person should look again before acting."""

    status = 409
    title = "This has changed since you opened it"
