"""A code is asked for and typed: the same two steps for every purpose, and their words."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bijlighar.clock import clock
from bijlighar.flow.send_code import send_code
from bijlighar.logins import service as logins
from bijlighar.logins.values import Checked, CodeAsked, Outcome
from bijlighar.web.logins.cookies import Proving, browser_of


def send(request: HttpRequest, proving: Proving, *, browser: str) -> CodeAsked:
    """Send a code for this; every number gets the same answer. Raises AskedTooOften."""
    return send_code(
        mobile=proving.mobile,
        purpose=proving.purpose,
        browser=browser,
        address=request.META.get("REMOTE_ADDR", ""),
        language="en" if get_language() == "en" else "hi",
        about=proving.about,
        now=clock.now(),
        real_now=clock.real_now(),
    )


def check(request: HttpRequest, proving: Proving, code: str) -> Checked:
    """Look at the code that was typed."""
    return logins.check_code(
        mobile=proving.mobile,
        purpose=proving.purpose,
        browser=browser_of(request),
        address=request.META.get("REMOTE_ADDR", ""),
        code=code,
        about=proving.about,
        real_now=clock.real_now(),
    )


def refused_words(checked: Checked) -> str:
    """What a code that was not right is told: what to do now."""
    if checked.outcome is Outcome.WRONG:
        return ngettext(
            "These are not the digits of the SMS. You have %(left)s more try.",
            "These are not the digits of the SMS. You have %(left)s more tries.",
            checked.tries_left,
        ) % {"left": checked.tries_left}
    if checked.outcome is Outcome.WAIT:
        return _("Too many wrong codes came from your network. Try again in an hour.")
    return _("This code does not count any more. Ask for a new one below.")


def wait_words(until: datetime) -> str:
    """When the next code may be asked for."""
    seconds = max(1, -(-int((until - clock.real_now()).total_seconds()) // 1))
    if seconds <= 90:
        return ngettext(
            "Wait %(count)s second, then ask for a new code.",
            "Wait %(count)s seconds, then ask for a new code.",
            seconds,
        ) % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes <= 90:
        return ngettext(
            "Wait %(count)s minute, then ask for a new code.",
            "Wait %(count)s minutes, then ask for a new code.",
            minutes,
        ) % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext(
        "Too many codes today. Try again in %(count)s hour, or call 1912.",
        "Too many codes today. Try again in %(count)s hours, or call 1912.",
        hours,
    ) % {"count": hours}
