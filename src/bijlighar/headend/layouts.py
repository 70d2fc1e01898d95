"""A profile's columns and their scalers, as one meter has them.

They are asked once at commissioning and kept. A conversation reads rows by what is kept,
without asking again; where rows do not fit, it asks anew and what it hears is kept.
Knows no Django and no clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from bijlighar.dlms import axdr, is15959, profiles
from bijlighar.dlms.cosem import AccessResult, CaptureObject, ScalerUnit
from bijlighar.dlms.errors import AccessRefused
from bijlighar.dlms.obis import Obis
from bijlighar.headend.values import Column, Configuration, ProfileSaid, Scaler

SCALERS = {
    is15959.INSTANTANEOUS: is15959.INSTANTANEOUS_SCALERS,
    is15959.BLOCK_LOAD: is15959.BLOCK_LOAD_SCALERS,
    is15959.DAILY_LOAD: is15959.DAILY_LOAD_SCALERS,
    is15959.BILLING: is15959.BILLING_SCALERS,
}
"""The profiles whose columns are kept, each with the profile of its scalers."""

MOST_LAYOUTS = 1_024
"""Layouts held in memory; a fleet has few."""

Ask: TypeAlias = Callable[[Obis, int], Awaitable[axdr.Data]]
"""Reads an attribute of a profile, by its number. Raises AccessRefused."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns in their order, and of each the scaler where the meter says one."""

    captures: tuple[CaptureObject, ...]
    scalers: tuple[ScalerUnit | None, ...]

    def place_of(self, name: Obis, attribute: int = 2) -> int | None:
        """The first column of this attribute; a maximum demand is captured twice."""
        for place, one in enumerate(self.captures):
            if one.obis == name and one.attribute == attribute:
                return place
        return None

    def said(self) -> ProfileSaid:
        """The same as it is kept."""
        return ProfileSaid(
            columns=tuple(
                (one.class_id, str(one.obis), one.attribute, one.data_index)
                for one in self.captures
            ),
            scalers={
                str(one.obis): (scaler.scaler, scaler.unit)
                for one, scaler in zip(self.captures, self.scalers, strict=True)
                if scaler is not None
            },
        )


def kept_layout(known: Configuration | None, name: Obis) -> Layout | None:
    """What is kept of a meter's profile; None where nothing is."""
    columns = known.columns.get(str(name), ()) if known is not None else ()
    if known is None or not columns:
        return None
    return _layout(columns, tuple(known.scalers.get(one[1]) for one in columns))


async def ask_layout(ask: Ask, name: Obis, *, if_scaled: bool = True) -> Layout:
    """What the meter itself says of a profile, its scalers only where they are wanted.

    Raises AccessRefused for a profile that the meter does not have, or whose scalers it
    cannot say just now, DecodeError.
    """
    captures = profiles.parse_capture_objects(await ask(name, 3))
    if not if_scaled:
        return Layout(captures, (None,) * len(captures))
    try:
        scalers = await ask_scalers(ask, SCALERS[name])
    except AccessRefused as error:
        if passes(error):
            # Kept as a meter without scalers, its energy would be counted raw for good.
            raise
        scalers = {}
    return Layout(captures, tuple(scalers.get(one) for one in captures))


def passes(error: AccessRefused) -> bool:
    """Whether a meter refuses something only just now, and is to be asked again."""
    return error.result is AccessResult.TEMPORARY_FAILURE


async def ask_scalers(ask: Ask, name: Obis) -> dict[CaptureObject, ScalerUnit]:
    """The scalers in a profile of scalers, none where it is empty. Raises AccessRefused."""
    captured = profiles.parse_capture_objects(await ask(name, 3))
    buffer = await ask(name, 2)
    if not captured or len(axdr.elements(buffer)) != 1:
        return {}
    return dict(profiles.parse_scalers(buffer, captured))


@lru_cache(maxsize=MOST_LAYOUTS)
def _layout(columns: tuple[Column, ...], scalers: tuple[Scaler | None, ...]) -> Layout:
    return Layout(
        tuple(
            CaptureObject(class_id, Obis.parse(name), attribute, part)
            for class_id, name, attribute, part in columns
        ),
        tuple(one and ScalerUnit(*one) for one in scalers),
    )
