"""Imports every room's background tasks, so that the queue knows them."""

import importlib

TASK_MODULES = (
    "app.jobs.worker",
    "app.clients.jobs",
    "app.clients.nightly",
    "app.delivery.jobs",
    "app.programs.home.jobs",
)


def import_all_tasks() -> None:
    """Import the modules that register tasks; safe to call again."""
    for name in TASK_MODULES:
        importlib.import_module(name)
