"""The packaged policy, and its text with some of it changed."""

from __future__ import annotations

from importlib.resources import files

from bijlighar.supply.policy import policy_named

NAME = "up-2025-09"
POLICY = policy_named(NAME)
TEXT = files("bijlighar.supply").joinpath("policies", f"{NAME}.yaml").read_text("utf-8")


def changed(old: str, new: str) -> str:
    """The packaged file with one passage changed."""
    assert TEXT.count(old) == 1, f"{old!r} stands there {TEXT.count(old)} times"
    return TEXT.replace(old, new)
