"""How far KYC is, area by area."""

from __future__ import annotations

from datetime import date

from bijlighar.dashboards._asking import chosen
from bijlighar.dashboards._grid import tops
from bijlighar.dashboards.values import BothLanguages, KycProgress
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind
from bijlighar.people.values import Scope


def progress(
    *, scope: Scope, today: date, below: int | None = None
) -> tuple[KycProgress, ...]:
    """The areas' own tops, or what hangs directly below one node of them."""
    if below is not None and not grid.is_within(scope=scope, node_id=below):
        return ()
    found = chosen(
        "kyc_progress",
        {
            "day": today,
            "parents": [] if below is None else [below],
            "ids": tops(scope, today) if below is None else [],
        },
    )
    return tuple(
        KycProgress(
            node_id=row["node_id"],
            discom_id=row["discom_id"],
            kind=Kind(row["kind"]),
            code=row["code"],
            name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
            children=row["children"],
            connections=row["connections"],
            done=row["done"],
            waiting=row["waiting"],
            rejected=row["rejected"],
        )
        for row in found
    )
