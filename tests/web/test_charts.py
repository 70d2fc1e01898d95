"""The bars: measured in whole hundredths, open where nothing is known."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dashboards.values import DayOfUse
from bijlighar.web.consumer.charts import bars, days_chart, neighbours, today_chart, top_of


def day(number: int, wh: int | None, paise: int | None, recharged: int = 0) -> DayOfUse:
    return DayOfUse(
        day=date(2026, 4, number),
        energy_wh=wh,
        charge_paise=paise,
        recharged_paise=recharged,
    )


def test_there_is_no_chart_before_the_first_day():
    assert days_chart([]) is None


def test_a_silent_day_is_an_open_slot_and_not_a_bar():
    chart = days_chart([day(1, 5000, 2500), day(2, None, None), day(3, 10000, 5000, 100)])
    assert chart.use == "M3 100v-50h14v50zM43 100v-100h14v100z"
    assert chart.use_open == "M20 0h20v100h-20z"
    assert chart.paid == "M40 0h20v20h-20z"
    assert (chart.open_days, chart.width) == (1, 60)


def test_the_least_use_is_still_seen():
    assert bars([1, 0, None], top=10_000) == "M3 100v-1h14v1z"


def test_the_busiest_half_hour_is_named_and_an_unused_day_has_none():
    blocks = [0] * 48
    assert today_chart(blocks).peak_starts == ""
    blocks[47] = 300
    assert (today_chart(blocks).peak_starts, today_chart(blocks).peak_ends) == (
        "23:30",
        "24:00",
    )


def test_days_lead_to_their_neighbours_but_not_to_today():
    today = date(2026, 4, 3)
    yesterday = today - timedelta(days=1)
    assert neighbours(day=yesterday, today=today) == (date(2026, 4, 1), None)
    assert neighbours(day=date(2026, 4, 1), today=today)[1] == yesterday


@given(st.lists(st.none() | st.integers(0, 10**9)), st.integers(1, 10**6))
def test_the_top_of_an_axis_holds_every_value(values, least):
    top = top_of(values, least=least)
    assert top >= max([value for value in values if value is not None], default=0)
    assert top >= least
    assert str(top).rstrip("0") in {"1", "2", "4", "5", "8"}
