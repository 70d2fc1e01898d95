"""What was sent: the addresses of the desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.notices import catalogue_views, sent_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", sent_views.sent, name="notices"),
    path("texts/", catalogue_views.texts, name="notice_texts"),
    path("<int:notice_id>/", sent_views.one, name="notice"),
]
