"""What consumers type to sign in and to look after their connections."""

from __future__ import annotations

from contextlib import suppress

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bijlighar.logins.values import Access

REGION = "IN"
PRETEND = "555"
"""How the numbers of the demo's people begin; no operator of India gives such ones out."""


def mobile_typed(typed: str) -> str:
    """An Indian mobile number in E.164, as people type them. Raises ValidationError."""
    number = None
    with suppress(phonenumbers.NumberParseException):
        number = phonenumbers.parse(typed, REGION)
    is_mobile = (
        number is not None
        and number.country_code == 91
        and phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number)
        in (
            phonenumbers.PhoneNumberType.MOBILE,
            phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        )
    )
    is_pretend = (
        settings.IS_DEMO
        and number is not None
        and str(number.national_number).startswith(PRETEND)
    )
    if number is None or not (is_mobile or is_pretend):
        raise ValidationError(_("Enter the ten digits of an Indian mobile number."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


class MobileForm(forms.Form):
    """A mobile number."""

    mobile = forms.CharField(
        label=_("Your mobile number"),
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "tel-national",
                "class": "digits",
            }
        ),
        max_length=20,
        error_messages={"required": _("Enter your mobile number.")},
    )

    def clean_mobile(self) -> str:
        """E.164."""
        return mobile_typed(self.cleaned_data["mobile"])


class CodeForm(forms.Form):
    """The code that came by SMS."""

    code = forms.CharField(
        label=_("Code from the SMS"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "digits code-typed",
                "autofocus": True,
            }
        ),
        max_length=12,
        error_messages={"required": _("Enter the code from the SMS.")},
    )

    def clean_code(self) -> str:
        """Digits alone, as they were sent."""
        typed = self.cleaned_data["code"].replace(" ", "")
        if not typed.isdecimal():
            raise ValidationError(_("The code has digits only, as in the SMS."))
        return "".join(str(int(digit)) for digit in typed)


class PairForm(forms.Form):
    """What proves that a connection is one's own or a relative's: both are on the bill."""

    number = forms.CharField(
        label=_("Consumer number"),
        help_text=_("On every bill and in every SMS of ours."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "digits"}),
        max_length=24,
        error_messages={"required": _("Enter the consumer number.")},
    )
    meter = forms.CharField(
        label=_("Meter number"),
        help_text=_("On the bill and on the meter itself."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "digits"}
        ),
        max_length=24,
        error_messages={"required": _("Enter the meter number.")},
    )


class ShareForm(forms.Form):
    """With whom a connection is shared, and what they may do."""

    mobile = forms.CharField(
        label=_("Their mobile number"),
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "off",
                "class": "digits",
            }
        ),
        max_length=20,
        error_messages={"required": _("Enter their mobile number.")},
    )
    access = forms.ChoiceField(
        label=_("What they may do"),
        choices=(
            (Access.PAY.value, _("See and recharge")),
            (Access.VIEW.value, _("See only")),
        ),
        widget=forms.RadioSelect,
        initial=Access.PAY.value,
        error_messages={"required": _("Choose what they may do.")},
    )

    def clean_mobile(self) -> str:
        """E.164."""
        return mobile_typed(self.cleaned_data["mobile"])
