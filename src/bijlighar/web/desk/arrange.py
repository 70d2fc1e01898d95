"""Which homes the desk shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from bijlighar.dashboards.values import HomeTile, SupplyShown


class Show(StrEnum):
    """The filters."""

    ALL = "all"
    LIT = "lit"
    DARK = "dark"
    SILENT = "silent"
    BELOW_ZERO = "below_zero"


class Sort(StrEnum):
    """The orders."""

    NAME = "name"
    BALANCE = "balance"
    LAST_HEARD = "last_heard"
    CHANGED = "changed"


_LIT = {SupplyShown.ON, SupplyShown.DISCONNECTING}
_NEVER = 0


def arrange(
    tiles: Sequence[HomeTile], *, show: Show, sort: Sort, search: str, language: str
) -> tuple[HomeTile, ...]:
    """The tiles that are wanted, in the wanted order; equal ones by consumer number."""
    wanted = [tile for tile in tiles if _is_shown(tile, show) and _is_found(tile, search)]
    wanted.sort(key=lambda tile: tile.consumer_number)
    if sort is Sort.NAME:
        wanted.sort(key=lambda tile: _name(tile, language).casefold())
    else:
        wanted.sort(key=_KEYS[sort])
    return tuple(wanted)


def silent_homes(tiles: Sequence[HomeTile]) -> tuple[HomeTile, ...]:
    """Homes whose meter does not answer, the longest wait first."""
    silent = [tile for tile in tiles if tile.is_silent]
    return tuple(sorted(silent, key=lambda t: (-t.open_days, t.consumer_number)))


def _heard(tile: HomeTile) -> int:
    """Longest unheard first; never heard before all."""
    return int(tile.last_heard_at.timestamp()) if tile.last_heard_at else _NEVER


_KEYS: dict[Sort, Callable[[HomeTile], int]] = {
    Sort.BALANCE: lambda tile: tile.balance_paise,
    Sort.LAST_HEARD: _heard,
    Sort.CHANGED: lambda tile: -int(tile.since.timestamp()),
}


def _name(tile: HomeTile, language: str) -> str:
    return tile.name.en if language == "en" else tile.name.hi


def _is_shown(tile: HomeTile, show: Show) -> bool:
    match show:
        case Show.LIT:
            return tile.shown in _LIT
        case Show.DARK:
            return tile.shown not in _LIT
        case Show.SILENT:
            return tile.is_silent
        case Show.BELOW_ZERO:
            return tile.balance_paise < 0
    return True


def _is_found(tile: HomeTile, search: str) -> bool:
    sought = search.strip().casefold()
    texts = (tile.consumer_number, tile.name.en.casefold(), tile.name.hi.casefold())
    return not sought or any(sought in text for text in texts)
