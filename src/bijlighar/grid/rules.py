"""Which changes of the tree are allowed. Pure."""

from __future__ import annotations

from bijlighar.grid.values import Kind, Profile


def may_hang_below(*, profile: Profile, kind: Kind, parent: Kind) -> bool:
    """Whether a node of this kind may hang directly below one of that kind.

    A level may be left out (a feeder below a sub-division), never turned round.
    """
    order = list(profile.levels)
    return kind in order and parent in order and order.index(parent) < order.index(kind)


LONGEST_NAME = 120


def name_fault(name: str) -> bool:
    """Whether a name or code is empty, too long, or holds what cannot be printed."""
    # Devanagari joins letters with marks that do not print themselves.
    told = name.strip().replace("\u200c", "").replace("\u200d", "")
    return not told or len(told) > LONGEST_NAME or not told.isprintable()
