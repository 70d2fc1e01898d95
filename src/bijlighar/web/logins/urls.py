"""Consumers' sign-in, connections, devices and number: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.logins import connection_views, demo_views, sign_in_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("my/sign-in/", sign_in_views.sign_in, name="my_sign_in"),
    path("my/sign-in/code/", sign_in_views.code, name="my_code"),
    path("my/code/again/", sign_in_views.again, name="my_code_again"),
    path("my/sign-out/", sign_in_views.sign_out, name="my_sign_out"),
    path("my/connections/", connection_views.listing, name="my_connections"),
    path("demo/come-in/", demo_views.come_in, name="demo_come_in"),
]
