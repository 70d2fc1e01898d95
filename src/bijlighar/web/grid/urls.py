"""The tree, its map and its dated reports: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.grid import change_views, map_views, report_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.outline, name="grid"),
    path("<int:node_id>/", views.node, name="grid_node"),
    path("<int:node_id>/below/", views.below, name="grid_below"),
    path("<int:node_id>/propose/", change_views.propose, name="grid_propose"),
    path("report/", report_views.report, name="grid_report"),
    path("report/csv/", report_views.report_csv, name="grid_report_csv"),
    path("map/", map_views.map_page, name="map"),
    path("map/places/", map_views.places, name="map_places"),
]
