"""What has been deferred: the jobs in the database's queue."""

from __future__ import annotations

import json

from django.db import connection


def deferred() -> list[tuple[str, dict[str, object]]]:
    """Name and arguments of each job, in the order in which they were deferred."""
    with connection.cursor() as cursor:
        cursor.execute("select task_name, args::text from procrastinate_jobs order by id")
        return [(name, json.loads(arguments)) for name, arguments in cursor.fetchall()]
