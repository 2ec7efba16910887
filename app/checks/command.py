"""The whole of ``kinebridge check``: from the environment to findings, whatever is missing or broken."""

import asyncio
import contextlib
import os
from collections.abc import Iterator, Sequence

from app.checks import judging
from app.checks.run import run_checks
from app.embedded import database_folder, embedded_server
from app.errors import AppError
from app.findings import Finding, fail
from app.settings import Settings, SettingsError


def check(settings: Settings | SettingsError, mail_to: str | None = None) -> Sequence[Finding]:
    """Return everything that was found; mistakes in the settings leave nothing else to look at."""
    if isinstance(settings, SettingsError):
        return judging.judge_mistakes(settings.message.splitlines())
    with contextlib.ExitStack() as stack:
        try:
            url, trouble = stack.enter_context(_present_database(settings)), None
        except AppError as error:
            url, trouble = None, fail("database", error.message, "Mend this first; nothing in it could be looked at.")
        except Exception as error:  # whatever the wheel's server raises that does not start
            found = f"the embedded one does not start ({type(error).__name__})."
            url, trouble = None, fail("database", found, "Look into the file log in the data folder's postgres.")
        findings = asyncio.run(run_checks(settings, url, mail_to=mail_to))
    if trouble is not None:
        findings = [trouble, *(each for each in findings if each.name != trouble.name)]
    return [judging.judge_names(os.environ), *findings]


@contextlib.contextmanager
def _present_database(settings: Settings) -> Iterator[str | None]:
    """Yield the URL of the database that is there; an embedded one is joined or started, never made."""
    if settings.database_url:
        yield settings.database_url
    elif not (database_folder(settings.data_dir) / "PG_VERSION").exists():
        yield None
    else:
        with embedded_server(settings.data_dir) as url:
            yield url
