"""A meter's profiles in one conversation: asked for, read by its own columns, or refused.

What is kept of a meter is used; what does not fit it is asked anew, once. A profile that
the meter does not have is noted, so that it is not asked for again and again.
Knows no Django and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import structlog

from bijlighar.dlms import axdr
from bijlighar.dlms.client import Client
from bijlighar.dlms.cosem import AccessResult, Attribute, ClassId, RangeSelection
from bijlighar.dlms.errors import AccessRefused, DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.headend import rows
from bijlighar.headend.layouts import Layout, ask_layout, kept_layout
from bijlighar.headend.rows import MeterRefused, Profile
from bijlighar.headend.transport import Line
from bijlighar.headend.values import ProfileSaid, ReadPlan

log = structlog.get_logger()

T = TypeVar("T")

LASTING = frozenset(
    {
        AccessResult.READ_WRITE_DENIED,
        AccessResult.OBJECT_UNDEFINED,
        AccessResult.OBJECT_CLASS_INCONSISTENT,
    }
)
"""Refusals that say that a meter does not have a profile, today or tomorrow."""


class Profiles:
    """Profiles of the meter at the other end of an open association."""

    def __init__(
        self,
        client: Client,
        line: Line,
        plan: ReadPlan,
        *,
        refused: set[str],
        changed: dict[str, ProfileSaid],
    ) -> None:
        """Profiles that the meter does not have, or has changed, are put into these."""
        self._client, self._line, self._plan = client, line, plan
        self._refused, self._changed = refused, changed

    async def whole(self, name: Obis, read: Callable[[Layout, axdr.Data], None]) -> None:
        """A profile by the columns that are kept, else by those that the meter says."""
        if str(name) in self._plan.left_out:
            return
        with self.optional(name):
            kept = kept_layout(self._plan.known, name)
            known = kept or await ask_layout(self._get, name)
            buffer = await self.buffer(name)
            await self._fitting(name, known, lambda layout: read(layout or known, buffer))

    async def _fitting(
        self, name: Obis, known: Layout | None, read: Callable[[Layout | None], T]
    ) -> T:
        """Rows read by the columns that are known, or anew by those that the meter has now.

        Raises what reading them raised, where the meter has no other columns to say.
        """
        try:
            return read(known)
        except (DecodeError, MeterRefused) as error:
            try:
                now = await ask_layout(self._get, name)
            except (AccessRefused, DecodeError):
                raise error from None
            if now == known:
                raise
            found = read(now)
            self._changed[str(name)] = now.said()
            return found

    @contextmanager
    def optional(self, name: Obis) -> Iterator[None]:
        """What not every make has or says well: the rest goes on."""
        try:
            yield
        except (AccessRefused, DecodeError, MeterRefused) as error:
            if isinstance(error, AccessRefused) and error.result in LASTING:
                self._refused.add(str(name))
                return
            log.info(
                "headend.profile.refused",
                meter_id=self._plan.meter_id,
                obis=str(name),
                why=str(error),
            )

    async def energies(
        self, profile: Profile, starts: datetime, ends: datetime
    ) -> list[rows.Row]:
        if starts > ends:
            return []
        asked = Attribute(ClassId.PROFILE_GENERIC, profile.buffer, 2)
        selection = RangeSelection(starts=starts, ends=ends)
        buffer = await self._line.run(self._client.get_encoded(asked, selection))
        return await self.energies_in(buffer, profile, starts, ends)

    async def energies_in(
        self, buffer: bytes | axdr.Data, profile: Profile, starts: datetime, ends: datetime
    ) -> list[rows.Row]:
        def read(layout: Layout | None) -> list[rows.Row]:
            held = rows.as_kept(profile, layout)
            return rows.energies(buffer, held, starts=starts, ends=ends)

        known = kept_layout(self._plan.known, profile.buffer)
        return await self._fitting(profile.buffer, known, read)

    async def buffer(
        self, name: Obis, selection: RangeSelection | None = None
    ) -> axdr.Data:
        return await self._get(name, 2, selection)

    async def _get(
        self, name: Obis, index: int, selection: RangeSelection | None = None
    ) -> axdr.Data:
        asked = Attribute(ClassId.PROFILE_GENERIC, name, index)
        return await self._line.run(self._client.get(asked, selection))
