"""What each role is called on a screen."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bijlighar.people.values import Role

ROLE_NAMES: Mapping[Role, Promise | str] = {
    Role.DIRECTOR: _("Director"),
    Role.CHIEF_ENGINEER: _("Chief engineer"),
    Role.SUPERINTENDING_ENGINEER: _("Superintending engineer"),
    Role.EXECUTIVE_ENGINEER: _("Executive engineer"),
    Role.ASSISTANT_ENGINEER: _("Assistant engineer"),
    Role.JUNIOR_ENGINEER: _("Junior engineer"),
    Role.HELP_DESK_CLERK: _("Help-desk clerk"),
    Role.CASHIER: _("Cashier"),
    Role.FIELD_REPRESENTATIVE: _("Field representative"),
    Role.DATA_CENTRE_OPERATOR: _("Data-centre operator"),
    Role.APPROVER: _("Approver"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.VIGILANCE_OFFICER: _("Vigilance officer"),
}
