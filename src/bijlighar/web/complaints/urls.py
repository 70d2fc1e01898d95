"""A consumer's complaints: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from bijlighar.web.complaints import views

ALL = "home/<slug:consumer_number>/complaints"
ONE = f"{ALL}/<slug:complaint_number>"

urlpatterns: list[URLPattern] = [
    path(f"{ALL}/", views.listing, name="complaints"),
    path(f"{ALL}/open/", views.open_, name="complaint_open"),
    path(f"{ONE}/", views.one, name="complaint"),
    path(f"{ONE}/add/", views.add, name="complaint_add"),
    path(f"{ONE}/reopen/", views.reopen, name="complaint_reopen"),
    path(f"{ONE}/rate/", views.rate, name="complaint_rate"),
    path(f"{ONE}/files/<int:media_id>/", views.media, name="complaint_media"),
]
