"""The desk's own pages: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.desk import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.desk, name="desk"),
    path("live/", views.desk_live, name="desk_live"),
]
