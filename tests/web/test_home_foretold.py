"""What the home's page says of the days ahead, in the words that people use."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from bijlighar.kernel.ist import instant_of
from bijlighar.web.consumer.lasting import Lasting, Part
from bijlighar.web.consumer.what_if import Ahead

THURSDAY = date(2026, 4, 30)
SITE = SimpleNamespace(now=instant_of(THURSDAY) + timedelta(hours=10))


def said(language: str, lasts: Lasting | None, ahead: Ahead | None = None) -> str:
    shown = {"site": SITE, "lasts": lasts, "ahead": ahead}
    with translation.override(language):
        return " ".join(render_to_string("consumer/lasts.html", shown).split())


@pytest.mark.parametrize(
    ("days", "part", "hindi", "english"),
    [
        (0, Part.NIGHT, "यह आज रात तक चलेगा", "until tonight"),
        (1, Part.MORNING, "यह कल सुबह तक चलेगा", "until tomorrow morning"),
        (2, Part.AFTERNOON, "यह शनिवार दोपहर तक चलेगा", "until Saturday afternoon"),
        (3, Part.EVENING, "यह रविवार शाम तक चलेगा", "until Sunday evening"),
        (9, None, "यह लगभग 9 मई तक चलेगा", "until about 9 May"),
    ],
)
def test_until_when_it_lasts_is_said_as_people_say_it(days, part, hindi, english):
    lasts = Lasting(day=THURSDAY + timedelta(days=days), part=part, days_ahead=days)
    assert hindi in said("hi", lasts)
    assert english in said("en", lasts)


def test_more_than_a_month_is_no_date():
    long = Lasting(day=None, part=None, days_ahead=31)
    assert "एक महीने से ज़्यादा चलेगा" in said("hi", long)
    assert "lasts more than a month" in said("en", long)


def test_a_near_threshold_is_told_with_what_it_costs():
    near = Ahead(upto_wh=200_000, left_wh=4_500, costs_paise=312_40, is_near=True)
    told = said("hi", None, near)
    assert "₹312.40" in told
    assert "200" in told
    assert "4.50" in told
    assert "dearer at once" in said("en", None, near)


def test_nothing_known_is_nothing_said():
    assert said("hi", None) == ""
