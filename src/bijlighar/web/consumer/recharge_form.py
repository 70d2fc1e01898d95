"""The amount of a recharge: a button that names it, or typed in rupees."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bijlighar.kernel.money import PAISE_PER_RUPEE

LEAST_RUPEES = 10
MOST_RUPEES = 100_000
USUAL_RUPEES = (100, 200, 500, 1000)


class RechargeForm(forms.Form):
    """Whole rupees, as people type them: with or without commas, in either digits."""

    rupees = forms.CharField(
        max_length=20, error_messages={"required": _("Please enter an amount.")}
    )

    def clean_rupees(self) -> int:
        """The amount as a number between the least and the most."""
        typed = self.cleaned_data["rupees"].replace(",", "").removeprefix("₹").strip()
        if not typed.isdecimal():
            raise ValidationError(_("Please enter whole rupees in digits, such as 250."))
        rupees = int(typed)
        if rupees < LEAST_RUPEES:
            raise ValidationError(_("The least you can recharge is ₹10."))
        if rupees > MOST_RUPEES:
            raise ValidationError(_("The most you can recharge at once is ₹1,00,000."))
        return rupees

    @property
    def amount_paise(self) -> int:
        """The amount in paise; only of a form that is valid."""
        return int(self.cleaned_data["rupees"]) * PAISE_PER_RUPEE


def offers(*, to_pay_paise: int) -> tuple[int, ...]:
    """Amounts in rupees to offer: first the least that is due, then the usual ones."""
    due = -(-to_pay_paise // PAISE_PER_RUPEE)
    if due <= 0:
        return USUAL_RUPEES
    least = max(due, LEAST_RUPEES)
    more = tuple(rupees for rupees in USUAL_RUPEES if rupees > least)
    return (least, *more)
