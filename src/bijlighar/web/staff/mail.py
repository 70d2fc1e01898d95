"""Invitations by mail, where a mail server is named; never inside a transaction."""

from __future__ import annotations

from functools import partial
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from bijlighar.people.values import Person

log = structlog.get_logger()


def is_set_up() -> bool:
    """Whether invitations can go by mail."""
    return bool(settings.DEFAULT_FROM_EMAIL)


def send_code(*, person: Person, code: str, address: str) -> bool:
    """Send somebody their code once the transaction is over; whether that can be done."""
    if not is_set_up() or not person.email:
        return False
    with translation.override(person.language):
        subject = _("Your invitation to Bijlighar")
        name = person.name_en if person.language == "en" else person.name_hi
        text = _(
            "%(name)s, you are invited to the desk.\n\n"
            "Open %(address)s and enter:\n"
            "Login: %(login)s\n"
            "Code: %(code)s\n\n"
            "The code works once, for 48 hours. Nobody will ever ask you for it."
        ) % {"name": name, "address": address, "login": person.login, "code": code}
    transaction.on_commit(partial(_send, person.staff_id, person.email, subject, text))
    return True


def _send(staff_id: int, to: str, subject: str, text: str) -> None:
    try:
        send_mail(subject, text, None, [to])
    except (SMTPException, OSError) as error:
        kind = type(error).__name__
        log.warning("people.invitation.not_mailed", staff_id=staff_id, error=kind)
