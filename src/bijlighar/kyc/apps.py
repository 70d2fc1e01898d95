"""Django's name for this domain."""

from __future__ import annotations

from django.apps import AppConfig


class KycConfig(AppConfig):
    """Who a consumer is, and where a benefit is paid."""

    name = "bijlighar.kyc"
