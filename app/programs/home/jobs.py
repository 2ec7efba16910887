"""What happens to the doors of the patients' pages in the background."""

import uuid

from procrastinate import JobContext
from sqlalchemy import select, update

from app.accounts.tools import tools_of
from app.db import transaction
from app.jobs.queue import queue
from app.programs.models import Program, ProgramLink


@queue.task(name="programs.forgive_wrong_answers", pass_context=True)
async def forgive_wrong_answers(context: JobContext, client_id: str) -> None:
    """Open the doors that wrong answers had shut for a client whose date of birth was wrong here until now."""
    tools = tools_of(context)
    of_client = select(Program.id).where(Program.client_id == uuid.UUID(client_id))
    async with transaction(tools.sessions) as session:
        await session.execute(
            update(ProgramLink)
            .where(ProgramLink.program_id.in_(of_client), ProgramLink.revoked_at.is_(None))
            .values(failures=0, locked_until=None)
        )
