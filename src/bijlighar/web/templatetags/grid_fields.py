"""The fields of the grid's forms as somebody filled them in."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from django import template
from django.utils.translation import get_language

from bijlighar.web.grid.change_form import ChangeForm

register = template.Library()


@register.simple_tag
def field_state(form: ChangeForm, kind: str, name: str) -> dict[str, str]:
    """What stands in a field and what is wrong; nothing where another form was sent."""
    if form.kind != kind:
        return {"value": "", "error": ""}
    return {
        "value": form.values.get(name, ""),
        "error": form.errors.get(name, ""),
    }


@register.filter
def day_year(day: date) -> str:
    """`30 April 2026`, in the language of the page."""
    return format_date(day, "d MMMM y", locale=get_language() or "hi")


@register.filter
def month_year(month: date) -> str:
    """`April 2026`, in the language of the page."""
    return format_date(month, "LLLL y", locale=get_language() or "hi")
