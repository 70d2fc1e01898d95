"""KYC: a consumer's own pages, and the desk's."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.kyc import consumer_views, desk_views

KYC = "home/<slug:consumer_number>/kyc"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{KYC}/", consumer_views.overview, name="kyc"),
    path(f"{KYC}/consent/", consumer_views.consent, name="kyc_consent"),
    path(f"{KYC}/withdraw/", consumer_views.withdraw, name="kyc_withdraw"),
    path(f"{KYC}/papers/<slug:paper>/", consumer_views.paper, name="kyc_paper"),
    path(f"{KYC}/bank/", consumer_views.bank, name="kyc_bank"),
    path(f"{KYC}/code/", consumer_views.code, name="kyc_code"),
    path(f"{KYC}/data/", consumer_views.everything, name="kyc_data"),
    path("desk/kyc/", desk_views.progress, name="kyc_progress"),
    path("desk/kyc/csv/", desk_views.progress_csv, name="kyc_progress_csv"),
    path("desk/kyc/waiting/", desk_views.waiting, name="kyc_waiting"),
    path("desk/kyc/papers/<uuid:paper_id>/", desk_views.check, name="kyc_check"),
    path(
        "desk/kyc/papers/<uuid:paper_id>/pages/<int:page>/",
        desk_views.picture,
        name="kyc_picture",
    ),
]
