"""What a page tells its own script about who sees it."""

from __future__ import annotations

from django import template
from django.template.context import Context

from bijlighar.dashboards.values import HomePicture
from bijlighar.web.consumer.lasting import Lasting
from bijlighar.web.offline.kept import figures, mark_of

register = template.Library()


@register.simple_tag(takes_context=True)
def whose(context: Context) -> str:
    """A mark of the consumer who is signed in; empty where the page is for everybody."""
    login = getattr(context.get("request"), "login", None)
    return mark_of(login) if login is not None else ""


@register.simple_tag
def kept(home: HomePicture, lasts: Lasting | None) -> str:
    """What the phone may keep of a home, as JSON for an attribute."""
    return figures(home, lasts)
