"""Chance that repeats: the same seed and labels always give the same draw.

There is no generator with a state, so the order of asking changes nothing and two
processes agree. Not for secrets: whoever knows the seed knows every draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def draw_bytes(*labels: str | int, size: int) -> bytes:
    """Up to 64 bytes that depend on nothing but the labels."""
    text = "\x1f".join(str(label) for label in labels)
    return blake2b(text.encode(), digest_size=size).digest()


def draw(*labels: str | int, below: int) -> int:
    """A whole number from 0 up to but not including `below`, all as likely."""
    return int.from_bytes(draw_bytes(*labels, size=8), "big") % below


def pick(*labels: str | int, of: Sequence[T]) -> T:
    """One of the values, all as likely."""
    return of[draw(*labels, below=len(of))]
