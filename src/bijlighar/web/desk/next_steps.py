"""What to do next about a connection: decided from its head, said in whole sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bijlighar.dashboards.values import ConnectionHead, SupplyShown
from bijlighar.web.templatetags.bijli import rupees


def next_steps(head: ConnectionHead) -> tuple[str, ...]:
    """The sentences, the most urgent first; none where all is well."""
    return tuple(one for one in (_relay(head), _meter(head), _money(head)) if one)


def _relay(head: ConnectionHead) -> str:
    if not head.command_failed:
        return ""
    return _("The meter did not take the last order. Somebody has to go and look.")


def _meter(head: ConnectionHead) -> str:
    if head.meter_serial is None:
        return _("There is no meter of ours here: install one, or note its number.")
    if head.is_silent:
        return _(
            "The meter does not answer. Check the supply and the signal there; until it"
            " answers, days stay open and nobody is switched off."
        )
    return ""


def _money(head: ConnectionHead) -> str:
    if head.to_pay_paise <= 0:
        return ""
    amount = {"amount": rupees(head.to_pay_paise)}
    if head.shown in (SupplyShown.OFF, SupplyShown.DISCONNECTING):
        return _("A recharge of %(amount)s brings the supply back by itself.") % amount
    if head.protections:
        return _("%(amount)s is due. This supply is protected: nobody switches it off.") % (
            amount
        )
    return _("Tell the consumer: a recharge of %(amount)s keeps the supply on.") % amount
