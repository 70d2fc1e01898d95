"""The web application manifest: names, colours, pictures, and what a long press offers.

Source: W3C, Web Application Manifest.
"""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

NIGHT = "#10173a"
PAPER = "#ffffff"
SIZES = (192, 512)


def manifest(language: str) -> dict[str, Any]:
    """The manifest in the language that is active; one application in either."""
    return {
        "id": "/my/home/",
        "name": _("Bijlighar: electricity at home"),
        "short_name": _("Bijlighar"),
        "description": _("Balance, use, recharge and complaints of your electricity."),
        "lang": language,
        "dir": "ltr",
        "start_url": reverse("my_home"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": NIGHT,
        "categories": ["utilities"],
        "icons": [
            *(_picture("lamp", size, "any") for size in SIZES),
            *(_picture("maskable", size, "maskable") for size in SIZES),
        ],
        "shortcuts": [
            _shortcut(pgettext("button", "Recharge"), "my_recharge"),
            _shortcut(pgettext("button", "Complain"), "my_complaints"),
        ],
    }


def _picture(name: str, size: int, purpose: str) -> dict[str, str]:
    return {
        "src": static(f"web/icons/{name}-{size}.png"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


def _shortcut(name: str, view: str) -> dict[str, Any]:
    return {
        "name": name,
        "url": reverse(view),
        "icons": [_picture("lamp", SIZES[0], "any")],
    }
