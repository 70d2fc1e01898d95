"""Shares and times of service levels, as people read them."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

MINUTE_S, HOUR_S = 60, 3_600


@register.filter
def percent(permille: int | None) -> str:
    """Thousandths as a percentage: 964 -> `96.4 %`; a dash where nothing is counted."""
    if permille is None:
        return "—"
    return f"{permille // 10}.{permille % 10} %"


@register.filter
def within(seconds: int | None) -> str:
    """The end of a step of time: 45 seconds, 5 minutes, 2 hours; over a day for None."""
    if seconds is None:
        return _("over a day")
    if seconds < 2 * MINUTE_S:
        return ngettext("%(many)d second", "%(many)d seconds", seconds) % {"many": seconds}
    if seconds < 2 * HOUR_S:
        minutes = seconds // MINUTE_S
        return ngettext("%(many)d minute", "%(many)d minutes", minutes) % {"many": minutes}
    hours = seconds // HOUR_S
    return ngettext("%(many)d hour", "%(many)d hours", hours) % {"many": hours}
