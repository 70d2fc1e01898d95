"""Machine clients: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.clients import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.clients, name="clients"),
    path("register/", views.client_register, name="client_register"),
    path("<int:number>/secret/", views.client_secret, name="client_secret"),
    path("<int:number>/disable/", views.client_disable, name="client_disable"),
]
