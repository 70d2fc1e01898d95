"""Paying for somebody else; payments of a home and their receipts."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.payments import history_views, other_views

HOME = "home/<slug:consumer_number>/payments"
OTHER = "my/pay/<slug:order_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("my/pay/", other_views.ask, name="pay_for"),
    path("my/pay/start/", other_views.start, name="pay_for_start"),
    path(f"{OTHER}/", other_views.paid, name="paid_for"),
    path(f"{OTHER}/live/", other_views.paid_live, name="paid_for_live"),
    path(f"{OTHER}/how/", other_views.how, name="pay_for_how"),
    path(f"{OTHER}/how/live/", other_views.live, name="pay_for_live"),
    path(f"{OTHER}/code.svg", other_views.code, name="pay_for_code"),
    path(f"{OTHER}/receipt/", history_views.payers_receipt, name="paid_for_receipt"),
    path(f"{HOME}/", history_views.listing, name="payments"),
    path(f"{HOME}/csv/", history_views.as_csv, name="payments_csv"),
    path(f"{HOME}/<slug:order_id>/receipt/", history_views.receipt, name="payment_receipt"),
]
