"""How amounts, units, days and moments are written: the only formatters of the screens."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date
from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bijlighar.dashboards.values import BothLanguages
from bijlighar.kernel.energy import format_kwh
from bijlighar.kernel.ist import in_ist
from bijlighar.kernel.money import format_rupees
from bijlighar.web import bundles

register = template.Library()

MINUS = "−"


@register.filter
def rupees(paise: int) -> str:
    """Paise as people write an amount: `₹1,23,456.00`, below zero `−₹40.00`."""
    return f"{MINUS if paise < 0 else ''}₹{format_rupees(abs(paise))}"


@register.filter
def whole_rupees(paise: int) -> str:
    """An amount without paise for axes and buttons, where it has none: `₹200`."""
    text = rupees(paise)
    return text.removesuffix(".00")


@register.filter
def rupees_large(paise: int) -> SafeString:
    """The same amount for display sizes: the paise stand smaller."""
    whole, rest = rupees(paise).split(".")
    return format_html('<span class="amount">{}<small>.{}</small></span>', whole, rest)


@register.filter
def kwh(energy_wh: int) -> str:
    """Wh as a bare number of units: `6.42`."""
    return format_kwh(energy_wh)


@register.filter
def units(energy_wh: int) -> str:
    """Wh as units, with the word: `6.42 units`."""
    return _("%(kwh)s units") % {"kwh": format_kwh(energy_wh)}


@register.filter
def whole_units(energy_wh: int) -> str:
    """Units for axes: whole where they are whole."""
    text = format_kwh(energy_wh)
    return _("%(kwh)s units") % {"kwh": text.removesuffix(".00")}


@register.filter
def kilowatts(load_w: int) -> str:
    """A load in kW, as contracts print it: `2 kW`, `1.5 kW`."""
    number = format_kwh(load_w).rstrip("0").removesuffix(".")
    return _("%(kw)s kW") % {"kw": number}


@register.filter
def chosen(text: BothLanguages) -> str:
    """One text in the language of the page."""
    return text.en if get_language() == "en" else text.hi


@register.filter
def day_month(day: date) -> str:
    """`3 April`, in the language of the page."""
    return _written(day, "d MMMM")


@register.filter
def full_day(day: date) -> str:
    """`Friday, 3 April 2026`, in the language of the page."""
    return _written(day, "EEEE, d MMMM y")


@register.filter
def clock_time(instant: datetime) -> str:
    """`14:30` by India's clock."""
    return f"{in_ist(instant):%H:%M}"


@register.simple_tag(takes_context=True)
def when(context: Context, instant: datetime) -> str:
    """A moment as people say it: `today, 14:30`, `yesterday, 09:05`, `3 April, 14:30`."""
    day = in_ist(instant).date()
    today = in_ist(context["site"].now).date()
    values = {"clock": clock_time(instant), "day": day_month(day)}
    if day == today:
        return _("today, %(clock)s") % values
    if day == today - timedelta(days=1):
        return _("yesterday, %(clock)s") % values
    if day == today + timedelta(days=1):
        return _("tomorrow, %(clock)s") % values
    if day.year != today.year:
        values["day"] = _written(day, "d MMMM y")
    return _("%(day)s, %(clock)s") % values


@register.simple_tag(takes_context=True)
def near_day(context: Context, day: date) -> str:
    """A day of this week as people say it: `today`, `tomorrow`, `Sunday`."""
    ahead = (day - in_ist(context["site"].now).date()).days
    if ahead <= 0:
        return _("today")
    return _("tomorrow") if ahead == 1 else _written(day, "EEEE")


@register.simple_tag
def bundle(name: str) -> str:
    """The address of a style sheet or script put together from small files."""
    return bundles.address_of(name)


def _written(day: date, pattern: str) -> str:
    """A day by the names of the Unicode CLDR, which browsers use too; Django's own Hindi
    misspells three months."""
    return format_date(day, pattern, locale=get_language() or "hi")
