"""Signing up with an email that has an account: with its password that signs in, and else nobody is told.

Signing up works in one press, so a stranger's email can be told from a free one by trying. What is left: it takes
a wrong try at that account and one of the network each time (``accounts.tries``), and its owner learns of it by mail.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.browsers import Browser
from app.accounts.forms import FormError, SignUpForm
from app.accounts.letters import write_sign_up_tried
from app.accounts.models import Practitioner
from app.accounts.people import NO_ACCOUNT_MADE, check_credentials, require_practice
from app.accounts.security.resets import MAILS
from app.accounts.signing_in.sign_in_events import record_refusal
from app.accounts.tools import Tools
from app.accounts.tries import TooManyTriesError, Try, take
from app.mail.service import post


async def check_known(
    session: AsyncSession, tools: Tools, known: Practitioner, form: SignUpForm, browser: Browser
) -> Practitioner:
    """Return the person if the form has their password; raises FormError in words that fit other causes too."""
    try:
        person = await check_credentials(session, tools, form.email, form.password, browser)
        await require_practice(session, person.id)
    except TooManyTriesError:
        raise
    except FormError:
        await record_refusal(tools, form.email)
        await _tell(session, tools, known)
        raise FormError({"email": NO_ACCOUNT_MADE}) from None
    return person


async def _tell(session: AsyncSession, tools: Tools, person: Practitioner) -> None:
    now = tools.clock()
    try:
        await take(tools.sessions, [Try(MAILS, f"sign-up {person.id}")], now, field="email")
    except TooManyTriesError:  # told often enough
        return
    await post(session, write_sign_up_tried(person, tools.settings.public_url), now)
