"""Why a change of the tree, or a look at it, is refused."""

from __future__ import annotations

from bijlighar.kernel.errors import BijligharError


class UnknownNode(BijligharError):
    """There is no such office or piece of the network, or it is outside the area."""


class WrongTree(BijligharError):
    """The change would not leave a tree as the discom's profile has it."""
