"""Django's signed cookie of messages, under a name that belongs to this host alone."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class MessagesCookie(CookieStorage):
    """What a page says once about what was just done; it holds no more than that."""

    cookie_name = settings.MESSAGES_COOKIE_NAME
