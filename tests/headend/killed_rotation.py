"""A process that changes a meter's keys and is killed at a chosen line of that work."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from types import FrameType

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
django.setup()

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
TIMEOUT_S = 5.0


def change_keys_until(database: str, root_key: str, meter_id: int, line: int) -> None:
    """Change the keys as `bijlighar meter keys rotate` does; die at this line.

    Counted are the lines that run in the modules of the change, from 1. A process that
    comes to its end exits with 0.
    """
    from django.conf import settings
    from django.db import connections

    connections.settings["default"]["NAME"] = database
    connections["default"].settings_dict["NAME"] = database
    settings.BIJLIGHAR = {**settings.BIJLIGHAR, "root_key": root_key}
    from bijlighar.headend import _rotate, _rotate_talk
    from bijlighar.headend import service as headend
    from bijlighar.run import meter_rotate

    files = {module.__file__ for module in (_rotate, _rotate_talk, meter_rotate)}
    run = 0

    def trace(frame: FrameType, event: str, arg: object):
        nonlocal run
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            run += 1
            if run == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    (change,) = headend.open_key_changes(limit=10)
    assert change.meter_id == meter_id
    sys.settrace(trace)
    meter_rotate.change_keys(change, ask_time=lambda: NOW, timeout_s=TIMEOUT_S)
    sys.settrace(None)
