"""The one base of every error that a person can be told."""

from __future__ import annotations


class BijligharError(Exception):
    """Something went wrong that a person can be told about in one sentence."""


class TemporaryError(BijligharError):
    """It may work if it is tried again later; the only kind of error that is retried."""
