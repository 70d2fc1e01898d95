"""A real ledger, day by day: a prepaid home in western Uttar Pradesh, March and April 2026.

Published are the sums of its 30 daily rows, the dates and the rules that can be read off
them; the units of each day are not, so 171.86 units are split over the rows here. There is
no row for 31 March: its energy stands in the row of 1 April, its fixed charge in none.
FPPAS is known only as a net 6.47 (the total less all the rest) and is handed in as carried.

Source: github.com/Harry-kp/uppcl-pro at 4a00f9d (MIT), pictures of a PVVNL account.
"""

from __future__ import annotations

from datetime import date

import pytest

from bijlighar.kernel.ist import days_in_month
from bijlighar.tariffs.orders import schedule_for
from bijlighar.tariffs.rating import difference, rate
from bijlighar.tariffs.values import Head, Slices

from .rows import slices_of

PUBLISHED_PAISE = {
    Head.ENERGY: 117724,
    Head.FIXED: 32574,
    Head.SUBSIDY: -23201,
    Head.DUTY: 6387,
    Head.REBATE: -2555,
}
PUBLISHED_TOTAL_PAISE = 131576
FPPAS_MICROPAISE = 647_000_000
HEADS = (Head.ENERGY, Head.FIXED, Head.SUBSIDY, Head.FPPAS, Head.DUTY, Head.REBATE)
ROWS = 30


def test_thirty_days_of_a_real_ledger_come_out_to_the_paisa():
    """
    day          units   energy   fixed  subsidy  FPPAS   duty  rebate   charge
    2026-03-19    4.95    33.91   10.65    -6.68   0.22   1.90   -0.76    39.24
    2026-03-20    5.21    35.69   10.64    -7.04   0.21   1.98   -0.79    40.69
    2026-03-21    4.37    29.93   10.65    -5.90   0.22   1.75   -0.70    35.95
    2026-03-22    5.49    37.61   10.64    -7.41   0.21   2.05   -0.82    42.28
    2026-03-23    4.93    33.77   10.65    -6.65   0.22   1.90   -0.76    39.13
    2026-03-24    4.43    30.34   10.64    -5.98   0.21   1.76   -0.71    36.26
    2026-03-25    4.70    32.20   10.65    -6.35   0.22   1.83   -0.73    37.82
    2026-03-26    4.58    31.37   10.64    -6.18   0.22   1.81   -0.72    37.14
    2026-03-27    5.25    35.96   10.65    -7.09   0.21   1.98   -0.80    40.91
    2026-03-28    5.50    37.68   10.64    -7.42   0.22   2.06   -0.82    42.36
    2026-03-29    4.93    33.77   10.65    -6.66   0.21   1.90   -0.76    39.11
    2026-03-30    4.52    30.96   10.64    -6.10   0.22   1.78   -0.71    36.79
    2026-04-01   11.92    81.65   11.00   -16.09   0.22   3.84   -1.54    79.08
    2026-04-02    6.09    41.72   11.00    -8.22   0.21   2.23   -0.89    46.05
    2026-04-03    5.53    37.88   11.00    -7.47   0.22   2.09   -0.83    42.89
    2026-04-04    6.13    41.99   11.00    -8.27   0.21   2.24   -0.90    46.27
    2026-04-05    5.71    39.11   11.00    -7.71   0.22   2.13   -0.85    43.90
    2026-04-06    5.41    37.06   11.00    -7.31   0.21   2.05   -0.82    42.19
    2026-04-07    6.33    43.36   11.00    -8.54   0.22   2.30   -0.92    47.42
    2026-04-08    5.67    38.84   11.00    -7.66   0.22   2.12   -0.85    43.67
    2026-04-09    5.92    40.55   11.00    -7.99   0.21   2.19   -0.88    45.08
    2026-04-10    5.75    39.39   11.00    -7.76   0.22   2.14   -0.85    44.14
    2026-04-11    5.63    38.57   11.00    -7.60   0.21   2.11   -0.85    43.44
    2026-04-12    6.57    45.00   11.00    -8.87   0.22   2.37   -0.94    48.78
    2026-04-13    6.51    44.59   11.00    -8.79   0.21   2.35   -0.94    48.42
    2026-04-14    6.38    43.71   11.00    -8.61   0.22   2.32   -0.93    47.71
    2026-04-15    5.89    40.34   11.00    -7.95   0.22   2.18   -0.87    44.92
    2026-04-16    5.60    38.36   11.00    -7.56   0.21   2.10   -0.84    43.27
    2026-04-17    6.37    43.64   11.00    -8.60   0.22   2.31   -0.93    47.64
    2026-04-18    5.59    38.29   11.00    -7.55   0.21   2.10   -0.84    43.21
    all rows    171.86  1177.24  325.74  -232.01   6.47  63.87  -25.55  1315.76
    """
    rows = _rows(test_thirty_days_of_a_real_ledger_come_out_to_the_paisa.__doc__)
    charged = _charge_day_by_day(rows)
    for (day, _, printed), row in zip(rows, charged, strict=True):
        assert row == printed, day
    sums = [sum(column) for column in zip(*charged, strict=True)]
    assert dict(zip(HEADS, sums, strict=False)) == PUBLISHED_PAISE | {Head.FPPAS: 647}
    assert sums[-1] == PUBLISHED_TOTAL_PAISE
    assert sum(energy_wh for _, energy_wh, _ in rows) == 171_860
    assert len(rows) == ROWS


def test_fixed_charge_of_the_ledger_is_not_rounded_by_the_day():
    """12 x 330 / 31 + 18 x 330 / 30 is 325.74; 10.65 + 11.00 a day would be 325.80."""
    march = {
        "billed_days": 12,
        "days_in_month": 31,
        "sanctioned_load_w": 4000,
    }
    schedule = _schedule(date(2026, 3, 30))
    rated = rate(schedule, slices_of(schedule, march))
    assert rated.paise[Head.FIXED].tolist() == [12774]


@pytest.mark.parametrize(("demand_w", "paise"), [(2210, 1100), (3000, 1100), (3210, 1177)])
def test_load_is_billed_at_three_quarters_of_the_sanction_or_the_demand(demand_w, paise):
    given = {"billed_days": 1, "sanctioned_load_w": 4000, "max_demand_w": demand_w}
    schedule = _schedule(date(2026, 4, 1))
    rated = rate(schedule, slices_of(schedule, given))
    assert rated.paise[Head.FIXED].tolist() == [paise]


def _charge_day_by_day(rows: list[tuple[date, int, list[int]]]) -> list[list[int]]:
    """Heads and total of each day, as the difference of two months so far."""
    charged = []
    used_wh, rows_of_month, month = 0, 0, 0
    for day, energy_wh, _ in rows:
        if day.month != month:
            used_wh, rows_of_month, month = 0, 0, day.month
        before = rate(_schedule(day), _month_so_far(day, used_wh, rows_of_month, -1))
        used_wh, rows_of_month = used_wh + energy_wh, rows_of_month + 1
        now = rate(_schedule(day), _month_so_far(day, used_wh, rows_of_month, 0))
        charge = difference(now, before)
        assert not any(charge.paise[head][0] for head in set(Head) - set(HEADS))
        heads = [int(charge.paise[head][0]) for head in HEADS]
        charged.append([*heads, int(charge.total_paise[0])])
    return charged


def _month_so_far(day: date, used_wh: int, rows: int, more_days: int) -> Slices:
    carried = (FPPAS_MICROPAISE * rows + ROWS // 2) // ROWS
    return slices_of(
        _schedule(day),
        {
            "energy_wh": used_wh,
            "billed_days": day.day + more_days,
            "days_in_month": days_in_month(day),
            "sanctioned_load_w": 4000,
            "max_demand_w": 2210,
            "fppas_carried_micropaise": carried,
        },
    )


def _schedule(day: date):
    return schedule_for("LMV-1.10B", day)


def _rows(table: str) -> list[tuple[date, int, list[int]]]:
    """Day, Wh, and the printed paise of each row; headings and sums are passed over."""
    rows = []
    for words in (line.split() for line in table.splitlines()):
        if words and words[0].startswith("2026-"):
            printed = [int(word.replace(".", "")) for word in words[2:]]
            energy_wh = int(words[1].replace(".", "")) * 10
            rows.append((date.fromisoformat(words[0]), energy_wh, printed))
    return rows
