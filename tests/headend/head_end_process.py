"""A head-end in a process of its own, started in a moment from a server of processes."""

from __future__ import annotations

import asyncio
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
django.setup()


def poll_for_ever(database: str, url: str, root_key: str) -> None:
    """What `bijlighar poll` does, on the database of the tests."""
    from django.conf import settings
    from django.db import connections

    from bijlighar.run.poll import poll

    connections.settings["default"]["NAME"] = database
    connections["default"].settings_dict["NAME"] = database
    settings.BIJLIGHAR = {**settings.BIJLIGHAR, "root_key": root_key}
    head, _, query = url.partition("?")
    os.environ["DATABASE_URL"] = f"{head.rpartition('/')[0]}/{database}?{query}"
    asyncio.run(poll(answer_timeout_s=3.0, at_once=8))
