"""Installations with operators of their own, which may be down, slow or lying."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bijlighar.notices import service as notices
from tests.notices.operators import SECRET, Operator, operating


@pytest.fixture
def one_sms(settings) -> Iterator[Operator]:
    """An installation with one SMS operator."""
    with operating() as sms:
        settings.NOTICES = {
            "channels": "sms_http",
            "sms_http_url": sms.url,
            "sms_http_key": "k",
            "sms_http_receipt_secret": SECRET,
        }
        yield sms
        notices.close_channels()


@pytest.fixture
def two(settings) -> Iterator[tuple[Operator, Operator]]:
    """An SMS operator, and WhatsApp after it."""
    with ExitStack() as stack:
        sms, whatsapp = (stack.enter_context(operating()) for _ in range(2))
        whatsapp.answer = {"messages": [{"id": "wamid.1"}]}
        settings.NOTICES = {
            "channels": "sms_http,whatsapp",
            "sms_http_url": sms.url,
            "sms_http_key": "k",
            "sms_http_receipt_secret": SECRET,
            "whatsapp_url": whatsapp.url,
            "whatsapp_number_id": "1",
            "whatsapp_token": "t",
            "whatsapp_app_secret": SECRET,
        }
        yield sms, whatsapp
        notices.close_channels()
