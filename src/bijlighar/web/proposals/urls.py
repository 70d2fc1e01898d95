"""Proposals: made by one person, decided by another: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.proposals import making_views, views

ONE = "<uuid:proposal_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.proposals, name="proposals"),
    path(f"{ONE}/", views.proposal, name="proposal"),
    path(f"{ONE}/decide/", views.decide, name="proposal_decide"),
    path(f"{ONE}/withdraw/", views.withdraw, name="proposal_withdraw"),
    path(
        "protect/<slug:consumer_number>/",
        making_views.propose_protection,
        name="propose_protection",
    ),
]
