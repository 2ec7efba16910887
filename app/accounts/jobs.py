"""What happens to accounts in the background."""

from procrastinate import JobContext

from app.accounts.security import resets
from app.accounts.tools import tools_of
from app.jobs.queue import TRY_AGAIN, queue


@queue.task(name="accounts.mail_reset", retry=TRY_AGAIN, pass_context=True)
async def mail_reset(context: JobContext, asked_for: str) -> None:
    """Mail the link for choosing a new password to an encrypted address, if it has an account."""
    await resets.mail_reset(tools_of(context), asked_for)
