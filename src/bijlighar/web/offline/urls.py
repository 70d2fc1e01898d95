"""The worker, the manifest, the page without network, and the way in: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.offline import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("sw.js", views.service_worker, name="service_worker"),
    path("manifest/<slug:language>.webmanifest", views.web_manifest, name="manifest"),
    path("offline/here/", views.here, name="offline_here"),
    path("offline/<slug:language>/", views.skeleton, name="offline"),
    path("my/home/", views.my_home, name="my_home"),
    path("my/home/recharge/", views.my_recharge, name="my_recharge"),
    path("my/home/complaints/", views.my_complaints, name="my_complaints"),
]
