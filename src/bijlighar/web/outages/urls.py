"""Outages: the addresses of the desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.outages import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.listed, name="outages"),
    path("new/", views.new, name="outage_new"),
    path("<int:outage_id>/", views.one, name="outage"),
    path("<int:outage_id>/move/", views.move, name="outage_move"),
    path("<int:outage_id>/cancel/", views.cancel, name="outage_cancel"),
    path("<int:outage_id>/end/", views.end, name="outage_end"),
]
