"""Sensitive changes: the second factor is asked for again where it was shown long ago.

Source: ASVS 5.0 items 7.5.1 and 7.5.3.
"""

from __future__ import annotations

from functools import wraps
from typing import ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.web.access import View, viewer_of

P = ParamSpec("P")


def freshly_proven(view: View[P]) -> View[P]:
    """Stand before `staff`: lead over the second factor, and back to this page.

    Every such address has a page to come back to, so that nothing is typed twice.
    """

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if viewer_of(request) is None or people.factor_is_fresh(
            session_key=request.session.session_key or "", real_now=clock.real_now()
        ):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(
            f"{reverse('sign_in_second')}?{urlencode({'next': request.path})}"
        )

    return guarded
