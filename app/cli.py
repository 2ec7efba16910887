"""The kinebridge command: serve, worker, migrate, demo."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Annotated

import structlog
import typer
import uvicorn

from app.db import sqlalchemy_url
from app.embedded import start_embedded_server
from app.errors import AppError
from app.jobs.worker import run_worker
from app.log import configure_logging
from app.main import create_app, open_tools
from app.migrations import migrate as migrate_database
from app.settings import Settings, load_settings
from app.tasks import import_all_tasks

cli = typer.Typer(
    name="kinebridge",
    help="Opens Cliniko patients as clients, and files exercise programs back in Cliniko.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
log = structlog.get_logger()

# Requests under way get this long to end after SIGTERM; the worker has its own, shorter, time.
SHUTDOWN_SECONDS = 28

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


@cli.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run jobs in this process too.")] = True,
) -> None:
    """Serve the web pages, and run the background jobs unless told otherwise."""
    settings = _settings_for(port)
    url = _open_database(settings)
    app = create_app(settings, url, with_worker=worker)
    log.info("serving", address=settings.public_url, worker=worker)
    with _ending_cleanly():
        run_web(app, host, port)


@cli.command()
def worker() -> None:
    """Run the background jobs only; start as many as wanted, on as many machines."""
    settings = load_settings()
    url = _open_database(settings)
    import_all_tasks()
    log.info("working")
    with _ending_cleanly():
        asyncio.run(_work(settings, url))


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this release; safe to run again."""
    settings = load_settings()
    url = settings.database_url or start_embedded_server(settings.data_dir)
    migrate_database(url)
    typer.echo("The database is up to date.")


@cli.command()
def demo(port: Port = 8000) -> None:
    """Try it offline: the service with a stand-in Cliniko and a practice to play with."""
    from app.demo.run import run_demo

    with _ending_cleanly():
        run_demo(port)


def run_web(app: object, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. No access log: it would print names people search for."""
    uvicorn.run(
        app,  # type: ignore[arg-type]  # any ASGI application
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def _settings_for(port: int) -> Settings:
    """Read the settings; without a public URL, browsers are on this machine and use the port."""
    if "KINEBRIDGE_PUBLIC_URL" in os.environ:
        return load_settings()
    return load_settings(public_url=f"http://127.0.0.1:{port}")


def _open_database(settings: Settings) -> str:
    """Return the database's URL; the embedded one is started and migrated here, a shared one is not touched."""
    if settings.database_url:
        sqlalchemy_url(settings.database_url)
        return settings.database_url
    url = start_embedded_server(settings.data_dir)
    migrate_database(url)
    return url


async def _work(settings: Settings, url: str) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with open_tools(settings, url) as tools:
        await run_worker(url, tools, stop)


@contextlib.contextmanager
def _ending_cleanly() -> Iterator[None]:
    """Turn SIGTERM into a normal end of the process, so that the embedded database is stopped with it.

    uvicorn raises the signal again once it has shut down; its default action would end the process on the spot.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def main() -> None:
    """Run the command; mistakes in the configuration are told in words, without a trace."""
    configure_logging()
    try:
        cli()
    except AppError as error:
        typer.echo(error.message, err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
