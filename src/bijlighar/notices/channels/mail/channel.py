"""Mail by the installation's SMTP server; for those who gave an address; no codes."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused

from django.core.mail import EmailMessage

from bijlighar.notices.channels.channel import (
    Channel,
    Handed,
    Refused,
    Settings,
    Silent,
)
from bijlighar.notices.channels.wire import Wire
from bijlighar.notices.values import Medium, ToSend

SUBJECTS = {"hi": "बिजलीघर: आपके कनेक्शन की सूचना", "en": "Bijlighar: about your connection"}


def carry(notice: ToSend, settings: Settings, wire: Wire) -> Handed:
    """Hand one mail to the server."""
    mail = EmailMessage(
        subject=SUBJECTS[notice.language], body=notice.text, to=[notice.mail]
    )
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        raise Refused("The mail server refuses this address.") from error
    except (SMTPException, OSError) as error:
        raise Silent(f"The mail server did not answer: {type(error).__name__}") from error
    return Handed()


CHANNEL = Channel(
    name="mail", medium=Medium.MAIL, sends_once=False, has_receipts=False, carry=carry
)
