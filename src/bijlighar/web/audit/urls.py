"""The audit trail, to be searched: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.audit import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.trail, name="audit"),
    path("export/<slug:form>/", views.export, name="audit_export"),
    path("<int:seq>/", views.record, name="audit_record"),
]
