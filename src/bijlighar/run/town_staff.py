"""The demo's staff: one person for each role, with the sign-in that its first page shows.

Called by the demo and by nothing else: an installation has no account that nobody asked
for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from bijlighar.simulator.staff import DEMO_PASSWORD, STAFF, PretendStaff, demo_totp_key


def open_town_staff(*, nodes: Mapping[str, int], now: datetime) -> None:
    """Let the demo's staff in, as far as they are not there; `nodes` are ids by code."""
    assert settings.IS_DEMO, "only a demo has accounts that everybody knows"
    for one in STAFF:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    staff_id = _add(one, nodes[one.area_code], now)
            except people.LoginTaken:
                continue
            people.grant_role(
                staff_id=staff_id,
                role=Role(one.role),
                area_id=nodes[one.area_code],
                by=SYSTEM,
                now=now,
                why="the demo's staff",
            )
            people.give_sign_in(
                staff_id=staff_id,
                password=DEMO_PASSWORD,
                totp_key=demo_totp_key(secret=settings.SECRET_KEY),
                by=SYSTEM,
                now=now,
            )


def _add(one: PretendStaff, place_id: int, now: datetime) -> int:
    return people.add_staff(
        login=one.login,
        name_en=one.name_en,
        name_hi=one.name_hi,
        by=SYSTEM,
        now=now,
        place_id=place_id,
    )
