"""What tests of KYC ask again and again."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.db import connection

from bijlighar.kyc import service as kyc
from bijlighar.kyc.values import PaperKind, Standing, Wrong
from bijlighar.people.values import Role, Viewer
from tests.cast import grid_of_cast
from tests.kyc.papers import ACCOUNT, IFSC, PAN, pan_card
from tests.signing_in import add_staff, viewer

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)
SAMAGRA = "183456789"


def standing(connection_id: int, now: datetime = NOW) -> Standing:
    """How far the connection is."""
    return kyc.kyc_of(connection_id=connection_id, real_now=now).standing


def show_pan(connection_id: int, now: datetime = NOW):
    """Show a PAN card."""
    return kyc.show_paper(
        connection_id=connection_id,
        kind=PaperKind.PAN,
        typed=PAN,
        content=pan_card(),
        now=now,
    )


def ask_bank(connection_id: int, account: str = ACCOUNT, now: datetime = NOW):
    """Type a bank account."""
    return kyc.ask_bank(
        connection_id=connection_id,
        typed=account,
        again=account,
        ifsc=IFSC,
        holder="Asha Devi",
        now=now,
        real_now=now,
    )


def erase(now: datetime) -> int:
    """Erase what has served its time."""
    return kyc.erase_due(now=now, real_now=now)


def refused(do) -> Wrong:
    """Why something is not taken."""
    with pytest.raises(kyc.Refused) as told:
        do()
    return told.value.wrong


def officer() -> Viewer:
    """An engineer of Asha's discom."""
    return viewer(add_staff("anju", (Role.EXECUTIVE_ENGINEER, grid_of_cast()["NDVN"])))


def whole_database() -> str:
    """Every row of every table as text, bytes in hexadecimal digits and as they read."""
    told = []
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' order by tablename"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"select held::text from {table} as held")
            told += [text for (text,) in cursor.fetchall()]
    whole = "\n".join(told)
    read = [bytes.fromhex(run) for run in _hex_runs(whole)]
    return whole + "\n" + "\n".join(run.decode("latin-1") for run in read)


def _hex_runs(text: str) -> list[str]:
    return re.findall(r"\\x((?:[0-9a-f]{2})+)", text)
