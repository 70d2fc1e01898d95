"""The desk's own pages: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web import live
from bijlighar.web.desk import (
    area_views,
    connection_views,
    level_views,
    list_views,
    number_views,
    relay_views,
    saved_views,
    search_views,
    views,
)

CONNECTION = "connections/<slug:consumer_number>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.desk, name="desk"),
    path("live/", views.desk_live, name="desk_live"),
    path("events/", live.desk_events, name="desk_events"),
    path("search/", search_views.search, name="search"),
    path("search/found/", search_views.found, name="search_found"),
    path("areas/", area_views.areas, name="areas"),
    path("areas/pick/", area_views.pick, name="pick_area"),
    path("connections/", list_views.connections, name="connections"),
    path(f"{CONNECTION}/", connection_views.connection, name="connection"),
    path(
        f"{CONNECTION}/timeline/",
        connection_views.timeline,
        name="connection_timeline",
    ),
    path(
        f"{CONNECTION}/days/<day:day>/",
        connection_views.charged_day,
        name="connection_day",
    ),
    path("levels/", level_views.levels, name="levels"),
    path("levels/file/", level_views.levels_csv, name="levels_csv"),
    path("levels/silent/", level_views.silent, name="silent_meters"),
    path("levels/silent/file/", level_views.silent_csv, name="silent_csv"),
    path("numbers/", number_views.shared_numbers, name="shared_numbers"),
    path("relays/", relay_views.relays, name="relays"),
    path("views/", saved_views.save, name="save_view"),
    path("views/<int:view_id>/", saved_views.change, name="change_view"),
]
