"""A child process that never outlives its parent, and leaves Ctrl-C to it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Source: prctl(2)."""


def follow_parent() -> None:
    """Ask Linux to end this process when its parent dies; leave Ctrl-C to the parent.

    The parent stops its children in order; without this a killed parent leaves orphans.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        # It died before the wish was known.
        os.kill(os.getpid(), signal.SIGTERM)
