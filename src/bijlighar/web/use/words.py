"""Whole sentences of the pages of use, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bijlighar.web.templatetags.bijli import units
from bijlighar.web.use.shapes import Comparison, DayPart, Share

PARTS: Mapping[DayPart, Promise | str] = {
    DayPart.MORNING: gettext_lazy("Morning"),
    DayPart.AFTERNOON: gettext_lazy("Afternoon"),
    DayPart.EVENING: gettext_lazy("Evening"),
    DayPart.NIGHT: gettext_lazy("Night"),
    DayPart.OTHER: gettext_lazy("All other hours"),
}
_MOST: Mapping[DayPart, Promise | str] = {
    DayPart.MORNING: gettext_lazy("Most of it, %(percent)s%%, was used in the morning."),
    DayPart.AFTERNOON: gettext_lazy(
        "Most of it, %(percent)s%%, was used in the afternoon."
    ),
    DayPart.EVENING: gettext_lazy("Most of it, %(percent)s%%, was used in the evening."),
    DayPart.NIGHT: gettext_lazy("Most of it, %(percent)s%%, was used at night."),
}


def compared(one: Comparison) -> str:
    """How a month stands beside another."""
    values = {
        "units": units(abs(one.more_wh)),
        "month": format_date(one.month, "LLLL y", locale=get_language() or "hi"),
    }
    if one.is_whole:
        return _of_whole(one) % values
    if one.is_year_before:
        return _of_year_before(one) % values
    if one.more_wh > 0:
        return _("%(units)s more than last month up to the same day.") % values
    if one.more_wh < 0:
        return _("%(units)s less than last month up to the same day.") % values
    return _("Just as much as last month up to the same day.")


def most(shares: list[Share]) -> str:
    """In which part of the day most was used; empty where the order has its own clock."""
    named = [one for one in shares if one.part in _MOST]
    if not named:
        return ""
    highest = max(named, key=lambda one: one.energy_wh)
    return str(_MOST[highest.part]) % {"percent": highest.percent}


def name(one: Share) -> str:
    """What the hours of a share are called."""
    if one.part is DayPart.WINDOW:
        return _("Dearer hours") if one.price_percent > 0 else _("Cheaper hours")
    return str(PARTS[one.part])


def price(one: Share) -> str:
    """What the order adds to or takes off the price of a unit in these hours."""
    if one.price_percent > 0:
        return _("a unit costs %(percent)s%% more") % {"percent": one.price_percent}
    if one.price_percent < 0:
        return _("a unit costs %(percent)s%% less") % {"percent": -one.price_percent}
    return ""


def _of_whole(one: Comparison) -> str:
    if one.more_wh > 0:
        return _("%(units)s more than in %(month)s.")
    if one.more_wh < 0:
        return _("%(units)s less than in %(month)s.")
    return _("Just as much as in %(month)s.")


def _of_year_before(one: Comparison) -> str:
    if one.more_wh > 0:
        return _("%(units)s more than in %(month)s up to the same day.")
    if one.more_wh < 0:
        return _("%(units)s less than in %(month)s up to the same day.")
    return _("Just as much as in %(month)s up to the same day.")
