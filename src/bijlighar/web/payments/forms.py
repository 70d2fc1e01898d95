"""Whose connection is paid for, typed as it stands on a bill."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_NUMBER = 20


class NumberForm(forms.Form):
    """A consumer number: digits, gaps and dashes are no mistake."""

    number = forms.CharField(
        max_length=40,
        error_messages={
            "required": _("Please enter the consumer number."),
            "max_length": _("A consumer number is shorter."),
        },
    )

    def clean_number(self) -> str:
        """Letters and digits alone."""
        plain = re.sub(r"[^0-9A-Z]", "", self.cleaned_data["number"].upper())
        if not plain or len(plain) > LONGEST_NUMBER:
            raise ValidationError(
                _("Please enter the consumer number as it stands on the bill.")
            )
        return plain
