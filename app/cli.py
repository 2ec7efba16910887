"""The kinebridge command: serve, worker, migrate, restored, check, admin, demo."""

import asyncio
import contextlib
import os
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import structlog
import typer
from prometheus_client import start_http_server
from sqlalchemy.exc import OperationalError

from app.accounts.practices.discounts import NewDiscount, add_discount, end_discount, list_discounts
from app.accounts.practices.founding import NewPractice, list_practices
from app.accounts.practices.founding import create_practice as make_practice
from app.accounts.security.helping import make_reset_link, turn_two_factor_off
from app.accounts.tools import Tools
from app.activity.verifying import verify_record
from app.checks.command import check as check_everything
from app.delivery.restored import look_before_sending
from app.demo.run import run_demo
from app.embedded import embedded_server
from app.errors import AppError
from app.findings import as_json, as_lines, has_failed
from app.jobs.worker import run_worker
from app.log import configure_logging
from app.main import create_app, open_tools
from app.metrics import Metrics
from app.prepare import prepare_database, warn_unless_prepared
from app.privacy.retention import apply_rules
from app.privacy.rotating import rotate
from app.privacy.to_file import export_to_file
from app.serving import ending_cleanly, run_web
from app.settings import Settings, SettingsError, load_settings
from app.tasks import import_all_tasks
from app.web.rendering import product_version

cli = typer.Typer(
    name="kinebridge",
    help="Opens Cliniko patients as clients, and files exercise programs back in Cliniko.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
admin = typer.Typer(help="For whoever runs Kinebridge: people who cannot sign in, secrets, data.", no_args_is_help=True)
cli.add_typer(admin, name="admin")
discount = typer.Typer(help="Codes that practices enter for a lower fee.", no_args_is_help=True)
admin.add_typer(discount, name="discount")
log = structlog.get_logger()

Result = TypeVar("Result")
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Email = Annotated[str, typer.Argument(help="The email the person signs in with.")]
Code = Annotated[str, typer.Argument(help="The code; capitals and spaces make no difference.")]
DAYS = ["%Y-%m-%d"]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


@cli.callback(invoke_without_command=True)
def start(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Opens Cliniko patients as clients, and files exercise programs back in Cliniko."""
    if version:
        typer.echo(product_version())
        raise typer.Exit


@cli.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run jobs in this process too.")] = True,
) -> None:
    """Serve the web pages, and run the background jobs unless told otherwise."""
    settings = _settings_for(port)
    with ending_cleanly(), _database(settings) as url:
        if settings.database_url:
            warn_unless_prepared(url)
        app = create_app(settings, url, with_worker=worker)
        log.info("web_started", port=port, worker=worker)
        run_web(app, host, port, settings.trusted_proxies)


@cli.command()
def worker(
    metrics_port: Annotated[
        int, typer.Option(help="Port for this worker's own figures; 0 for none.", min=0, max=65535)
    ] = 0,
    metrics_host: Annotated[
        str, typer.Option(help="Address that port listens on; anybody there may read.")
    ] = "127.0.0.1",
) -> None:
    """Run the background jobs only; start as many as wanted, on as many machines."""
    settings, metrics = load_settings(), Metrics()
    with ending_cleanly(), _database(settings) as url, _showing(metrics, metrics_host, metrics_port):
        if settings.database_url:
            warn_unless_prepared(url)
        import_all_tasks()
        log.info("worker_started")
        asyncio.run(_work(settings, url, metrics))


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this release; safe to run again."""
    settings = load_settings()
    with ending_cleanly(), _database(settings) as url:
        prepare_database(url)
    typer.echo("The database is up to date.")


@cli.command()
def restored() -> None:
    """Say that the database was restored from a backup: what waits is looked for in Cliniko before it is sent."""
    settings = load_settings()
    with ending_cleanly(), _database(settings) as url:
        count = asyncio.run(look_before_sending(url))
    typer.echo(f"{count} deliveries that were not under way are looked for in Cliniko before they are sent.")


@cli.command()
def check(
    mail_to: Annotated[str | None, typer.Option(help="Send one mail to this address, to see whether it comes.")] = None,
    port: Annotated[int, typer.Option(help="Where the web listens, if no public URL is set.", min=1, max=65535)] = 8000,
    json: Annotated[bool, typer.Option("--json", help="Tell it as JSON, for monitoring.")] = False,
) -> None:
    """Look at settings, database, secrets, mail, Cliniko, clock and disk: what is wrong, and how to mend it.

    Changes nothing and sends nothing, unless told to; runs beside a running service. Ends with 1 when something fails.
    """
    configure_logging("ERROR")  # the findings say it
    settings: Settings | SettingsError
    try:
        settings = _settings_for(port)
    except SettingsError as error:
        settings = error
    with ending_cleanly():
        findings = check_everything(settings, mail_to)
    typer.echo(as_json(findings) if json else as_lines(findings))
    if has_failed(findings):
        raise typer.Exit(1)


@admin.command("create-practice")
def create_practice(
    practice: Annotated[str, typer.Option(help="The practice's name.")],
    owner: Annotated[str, typer.Option(help="Its owner's name.")],
    email: Annotated[str, typer.Option(help="The email the owner will sign in with.")],
    country: Annotated[str, typer.Option(help="Its country, two letters such as AU.")],
) -> None:
    """Make a practice and print the link by which its owner chooses a password; it works once, for an hour."""
    new = NewPractice(practice, owner, email, country)
    typer.echo(_with_tools(lambda tools: make_practice(tools, new)))


@admin.command("list-practices")
def show_practices() -> None:
    """List every practice with its id, the newest first, and how many people belong to it."""
    for row in _with_tools(list_practices):
        typer.echo(f"{row.id}  {row.created_at:%Y-%m-%d}  {row.country}  people: {row.people}  {row.name}")


@admin.command("verify-audit")
def verify_audit(
    json: Annotated[bool, typer.Option("--json", help="Tell it as JSON, for monitoring.")] = False,
) -> None:
    """Look whether the record of who did what is guarded and whole, as far as that can be known; changes nothing."""
    findings = _with_tools(verify_record)
    typer.echo(as_json(findings) if json else as_lines(findings))
    if has_failed(findings):
        raise typer.Exit(1)


@admin.command("reset-link")
def reset_link(email: Email) -> None:
    """Print a link by which a person chooses a new password; it works once, for an hour."""
    typer.echo(_with_tools(lambda tools: make_reset_link(tools, email)))


@admin.command("two-factor-off")
def two_factor_off(email: Email) -> None:
    """Let a person sign in with the password alone, such as after a lost phone; they are told by mail."""
    _with_tools(lambda tools: turn_two_factor_off(tools, email))
    typer.echo("Two-factor sign-in is off for this person.")


@discount.command("add")
def add_code(
    code: Code,
    percent: Annotated[int, typer.Option(help="What it takes off.", min=1, max=100)],
    first_day: Annotated[datetime, typer.Option("--from", help="Its first day.", formats=DAYS)],
    last_day: Annotated[datetime, typer.Option("--until", help="Its last day.", formats=DAYS)],
    source: Annotated[str, typer.Option(help="For whom it is, such as cliniko.")],
) -> None:
    """Define a code; its days are those of the time zone of whoever enters it."""
    new = NewDiscount(code, percent, first_day.date(), last_day.date(), source)
    typer.echo(f"The code {_with_tools(lambda tools: add_discount(tools, new))} is defined.")


@discount.command("list")
def list_codes() -> None:
    """List every code, the newest first, and how many practices have it."""
    for row in _with_tools(list_discounts):
        ended = f"ended {row.ended_at:%Y-%m-%d}" if row.ended_at else f"{row.first_day} to {row.last_day}"
        typer.echo(f"{row.code}  {row.percent}%  {ended}  {row.source}  practices: {row.practices}")


@discount.command("end")
def end_code(code: Code) -> None:
    """End a code at once, also for the practices that have entered it."""
    typer.echo(f"The code is ended. Practices that had it: {_with_tools(lambda tools: end_discount(tools, code))}.")


@admin.command("rotate-keys")
def rotate_keys() -> None:
    """Put every stored secret under the newest of KINEBRIDGE_SECRET_KEYS, so that older ones may be removed."""
    rotation = _with_tools(rotate)
    typer.echo(rotation.tell())
    if rotation.is_unfinished:
        raise typer.Exit(1)


@admin.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be removed.")] = False,
) -> None:
    """Remove what has been kept for as long as its rule says, as the nightly jobs do, or say how much that is."""
    for words, number in _with_tools(lambda tools: apply_rules(tools, is_dry_run=dry_run)):
        typer.echo(f"{number:>9}  {words}")


@admin.command("export-practice")
def export_practice(
    practice_id: Annotated[uuid.UUID, typer.Argument(help="The practice's id, as list-practices tells it.")],
    file: Annotated[Path, typer.Argument(help="The zip to be made; it must not be there yet.")],
) -> None:
    """Write everything kept of a practice into a new zip, readable by this user only."""
    _with_tools(lambda tools: export_to_file(tools, practice_id, file))
    typer.echo(f"Written: {file}")


@cli.command()
def demo(port: Port = 8000) -> None:
    """Try it offline: the service with a stand-in Cliniko and a practice to play with."""
    configure_logging("WARNING")  # so that the welcome stays in view
    with ending_cleanly():
        run_demo(port)


def _settings_for(port: int) -> Settings:
    """Read the settings; without a public URL, browsers are on this machine and use the port."""
    with contextlib.suppress(SettingsError):  # told below
        settings = load_settings()
        if "public_url" in settings.model_fields_set:  # of the environment, or of a file
            return settings
    is_set = "KINEBRIDGE_PUBLIC_URL" in os.environ
    return load_settings() if is_set else load_settings(public_url=f"http://127.0.0.1:{port}")


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """Yield the database's URL; the embedded one is started and migrated here, a shared one is left as it is."""
    if settings.database_url:
        yield settings.database_url
        return
    with embedded_server(settings.data_dir) as url:
        prepare_database(url)
        yield url


@contextlib.contextmanager
def _showing(metrics: Metrics, host: str, port: int) -> Iterator[None]:
    """Show a worker's figures on a port of its own while it works: it has no web pages."""
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, addr=host, registry=metrics.registry)
    except OSError as error:
        raise AppError(f"The figures cannot be shown on {host}, port {port}: {error.strerror}") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _with_tools(work: Callable[[Tools], Awaitable[Result]]) -> Result:
    """Do one thing on the database and return what it returns."""
    settings = load_settings()

    async def run(url: str) -> Result:
        async with open_tools(settings, url) as tools:
            return await work(tools)

    with ending_cleanly(), _database(settings) as url:
        return asyncio.run(run(url))


async def _work(settings: Settings, url: str, metrics: Metrics) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with open_tools(settings, url, metrics=metrics) as tools:
        await run_worker(url, tools, stop)


def main() -> None:
    """Run the command; mistakes in the configuration are told in words, without a trace."""
    configure_logging()
    try:
        cli()
    except AppError as error:
        typer.echo(error.message, err=True)
        sys.exit(2)
    except OperationalError:
        # Its text is not shown: it may hold more than the reason.
        typer.echo("The database does not answer, or refuses the user. Check KINEBRIDGE_DATABASE_URL.", err=True)
        sys.exit(2)
    except Exception as error:
        # Here, since typer puts a hook of its own in the place of the one that tells no texts.
        log.critical("process_failed", exc_info=error)
        sys.exit(1)


if __name__ == "__main__":
    main()
