"""Imports every room's background tasks, so that the queue knows them, and logs may name them."""

import importlib

from app.redaction import know_words

TASK_MODULES = (
    "app.jobs.worker",
    "app.jobs.trimming",
    "app.accounts.trimming",
    "app.accounts.jobs",
    "app.mail.jobs",
    "app.alerts.jobs",
    "app.clients.jobs",
    "app.clients.nightly",
    "app.clients.trimming",
    "app.delivery.jobs",
    "app.delivery.trimming",
    "app.delivery.watch",
    "app.programs.home.jobs",
    "app.activity.keeping",
    "app.privacy.jobs",
    "app.privacy.retention",
    "app.leaving.jobs",
)


def import_all_tasks() -> None:
    """Import the modules that register tasks; safe to call again."""
    for name in TASK_MODULES:
        importlib.import_module(name)
    know_words(importlib.import_module("app.jobs.queue").queue.tasks)
