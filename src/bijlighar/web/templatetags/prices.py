"""What pages of prices write besides amounts and units."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def month_year(day: date) -> str:
    """`April 2026`, in the language of the page."""
    return format_date(day, "MMMM y", locale=get_language() or "hi")
