"""Which changes of the tree are allowed. Pure."""

from __future__ import annotations

from bijlighar.grid.values import Kind, Profile


def may_hang_below(*, profile: Profile, kind: Kind, parent: Kind) -> bool:
    """Whether a node of this kind may hang directly below one of that kind.

    A level may be left out (a feeder below a sub-division), never turned round.
    """
    order = list(profile.levels)
    return kind in order and parent in order and order.index(parent) < order.index(kind)
