"""How amounts, units, days and moments are written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.utils import translation

from bijlighar.dashboards.values import BothLanguages
from bijlighar.web.templatetags import bijli

NOW = datetime(2026, 4, 3, 15, 0, tzinfo=UTC)  # 20:30 in India


@pytest.mark.parametrize(
    ("paise", "written"),
    [
        (0, "₹0.00"),
        (5, "₹0.05"),
        (12345600, "₹1,23,456.00"),
        (-4000, "−₹40.00"),
        (-12345678901, "−₹12,34,56,789.01"),
    ],
)
def test_an_amount_has_its_sign_before_the_rupee(paise, written):
    assert bijli.rupees(paise) == written


def test_large_amounts_show_the_paise_smaller():
    assert (
        bijli.rupees_large(-21240) == '<span class="amount">−₹212<small>.40</small></span>'
    )


def test_round_amounts_lose_their_paise_on_axes_only():
    assert bijli.whole_rupees(5000) == "₹50"
    assert bijli.whole_rupees(5050) == "₹50.50"


@pytest.mark.parametrize(
    ("language", "written"), [("hi", "6.42 यूनिट"), ("en", "6.42 units")]
)
def test_energy_is_told_in_units(language, written):
    with translation.override(language):
        assert bijli.units(6420) == written


@pytest.mark.parametrize(
    ("instant", "hindi", "english"),
    [
        (datetime(2026, 4, 3, 9, 0, tzinfo=UTC), "आज 14:30 बजे", "today, 14:30"),
        (datetime(2026, 4, 2, 18, 29, tzinfo=UTC), "कल 23:59 बजे", "yesterday, 23:59"),
        (datetime(2026, 4, 2, 18, 30, tzinfo=UTC), "आज 00:00 बजे", "today, 00:00"),
        (datetime(2026, 4, 4, 2, 0, tzinfo=UTC), "कल 07:30 बजे", "tomorrow, 07:30"),
        (datetime(2026, 3, 1, 2, 0, tzinfo=UTC), "1 मार्च, 07:30 बजे", "1 March, 07:30"),
        (
            datetime(2025, 12, 31, 2, 0, tzinfo=UTC),
            "31 दिसंबर 2025, 07:30 बजे",
            "31 December 2025, 07:30",
        ),
    ],
)
def test_a_moment_is_told_by_the_indian_day(instant, hindi, english):
    context = {"site": SimpleNamespace(now=NOW)}
    with translation.override("hi"):
        assert bijli.when(context, instant) == hindi
    with translation.override("en"):
        assert bijli.when(context, instant) == english


def test_texts_and_months_follow_the_page():
    name = BothLanguages(en="Asha", hi="आशा")
    with translation.override("hi"):
        assert bijli.chosen(name) == "आशा"
        assert bijli.day_month(date(2026, 4, 3)) == "3 अप्रैल"
    with translation.override("en"):
        assert bijli.chosen(name) == "Asha"
        assert bijli.full_day(date(2026, 4, 3)) == "Friday, 3 April 2026"
