"""The help desk's pages: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from bijlighar.web.help import complaint_views, place_views, views

HOME = "connections/<slug:consumer_number>"
COMPLAINT = "complaints/<slug:complaint_number>"

urlpatterns: list[URLPattern] = [
    path("", views.desk, name="help_desk"),
    path(f"{HOME}/", views.connection, name="help_connection"),
    path(f"{HOME}/open/", views.open_, name="help_open"),
    path(f"{HOME}/note/", views.note, name="help_note"),
    path(f"{HOME}/mend/", views.mend, name="help_mend"),
    path("places/", place_views.place, name="help_place"),
    path("complaints/", complaint_views.listed, name="help_complaints"),
    path(f"{COMPLAINT}/", complaint_views.one, name="help_complaint"),
    path(f"{COMPLAINT}/act/", complaint_views.act, name="help_act"),
    path(f"{COMPLAINT}/files/<int:media_id>/", complaint_views.media, name="help_media"),
    path(
        "incidents/<int:incident_id>/close/",
        complaint_views.close_incident,
        name="help_incident_close",
    ),
]
