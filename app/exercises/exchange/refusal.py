"""What is said when a whole file is refused."""

from app.errors import AppError


class FileRefusedError(AppError):
    """A file that is not imported at all; the message says why and, where there is a way, what to do."""

    status = 422
    title = "This file cannot be imported"
