"""What whoever runs the service does for people who cannot sign in, once they have made sure who is asking."""

from app.accounts.letters import write_factor_changed
from app.accounts.models import Practitioner
from app.accounts.people import find_practitioner
from app.accounts.security import resets, two_factor
from app.accounts.security.credentials import record_own
from app.accounts.tools import Tools
from app.db import transaction
from app.errors import NotFoundError
from app.mail.service import post


async def make_reset_link(tools: Tools, email: str) -> str:
    """Return a link by which a person chooses a new password: it works once, for an hour. Raises NotFoundError."""
    async with transaction(tools.sessions) as session:
        person = _known(await find_practitioner(session, email))
        link = resets.begin_reset(tools, person)
        record_own(session, person, "account.reset_link_made", tools.clock())
        return link


async def turn_two_factor_off(tools: Tools, email: str) -> None:
    """Turn a person's two-factor sign-in off and tell them by mail. Raises NotFoundError."""
    async with transaction(tools.sessions) as session:
        person = _known(await find_practitioner(session, email))
        await two_factor.turn_off(session, person)
        await post(session, write_factor_changed(person, "off", tools.clock()), tools.clock())
        record_own(session, person, "account.two_factor_off_for_them", tools.clock())


def _known(person: Practitioner | None) -> Practitioner:
    if person is None:
        raise NotFoundError("Nobody signs in with this email.")
    return person
