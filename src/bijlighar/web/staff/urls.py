"""Signing in, one's own account, and staff: the addresses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from bijlighar.web.access import public


@public
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in."""
    return HttpResponse()


urlpatterns: list[URLPattern | URLResolver] = [path("sign-in/", sign_in, name="sign_in")]
