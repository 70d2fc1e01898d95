"""What every picture is made of: words in both languages, and what a supply is called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class BothLanguages:
    """One text in the two languages of the product."""

    en: str
    hi: str


class SupplyShown(StrEnum):
    """What a screen says about a supply; `states.SupplyState` of supply, for people."""

    ON = "on"
    DISCONNECTING = "disconnecting"
    OFF = "off"
    RECONNECTING = "reconnecting"
    UNKNOWN = "unknown"
    """Nobody watches this supply: a connection without a meter of ours."""
