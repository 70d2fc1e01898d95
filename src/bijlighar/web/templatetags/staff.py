"""Sign-ins on screens: real moments, and browsers by their short names."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from bijlighar.clock import clock
from bijlighar.kernel.ist import in_ist
from bijlighar.web.templatetags.bijli import day_month

register = template.Library()

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def real_moment(instant: datetime) -> str:
    """A moment of the real clock, which in a demo is not the town's: `3 April, 14:30`."""
    there = in_ist(instant)
    values = {"clock": f"{there:%H:%M}", "day": day_month(there.date())}
    if there.date() == in_ist(clock.real_now()).date():
        return _("today, %(clock)s") % values
    return _("%(day)s, %(clock)s") % values


@register.filter
def browser(agent: str) -> str:
    """The browser and its system, as far as it says: `Chrome, Windows`."""
    found = [
        next((name for mark, name in names if mark in agent), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or "–"
