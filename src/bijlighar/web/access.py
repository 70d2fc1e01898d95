"""Who may look: until logins exist, these screens open in the demo only.

One decorator stands in front of every screen that shows somebody's supply or money, so
that an installation outside the demo never shows them to strangers. The access functions
of the future package `people` replace its body, not its call sites.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def demo_only(view: View[P]) -> View[P]:
    """Refuse with 403 outside the demo."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.IS_DEMO:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
