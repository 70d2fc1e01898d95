"""A percentage that became known, or was put right, after its days were charged.

Orders name their series only, so a changed percentage replaces no schedule (`_schedules`);
it shows in the days themselves, which keep what they were charged with.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from bijlighar.charges._open_day import Columns, column, take
from bijlighar.charges._schedules import OrderGone, order_of
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.tariffs.orders import TariffGap, fppas_on
from bijlighar.tariffs.values import IntArray


def charged_by_another(columns: Columns, day: date) -> IntArray:
    """Connections whose day before was charged by another percentage than its series has
    now, where its month goes on with `day`.

    `columns` are those of `open_day`. Months that have ended are put right when they are
    billed, and after that by hand (`bijlighar charges again`).
    """
    if day.day == 1:
        return column([])
    has_before = columns["has_before"] == 1
    differs = np.zeros_like(has_before)
    for schedule_id in np.unique(columns["before_schedule_id"][has_before]).tolist():
        percent = _percent(schedule_id, day - ONE_DAY)
        if percent is not None:
            its = has_before & (columns["before_schedule_id"] == schedule_id)
            differs |= its & (columns["before_fppas_basis_points"] != percent)
    return take(columns, np.flatnonzero(differs))["connection_id"]


def _percent(schedule_id: int, day: date) -> int | None:
    """In basis points; None where order or series can no longer be read."""
    try:
        _, schedule = order_of(schedule_id)
        return int(fppas_on(schedule, day).basis_points)
    except (OrderGone, TariffGap):
        return None
