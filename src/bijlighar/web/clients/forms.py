"""What is typed of a machine client: these fields and no others."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from bijlighar.web.staff.forms import WhyForm

SCOPE_NAMES = {
    "areas:read": _("Read offices and the network"),
    "connections:read": _("Read connections, the mobile number masked"),
    "contact:read": _("Read whole mobile numbers"),
    "readings:read": _("Read what meters show"),
    "money:read": _("Read balances, charges and receipts"),
    "proposals:read": _("Read proposals"),
    "audit:read": _("Read the audit trail"),
    "imports:read": _("Read imports"),
    "complaints:write": _("Open complaints and ask how far they are"),
    "vendor-readings:write": _("Deliver readings of the meters behind its own head-end"),
    "vendor-commands:write": _(
        "Carry out relay commands of the meters behind its own head-end"
    ),
}


class RegisterForm(WhyForm):
    """A new machine client."""

    name = forms.CharField(
        label=_("Name of the other system"),
        max_length=80,
        error_messages={"required": _("Enter a name.")},
    )
    purpose = forms.CharField(
        label=_("What it is for"),
        max_length=200,
        error_messages={"required": _("Say what it is for.")},
    )
    owner = forms.CharField(
        label=_("Login of the owner"),
        help_text=_(
            "Who answers for it. The owner must have each of these rights in the area."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        max_length=40,
        error_messages={"required": _("Enter the owner's login.")},
    )
    area = forms.ChoiceField(
        label=_("Area"),
        error_messages={
            "required": _("Choose an area."),
            "invalid_choice": _("Choose an area from the list."),
        },
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=tuple(SCOPE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one thing that it may do."),
            "invalid_choice": _("Choose from the list what it may do."),
        },
    )
    field_order: Sequence[str] = ("name", "purpose", "owner", "area", "scopes", "why")

    def __init__(self, data: object = None, *, areas: Sequence[tuple[int, str]]) -> None:
        """`areas` are those in which clients may be registered, with their names."""
        super().__init__(data)  # type: ignore[arg-type]
        held = self.fields["area"]
        assert isinstance(held, forms.ChoiceField)
        held.choices = [("", ""), *((str(area_id), name) for area_id, name in areas)]

    @property
    def area_id(self) -> int:
        """The area; only of a form that is valid."""
        return int(self.cleaned_data["area"])
