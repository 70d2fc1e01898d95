"""Masters in and out: imports and exports: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.masters import export_views, views

ONE = "imports/<int:import_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", views.imports, name="imports"),
    path("imports/new/", views.import_new, name="import_new"),
    path(
        "imports/templates/<slug:kind>.csv", views.import_template, name="import_template"
    ),
    path(f"{ONE}/", views.import_page, name="import_page"),
    path(f"{ONE}/live/", views.import_live, name="import_live"),
    path(f"{ONE}/columns/", views.import_map, name="import_map"),
    path(f"{ONE}/take/", views.import_take, name="import_take"),
    path(f"{ONE}/cancel/", views.import_cancel, name="import_cancel"),
    path(f"{ONE}/errors.csv", views.import_faults, name="import_faults"),
    path("exports/", export_views.exports, name="exports"),
    path(
        "exports/<slug:name>.csv", export_views.export, {"form": "csv"}, name="export_csv"
    ),
    path(
        "exports/<slug:name>.xlsx",
        export_views.export,
        {"form": "xlsx"},
        name="export_xlsx",
    ),
]
